"""How are clients' keys, and our answers to them, stored and found?  No key is in any of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, insert, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError

from app.access.scopes import Scope
from app.access.tables import api_key, idempotency_key
from app.database.failures import sqlstate_of
from app.database.transaction import Connection
from app.problems import Conflict


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a client key; ``sources`` is None where it may speak for every source.

    ``origins`` is None but for a browser key: the pages that may use it.
    """

    key_id: UUID
    client: str
    prefix: str
    hash: bytes
    scopes: frozenset[Scope]
    sources: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    origins: frozenset[str] | None = None
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Tell whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_ADD: Final = insert(api_key)
_LIST: Final = select(api_key).order_by(api_key.c.client, api_key.c.created_at, api_key.c.key_id)
_FIND: Final = select(api_key).where(api_key.c.prefix == bindparam("wanted"))
_LOCK: Final = select(api_key).where(api_key.c.key_id == bindparam("wanted")).with_for_update()
_REVOKE: Final = (
    update(api_key)
    .where(api_key.c.key_id == bindparam("wanted"))
    .values(revoked_at=func.coalesce(api_key.c.revoked_at, bindparam("now")))
    .returning(api_key)
)
_LIMIT: Final = (
    update(api_key)
    .where(api_key.c.key_id == bindparam("wanted"))
    .values(expires_at=func.least(api_key.c.expires_at, bindparam("end")))
)
_LIVE: Final = (api_key.c.revoked_at.is_(None)) & or_(
    api_key.c.expires_at.is_(None), api_key.c.expires_at > bindparam("now")
)
_OF_CLIENT: Final = (
    select(api_key)
    .where(api_key.c.client == bindparam("client"), _LIVE)
    .order_by(api_key.c.created_at, api_key.c.key_id)
)
_ONE_AT_A_TIME: Final = select(
    func.pg_advisory_xact_lock(func.hashtext("client key"), func.hashtext(bindparam("client")))
)
_ORIGINS: Final = select(func.unnest(api_key.c.origins)).where(_LIVE)
_USED: Final = (
    update(api_key)
    .where(api_key.c.key_id == bindparam("wanted"))
    .values(last_used_at=func.greatest(api_key.c.last_used_at, bindparam("at")))
)


async def add_key(tx: Connection, key: StoredKey) -> None:
    """Store a key."""
    await tx.execute(_ADD, _values(key))


async def live_keys_of(tx: Connection, client: str, now: datetime) -> list[StoredKey]:
    """Return a client's keys that open something, oldest first; until the end nobody adds one."""
    await tx.execute(_ONE_AT_A_TIME, {"client": client})
    return [_stored(row) for row in await tx.execute(_OF_CLIENT, {"client": client, "now": now})]


async def limit_key(tx: Connection, key_id: UUID, end: datetime) -> None:
    """Let a key open nothing from then on; one that ends earlier still does."""
    await tx.execute(_LIMIT, {"wanted": key_id, "end": end})


async def live_origins(tx: Connection, now: datetime) -> frozenset[str]:
    """Return every origin whose pages have a browser key."""
    return frozenset((await tx.execute(_ORIGINS, {"now": now})).scalars())


async def save_last_used(tx: Connection, used: Mapping[UUID, datetime]) -> None:
    """Keep when keys were last used, in the order of their ids; an earlier moment changes none."""
    rows = [{"wanted": key_id, "at": at} for key_id, at in sorted(used.items())]
    if rows:
        await tx.execute(_USED, rows)


async def list_keys(tx: Connection) -> list[StoredKey]:
    """Return every key there ever was, by client, oldest first."""
    return [_stored(row) for row in await tx.execute(_LIST)]


async def find_key(tx: Connection, prefix: str) -> StoredKey | None:
    """Return the key looked up by its prefix, live or not; whether it is the one given is not said.

    Index: ``uq_api_key_prefix``.
    """
    row = (await tx.execute(_FIND, {"wanted": prefix})).one_or_none()
    return None if row is None else _stored(row)


async def lock_key(tx: Connection, key_id: UUID) -> StoredKey | None:
    """Return a key that nobody else will change before this transaction ends, or None."""
    row = (await tx.execute(_LOCK, {"wanted": key_id})).one_or_none()
    return None if row is None else _stored(row)


