"""Has this very request been answered before?  Then the same answer again, and no second effect.

The key is claimed by the first statement of the transaction that the effect is part of, and the
answer is stored by its last: there is an effect if and only if there is an answer.  Who sends the
same key meanwhile waits for that transaction, and then finds its answer, or does the work if it
failed.  What an answer says is sealed with the caller's own key, which is not stored: an answer may
carry a new client key or a customer's name, and a copy of the table tells neither.

Source: draft-ietf-httpapi-idempotency-key-header-07; docs/adr/0012.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.access.queries import StoredAnswer, claim_key, find_answer, keep_answer
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, SetGrew
from app.problems import Fault, Gone, InvalidInput, Malformed

HEADER: Final = "Idempotency-Key"
KEPT_FOR: Final = timedelta(hours=72)
"""For at least so long the same key brings the same answer."""

_LONGEST: Final = 255
_QUOTED: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"', re.ASCII)
_BARE: Final = re.compile(r"[!#-+\--~]+", re.ASCII)
SHAPE: Final = rf"""^([!#-+\--~]{{1,{_LONGEST}}}|"([ !#-\[\]-~]|\\["\\]){{1,{_LONGEST}}}")$"""
"""Both ways of writing a key, as the contract tells them."""

_ESCAPED: Final = re.compile(r'\\(["\\])')
_UUID: Final = re.compile(rb"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_NONCE_BYTES: Final = 12


@dataclass(frozen=True, slots=True)
class KeyedRequest:
    """A request that came with a key, as far as it is recognised by; none of it can be read."""

    key_hash: bytes
    fingerprint: bytes
    seal: bytes = field(repr=False)

    @classmethod
    def of(cls, keyed_hash: KeyedHash, client: str, key: str, *asked: str | bytes) -> KeyedRequest:
        """Return it for the key of a client and what is asked: route, parameters and body."""
        return cls(
            key_hash=keyed_hash.digest("idempotency key", client, key),
            fingerprint=keyed_hash.digest("idempotent request", *asked),
            seal=keyed_hash.digest("idempotent answer", client, key),
        )


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it is given again, to the byte."""

    status: int
    media_type: str | None
    body: bytes = field(repr=False)


def key_among(values: Sequence[str]) -> str | None:
    """Return the key that the header carries, as a string (RFC 9651, 3.3.3) or bare; None if none.

    Raises:
        Malformed: it is no such key, is longer than 255 characters, or there are several.
    """
    if not values:
        return None
    value = values[0].strip(" \t")
    quoted = _QUOTED.fullmatch(value)
    key = _ESCAPED.sub(r"\1", quoted[1]) if quoted else value
    readable = quoted is not None or _BARE.fullmatch(value) is not None
    if len(values) > 1 or not readable or not 1 <= len(key) <= _LONGEST:
        fault = Fault(f"header/{HEADER.lower()}", "malformed-text", "1 to 255 printable characters")
        raise Malformed(f"send one {HEADER}", code="malformed-idempotency-key", faults=(fault,))
    return key


async def once(
    tx: Connection,
    request: KeyedRequest,
    work: Callable[[], Awaitable[Answered]],
    now: datetime,
) -> Answered:
    """Do the work and store its answer, or return the answer that is stored.

    Raises:
        Conflict: the same key is at work elsewhere, and was still when we would wait no longer.
        InvalidInput: the key came before with another request.
        Gone: the answer was about a customer who has been erased since.
    """
    if not await claim_key(tx, request.key_hash, request.fingerprint, now):
        return await _as_before(tx, request)
    answered = await work()
    stored = StoredAnswer(
        request.fingerprint,
        answered.status,
        answered.media_type,
        _sealed(answered.body, request.seal),
    )
    await keep_answer(tx, request.key_hash, stored, _mentioned(answered.body))
    return answered


async def _as_before(tx: Connection, request: KeyedRequest) -> Answered:
    stored = await find_answer(tx, request.key_hash)
    if stored is None:
        raise SetGrew  # it was too old, and deleted between our two looks
    if stored.fingerprint != request.fingerprint:
        fault = Fault(f"header/{HEADER.lower()}", "used-before", "take a new key for a new request")
        raise InvalidInput(
            "this key came with another request before",
            code="idempotency-key-reused",
            faults=(fault,),
        )
    if stored.sealed is None:
        raise Gone("this was done, and the answer has been erased", code="answer-erased")
    return Answered(stored.status, stored.media_type, _opened(stored.sealed, request.seal))


def _mentioned(body: bytes) -> set[UUID]:
    """Return every id an answer names: by those of a customer it is found when they are erased."""
    return {UUID(found.decode()) for found in _UUID.findall(body)}


def _sealed(body: bytes, seal: bytes) -> bytes:
    """Encrypt an answer (AES-GCM, NIST SP 800-38D) under a nonce of its own, told in front."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(seal).encrypt(nonce, body, None)


def _opened(sealed: bytes, seal: bytes) -> bytes:
    return AESGCM(seal).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
