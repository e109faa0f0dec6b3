"""How does work reach the database, and what happens when it fails there?

One unit of work is one transaction, committed before its result is returned: what a caller was told
has happened survives a crash.  Work that lost a race is done again from the start, so it must be a
function of what it reads and of its own arguments, and have no effect outside the database.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Final, Self, TypeVar

import asyncpg
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.database.engine import make_engine, warm
from app.database.failures import (
    NO_ROOM,
    SetGrew,
    breaks_connection,
    is_not_now,
    lost_a_race,
    no_room,
    sqlstate_of,
    unavailable,
)
from app.database.hot import driver_of
from app.database.room import Room
from app.database.server import inspect_server, refuse_unsafe
from app.problems import Unavailable
from app.settings import Settings

__all__ = ["Connection", "Database", "SetGrew", "Work"]

T = TypeVar("T")

Connection = AsyncConnection
"""What a unit of work is given: the rooms above know it by this name only."""

Work = Callable[[Connection], Awaitable[T]]

RETRIES: Final = 3
FIRST_PAUSE_S: Final = 0.005
FULL_FOR_S: Final = 10.0
"""How long a disk is called full after it was found so."""

_LAST_RESORT_LOCK: Final = 0x69646970_00000001
_TAKE_LAST_RESORT_LOCK: Final = select(func.pg_advisory_xact_lock(_LAST_RESORT_LOCK))
_PING: Final = select(1)
_READ_ONLY_TRANSACTION: Final = "25006"

_BEGIN: Final = "BEGIN"
_BEGIN_READ_ONLY: Final = "BEGIN READ ONLY"
_COMMIT: Final = "COMMIT"
_ROLLBACK: Final = "ROLLBACK"


class NotCommitted(Exception):
    """The work passed over a failure of the database, which undid all of it: a bug."""


class Database:
    """One pool of connections and the ways to use it: ``write``, ``read`` and ``ask``.

    Where a transaction begins and ends is said here, to the driver, and not left to SQLAlchemy, so
    that hot statements (``hot``) are in it however they go, and a single read needs none.
    """

    def __init__(self, engine: AsyncEngine, room: Room | None = None) -> None:
        """Use an engine made by ``make_engine``; ``open`` is the usual way in."""
        self._engine = engine
        self._room = room
        self._full_until = -math.inf

    @classmethod
    async def open(
        cls, settings: Settings, url: str, *, application_name: str, room: Room | None = None
    ) -> Self:
        """Check that the server may be trusted with data, connect, and warm the pool.

        With ``room``, nothing is written while little of it is left.

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
        return cls(engine, room)

    @property
    def is_full(self) -> bool:
        """Tell whether writes are refused, or were a moment ago, because the disk is full."""
        return self._lacks_room or _now_s() < self._full_until

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
        if self._lacks_room:
            raise no_room()

        async def alone(connection: Connection) -> T:
            await connection.execute(_TAKE_LAST_RESORT_LOCK)
            return await work(connection)

        return await self._race([work] * (1 + RETRIES) + [alone], self.transaction)

    async def read(self, work: Work[T]) -> T:
        """Do the work in one READ ONLY transaction; a plan gone stale under it is tried again.

        Raises:
            Unavailable: the database cannot be asked now.
        """
        return await self._race([work] * (1 + RETRIES), partial(self.transaction, read_only=True))

    async def ask(self, work: Work[T]) -> T:
        """Do a read of one statement, which needs neither BEGIN nor COMMIT: a third of the way.

        Raises:
            Unavailable: the database cannot be asked now.
        """
        return await self._race([work] * (1 + RETRIES), self.statement)

    async def ping(self) -> None:
        """Ask the server for an answer.

        Raises:
            Unavailable: there is none.
        """
        await self.ask(lambda connection: connection.execute(_PING))

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Connection]:
        """Yield a connection in one transaction, committed at the end of the block, tried once.

        Raises:
            Unavailable: the database cannot do it now; the broken connection is closed.
        """
        async with (
            self._connection() as connection,
            _closed_if_broken(connection, read_only=read_only),
            _begun(connection, _BEGIN_READ_ONLY if read_only else _BEGIN),
            _closed_if_broken(connection, read_only=read_only),
        ):
            yield connection

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[Connection]:
        """Yield a connection for one statement, which is a transaction by itself, tried once.

        Raises:
            Unavailable: the database cannot do it now; the broken connection is closed.
        """
        async with (
            self._connection() as connection,
            _closed_if_broken(connection, read_only=True),
        ):
            yield connection

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        connection = await self._connect()
        try:
            yield connection
        finally:
            await asyncio.shield(_give_back(connection))  # or who gives up twice keeps it

    @property
    def _lacks_room(self) -> bool:
        return self._room is not None and not self._room.is_left

    async def _connect(self) -> Connection:
        try:
            return await self._engine.connect()
        except Exception as error:
            if is_not_now(error) or isinstance(error, OSError):
                raise unavailable(error) from None
            raise

    async def _race(
        self,
        tries: Sequence[Work[T]],
        connected: Callable[[], AbstractAsyncContextManager[Connection]],
    ) -> T:
        lost: Exception
        for nth, work in enumerate(tries):
            if nth:
                await asyncio.sleep(_pause_s(nth))
            try:
                async with connected() as connection:
                    return await work(connection)
            except Exception as error:
                if isinstance(error, Unavailable) and error.reason == NO_ROOM:
                    self._full_until = _now_s() + FULL_FOR_S
                if not lost_a_race(error):
                    raise
                lost = error
        raise unavailable(lost) from None


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def _pause_s(nth: int) -> float:
    """Return a pause that doubles and is drawn at random, so that two losers do not meet again."""
    longest: float = FIRST_PAUSE_S * 2**nth
    return random.uniform(longest / 2, longest)  # noqa: S311 (no secret depends on it)


@asynccontextmanager
async def _begun(connection: Connection, begin: str) -> AsyncIterator[None]:
    """Begin a transaction, and end it: committed, or rolled back if the block fails.

    Whoever gives up (a deadline) does not wait for a server that may have gone dumb either: the
    line is cut, which rolls back.
    """
    driver = driver_of(connection)
    await driver.execute(begin)
    try:
        yield
    except Exception:
        if not driver.is_closed() and driver.is_in_transaction():
            await driver.execute(_ROLLBACK)
        raise
    except BaseException:
        await connection.invalidate()
        raise
    if await driver.execute(_COMMIT) != _COMMIT:
        raise NotCommitted


async def _give_back(connection: Connection) -> None:
    """Return a connection to the pool; one whose transaction was not ended is closed instead."""
    try:
        driver = None if connection.invalidated else driver_of(connection)
        if driver is not None and not driver.is_closed() and driver.is_in_transaction():
            await _discard(connection)
    finally:
        await connection.close()


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
