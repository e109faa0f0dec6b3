"""How does a client come by a key?  It is made here, shown once and never known again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from uuid_utils.compat import uuid7

from app.access.keys import RANDOM_BYTES, hash_of, new_key, prefix_of
from app.access.queries import StoredKey, add_key
from app.access.scopes import Scope
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.problems import Fault, InvalidInput


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """For whom a key is, and what it may do; without ``sources`` it may speak for every one."""

    client: str
    scopes: frozenset[Scope]
    sources: frozenset[str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key as stored, and its text: the only copy there is."""

    stored: StoredKey
    text: str = field(repr=False)


async def issue_key(
    tx: Connection, keyed_hash: KeyedHash, order: KeyOrder, now: datetime
) -> IssuedKey:
    """Make and store a key.

    Raises:
        InvalidInput: it would never work, or could do nothing.
    """
    _refuse_useless(order, now)
    text = new_key(secrets.token_bytes(RANDOM_BYTES))
    prefix = prefix_of(text)
    if prefix is None:
        raise AssertionError("a new key has its own shape")
    stored = StoredKey(
        key_id=uuid7(),
        client=order.client,
        prefix=prefix,
        hash=hash_of(keyed_hash, text),
        scopes=order.scopes,
        sources=order.sources,
        created_at=now,
        expires_at=order.expires_at,
        revoked_at=None,
    )
    await add_key(tx, stored)
    return IssuedKey(stored, text)


def _refuse_useless(order: KeyOrder, now: datetime) -> None:
    faults = []
    if not order.scopes:
        faults.append(Fault("/scopes", "missing", "a key needs a scope"))
    if order.sources is not None and not order.sources:
        faults.append(Fault("/sources", "missing", "name a source, or leave this out for all"))
    if order.expires_at is not None and order.expires_at <= now:
        faults.append(Fault("/expires_at", "past-time", "lies in the past"))
    if faults:
        raise InvalidInput("such a key would open nothing", faults=tuple(faults))