async def revoke_key(tx: Connection, key_id: UUID, now: datetime) -> StoredKey | None:
    """Revoke a key and return it, or None if there is none; the first moment of two counts."""
    row = (await tx.execute(_REVOKE, {"wanted": key_id, "now": now})).one_or_none()
    return None if row is None else _stored(row)


def _values(key: StoredKey) -> dict[str, Any]:
    return {
        "key_id": key.key_id,
        "client": key.client,
        "prefix": key.prefix,
        "hash": key.hash,
        "scopes": sorted(key.scopes),
        "sources": None if key.sources is None else sorted(key.sources),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "origins": None if key.origins is None else sorted(key.origins),
    }


def _stored(row: Row[Any]) -> StoredKey:
    return StoredKey(
        key_id=row.key_id,
        client=row.client,
        prefix=row.prefix,
        hash=row.hash,
        # A newer version of us may have given scopes that this one does not know.
        scopes=frozenset(scope for scope in Scope if scope.value in row.scopes),
        sources=None if row.sources is None else frozenset(row.sources),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        origins=None if row.origins is None else frozenset(row.origins),
        last_used_at=row.last_used_at,
    )


# --- answers given before ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What is kept of an answered request; ``sealed`` is None once it has been erased."""

    fingerprint: bytes
    status: int
    media_type: str | None
    sealed: bytes | None


_LOCK_TIMED_OUT: Final = "55P03"
_MOST_AT_ONCE: Final = 1_000

_CLAIM: Final = (
    upsert(idempotency_key).on_conflict_do_nothing().returning(idempotency_key.c.key_hash)
)
_KEEP: Final = update(idempotency_key).where(idempotency_key.c.key_hash == bindparam("wanted"))
_FIND_ANSWER: Final = select(
    idempotency_key.c.fingerprint,
    idempotency_key.c.status,
    idempotency_key.c.media_type,
    idempotency_key.c.sealed,
).where(idempotency_key.c.key_hash == bindparam("wanted"))
_ERASE_ANSWERS: Final = (
    update(idempotency_key)
    .where(
        idempotency_key.c.mentions.overlap(bindparam("ids", type_=idempotency_key.c.mentions.type))
    )
    .values(sealed=null(), mentions=null())
)
_EXPIRED: Final = (
    select(idempotency_key.c.key_hash)
    .where(idempotency_key.c.claimed_at < bindparam("before"))
    .order_by(idempotency_key.c.claimed_at)
    .limit(_MOST_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_EXPIRE: Final = delete(idempotency_key).where(idempotency_key.c.key_hash.in_(_EXPIRED))


async def claim_key(tx: Connection, key_hash: bytes, fingerprint: bytes, now: datetime) -> bool:
    """Take a key for this transaction; False if one that is committed has it.

    Waits for another that has it and is under way: what that one does decides.

    Raises:
        Conflict: it was still under way when the lock time-out was over.
    """
    row = {"key_hash": key_hash, "fingerprint": fingerprint, "claimed_at": now}
    try:
        claimed = await tx.execute(_CLAIM, row)
    except DBAPIError as error:
        if sqlstate_of(error) != _LOCK_TIMED_OUT:
            raise
        raise Conflict(
            "a request with this key is being worked on", code="idempotency-key-in-use"
        ) from None
    return claimed.one_or_none() is not None


async def keep_answer(
    tx: Connection, key_hash: bytes, answer: StoredAnswer, mentions: Collection[UUID]
) -> None:
    """Store the answer under a key that this transaction has taken."""
    values = asdict(answer) | {"wanted": key_hash, "mentions": sorted(mentions)}
    await tx.execute(_KEEP, values)


async def find_answer(tx: Connection, key_hash: bytes) -> StoredAnswer | None:
    """Return the answer stored under a key, or None if the key is not there any more."""
    row = (await tx.execute(_FIND_ANSWER, {"wanted": key_hash})).one_or_none()
    return None if row is None else StoredAnswer(*row)


async def erase_answers(tx: Connection, ids: Collection[UUID]) -> None:
    """Forget what was said in every answer that names one of these ids; that it was given stays.

    So whoever sends the key again has no second effect.  Index: ``ix_idempotency_key_mentions``.
    """
    await tx.execute(_ERASE_ANSWERS, {"ids": sorted(ids)})


async def expire_answers(tx: Connection, before: datetime) -> int:
    """Delete keys claimed before a moment, oldest first, a thousand at most; return how many."""
    return (await tx.execute(_EXPIRE, {"before": before})).rowcount
