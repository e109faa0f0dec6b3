"""How does a file of any size come in?  In arrays, a few under way at once, in constant memory.

Each array is one transaction of ``take_events``.  What becomes of a line does not depend on which
others share its array or come before it, so a load that was killed goes on, or begins again, and
ends in the same state.  Only of an event that comes again it counts what was told last of its
person: an array waits for those under way that have one of its events, and is told later than they
are.  Arrays are told in the order of the file: what one says is safe is safe with everything before
it.

They are committed in any order, for some are under way at once, so an event of an array says
nothing of the arrays beside it: a backup may hold the third without the first.  It does say that
whatever was safe when its array was begun is held too, by this database and by every copy of it
that holds this event, since nothing commits before it has begun.  And only an event that this load
wrote says it, known by the id it got as it was written: a duplicate was there before, and the same
event may come to a copy by another way.
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
from typing import Final, Protocol, TypeVar

from app.database.clock import Clock
from app.database.transaction import CannotBeStored, Connection, Database
from app.flows.event_command import EventCommand, ItemResult, ItemStatus, Unreadable
from app.flows.event_intake import INSTANT, take_events
from app.flows.event_reading import Reader
from app.ledger import queries as ledger
from app.problems import Problem, Unavailable
from app.vocabulary import EventId, value_type

T = TypeVar("T")


class _Raw(Protocol):
    @property
    def raw(self) -> bytes: ...


RawT = TypeVar("RawT", bound=_Raw)

ARRAY_LINES: Final = 1_000
"""As many as one request may carry; a quarter of that costs a tenth more for each event."""

ARRAY_BYTES: Final = 4 << 20
"""A line may have a megabyte, and as an event it takes several times as much."""

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


@value_type()
class Witness:
    """An event as a load wrote it: by its key it is found, by its id it is that very writing."""

    event_key: bytes
    event_id: EventId


@dataclass(frozen=True, slots=True)
class Loaded:
    """One array, committed: with it everything before ``after`` is safe.

    ``witness`` is an event that the array wrote, None if it wrote none.  A database that knows it
    holds the first ``begun_after`` arrays of this load; of the others it need not hold any.
    """

    tally: Tally
    refused: tuple[Refusal, ...]
    after: SafePoint
    read_bytes: int
    begun_after: int
    witness: Witness | None


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """An array that is being taken, and which events are in it."""

    named: frozenset[tuple[str, str]]
    task: asyncio.Task[Loaded]


Commands = Sequence[EventCommand | Unreadable]

Taken = tuple[list[ItemResult], Witness | None]
"""What became of events that were taken together, and one of them by which that is known again."""

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
    told, told_at = 0, clock.now()
    async with _under_way() as flying:
        while array := await _next_array(lines):
            named = _named(array)
            while any(not named.isdisjoint(before.named) for before in flying):
                yield await flying.popleft().task
                told += 1
            told_at = max(clock.now(), told_at)
            taking = _take(database, array, told, reader, told_at, on_away)
            flying.append(_UnderWay(named, asyncio.create_task(taking)))
            told_at += len(array) * INSTANT
            if len(flying) == UNDER_WAY:
                yield await flying.popleft().task
                told += 1
        while flying:
            yield await flying.popleft().task


async def is_known(database: Database, event_key: bytes) -> bool:
    """Tell whether the database holds an event; that others refer to it is not enough."""
    return await database.read(lambda tx: _id_of(tx, event_key)) is not None


async def knows(database: Database, witness: Witness) -> bool:
    """Tell whether the database holds the very writing by which a place in a file was marked."""
    return await database.read(lambda tx: _id_of(tx, witness.event_key)) == witness.event_id


async def _id_of(tx: Connection, event_key: bytes) -> EventId | None:
    claim = (await ledger.stored_claims(tx, {event_key})).get(event_key)
    return claim.event_id if claim else None  # without a content it has no id either


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
    for line in next_lines(lines):
        array.append(line)
        if len(array) % _LINES_BETWEEN_TURNS == 0:
            await asyncio.sleep(0)
    return array


def next_lines(lines: Iterator[RawT]) -> Iterator[RawT]:
    """Yield as many lines as make one array: a thousand, or some megabytes."""
    size = 0
    for line in islice(lines, ARRAY_LINES):
        yield line
        size += len(line.raw)
        if size >= ARRAY_BYTES:
            return


async def _take(
    database: Database,
    array: Sequence[LoadItem],
    begun_after: int,
    reader: Reader,
    now: datetime,
    on_away: OnAway,
) -> Loaded:
    async def taken(commands: Commands, told_at: datetime) -> Taken:
        async def write(tx: Connection) -> Taken:
            results = await take_events(tx, commands, reader, told_at)
            return results, await _witness(tx, commands, results, reader)

        return await _patiently(lambda: database.write(write), on_away)

    results, witness = await _by_halves(taken, [item.command for item in array], now)
    return Loaded(
        _tally(results),
        tuple(
            Refusal(item.line_number, result.problem, item.raw)
            for item, result in zip(array, results, strict=True)
            if result.problem is not None
        ),
        array[-1].after,
        array[-1].read_bytes,
        begun_after,
        witness,
    )


async def _by_halves(
    taken: Callable[[Commands, datetime], Awaitable[Taken]], commands: Commands, now: datetime
) -> Taken:
    """Take them together or, where one of them cannot be stored, by halves until it stands alone.

    Our checks should have refused it: a load goes on all the same, and its neighbours come in.
    """
    try:
        return await taken(commands, now)
    except CannotBeStored as problem:
        if len(commands) == 1:
            return [ItemResult(commands[0].id, ItemStatus.REFUSED, problem=problem.anew())], None
    half = len(commands) // 2
    first, witness = await _by_halves(taken, commands[:half], now)
    second, later = await _by_halves(taken, commands[half:], now + half * INSTANT)
    return first + second, witness or later


async def _patiently(attempt: Callable[[], Awaitable[T]], on_away: OnAway) -> T:
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


def _tally(results: Iterable[ItemResult]) -> Tally:
    counts = Counter(result.status for result in results)
    return Tally(
        counts[ItemStatus.ACCEPTED], counts[ItemStatus.DUPLICATE], counts[ItemStatus.REFUSED]
    )


async def _witness(
    tx: Connection,
    commands: Commands,
    results: Sequence[ItemResult],
    reader: Reader,
) -> Witness | None:
    """Return the first event that this transaction wrote, with the id it was given."""
    for command, result in zip(commands, results, strict=True):
        if result.status is ItemStatus.ACCEPTED and isinstance(command, EventCommand):
            key = reader.event_key(command.source, command.id)
            event_id = await _id_of(tx, key)
            return Witness(key, event_id) if event_id else None
    return None
