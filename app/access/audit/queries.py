"""How are acts and their chain stored and found?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import BigInteger, Row, Text, bindparam, cast, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.access.audit.acts import BEGINNING, Act, Head, Link, StoredAct
from app.access.tables import audit_act, audit_head, audit_link
from app.database.statements import statement
from app.database.transaction import Connection

_BEGIN: Final = (
    upsert(audit_head)
    .values(head_id=1, position=BEGINNING.position, hash=BEGINNING.hash, horizon=0)
    .on_conflict_do_nothing()
)
_NOTE: Final = insert(audit_act).values(
    transaction=cast(cast(func.pg_current_xact_id(), Text), BigInteger)
)
_HEAD: Final = select(audit_head.c.position, audit_head.c.hash, audit_head.c.horizon)
_LOCKED_HEAD: Final = _HEAD.with_for_update()
_SNAPSHOT: Final = text(
    "SELECT CAST(CAST(pg_snapshot_xmin(s) AS text) AS bigint) AS oldest_running,"
    " CAST(CAST(pg_snapshot_xmax(s) AS text) AS bigint) AS next_one"
    " FROM pg_current_snapshot() AS s"
)
_ADD_LINKS: Final = insert(audit_link)
_BEYOND: Final = (
    select(audit_link.c.position, audit_link.c.act_id)
    .where(
        audit_link.c.position
        > func.coalesce(select(audit_head.c.position).scalar_subquery(), BEGINNING.position)
    )
    .order_by(audit_link.c.position)
    .limit(1)
)
_HASH_AT: Final = select(audit_link.c.hash).where(audit_link.c.position == bindparam("wanted"))
_PENDING: Final = statement("app.access.audit", "pending_acts")
_PLACES: Final = statement("app.access.audit", "chain_places")
_SLIPPED_IN: Final = statement("app.access.audit", "slipped_in")
_ABOUT: Final = statement("app.access.audit", "acts_about")


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to which transaction everything is in the chain, and how far the database has come.

    ``next_one`` is behind ``oldest_chained`` only where a copy of the data was put into another
    server, whose transactions count from elsewhere: then the horizon means nothing yet.
    """

    oldest_chained: int
    oldest_running: int
    next_one: int

    @property
    def to_look_from(self) -> int:
        """Return the first transaction whose acts may not be in the chain."""
        return self.oldest_chained if self.oldest_chained <= self.next_one else 0


async def add_acts(tx: Connection, acts: Collection[tuple[UUID, Act]]) -> None:
    """Write acts as part of the transaction that they are about."""
    if acts:
        await tx.execute(_NOTE, [_act_values(act_id, act) for act_id, act in acts])


async def lock_head(tx: Connection) -> tuple[Head, Horizon]:
    """Return where the chain ends, which nobody else will lengthen before this transaction ends."""
    await tx.execute(_BEGIN)
    return await _head(tx, _LOCKED_HEAD)


async def find_head(tx: Connection) -> tuple[Head, Horizon]:
    """Return where the chain ends."""
    return await _head(tx, _HEAD)


async def pending_acts(tx: Connection, horizon: int, most: int) -> list[StoredAct]:
    """Return acts that are not in the chain yet, oldest transaction first."""
    found = await tx.execute(_PENDING, {"horizon": horizon, "most": most})
    return [_stored_act(row) for row in found]


async def lengthen(tx: Connection, links: Sequence[Link], head: Head, horizon: int) -> None:
    """Add links to the chain, and say where it ends now."""
    if links:
        await tx.execute(_ADD_LINKS, [asdict(link) for link in links])
    await tx.execute(update(audit_head).values(**asdict(head), horizon=horizon))


async def places(
    tx: Connection, after: int, until: int, most: int
) -> list[tuple[Link, StoredAct | None]]:
    """Return places of the chain in their order, each with its act as it is stored now."""
    found = await tx.execute(_PLACES, {"after": after, "until": until, "most": most})
    return [
        (
            Link(row.position, row.linked_act, row.chained_at, row.hash),
            None if row.act_id is None else _stored_act(row),
        )
        for row in found
    ]


async def beyond_head(tx: Connection) -> tuple[int, UUID] | None:
    """Return the first place that stands behind the end of the chain, where none can."""
    row = (await tx.execute(_BEYOND)).one_or_none()
    return None if row is None else (row.position, row.act_id)


async def find_hash(tx: Connection, position: int) -> bytes | None:
    """Return the hash at a place of the chain."""
    found = await tx.execute(_HASH_AT, {"wanted": position})
    return found.scalar_one_or_none()


async def slipped_in(tx: Connection, horizon: int) -> UUID | None:
    """Return the first act that is not in the chain and would have to be."""
    return (await tx.execute(_SLIPPED_IN, {"horizon": horizon})).scalar_one_or_none()


async def acts_about(
    tx: Connection, customers: Collection[UUID] | None, most: int
) -> list[tuple[StoredAct, int | None]]:
    """Return the newest acts about these customers, or all, each with its place in the chain."""
    wanted = None if customers is None else sorted(customers)
    found = await tx.execute(_ABOUT, {"customers": wanted, "most": most})
    return [(_stored_act(row), row.position) for row in found]


async def _head(tx: Connection, wanted: Any) -> tuple[Head, Horizon]:
    row = (await tx.execute(wanted)).one_or_none()
    oldest_running, next_one = (await tx.execute(_SNAPSHOT)).one()
    if row is None:
        return BEGINNING, Horizon(0, oldest_running, next_one)
    return Head(row.position, row.hash), Horizon(row.horizon, oldest_running, next_one)


def _act_values(act_id: UUID, act: Act) -> dict[str, Any]:
    return {
        "act_id": act_id,
        "at": act.at,
        "actor": act.actor.name,
        "key_id": act.actor.key_id,
        "kind": act.kind.value,
        "customer_id": act.customer_id,
        "subject": act.subject,
        "fields": list(act.fields),
        "request_id": act.actor.request_id,
        "reason": act.reason,
    }


def _stored_act(row: Row[Any]) -> StoredAct:
    return StoredAct(
        act_id=row.act_id,
        transaction=row.transaction,
        at=row.at,
        actor=row.actor,
        key_id=row.key_id,
        kind=row.kind,
        customer_id=row.customer_id,
        subject=row.subject,
        fields=tuple(row.fields),
        request_id=row.request_id,
        reason=row.reason,
    )
