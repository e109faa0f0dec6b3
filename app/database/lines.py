"""How does a unit of work come to a line to the database, and what becomes of the line?

A line is a connection that stays open.  SQLAlchemy's pool takes it back, resets it, wraps it anew
and asks its listeners, each time, in another stack (greenlet): as much work as a look-up.  Nothing
of that is needed here, as units of work begin and end their transactions themselves (ADR 16); so
the lines stay out of that pool for good and are lent from here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Final

import asyncpg
from sqlalchemy import exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool

from app.database.failures import breaks_connection, is_not_now, sqlstate_of, unavailable
from app.database.hot import driver_of

Connection = AsyncConnection
"""What a unit of work is given: the rooms above know it by this name only."""

BEGIN: Final = "BEGIN"
BEGIN_READ_ONLY: Final = "BEGIN READ ONLY"
_COMMIT: Final = "COMMIT"
_ROLLBACK: Final = "ROLLBACK"
_READ_ONLY_TRANSACTION: Final = "25006"

TRY_AGAIN_AFTER_S: Final = 0.1
"""So long nobody asks a server again that has just refused a line."""

_LONGEST_TRY_S: Final = 0.3
"""So long one who asks it again does so for all; then it may have gone dumb, and others try too."""


class NotCommitted(Exception):
    """The work passed over a failure of the database, which undid all of it: a bug."""


class Lines:
    """The lines of one engine: as many as its pool may have, the one used last lent first.

    Whoever finds none free waits in turn, as long as the engine's pool would have them wait.  While
    the server refuses new ones, one in turn asks it and the others are told so at once: a server
    that recovers from a crash would be kept from it by hundreds that knock.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """Lend lines of an engine made by ``make_engine``; none is open yet."""
        pool = engine.pool
        if not isinstance(pool, QueuePool):
            raise TypeError("the engine has no pool that tells its size")
        self._engine = engine
        self._most = pool.size()
        self._patience_s = float(pool.timeout())
        self._open = 0
        self._not_before_s: float | None = None
        """While the server refuses: when somebody may ask it again."""
        self._free: list[Connection] = []
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    async def warm(self) -> None:
        """Open every line at once, so that no caller waits for one."""
        found = await asyncio.gather(
            *(self.take() for _ in range(self._most)), return_exceptions=True
        )
        for line in found:
            if isinstance(line, AsyncConnection):
                self.give(line)
        for failure in found:
            if isinstance(failure, BaseException):
                raise failure

    async def close(self) -> None:
        """Close the lines that nobody has, and the engine."""
        while self._free:
            await self.drop(self._free.pop())
        await self._engine.dispose()

    async def take(self) -> Connection:
        """Return a line that nobody else has; one known to be cut is replaced, nothing is sent.

        Raises:
            sqlalchemy.exc.TimeoutError: every line was taken for as long as one may wait.
            ConnectionRefusedError: the server has just refused one.
        """
        while True:
            while self._free:
                line = self._free.pop()
                if not driver_of(line).is_closed():  # none that was invalidated is given back
                    return line
                await self.drop(line)
            if self._open < self._most:
                return await self._opened()
            if (handed := await self._handed()) is not None:
                return handed

    def give(self, line: Connection) -> None:
        """Take back a line that is as good as before, and lend it to who waits longest."""
        if not self._wake(line):
            self._free.append(line)

    async def drop(self, line: Connection) -> None:
        """Take back a line that is of no use any more: cut, or in a transaction still."""
        try:
            await asyncio.shield(_closed(line))  # or who gives up twice keeps its place
        finally:
            self._open -= 1
            self._wake(None)

    async def _opened(self) -> Connection:
        self._knock()
        self._open += 1
        try:
            line = await self._engine.connect()
        except BaseException as error:
            self._open -= 1
            self._wake(None)
            if is_not_now(error) or isinstance(error, OSError):
                self._not_before_s = _now_s() + TRY_AGAIN_AFTER_S
            raise
        self._not_before_s = None
        return line

    def _knock(self) -> None:
        """Ask a server that refused again, for all, or not at all.

        Raises:
            ConnectionRefusedError: it refused just now, or somebody asks it right now.
        """
        if self._not_before_s is None:
            return
        if _now_s() < self._not_before_s:
            self._wake(None)  # nobody else in the row is to wait for nothing
            raise ConnectionRefusedError("the server has just refused a line")
        self._not_before_s = _now_s() + _LONGEST_TRY_S

    async def _handed(self) -> Connection | None:
        """Return the line that somebody gives back, or None when one may be opened."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience_s):
                return await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():  # handed over, and gave up, at once
                line = turn.result()
                self._wake(None) if line is None else self.give(line)
            if isinstance(error, TimeoutError):
                raise exc.TimeoutError("every line to the database is taken") from None
            raise

    def _wake(self, line: Connection | None) -> bool:
        """Hand a line, or the place for one, to who waits longest; tell whether anybody does."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(line)
                return True
        return False


