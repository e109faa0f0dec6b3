"""Several measure, or let a run hold, at once: each has a run of its own, and one holds."""

from __future__ import annotations

import asyncio
from zoneinfo import ZoneInfo

import pytest

from app.database.clock import FixedClock
from app.database.transaction import Connection, Database
from app.differentiate import queries
from app.differentiate.queries import StoredRun
from app.flows import scoring
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from app.settings import Settings

pytestmark = pytest.mark.anyio

ZONE = ZoneInfo("America/Sao_Paulo")
SEVERAL = 4


@pytest.fixture(autouse=True)
async def founded(own_database: Database, settings: Settings, clock: FixedClock) -> None:
    await own_database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))


async def measured(database: Database, clock: FixedClock) -> StoredRun:
    async def measure(tx: Connection) -> StoredRun:
        return await scoring.measure(
            tx, currency="BRL", window_days=365, zone=ZONE, now=clock.now()
        )

    return await database.write(measure)


async def test_each_who_measures_at_once_has_a_version(
    own_database: Database, clock: FixedClock
) -> None:
    runs = await asyncio.gather(*(measured(own_database, clock) for _ in range(SEVERAL)))
    assert sorted(run.version for run in runs) == list(range(2, 2 + SEVERAL))


async def test_one_of_those_activated_at_once_holds(
    own_database: Database, clock: FixedClock
) -> None:
    drafts = [await measured(own_database, clock) for _ in range(SEVERAL)]

    async def activated(draft: StoredRun) -> StoredRun:
        return await own_database.write(
            lambda tx: scoring.activate(tx, draft.run_id, ZONE, clock.now())
        )

    runs = await asyncio.gather(*map(activated, drafts))
    assert {run.status for run in runs} == {"active"}  # each was, when it was told
    stored = await own_database.read(queries.runs)
    assert [run.status for run in stored].count("active") == 1
    assert [run.status for run in stored].count("retired") == SEVERAL
