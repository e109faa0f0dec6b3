"""How does a database get its newest schema?  By migrations that give up rather than block.

One process migrates at a time.  Each migration is a transaction of its own that waits for a lock
for a moment only: whoever queues behind a waiting ``ALTER TABLE`` would wait as well.  Then it
tries again, for a minute.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from app.database import server
from app.database.failures import is_not_now, sqlstate_of, unavailable
from app.database.partitions import ensure_partitions, partitioned_tables
from app.database.schema import MIGRATIONS

log = structlog.get_logger(__name__)

LOCK_TIMEOUT_MS: Final = 50
STATEMENT_TIMEOUT_MS: Final = 600_000
TRIES: Final = 120
TRIES_TO_BE_ALONE: Final = 1_200
LONGEST_PAUSE_S: Final = 1.0

Step = Callable[[AsyncConnection], Awaitable[bool]]
"""Part of a migration; false means that its lock is still to be had."""

_LOCK_NOT_AVAILABLE: Final = "55P03"
_ONE_AT_A_TIME: Final = 0x69646970_00000003
_TRY_ALONE: Final = select(func.pg_try_advisory_lock(_ONE_AT_A_TIME))


class MigrationBlocked(Exception):
    """Somebody held a lock for as long as we were ready to try; nothing is half done."""


async def migrate(url: str, *, now: datetime) -> None:
    """Bring a database to the newest schema and make the partitions of the months to come.

    Raises:
        MigrationBlocked: a lock could not be had in about a minute, or somebody else has been
            migrating for ten; start again later.
        Unavailable: the database does not answer now.
    """
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            await _patiently(connection, _alone, TRIES_TO_BE_ALONE)
            await _patiently(connection, _upgrade, TRIES)
            for table in partitioned_tables():  # Alembic's environment has imported them all
                await _patiently(connection, _partitions_of(table, now), TRIES)
    except Exception as error:
        if is_not_now(error) or isinstance(error, OSError):
            raise unavailable(error) from None
        raise
    finally:
        await engine.dispose()  # closing the connection gives back the lock of ``_alone``


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration; there is no ``alembic.ini``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _engine(url: str) -> AsyncEngine:
    async def connect(**_: object) -> object:
        return await server.connect(
            url,
            {
                "application_name": "idip migrate",
                "timezone": "UTC",
                "lock_timeout": str(LOCK_TIMEOUT_MS),
                "statement_timeout": str(STATEMENT_TIMEOUT_MS),
            },
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": connect},
        poolclass=NullPool,
        hide_parameters=True,
    )


async def _patiently(connection: AsyncConnection, step: Step, tries: int) -> None:
    """Take a step as often as it takes to get its locks, pausing so that others get theirs."""
    for _ in range(tries):
        try:
            if await step(connection):
                await connection.commit()
                return
        except DBAPIError as error:
            if sqlstate_of(error) != _LOCK_NOT_AVAILABLE:
                raise
            log.info("a migration waits for a lock")
        await connection.rollback()
        await asyncio.sleep(random.uniform(0.1, LONGEST_PAUSE_S))  # noqa: S311 (no secret)
    raise MigrationBlocked("another session holds a lock the migration needs; try again later")


async def _alone(connection: AsyncConnection) -> bool:
    """Take the one lock of migrations; it is the session's, as each migration commits."""
    return bool(await connection.scalar(_TRY_ALONE))


async def _upgrade(connection: AsyncConnection) -> bool:
    before = await connection.run_sync(_applied)
    await connection.rollback()
    if _is_newer(before):
        log.warning("the schema is that of a newer version", revision=", ".join(sorted(before)))
        return True
    await connection.run_sync(lambda sync: command.upgrade(alembic_config(sync), "head"))
    after = await connection.run_sync(_applied)
    if before != after:
        log.info("the schema is new", revision=", ".join(sorted(after)))
    return True


def _partitions_of(table: Table, now: datetime) -> Step:
    async def make(connection: AsyncConnection) -> bool:
        await ensure_partitions(connection, table, now)
        return True

    return make


def _applied(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _is_newer(applied: set[str]) -> bool:
    """Tell whether the schema comes from a version that was written after this one."""
    return bool(applied) and applied.isdisjoint(_known(MIGRATIONS))


@cache
def _known(_folder: Path) -> frozenset[str]:
    found = ScriptDirectory.from_config(alembic_config())
    return frozenset(script.revision for script in found.walk_revisions())
