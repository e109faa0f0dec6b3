"""The first start puts a yardstick and a catalogue there, once, whoever starts at the same time."""

from __future__ import annotations

import asyncio

import pytest

from app.database.clock import FixedClock
from app.database.transaction import Connection, Database
from app.differentiate import queries
from app.flows.founding import found, holds_facts
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import a_sale
from tests.integration.flows.conftest import Take

pytestmark = pytest.mark.anyio


async def test_founding_twice_is_founding_once(
    connection: Connection, settings: Settings, clock: FixedClock
) -> None:
    runs = "SELECT count(*), max(version) FROM scoring_run"
    active = "SELECT count(*) FROM bundle WHERE status = 'active'"
    for _ in range(2):
        await found(connection, settings, shipped_document(), clock.now())
        assert (await connection.exec_driver_sql(runs)).one() == (1, 1)
        assert (await connection.exec_driver_sql(active)).scalar_one() == 1


async def test_a_changed_catalogue_becomes_the_active_one(
    connection: Connection, settings: Settings, clock: FixedClock
) -> None:
    changed = shipped_document() | {"currency": "MXN"}
    await found(connection, settings, changed, clock.now())
    active = "SELECT content ->> 'currency' FROM bundle WHERE status = 'active'"
    assert (await connection.exec_driver_sql(active)).scalars().all() == ["MXN"]


async def test_a_house_knows_whether_anybody_has_told_it_anything(
    connection: Connection, take: Take
) -> None:
    assert not await holds_facts(connection)
    await take(a_sale())
    assert await holds_facts(connection)


async def test_four_that_start_at_once_found_one_house(
    own_database: Database, settings: Settings, clock: FixedClock
) -> None:
    async def start() -> None:
        await own_database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))

    await asyncio.gather(*(start() for _ in range(4)))
    [run] = await own_database.read(queries.runs)
    assert (run.version, run.status) == (1, "active")