class Unit:
    """A line for one unit of work, in one transaction or, without ``begin``, in none.

    The transaction is committed at the end of the block, or rolled back if the block fails.  What
    means "not now" becomes a problem, and a line that broke is closed.  Whoever gives up (a
    deadline) does not wait for a server that may have gone dumb: the line is cut, which rolls back.
    """

    __slots__ = ("_begin", "_driver", "_line", "_lines")

    _line: Connection
    _driver: asyncpg.Connection[asyncpg.Record]

    def __init__(self, lines: Lines, begin: str | None) -> None:
        """Lend from ``lines``; ``begin`` is the statement that begins the transaction."""
        self._lines = lines
        self._begin = begin

    async def __aenter__(self) -> Connection:
        """Take a line.

        Raises:
            Unavailable: there is none, now.
        """
        try:
            self._line = await self._lines.take()
        except Exception as error:
            if is_not_now(error) or isinstance(error, OSError):
                raise unavailable(error) from None
            raise
        self._driver = driver_of(self._line)
        if self._begin is not None:
            try:
                await self._driver.execute(self._begin)
            except BaseException as error:
                await self.__aexit__(type(error), error, error.__traceback__)
                raise
        return self._line

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """End the work, and give the line back whatever happens: also if who waits gives up twice.

        Raises:
            Unavailable: the database could not do it now.
            NotCommitted: the server rolled back what was to be committed.
        """
        try:
            if error is None:
                await self._commit()
            elif isinstance(error, Exception):
                await self._roll_back(error)
            elif self._begin is not None:
                await self._line.invalidate()
        finally:
            # Who invalidates a line closes its driver: that need not be asked as well.
            if self._driver.is_closed() or self._driver.is_in_transaction():
                await self._lines.drop(self._line)
            else:
                self._lines.give(self._line)

    async def _commit(self) -> None:
        if self._begin is None:
            return
        try:
            done = await self._driver.execute(_COMMIT)
        except BaseException as failure:
            if not isinstance(failure, Exception):
                await self._line.invalidate()
                raise
            raise await self._told(failure) from None
        if done != _COMMIT:
            raise NotCommitted

    async def _roll_back(self, error: Exception) -> None:
        """End work that failed; returning lets its own error go on."""
        told = await self._told(error)
        if not self._driver.is_closed() and self._driver.is_in_transaction():
            try:
                await self._driver.execute(_ROLLBACK)
            except Exception as failure:  # noqa: BLE001 (told, or the first error tells more)
                told = await self._told(failure)
        if told is not error:
            raise told from None

    async def _told(self, error: Exception) -> Exception:
        """Return what callers are told of a failure; the line it broke is not lent again."""
        read_only = self._begin != BEGIN
        if read_only and sqlstate_of(error) == _READ_ONLY_TRANSACTION:
            return error  # no failover: work given to ``read`` has tried to write
        cut = is_cut(self._line)
        died = cut and isinstance(error, exc.DBAPIError | asyncpg.InterfaceError)
        if not (died or is_not_now(error)):
            return error
        if cut or breaks_connection(error):
            await discard(self._line)
        return unavailable(error)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def is_cut(line: Connection) -> bool:
    """Tell whether a line is known to lead nowhere; nothing is sent."""
    return line.invalidated or driver_of(line).is_closed()


async def _closed(line: Connection) -> None:
    await discard(line)
    await line.close()


async def discard(line: Connection) -> None:
    """Cut a line at once: a farewell to a server that is gone would wait for its time-out."""
    if not line.invalidated:
        driver_of(line).terminate()
        await line.invalidate()
