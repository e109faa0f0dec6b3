"""How does a file of any size come in?  In arrays, a few under way at once, in constant memory.

Each array is one transaction of ``take_events``.  What becomes of a line does not depend on which
others share its array or come before it, so a load that was killed goes on, or begins again, and
ends in the same state.  Only of an event that comes again it counts what was told last of its
person: an array waits for those under way that have one of its events, and is told later than they
are.  Arrays are finished in the order of the file: what one says is safe is safe
with everything before it.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from app.database.clock import Clock
from app.database.transaction import CannotBeStored, Database
from app.flows.event_command import EventCommand, ItemResult, ItemStatus, Unreadable
from app.flows.event_intake import INSTANT, take_events
from app.flows.event_reading import Reader
from app.ledger import queries as ledger
from app.problems import Problem, Unavailable
from app.vocabulary import value_type

ARRAY_LINES: Final = 1_000
"""As many as one request may carry; a quarter of that costs a tenth more for each event."""

UNDER_WAY: Final = 3
"""One array has its customers locked, one writes its facts and may wait for them, one is read."""

_LINES_BETWEEN_TURNS: Final = 6
"""Reading takes some 0.1 ms a line; so often the arrays under way may go on to their next step."""

PATIENCE_S: Final = 600.0
_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 5.0


@value_type()
class SafePoint:
    """A place between two lines: what stands before it need not be read again.

    ``offset`` counts bytes of the unpacked file.
    """

    line_number: int
    offset: int


@value_type()
class LoadItem:
    """An event of a file, or why it is none, with the line it came from.

    ``after`` is where to go on once it is safe; ``read_bytes`` counts bytes of the file on disk.
    """

    command: EventCommand | Unreadable
    line_number: int
    after: SafePoint
    read_bytes: int
    raw: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that was not taken, as it stood there, and why."""

    line_number: int
    problem: Problem
    raw: bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events came to what."""

    accepted: int = 0
    duplicate: int = 0
    refused: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.refused + other.refused,
        )

    @property
    def lines(self) -> int:
        """Return how many there were in all."""
        return self.accepted + self.duplicate + self.refused


NOTHING: Final = Tally()


@dataclass(frozen=True, slots=True)
class Loaded:
    """One array, committed: with it everything before ``after`` is safe.

    ``witness`` is the key of an event of the array that was taken, None if none was: while the
    database knows it, the place may be believed.
    """

    tally: Tally
    refused: tuple[Refusal, ...]
    after: SafePoint
    read_bytes: int
    witness: bytes | None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An array that is being taken, and which events are in it."""

    named: frozenset[tuple[str, str]]
    task: asyncio.Task[Loaded]


Commands = Sequence[EventCommand | Unreadable]

OnAway = Callable[[Unavailable], Awaitable[None]]
"""Is told that the database is away, each time it is asked in vain."""


async def load(
    database: Database, items: Iterable[LoadItem], reader: Reader, clock: Clock, on_away: OnAway
) -> AsyncGenerator[Loaded, None]:
    """Take in events and yield each array once it is committed, in the order of the file.

    Raises:
        Unavailable: the database has been away for ten minutes.
    """
    lines = iter(items)
    told_at = clock.now()
    async with _under_way() as flying:
        while array := await _next_array(lines):
            named = _named(array)
            while any(not named.isdisjoint(before.named) for before in flying):
                yield await flying.popleft().task
            told_at = max(clock.now(), told_at)
            taking = _take(database, array, reader, told_at, on_away)
            flying.append(_UnderWay(named, asyncio.create_task(taking)))
            told_at += len(array) * INSTANT
            if len(flying) == UNDER_WAY:
                yield await flying.popleft().task
        while flying:
            yield await flying.popleft().task


async def is_known(database: Database, witness: bytes) -> bool:
    """Tell whether the database still knows the event by which a place in a file was marked."""
    return bool(await database.read(lambda tx: ledger.stored_claims(tx, {witness})))


@asynccontextmanager
async def _under_way() -> AsyncIterator[deque[_UnderWay]]:
    """Yield a place for tasks of which none is left running, whatever happens."""
    flying: deque[_UnderWay] = deque()
    try:
        yield flying
    finally:
        for array in flying:
            array.task.cancel()
        await asyncio.gather(*(array.task for array in flying), return_exceptions=True)


def _named(array: Iterable[LoadItem]) -> frozenset[tuple[str, str]]:
    """Return by what each event of an array is known."""
    commands = (item.command for item in array)
    return frozenset((it.source, it.id) for it in commands if isinstance(it, EventCommand))


async def _next_array(lines: Iterator[LoadItem]) -> list[LoadItem]:
    """Read the next lines, giving way to the arrays under way every few of them."""
    array: list[LoadItem] = []
    while wanted := min(_LINES_BETWEEN_TURNS, ARRAY_LINES - len(array)):
        some = list(islice(lines, wanted))
        array += some
        if len(some) < wanted:
            break
        await asyncio.sleep(0)
    return array


async def _take(
    database: Database, array: Sequence[LoadItem], reader: Reader, now: datetime, on_away: OnAway
) -> Loaded:
    async def taken(commands: Commands, told_at: datetime) -> list[ItemResult]:
        return await _patiently(
            lambda: database.write(lambda tx: take_events(tx, commands, reader, told_at)), on_away
        )

    results = await _by_halves(taken, [item.command for item in array], now)
    return _loaded(array, results, reader)


async def _by_halves(
    taken: Callable[[Commands, datetime], Awaitable[list[ItemResult]]],
    commands: Commands,
    now: datetime,
) -> list[ItemResult]:
    """Take them together or, where one of them cannot be stored, by halves until it stands alone.

    Our checks should have refused it: a load goes on all the same, and its neighbours come in.
    """
    try:
        return await taken(commands, now)
    except CannotBeStored as problem:
        if len(commands) == 1:
            return [ItemResult(commands[0].id, ItemStatus.REFUSED, problem=problem)]
    half = len(commands) // 2
    first = await _by_halves(taken, commands[:half], now)
    return first + await _by_halves(taken, commands[half:], now + half * INSTANT)


async def _patiently(
    attempt: Callable[[], Awaitable[list[ItemResult]]], on_away: OnAway
) -> list[ItemResult]:
    """Try until the database can be asked; sent twice, an array's events are duplicates."""
    loop = asyncio.get_running_loop()
    limit, pause_s = loop.time() + PATIENCE_S, _FIRST_PAUSE_S
    while True:
        try:
            return await attempt()
        except Unavailable as problem:
            if loop.time() > limit:
                raise
            await on_away(problem)
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _loaded(array: Sequence[LoadItem], results: Sequence[ItemResult], reader: Reader) -> Loaded:
    return Loaded(
        _tally(results),
        tuple(
            Refusal(item.line_number, result.problem, item.raw)
            for item, result in zip(array, results, strict=True)
            if result.problem is not None
        ),
        array[-1].after,
        array[-1].read_bytes,
        _witness(array, results, reader),
    )


def _tally(results: Iterable[ItemResult]) -> Tally:
    counts = Counter(result.status for result in results)
    return Tally(
        counts[ItemStatus.ACCEPTED], counts[ItemStatus.DUPLICATE], counts[ItemStatus.REFUSED]
    )


def _witness(
    array: Sequence[LoadItem], results: Sequence[ItemResult], reader: Reader
) -> bytes | None:
    for item, result in zip(array, results, strict=True):
        if result.status is not ItemStatus.REFUSED and isinstance(item.command, EventCommand):
            return reader.event_key(item.command.source, item.command.id)
    return None
