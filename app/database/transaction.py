"""How does work reach the database, and what happens when it fails there?

One unit of work is one transaction, committed before its result is returned: what a caller was told
has happened survives a crash.  Work that lost a race is done again from the start, so it must be a
function of what it reads and of its own arguments, and have no effect outside the database.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, Self, TypeVar

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.database.engine import make_engine, warm
from app.database.failures import (
    SetGrew,
    breaks_connection,
    is_not_now,
    lost_a_race,
    sqlstate_of,
    unavailable,
)
from app.database.server import inspect_server, refuse_unsafe
from app.settings import Settings

__all__ = ["Connection", "Database", "SetGrew", "Work"]

T = TypeVar("T")

Connection = AsyncConnection
"""What a unit of work is given: the rooms above know it by this name only."""

Work = Callable[[Connection], Awaitable[T]]

RETRIES: Final = 3
FIRST_PAUSE_S: Final = 0.005

_LAST_RESORT_LOCK: Final = 0x69646970_00000001
_TAKE_LAST_RESORT_LOCK: Final = select(func.pg_advisory_xact_lock(_LAST_RESORT_LOCK))
_PING: Final = select(1)
_READ_ONLY_TRANSACTION: Final = "25006"


class Database:
    """One pool of connections and the two ways to use it: ``write`` and ``read``."""

    def __init__(self, engine: AsyncEngine) -> None:
        """Use an engine made by ``make_engine``; ``open`` is the usual way in."""
        self._engine = engine

    @classmethod
    async def open(cls, settings: Settings, url: str, *, application_name: str) -> Self:
        """Check that the server may be trusted with data, connect, and warm the pool.

        Raises:
            UnsafeDatabase: the server would lose acknowledged data, is too old or not UTF-8.
            SettingsError: the URL cannot be used.
            Unavailable: the server does not answer now.
        """
        server = await inspect_server(url)
        refuse_unsafe(server, allow_async_commit=settings.allow_async_commit)
        engine = make_engine(settings, url, server, application_name=application_name)
        try:
            await warm(engine, settings.pool_size)
        except Exception as error:
            await engine.dispose()
            if is_not_now(error) or isinstance(error, OSError):
                raise unavailable(error) from None
            raise
        return cls(engine)

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()

    async def write(self, work: Work[T]) -> T:
        """Do the work in one READ COMMITTED transaction and return its result once committed.

        Work that lost a race is done again, three times at most; then once more with every other
        last resort kept out.

        Raises:
            Unavailable: the database cannot do it now.  If the connection broke during the commit
                nobody knows whether it happened: the same write, sent again, finds out by its id.
        """

        async def alone(connection: Connection) -> T:
            await connection.execute(_TAKE_LAST_RESORT_LOCK)
            return await work(connection)

        return await self._race([work] * (1 + RETRIES) + [alone], read_only=False)

    async def read(self, work: Work[T]) -> T:
        """Do the work in one READ ONLY transaction; a plan gone stale under it is tried again.

        Raises:
            Unavailable: the database cannot be asked now.
        """
        return await self._race([work] * (1 + RETRIES), read_only=True)

    async def ping(self) -> None:
        """Ask the server for an answer.

        Raises:
            Unavailable: there is none.
        """
        await self.read(lambda connection: connection.execute(_PING))

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Connection]:
        """Yield a connection in one transaction, committed at the end of the block, tried once.

        Raises:
            Unavailable: the database cannot do it now; the broken connection is closed.
        """
        connection = await self._connect()
        try:
            if read_only:
                await connection.execution_options(postgresql_readonly=True)
            async with (
                _closed_if_broken(connection, read_only=read_only),
                connection.begin(),
                _closed_if_broken(connection, read_only=read_only),
            ):
                yield connection
        finally:
            await asyncio.shield(connection.close())  # or a caller who gives up twice keeps it

    async def _connect(self) -> Connection:
        try:
            return await self._engine.connect()
        except Exception as error:
            if is_not_now(error) or isinstance(error, OSError):
                raise unavailable(error) from None
            raise

    async def _race(self, tries: Sequence[Work[T]], *, read_only: bool) -> T:
        lost: Exception
        for nth, work in enumerate(tries):
            if nth:
                await asyncio.sleep(_pause_s(nth))
            try:
                async with self.transaction(read_only=read_only) as connection:
                    return await work(connection)
            except Exception as error:
                if not lost_a_race(error):
                    raise
                lost = error
        raise unavailable(lost) from None


def _pause_s(nth: int) -> float:
    """Return a pause that doubles and is drawn at random, so that two losers do not meet again."""
    longest: float = FIRST_PAUSE_S * 2**nth
    return random.uniform(longest / 2, longest)  # noqa: S311 (no secret depends on it)


@asynccontextmanager
async def _closed_if_broken(connection: Connection, *, read_only: bool) -> AsyncIterator[None]:
    """Turn "not now" into a problem, and never give its connection back to the pool.

    Used around the work, before its transaction is rolled back (a connection that died in
    mid-operation cannot even do that), and once more around the commit.
    """
    try:
        yield
    except Exception as error:
        if read_only and sqlstate_of(error) == _READ_ONLY_TRANSACTION:
            raise  # no failover: work given to ``read`` has tried to write
        closed = await _is_closed(connection)
        died = closed and isinstance(error, DBAPIError | asyncpg.InterfaceError)
        if not (died or is_not_now(error)):
            raise
        if closed or breaks_connection(error):
            await _discard(connection)
        raise unavailable(error) from None


async def _is_closed(connection: Connection) -> bool:
    if connection.invalidated:
        return True
    raw = await connection.get_raw_connection()
    driver: asyncpg.Connection | None = raw.driver_connection
    return driver is None or driver.is_closed()


async def _discard(connection: Connection) -> None:
    """Cut the line at once: a farewell to a server that is gone would wait for its time-out."""
    if connection.invalidated:
        return
    raw = await connection.get_raw_connection()
    if raw.driver_connection is not None:
        raw.driver_connection.terminate()
    await connection.invalidate()
