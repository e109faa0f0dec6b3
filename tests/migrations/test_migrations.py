"""Do the migrations make the schema the code is written for, and give up rather than block?"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from app.database import migrate as migrations
from app.database.clock import FixedClock
from app.database.migrate import MigrationBlocked, alembic_config, migrate
from app.database.schema import known_revisions, schema_serves
from app.database.server import connect, driver_url
from app.database.transaction import Database
from migrations.every_table import every_table, is_ours

if TYPE_CHECKING:
    Plain = asyncpg.Connection[asyncpg.Record]

# Alembic does not compare checks and comments; the catalogue holds everything, in words.
NOT_OURS = re.compile(r"^alembic_version$|_(default|y\d{4}m\d{2})$")
SCHEMA = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND contype <> 'n'
UNION ALL
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()
UNION ALL
SELECT attrelid::regclass::text, attname, concat_ws(' ', format_type(atttypid, atttypmod),
       attnotnull, pg_get_expr(adbin, adrelid), col_description(attrelid, attnum))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND attnum > 0
UNION ALL
SELECT oid::regclass::text, 'comment', obj_description(oid, 'pg_class')
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
"""


@pytest.fixture
async def beside(own_url: str) -> AsyncIterator[Plain]:
    connection = await connect(own_url)
    yield connection
    await connection.close()


async def schema_of(connection: Plain) -> set[tuple[str, ...]]:
    """Return every column, constraint, index and comment, without partitions and Alembic's own."""
    rows = await connection.fetch(SCHEMA)
    return {tuple(row) for row in rows if NOT_OURS.search(row[0]) is None}


class TestEqualsMetadata:
    async def test_nothing_is_left_for_alembic_to_do(self, connection: AsyncConnection) -> None:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": is_ours,
        }

        def differences(sync: Connection) -> list[object]:
            context = MigrationContext.configure(sync, opts=options)
            return list(compare_metadata(context, every_table()))

        assert await connection.run_sync(differences) == []

    async def test_the_catalogue_is_the_same_word_for_word(
        self, empty_url: str, beside: Plain
    ) -> None:
        await create_all(empty_url, every_table())
        created = await connect(empty_url)
        expected = await schema_of(created)
        await created.close()
        assert await schema_of(beside) == expected

    async def test_a_check_that_only_the_code_has_would_be_seen(self, beside: Plain) -> None:
        """Negative control of the comparison above."""
        before = await schema_of(beside)
        await beside.execute("ALTER TABLE outbox DROP CONSTRAINT ck_outbox_attempts")
        assert len(before - await schema_of(beside)) == 1

    async def test_every_partitioned_table_has_a_partition_for_the_rest(
        self, beside: Plain
    ) -> None:
        without = await beside.fetch(
            "SELECT partrelid::regclass::text FROM pg_partitioned_table WHERE partdefid = 0"
        )
        assert without == []

    async def test_the_schema_serves_and_says_so(self, own_database: Database) -> None:
        assert await own_database.read(schema_serves)

    async def test_migrating_again_changes_nothing(
        self, own_url: str, beside: Plain, clock: FixedClock
    ) -> None:
        before = await schema_of(beside)
        await migrate(own_url, now=clock.now())
        assert await schema_of(beside) == before


async def create_all(url: str, tables: MetaData) -> None:
    engine = create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": lambda **_: asyncpg.connect(driver_url(url))},
    )
    async with engine.begin() as connection:
        await connection.run_sync(tables.create_all)
    await engine.dispose()


def test_files_are_named_after_their_revisions_and_sort_in_their_order() -> None:
    """``schema_serves`` goes by the names of the files: it asks without Alembic."""
    found = ScriptDirectory.from_config(alembic_config())
    assert known_revisions() == {script.revision for script in found.walk_revisions()}
    assert found.get_heads() == [max(known_revisions())]


# --- under load -------------------------------------------------------------------------------

