"""Is what is stored still what the rules of today make of the facts?  Looked at batch by batch.

A partition is a function of facts, people's decisions and the epoch.  So it can be computed again
at any time, and a difference is a fault of ours, or the work of a rule that has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify import queries
from app.identify.attach import Attached, relink
from app.identify.evidence import joins
from app.identify.keys import identifier_key
from app.identify.normalise import VERSION, normalise
from app.vocabulary import (
    ComponentId,
    Faulty,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Party,
    RawIdentifier,
)

COMPONENTS_AFTER: Final = statement("app.identify", "components_after")
IDENTIFIERS_AFTER: Final = statement("app.identify", "identifiers_after")
REWRITE_IDENTIFIERS: Final = statement("app.identify", "rewrite_identifiers")
NEXT_EPOCH: Final = statement("app.identify", "next_epoch")

FIRST_COMPONENT: Final = ComponentId(UUID(int=0))
FIRST_IDENTIFIER: Final = IdentifierKey(b"")
_CAUSE: Final = "clean"


@dataclass(frozen=True, slots=True)
class StoredIdentifier:
    """An identifier as it is stored."""

    key: IdentifierKey
    identifier: Identifier
    state: str


@dataclass(frozen=True, slots=True)
class Reread:
    """What the rules of today make of a stored identifier."""

    before: StoredIdentifier
    key: IdentifierKey
    identifier: Identifier
    state: str


async def normaliser_in_use(tx: Connection) -> int:
    """Return the version of the normaliser that the active epoch was frozen with."""
    row = await queries.ACTIVE_EPOCH.one(tx, {})
    return int(row.model["normaliser"])


async def freeze_epoch(tx: Connection, now: datetime) -> int:
    """Freeze a new epoch with the normaliser of today; return its number."""
    return int((await tx.execute(NEXT_EPOCH, {"normaliser": VERSION, "now": now})).scalar_one())


async def components_after(tx: Connection, after: ComponentId, most: int) -> list[ComponentId]:
    """Return the next components in the order of their ids."""
    rows = await tx.execute(COMPONENTS_AFTER, {"after": after, "most": most})
    return [ComponentId(row.component_id) for row in rows]


async def look_again(
    tx: Connection, components: Collection[ComponentId], now: datetime
) -> Attached:
    """Cluster components anew, under their locks; what differs from what is stored is written.

    ``edges`` of the answer counts the edges that were not as the facts say.
    """
    content = await queries.component_content(tx, components, ())
    locked = await queries.lock_components(tx, set(content.records), ())
    return await relink(tx, locked, (), now, cause=_CAUSE)


async def identifiers_after(
    tx: Connection, after: IdentifierKey, most: int
) -> list[StoredIdentifier]:
    """Return the next identifiers in the order of their keys."""
    rows = await tx.execute(IDENTIFIERS_AFTER, {"after": after, "most": most})
    return [
        StoredIdentifier(
            IdentifierKey(row.identifier_key),
            Identifier(IdentifierType(row.type), row.scope, row.value, Party(row.party)),
            row.state,
        )
        for row in rows
    ]


def read_again(
    stored: Iterable[StoredIdentifier], keyed_hash: KeyedHash, country: str
) -> list[Reread]:
    """Return the identifiers that the rules of today read otherwise; pure.

    A value that is faulty by now is kept and identifies nobody; one past its limit stays so.
    """
    found = (_read_again(each, keyed_hash, country) for each in stored)
    return [each for each in found if each is not None]


def _read_again(stored: StoredIdentifier, keyed_hash: KeyedHash, country: str) -> Reread | None:
    before = stored.identifier
    issuer = before.scope if before.type is IdentifierType.TAX_ID else None
    raw = RawIdentifier(before.type, before.value, issuer, before.scope)
    now = normalise(raw, country=country)
    if isinstance(now, Faulty):
        reread = Reread(stored, stored.key, before, "unidentifying")
    else:
        state = "active" if joins(now) else "unidentifying"
        reread = Reread(stored, identifier_key(keyed_hash, now), now, state)
    if stored.state == "generic" and reread.key == stored.key:
        return None
    same = (reread.key, reread.state) == (stored.key, stored.state)
    return None if same and reread.identifier.party is before.party else reread


async def rewrite(tx: Connection, changes: Sequence[Reread], now: datetime) -> Attached:
    """Let identifiers be what they are read as now, and look at all they tie again."""
    keys = {each.before.key for each in changes} | {each.key for each in changes}
    names = {each.key: (each.identifier, each.state == "active") for each in changes} | {
        each.before.key: (each.before.identifier, False) for each in changes
    }
    await queries.claim_identifiers(tx, names)
    locked = await queries.lock_components(tx, (), keys)
    await tx.execute(
        REWRITE_IDENTIFIERS,
        {
            "keys": [each.before.key for each in changes],
            "new_keys": [each.key for each in changes],
            "parties": [each.identifier.party.value for each in changes],
            "states": [each.state for each in changes],
        },
    )
    return await relink(tx, locked, (), now, cause=_CAUSE)
