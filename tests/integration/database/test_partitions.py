"""Are the months' partitions made ahead, once, and never at the cost of rows already there?"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.partitions import Month, ensure_partitions, smallest_uuid7

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SIGHTING = Table(
    "sighting",
    MetaData(),
    Column("sighting_id", Uuid, primary_key=True),
    Column("place", Text),
    Column("seen_at", DateTime(timezone=True)),
    Index("ix_sighting_place", "place"),
    postgresql_partition_by="RANGE (sighting_id)",
)
PARTITIONS = text(
    "SELECT inhrelid::regclass::text FROM pg_inherits"
    " WHERE inhparent = 'sighting'::regclass ORDER BY 1"
)
WHERE_IT_IS = text("SELECT tableoid::regclass::text FROM sighting WHERE sighting_id = :id")


@pytest.fixture
async def tx(connection: AsyncConnection) -> AsyncConnection:
    await connection.run_sync(SIGHTING.create)
    await connection.execute(text("CREATE TABLE sighting_default PARTITION OF sighting DEFAULT"))
    return connection


async def partitions(tx: AsyncConnection) -> list[str]:
    return list((await tx.execute(PARTITIONS)).scalars())


async def add(tx: AsyncConnection, moment: datetime) -> UUID:
    made = smallest_uuid7(moment)
    await tx.execute(insert(SIGHTING).values(sighting_id=made, place="São Paulo"))
    return made


async def place_of(tx: AsyncConnection, made: UUID) -> str:
    return str((await tx.execute(WHERE_IT_IS, {"id": made})).scalar_one())


async def test_this_month_and_the_next_two_are_there(tx: AsyncConnection) -> None:
    assert await ensure_partitions(tx, SIGHTING, NOW) == ()
    assert await partitions(tx) == [
        "sighting_default",
        "sighting_y2026m11",
        "sighting_y2026m12",
        "sighting_y2027m01",
    ]


async def test_twice_is_once_and_later_months_are_added(tx: AsyncConnection) -> None:
    await ensure_partitions(tx, SIGHTING, NOW, months_ahead=0)
    assert await ensure_partitions(tx, SIGHTING, NOW, months_ahead=1) == ()
    assert await ensure_partitions(tx, SIGHTING, NOW, months_ahead=1) == ()
    assert len(await partitions(tx)) == 3


async def test_rows_find_their_month_and_strangers_the_default(tx: AsyncConnection) -> None:
    await ensure_partitions(tx, SIGHTING, NOW)
    assert await place_of(tx, await add(tx, NOW)) == "sighting_y2026m11"
    midnight = datetime(2026, 12, 1, tzinfo=UTC)
    assert await place_of(tx, await add(tx, midnight)) == "sighting_y2026m12"
    assert await place_of(tx, await add(tx, datetime(2031, 5, 5, tzinfo=UTC))) == "sighting_default"


async def test_a_month_with_rows_in_the_default_is_left_to_it(tx: AsyncConnection) -> None:
    made = await add(tx, datetime(2026, 12, 24, tzinfo=UTC))
    assert await ensure_partitions(tx, SIGHTING, NOW) == (Month(2026, 12),)
    assert await place_of(tx, made) == "sighting_default"
    assert await partitions(tx) == ["sighting_default", "sighting_y2026m11", "sighting_y2027m01"]


async def test_a_row_that_comes_between_the_look_and_the_attaching_is_kept(
    tx: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await add(tx, datetime(2026, 12, 24, tzinfo=UTC))

    async def saw_nothing(*_: object) -> bool:
        return False

    monkeypatch.setattr("app.database.partitions._default_holds", saw_nothing)
    assert await ensure_partitions(tx, SIGHTING, NOW) == (Month(2026, 12),)
    assert await place_of(tx, made) == "sighting_default"


async def test_partitions_have_the_indexes_of_their_table(tx: AsyncConnection) -> None:
    await ensure_partitions(tx, SIGHTING, NOW, months_ahead=0)
    found = await tx.execute(
        text("SELECT count(*) FROM pg_indexes WHERE tablename = 'sighting_y2026m11'")
    )
    assert found.scalar_one() == 2
