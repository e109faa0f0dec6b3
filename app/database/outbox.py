"""What must happen after a commit?  A row written in the same transaction, taken by a worker later.

Delivery is at least once: a handler does its work so that twice is as good as once.  A row carries
ids only; what they stand for is read when the row is handled, and may have been erased by then.
All times here are the database's: they only say who may take a row when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Interval, bindparam, case, delete, func, null, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.hot import HotStatement
from app.database.tables import outbox
from app.vocabulary import value_type

MOST_ATTEMPTS: Final = 10
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 3_600.0


@value_type()
class OutboxRow:
    """Something to be done, by topic and by the ids it is about."""

    outbox_id: UUID
    topic: str
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Leased:
    """A row that is this worker's until its lease ends; ``attempts`` counts this one too."""

    outbox_id: UUID
    topic: str
    ids: Mapping[str, str]
    attempts: int


_PUT: Final = HotStatement(
    text(
        "INSERT INTO outbox (outbox_id, topic, ids, created_at, available_at)"
        " SELECT n.outbox_id, n.topic, CAST(n.ids AS jsonb), now(), now()"
        " FROM unnest(CAST(:outbox_ids AS uuid[]), CAST(:topics AS text[]), CAST(:ids AS text[]))"
        " AS n (outbox_id, topic, ids)"
    )
)

_FREE: Final = outbox.c.parked_at.is_(None) & (
    outbox.c.leased_until.is_(None) | (outbox.c.leased_until < func.now())
)
_TAKEN: Final = (
    select(outbox.c.outbox_id)
    .where(_FREE, outbox.c.available_at <= func.now(), outbox.c.attempts < MOST_ATTEMPTS)
    .order_by(outbox.c.available_at, outbox.c.outbox_id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("taken")
)
_LEASE: Final = (
    update(outbox)
    .where(outbox.c.outbox_id.in_(select(_TAKEN.c.outbox_id)))
    .values(
        attempts=outbox.c.attempts + 1, leased_until=func.now() + bindparam("lease", type_=Interval)
    )
    .returning(outbox.c.outbox_id, outbox.c.topic, outbox.c.ids, outbox.c.attempts)
)
# A row that kills its worker never gets as far as ``retry_later``.
_PARK_KILLERS: Final = (
    update(outbox)
    .where(_FREE, outbox.c.attempts >= MOST_ATTEMPTS)
    .values(parked_at=func.now(), leased_until=null())
)
# ``attempts`` tells whose lease it is: somebody else's has counted one more.
_STILL_MINE: Final = (outbox.c.outbox_id == bindparam("row")) & (
    outbox.c.attempts == bindparam("attempt")
)
_DONE: Final = delete(outbox).where(_STILL_MINE)
_LATER: Final = (
    update(outbox)
    .where(_STILL_MINE)
    .values(
        leased_until=null(),
        available_at=func.now() + bindparam("pause", type_=Interval),
        parked_at=case((outbox.c.attempts >= MOST_ATTEMPTS, func.now()), else_=null()),
    )
)
_BACK: Final = (
    update(outbox).where(_STILL_MINE).values(leased_until=null(), attempts=outbox.c.attempts - 1)
)


def pause_s(attempts: int) -> float:
    """Return how long to wait after the n-th failure: a second, then twice as long each time."""
    return float(min(FIRST_PAUSE_S * 2 ** (attempts - 1), LONGEST_PAUSE_S))


async def put(connection: AsyncConnection, rows: Sequence[OutboxRow]) -> None:
    """Write what must happen once this transaction has committed."""
    if rows:
        await _PUT.rows(
            connection,
            {
                "outbox_ids": [row.outbox_id for row in rows],
                "topics": [row.topic for row in rows],
                "ids": [orjson.dumps(dict(row.ids)).decode() for row in rows],
            },
        )


async def lease(connection: AsyncConnection, limit: int, lease_s: float) -> list[Leased]:
    """Take up to ``limit`` rows that are due, oldest first; rows others hold are passed over.

    A row not done when the lease ends is anybody's again.
    """
    await connection.execute(_PARK_KILLERS)
    found = await connection.execute(_LEASE, {"most": limit, "lease": timedelta(seconds=lease_s)})
    return sorted((Leased(*row) for row in found), key=lambda row: row.outbox_id)


async def done(connection: AsyncConnection, row: Leased) -> None:
    """Remove a row that has been handled, unless its lease ended and somebody else has it."""
    await connection.execute(_DONE, {"row": row.outbox_id, "attempt": row.attempts})


async def retry_later(connection: AsyncConnection, row: Leased) -> None:
    """Give a row back for later, twice as late each time; after ten attempts it is parked."""
    pause = timedelta(seconds=pause_s(row.attempts))
    await connection.execute(
        _LATER, {"row": row.outbox_id, "attempt": row.attempts, "pause": pause}
    )


async def give_back(connection: AsyncConnection, rows: Sequence[Leased]) -> None:
    """Give back rows that were never begun: they are due at once, and the lease does not count."""
    if rows:
        await connection.execute(
            _BACK, [{"row": row.outbox_id, "attempt": row.attempts} for row in rows]
        )