MIGRATION = '''
"""A migration of this test."""
from alembic import op
revision = "{revision}"
down_revision = {before}
def upgrade():
    op.execute("{statement}")
'''


@pytest.fixture
def two_migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put two migrations of our own in place of the house's."""
    shutil.copy(migrations.MIGRATIONS / "env.py", tmp_path)
    (tmp_path / "versions").mkdir()
    statements = {
        "first": "CREATE TABLE shop (name text)",
        "second": "ALTER TABLE busy ADD COLUMN more text",
    }
    before = None
    for revision, statement in statements.items():
        text = MIGRATION.format(revision=revision, before=repr(before), statement=statement)
        (tmp_path / "versions" / f"{revision}.py").write_text(text, "utf-8")
        before = revision
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path)
    monkeypatch.setattr(migrations, "LONGEST_PAUSE_S", 0.15)
    monkeypatch.setattr(migrations, "partitioned_tables", tuple)


@pytest.fixture
async def busy_url(empty_url: str) -> str:
    """Return a database with nothing in it but one table that somebody else works with."""
    connection = await connect(empty_url)
    await connection.execute("CREATE TABLE busy AS SELECT 1 AS one")
    await connection.close()
    return empty_url


@pytest.mark.usefixtures("two_migrations")
class TestUnderLoad:
    async def test_it_waits_for_a_long_report_without_stopping_the_readers(
        self, busy_url: str, clock: FixedClock
    ) -> None:
        report, reader = await connect(busy_url), await connect(busy_url)
        transaction = report.transaction()
        await transaction.start()
        await report.fetch("SELECT * FROM busy")
        migrating = asyncio.create_task(migrate(busy_url, now=clock.now()))
        loop = asyncio.get_running_loop()
        slowest = 0.0
        for _ in range(20):
            began = loop.time()
            await reader.fetch("SELECT one FROM busy")
            slowest = max(slowest, loop.time() - began)
            await asyncio.sleep(0.03)
        assert not migrating.done()
        await transaction.rollback()
        await migrating
        assert slowest < 0.4  # 50 ms of queueing and a busy machine; without a time-out 0.6 s
        assert await reader.fetchval("SELECT count(more) FROM busy") == 0
        for connection in (report, reader):
            await connection.close()

    async def test_it_gives_up_with_nothing_half_done_and_goes_on_the_next_time(
        self, busy_url: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(migrations, "TRIES", 2)
        report = await connect(busy_url)
        async with report.transaction():
            await report.fetch("SELECT * FROM busy")
            with pytest.raises(MigrationBlocked):
                await migrate(busy_url, now=clock.now())
        assert await report.fetchval("SELECT version_num FROM alembic_version") == "first"
        await migrate(busy_url, now=clock.now())
        assert await report.fetchval("SELECT version_num FROM alembic_version") == "second"
        await report.close()

    async def test_two_at_once_are_one_after_the_other(
        self, busy_url: str, clock: FixedClock
    ) -> None:
        await asyncio.gather(*(migrate(busy_url, now=clock.now()) for _ in range(3)))
        found = await connect(busy_url)
        assert await found.fetchval("SELECT version_num FROM alembic_version") == "second"
        await found.close()

    async def test_the_version_before_leaves_a_newer_schema_alone(
        self, busy_url: str, clock: FixedClock
    ) -> None:
        await migrate(busy_url, now=clock.now())
        newer = await connect(busy_url)
        await newer.execute("UPDATE alembic_version SET version_num = 'third'")
        await migrate(busy_url, now=clock.now())
        assert await newer.fetchval("SELECT version_num FROM alembic_version") == "third"
        await newer.close()

    async def test_a_database_that_was_never_migrated_is_not_current(self, busy_url: str) -> None:
        engine = create_async_engine(
            "postgresql+asyncpg://",
            connect_args={"async_creator_fn": lambda **_: asyncpg.connect(driver_url(busy_url))},
        )
        async with engine.connect() as connection:
            assert not await schema_serves(connection)
        await engine.dispose()
