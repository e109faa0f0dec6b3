"""How does work reach the database, and what happens when it fails there?

One unit of work is one transaction, committed before its result is returned: what a caller was told
has happened survives a crash.  Work that lost a race is done again from the start, so it must be a
function of what it reads and of its own arguments, and have no effect outside the database.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Final, Self, TypeVar

from sqlalchemy import func, select

from app.database.engine import make_engine
from app.database.failures import (
    NO_ROOM,
    CannotBeStored,
    SetGrew,
    cannot_be_stored,
    is_not_now,
    is_unfit,
    lost_a_race,
    no_room,
    unavailable,
)
from app.database.lines import BEGIN, BEGIN_READ_ONLY, Connection, Lines, NotCommitted, Unit
from app.database.room import Room
from app.database.server import inspect_server, refuse_unsafe
from app.problems import Unavailable
from app.settings import Settings

__all__ = ["CannotBeStored", "Connection", "Database", "NotCommitted", "SetGrew", "Work"]

T = TypeVar("T")

Work = Callable[[Connection], Awaitable[T]]

RETRIES: Final = 3
FIRST_PAUSE_S: Final = 0.005
FULL_FOR_S: Final = 10.0
"""How long a disk is called full after it was found so."""

_LAST_RESORT_LOCK: Final = 0x69646970_00000001
_TAKE_LAST_RESORT_LOCK: Final = select(func.pg_advisory_xact_lock(_LAST_RESORT_LOCK))
_PING: Final = select(1)


class Database:
    """One pool of connections and the ways to use it: ``write``, ``read`` and ``ask``.

    Where a transaction begins and ends is said here, to the driver, and not left to SQLAlchemy, so
    that hot statements (``hot``) are in it however they go, and a single read needs none.
    """

    def __init__(self, lines: Lines, room: Room | None = None) -> None:
        """Work over these lines; ``open`` is the usual way in."""
        self.lines = lines
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
        lines = Lines(make_engine(settings, url, server, application_name=application_name))
        try:
            await lines.warm()
        except Exception as error:
            await lines.close()
            if is_not_now(error) or isinstance(error, OSError):
                raise unavailable(error) from None
            raise
        return cls(lines, room)

    @property
    def is_full(self) -> bool:
        """Tell whether writes are refused, or were a moment ago, because the disk is full."""
        return self._lacks_room or _now_s() < self._full_until

    async def close(self) -> None:
        """Close every connection of the pool."""
        await self.lines.close()

    async def write(self, work: Work[T]) -> T:
        """Do the work in one READ COMMITTED transaction and return its result once committed.

        Work that lost a race is done again, three times at most; then once more with every other
        last resort kept out.

        Raises:
            Unavailable: the database cannot do it now.  If the connection broke during the commit
                nobody knows whether it happened: the same write, sent again, finds out by its id.
            CannotBeStored: the database does not take a value of it.
        """
        if self._lacks_room:
            raise no_room()

        async def alone(connection: Connection) -> T:
            await connection.execute(_TAKE_LAST_RESORT_LOCK)
            return await work(connection)

        try:
            return await self._race([work] * (1 + RETRIES) + [alone], self.transaction)
        except Exception as error:
            if is_unfit(error):
                raise cannot_be_stored(error) from None
            raise

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

    def transaction(self, *, read_only: bool = False) -> AbstractAsyncContextManager[Connection]:
        """Return a connection in one transaction, committed at the end of the block, tried once.

        Raises:
            Unavailable: the database cannot do it now; the broken connection is closed.
        """
        return Unit(self.lines, BEGIN_READ_ONLY if read_only else BEGIN)

    def statement(self) -> AbstractAsyncContextManager[Connection]:
        """Return a connection for one statement, which is a transaction by itself, tried once.

        Raises:
            Unavailable: the database cannot do it now; the broken connection is closed.
        """
        return Unit(self.lines, None)

    @property
    def _lacks_room(self) -> bool:
        return self._room is not None and not self._room.is_left

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
