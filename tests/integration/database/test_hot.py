"""Is a hot statement the same statement, in the same transaction, only quicker on its way?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from app.database.hot import HotStatement
from app.database.tables import job
from app.database.transaction import Connection, Database, NotCommitted
from tests.statement_recorder import Statements

TWICE = text("SELECT CAST(:a AS int) + CAST(:b AS int) + CAST(:a AS int) AS total")
NAMED = select(job.c.name).where(job.c.name == "kept")
AS_JSON = text("SELECT CAST('{\"a\": [1, null]}' AS jsonb) AS told")


@pytest.mark.parametrize(
    ("statement", "parameters", "column"),
    [(TWICE, {"a": 1, "b": 10}, "total"), (NAMED, {}, "name"), (AS_JSON, {}, "told")],
)
async def test_it_answers_what_the_statement_does(
    connection: Connection, statement: Any, parameters: dict[str, object], column: str
) -> None:
    await connection.execute(insert(job).values(name="kept", due_at=func.now()))
    hot = await HotStatement(statement).one(connection, parameters)
    slow = (await connection.execute(statement, parameters)).one()
    assert getattr(hot, column) == getattr(slow, column)
    assert list(hot) == list(slow)
    with pytest.raises(AttributeError):
        _ = hot.nothing


async def test_it_is_in_the_transaction(own_database: Database) -> None:
    """It sees what was not committed yet, and what it writes is undone with the rest."""
    there = HotStatement(select(func.count()).select_from(job))
    write = HotStatement(text("INSERT INTO job (name, due_at) VALUES ('hot', now())"))
    seen: list[int] = []

    async def fails(tx: Connection) -> None:
        await write.rows(tx, {})
        await tx.execute(insert(job).values(name="slow", due_at=func.now()))
        seen.append((await there.one(tx, {}))[0])
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await own_database.write(fails)
    assert seen == [2]
    assert (await own_database.read(lambda tx: there.one(tx, {})))[0] == 0


async def test_asking_sends_the_statement_and_nothing_else(own_database: Database) -> None:
    one = HotStatement(text("SELECT txid_current_if_assigned() IS NULL AS unwritten"))
    assert (await own_database.ask(lambda tx: one.one(tx, {}))).unwritten

    async def in_transaction(tx: Connection) -> bool:
        driver = (await tx.get_raw_connection()).driver_connection
        assert driver is not None
        return driver.is_in_transaction()

    assert not await own_database.ask(in_transaction)
    assert await own_database.read(in_transaction)


async def test_a_read_cannot_write(own_database: Database) -> None:
    with pytest.raises(DBAPIError):
        await own_database.read(
            lambda tx: tx.execute(insert(job).values(name="no", due_at=func.now()))
        )


async def test_work_that_passes_over_a_failure_is_not_called_done(own_database: Database) -> None:
    async def careless(tx: Connection) -> str:
        await tx.execute(insert(job).values(name="lost", due_at=func.now()))
        with pytest.raises(DBAPIError):
            await tx.execute(text("SELECT 1 / 0"))
        return "done"

    with pytest.raises(NotCommitted):
        await own_database.write(careless)


async def test_both_ways_are_counted(connection: Connection, statements: Statements) -> None:
    """The tests that count statements see them all."""
    statements.clear()
    await HotStatement(TWICE).one(connection, {"a": 1, "b": 2})
    await connection.execute(TWICE, {"a": 1, "b": 2})
    assert len(statements) == 2
