"""Is a write committed before it returns, tried again after a lost race, 503 when it cannot?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.database import transaction
from app.database.server import connect
from app.database.tables import job
from app.database.transaction import Connection, Database, SetGrew
from app.problems import Conflict, Unavailable
from app.settings import Settings

NAMES = select(job.c.name).order_by(job.c.name)
ADVISORY_LOCKS = """
    SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE locktype = 'advisory' AND granted AND datname = current_database()
"""
PID = select(func.pg_backend_pid())


def adding(name: str) -> transaction.Work[str]:
    async def add(tx: Connection) -> str:
        await tx.execute(insert(job).values(name=name, due_at=func.now()))
        return name

    return add


async def pid_of(tx: Connection) -> int:
    return (await tx.execute(PID)).scalar_one()


async def names(tx: Connection) -> list[str]:
    return list((await tx.execute(NAMES)).scalars())


@pytest.fixture
async def beside(own_url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Yield a connection that is not of the pool."""
    connection = await connect(own_url)
    yield connection
    await connection.close()


class TestCommit:
    async def test_what_write_returned_is_seen_by_others(
        self, own_database: Database, beside: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        assert await own_database.write(adding("seen")) == "seen"
        assert await beside.fetchval("SELECT count(*) FROM job") == 1

    async def test_before_it_returns_nobody_sees_it(
        self, own_database: Database, beside: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        async def work(tx: Connection) -> int:
            await adding("not yet")(tx)
            return int(await beside.fetchval("SELECT count(*) FROM job"))

        assert await own_database.write(work) == 0

    async def test_a_problem_leaves_nothing_behind(self, own_database: Database) -> None:
        async def work(tx: Connection) -> None:
            await adding("half")(tx)
            raise Conflict

        with pytest.raises(Conflict):
            await own_database.write(work)
        assert await own_database.read(names) == []

    async def test_a_constraint_speaks_for_itself(self, own_database: Database) -> None:
        await own_database.write(adding("twice"))
        with pytest.raises(DBAPIError, match="pk_job"):
            await own_database.write(adding("twice"))

    async def test_parameters_are_not_in_the_error(self, own_database: Database) -> None:
        await own_database.write(adding("canary-71"))
        with pytest.raises(DBAPIError) as refused:
            await own_database.write(adding("canary-71"))
        assert "canary-71" not in str(refused.value)

    async def test_reading_cannot_write_and_that_is_no_503(self, own_database: Database) -> None:
        with pytest.raises(DBAPIError, match="read-only"):
            await own_database.read(adding("no"))


class TestRaces:
    async def test_a_grown_set_is_tried_again_from_the_start(self, own_database: Database) -> None:
        tries: list[int] = []

        async def work(tx: Connection) -> int:
            await adding(f"try {len(tries)}")(tx)
            tries.append(1)
            if len(tries) < 4:
                raise SetGrew
            return len(tries)

        assert await own_database.write(work) == 4
        assert await own_database.read(names) == ["try 3"]

    async def test_the_last_try_is_alone(
        self, own_database: Database, beside: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        locks: list[int] = []

        async def work(tx: Connection) -> None:
            await tx.execute(PID)
            locks.append(await beside.fetchval(ADVISORY_LOCKS))
            if len(locks) < 5:
                raise SetGrew

        await own_database.write(work)
        assert locks == [0, 0, 0, 0, 1]
        assert await beside.fetchval(ADVISORY_LOCKS) == 0

    async def test_who_always_loses_is_told_to_come_again(self, own_database: Database) -> None:
        tries: list[int] = []

        async def work(_: Connection) -> None:
            tries.append(1)
            raise SetGrew

        with pytest.raises(Unavailable) as lost:
            await own_database.write(work)
        assert lost.value.retry_after_s == 1
        assert len(tries) == 5

    async def test_a_deadlock_is_nobodys_error(self, own_database: Database) -> None:
        for name in ("a", "b"):
            await own_database.write(adding(name))
        both_hold_one = asyncio.Barrier(2)
        tries: list[str] = []

        def crosswise(first: str, second: str) -> transaction.Work[None]:
            async def work(tx: Connection) -> None:
                tries.append(first)
                await tx.execute(update(job).where(job.c.name == first).values(due_at=func.now()))
                if len(tries) <= 2:
                    await both_hold_one.wait()
                await tx.execute(update(job).where(job.c.name == second).values(due_at=func.now()))

            return work

        async with asyncio.timeout(10):
            await asyncio.gather(
                own_database.write(crosswise("a", "b")), own_database.write(crosswise("b", "a"))
            )
        assert len(tries) >= 3

    async def test_a_plan_made_stale_by_a_migration_is_tried_again(
        self, own_database: Database, beside: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        everything = text("SELECT * FROM job")

        async def look(tx: Connection) -> int:
            return len((await tx.execute(everything)).all())

        assert await own_database.read(look) == 0
        await beside.execute("ALTER TABLE job ADD COLUMN new_one text")
        assert await own_database.read(look) == 0


class TestNotNow:
    async def test_a_lock_held_by_others(
        self, own_url: str, settings: Settings, beside: asyncpg.Connection[asyncpg.Record]
    ) -> None:
        hurried = settings.model_copy(update={"lock_timeout_ms": 50})
        database = await Database.open(hurried, own_url, application_name="idip tests")
        async with beside.transaction():
            await beside.execute("LOCK TABLE job")
            with pytest.raises(Unavailable):
                await database.write(adding("blocked"))
        assert await database.write(adding("free")) == "free"
        await database.close()

    async def test_a_statement_that_takes_too_long_keeps_its_connection(
        self, own_url: str, settings: Settings
    ) -> None:
        hurried = settings.model_copy(update={"statement_timeout_ms": 50, "pool_size": 1})
        database = await Database.open(hurried, own_url, application_name="idip tests")
        before = await database.read(pid_of)
        with pytest.raises(Unavailable):
            await database.read(lambda tx: tx.execute(text("SELECT pg_sleep(1)")))
        assert await database.read(pid_of) == before
        await database.close()

    async def test_a_pool_that_is_used_up(self, own_url: str, settings: Settings) -> None:
        small = settings.model_copy(update={"acquire_timeout_ms": 50, "pool_size": 1})
        database = await Database.open(small, own_url, application_name="idip tests")

        async def ask_for_another(_: Connection) -> None:
            await database.ping()

        with pytest.raises(Unavailable):
            await database.read(ask_for_another)
        await database.ping()
        await database.close()

    @pytest.mark.parametrize("wrapped", [True, False])
    async def test_a_backend_that_is_shot(
        self, own_url: str, settings: Settings, beside: asyncpg.Connection[asyncpg.Record],
        wrapped: bool,
    ) -> None:  # fmt: skip
        """Through SQLAlchemy and straight on asyncpg; the second raises asyncpg's own errors."""
        one = settings.model_copy(update={"pool_size": 1})
        database = await Database.open(one, own_url, application_name="idip tests")

        async def work(tx: Connection) -> int:
            pid = await pid_of(tx)
            await beside.execute("SELECT pg_terminate_backend($1)", pid)
            if wrapped:
                return await pid_of(tx)
            driver = (await tx.get_raw_connection()).driver_connection
            assert driver is not None
            return int(await driver.fetchval("SELECT pg_backend_pid()"))

        before = await database.read(pid_of)
        with pytest.raises(Unavailable):
            await database.write(work)
        assert await database.read(pid_of) != before
        await database.close()

    async def test_an_internal_client_error_costs_the_connection(
        self, own_url: str, settings: Settings
    ) -> None:
        one = settings.model_copy(update={"pool_size": 1})
        database = await Database.open(one, own_url, application_name="idip tests")
        used: list[asyncpg.Connection[asyncpg.Record]] = []

        async def work(tx: Connection) -> None:
            await pid_of(tx)
            driver = (await tx.get_raw_connection()).driver_connection
            assert driver is not None
            used.append(driver)
            raise asyncpg.InternalClientError("cannot switch to state 12")

        before = await database.read(pid_of)
        with pytest.raises(Unavailable) as unavailable:
            await database.write(work)
        assert "state" not in unavailable.value.detail
        assert await database.read(pid_of) != before
        assert used[0].is_closed()
        await database.close()

    async def test_a_transaction_left_idle_is_ended_by_the_server(
        self, own_database: Database
    ) -> None:
        async def work(tx: Connection) -> None:
            await tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 50"))
            await asyncio.sleep(0.2)
            await tx.execute(PID)

        with pytest.raises(Unavailable):
            await own_database.write(work)
        await own_database.ping()

    async def test_a_caller_that_gives_up_leaves_a_usable_pool(
        self, own_url: str, settings: Settings
    ) -> None:
        one = settings.model_copy(update={"pool_size": 1})
        database = await Database.open(one, own_url, application_name="idip tests")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await database.read(lambda tx: tx.execute(text("SELECT pg_sleep(1)")))
        await database.ping()
        await database.close()


async def test_session_settings_outlive_a_release(own_database: Database, own_url: str) -> None:
    """A SET in a pool hook would be gone after the first use (negative control: plain session)."""

    async def look(tx: Connection) -> tuple[str, str, str]:
        names = "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"
        settings = [func.current_setting(name) for name in names]
        return tuple((await tx.execute(select(*settings))).one())

    first = await own_database.read(look)
    assert first[1] in {"1s", "1200ms"}  # never before the server finds a deadlock
    for _ in range(3):
        assert await own_database.read(look) == ("5s", first[1], "5s")
    plain = await connect(own_url)
    assert await plain.fetchval("SHOW statement_timeout") == "0"
    await plain.close()


async def test_without_statement_caches_it_works_all_the_same(
    own_url: str, settings: Settings
) -> None:
    uncached = settings.model_copy(update={"statement_cache": False})
    database = await Database.open(uncached, own_url, application_name="idip tests")
    for nth in range(3):
        await database.write(adding(f"name {nth}"))
    assert len(await database.read(names)) == 3
    await database.close()
