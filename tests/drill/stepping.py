"""What if the other one comes exactly now?  Two units of work, stopped between any two statements.

PostgreSQL tests its isolation levels so.  One session runs up to a statement and waits there; the
other runs until it is done or waits for a lock of the first; then both go on.  Taking every
statement in turn, and both sessions as the one that waits, tries every single change of turns.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import asyncpg
from sqlalchemy import text

from app.database.hot import driver_of
from app.database.transaction import Connection, Database, Work
from app.problems import Problem, Unavailable

PID = text("SELECT pg_backend_pid()")
IS_BLOCKED = text("SELECT cardinality(pg_blocking_pids(CAST(:pid AS int))) > 0")
_POLL_S = 0.001
_LOOK_AFTER_S = 0.015
_LONGEST_S = 10.0


class Session:
    """A unit of work that stops before each statement until it is allowed to send it."""

    def __init__(self) -> None:
        """Stop before the first statement."""
        self.sent = 0
        self.pid: int | None = None
        self._allowed: int | None = 0
        self._changed = asyncio.Condition()
        self._waits = False

    async def run(self, database: Database, work: Work[Any]) -> object:
        """Do the work; return its result, or the reason of the problem it met.

        Raises:
            Unavailable: it was told "not now", which no race may come to.
        """

        async def step_by_step(tx: Connection) -> object:
            self.pid = await tx.scalar(PID)
            result = await work(Stepping(tx, self))  # type: ignore[arg-type]
            await self.turn()  # and once more before the commit
            return result

        try:
            return await database.write(step_by_step)
        except Unavailable:
            raise
        except Problem as problem:
            return problem.reason

    async def turn(self) -> None:
        """Wait until one more statement may be sent."""
        async with self._changed:
            self._waits = True
            await self._changed.wait_for(lambda: self._allowed is None or self.sent < self._allowed)
            self._waits = False
            self.sent += 1

    async def allow(self, statements: int | None) -> None:
        """Let it send so many statements in all, or all there are."""
        async with self._changed:
            self._allowed = statements
            self._changed.notify_all()

    @property
    def is_stopped(self) -> bool:
        """Tell whether it stands before a statement it may not send yet."""
        return self._waits and self._allowed is not None and self.sent >= self._allowed


class Stepping:
    """A connection that asks its session before each statement."""

    def __init__(self, connection: Connection, session: Session) -> None:
        """Send over ``connection`` when ``session`` says so."""
        self._connection = connection
        self._session = session

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        """Send one statement."""
        await self._session.turn()
        return await self._connection.execute(*arguments, **options)

    async def scalar(self, *arguments: Any, **options: Any) -> Any:
        """Send one statement and return its first value."""
        await self._session.turn()
        return await self._connection.scalar(*arguments, **options)

    @property
    def sync_connection(self) -> Any:
        """Return where hot statements find the driver: one that asks as well."""
        driver = SteppingDriver(driver_of(self._connection), self._session)
        return SimpleNamespace(
            connection=SimpleNamespace(dbapi_connection=SimpleNamespace(driver_connection=driver))
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class SteppingDriver:
    """A driver's connection that asks its session before each statement."""

    def __init__(self, driver: asyncpg.Connection[asyncpg.Record], session: Session) -> None:
        """Send over ``driver`` when ``session`` says so."""
        self._driver = driver
        self._session = session

    async def fetch(self, *arguments: Any, **options: Any) -> Any:
        """Send one statement and return its rows."""
        await self._session.turn()
        return await self._driver.fetch(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


@dataclass(frozen=True, slots=True)
class Turns:
    """A change of turns: one session stops before a statement while the other comes by."""

    first_stops: bool
    after: int


async def interleaved(
    database: Database, first: Work[Any], second: Work[Any], turns: Turns
) -> tuple[object, object, bool]:
    """Run both with that change of turns; return both results and whether the stop was reached."""
    sessions = (Session(), Session())
    stopping, passing = sessions if turns.first_stops else sessions[::-1]
    async with asyncio.timeout(_LONGEST_S), asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(session.run(database, work))
            for session, work in zip(sessions, (first, second), strict=True)
        ]
        stopped, passed = tasks if turns.first_stops else tasks[::-1]
        await stopping.allow(turns.after)
        await _until_it_rests(stopping, stopped)
        was_reached = not stopped.done()
        await passing.allow(None)
        await _until_it_waits(database, passing, passed)
        await stopping.allow(None)
    return tasks[0].result(), tasks[1].result(), was_reached


async def one_after_the_other(
    database: Database, first: Work[Any], second: Work[Any], *, first_first: bool
) -> tuple[object, object]:
    """Run both, one when the other is done; return both results."""
    results: dict[bool, object] = {}
    for is_first in (first_first, not first_first):
        session = Session()
        await session.allow(None)
        results[is_first] = await session.run(database, first if is_first else second)
    return results[True], results[False]


async def _until_it_rests(session: Session, task: asyncio.Task[object]) -> None:
    """Wait until a session is stopped, or has done all it had to do."""
    while not (session.is_stopped or task.done()):  # noqa: ASYNC110 (one of two ends it)
        await asyncio.sleep(_POLL_S)


async def _until_it_waits(database: Database, session: Session, task: asyncio.Task[object]) -> None:
    """Wait until a session is done, or cannot go on before another one is."""
    while not (await asyncio.wait({task}, timeout=_LOOK_AFTER_S))[0]:
        async with database.transaction(read_only=True) as watch:
            if await watch.scalar(IS_BLOCKED, {"pid": session.pid}):
                return
