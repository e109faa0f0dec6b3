"""How does a client come by a key?  It is made here, shown once and never known again.

A client has one key, or two while it changes from one to the other: so a rotation needs no moment
at which neither works, and no key is forgotten in a drawer.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.access.keys import RANDOM_BYTES, hash_of, new_key, prefix_of
from app.access.queries import (
    StoredKey,
    add_key,
    limit_key,
    live_keys_of,
    lock_key,
    revoke_key,
)
from app.access.scopes import BROWSER_SCOPES, Scope
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.problems import Conflict, Fault, InvalidInput, NotFound

MOST_LIVE: Final = 2

ORIGIN: Final = (
    r"https://[a-z0-9.-]{1,253}(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)
"""As a browser writes it (RFC 6454, 6.2): in small letters, without a path; secure, or this very
machine."""


@dataclass(frozen=True, slots=True)
class KeyOrder:
    """For whom a key is, and what it may do; without ``sources`` it may speak for every one.

    With ``origins`` it is a browser key, for pages of these.
    """

    client: str
    scopes: frozenset[Scope]
    sources: frozenset[str] | None = None
    expires_at: datetime | None = None
    origins: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key as stored, and its text: the only copy there is."""

    stored: StoredKey
    text: str = field(repr=False)


async def issue_key(
    tx: Connection,
    keyed_hash: KeyedHash,
    order: KeyOrder,
    now: datetime,
    actor: Actor | None = None,
) -> IssuedKey:
    """Make and store a key; who ordered it is noted.

    Raises:
        InvalidInput: it would never work, or could do nothing.
        Conflict: the client has two live keys, or one of the other kind.
    """
    _refuse_useless(order, now)
    _refuse_beside(order, await live_keys_of(tx, order.client, now))
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
        origins=order.origins,
    )
    await add_key(tx, stored)
    if actor is not None:
        await audit.note(tx, Act(actor, ActKind.KEY_CREATED, now, subject=stored.key_id))
    return IssuedKey(stored, text)


async def rotate_key(
    tx: Connection,
    keyed_hash: KeyedHash,
    client: str,
    now: datetime,
    actor: Actor,
    *,
    expires_at: datetime | None = None,
    old_ends_at: datetime | None = None,
) -> tuple[IssuedKey, StoredKey]:
    """Make a client a second key that may do what its live one may; return both, the new one first.

    The old one works until it is revoked, or until ``old_ends_at``.

    Raises:
        NotFound: the client has no live key.
        Conflict: it has two already, so that one has to be revoked first.
    """
    live = await live_keys_of(tx, client, now)
    if not live:
        raise NotFound("this client has no live key", code="no-live-key")
    old = live[-1]
    order = KeyOrder(client, old.scopes, old.sources, expires_at, old.origins)
    issued = await issue_key(tx, keyed_hash, order, now, actor)
    if old_ends_at is not None:
        await limit_key(tx, old.key_id, old_ends_at)
        await audit.note(tx, Act(actor, ActKind.KEY_LIMITED, now, subject=old.key_id))
    return issued, old


async def withdraw_key(tx: Connection, key_id: UUID, now: datetime, actor: Actor) -> StoredKey:
    """Revoke a key; twice is as good as once, and is noted once.

    Raises:
        NotFound: there is no such key.
    """
    key = await lock_key(tx, key_id)
    if key is None:
        raise NotFound("there is no such key")
    if key.revoked_at is None:
        await revoke_key(tx, key_id, now)
        await audit.note(tx, Act(actor, ActKind.KEY_REVOKED, now, subject=key_id))
    return key


def _refuse_useless(order: KeyOrder, now: datetime) -> None:
    faults = []
    if not order.scopes:
        faults.append(Fault("/scopes", "missing", "a key needs a scope"))
    if order.sources is not None and not order.sources:
        faults.append(Fault("/sources", "missing", "name a source, or leave this out for all"))
    if order.expires_at is not None and order.expires_at <= now:
        faults.append(Fault("/expires_at", "past-time", "lies in the past"))
    if order.origins is not None:
        faults += _useless_in_a_page(order, order.origins)
    if faults:
        raise InvalidInput("such a key would open nothing", faults=tuple(faults))


def _useless_in_a_page(order: KeyOrder, origins: frozenset[str]) -> Iterator[Fault]:
    if not origins:
        yield Fault("/origins", "missing", "name the origin of the pages, or leave this out")
    if not all(re.fullmatch(ORIGIN, origin) for origin in origins):
        detail = "an origin is written https://shop.example, in small letters and without a path"
        yield Fault("/origins", "not-an-origin", detail)
    if not order.scopes <= BROWSER_SCOPES:
        allowed = " and ".join(sorted(BROWSER_SCOPES))
        yield Fault("/scopes", "not-in-a-page", f"a browser key may have {allowed}")
    if order.sources is None:
        yield Fault("/sources", "missing", "a browser key speaks for sources that you name")


def _refuse_beside(order: KeyOrder, live: Sequence[StoredKey]) -> None:
    if len(live) >= MOST_LIVE:
        shown = " and ".join(f"{key.prefix}… ({key.key_id})" for key in live)
        raise Conflict(
            f"this client has {MOST_LIVE} live keys, {shown}: revoke one before you make another",
            code="too-many-keys",
        )
    if any((key.origins is None) != (order.origins is None) for key in live):
        raise Conflict(
            "this client has a key of the other kind: a browser key needs a name of its own",
            code="other-kind-of-key",
        )
