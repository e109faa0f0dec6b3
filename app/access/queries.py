"""How are client keys stored and found?  Every statement about them; the key itself is in none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, func, insert, select, update

from app.access.scopes import Scope
from app.access.tables import api_key
from app.database.transaction import Connection


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is kept of a client key; ``sources`` is None where it may speak for every source."""

    key_id: UUID
    client: str
    prefix: str
    hash: bytes
    scopes: frozenset[Scope]
    sources: frozenset[str] | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_live(self, now: datetime) -> bool:
        """Tell whether it opens anything at that moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


_ADD: Final = insert(api_key)
_LIST: Final = select(api_key).order_by(api_key.c.client, api_key.c.created_at, api_key.c.key_id)
_FIND: Final = select(api_key).where(api_key.c.prefix == bindparam("wanted"))
_REVOKE: Final = (
    update(api_key)
    .where(api_key.c.key_id == bindparam("wanted"))
    .values(revoked_at=func.coalesce(api_key.c.revoked_at, bindparam("now")))
    .returning(api_key)
)


async def add_key(tx: Connection, key: StoredKey) -> None:
    """Store a key; a client may have several, so that one can be rotated while the other works."""
    await tx.execute(_ADD, _values(key))


async def list_keys(tx: Connection) -> list[StoredKey]:
    """Return every key there ever was, by client, oldest first."""
    return [_stored(row) for row in await tx.execute(_LIST)]


async def find_key(tx: Connection, prefix: str) -> StoredKey | None:
    """Return the key looked up by its prefix, live or not; whether it is the one given is not said.

    Index: ``uq_api_key_prefix``.
    """
    row = (await tx.execute(_FIND, {"wanted": prefix})).one_or_none()
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
    )
