"""Do the fixtures keep tests apart?"""

from __future__ import annotations

from collections.abc import Sized
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.tables import job
from app.database.transaction import Connection, Database

COUNT = select(func.count()).select_from(job)
ADD = insert(job).values(name="made in a test", due_at=func.now())


async def add(connection: Connection) -> None:
    await connection.execute(ADD)


async def count(connection: Connection) -> int:
    return (await connection.execute(COUNT)).scalar_one()


@pytest.mark.parametrize("time", ["first", "second"])
async def test_nothing_is_left_for_the_next_test(database: Database, time: str) -> None:
    assert await database.read(count) == 0
    await database.write(add)
    assert await database.read(count) == 1


async def test_a_failed_write_leaves_nothing_and_the_connection_goes_on(database: Database) -> None:
    async def fails(connection: Connection) -> None:
        await add(connection)
        raise RuntimeError(uuid4())

    with pytest.raises(RuntimeError):
        await database.write(fails)
    assert await database.read(count) == 0
    await database.write(add)


async def test_reading_may_not_write_and_writing_may_afterwards(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        await database.read(add)
    await database.write(add)


async def test_statements_are_counted_however_they_are_sent(
    connection: AsyncConnection, database: Database, statements: Sized
) -> None:
    await database.write(add)
    await database.read(count)
    await connection.execute(text("SELECT 1"))
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    await driver.fetch("SELECT 2")
    assert len(statements) == 4
