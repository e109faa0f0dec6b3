"""What would a load send, and what would it refuse?  The database is asked, and not changed."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path
from typing import Any, Final

from app.cli import terminal
from app.cli.house import reader_of
from app.cli.load_file import LoadFile, Reading, item_of
from app.cli.load_progress import bar
from app.cli.load_refused import RefusedLines
from app.cli.load_run import LoadResult
from app.connectors.rows import Row
from app.database.clock import SystemClock
from app.database.embedded.folders import has_cluster
from app.database.keyed_hash import KeyedHash
from app.database.location import located
from app.database.schema import schema_serves
from app.database.transaction import Database
from app.flows.event_command import ItemResult, ItemStatus
from app.flows.load import LoadItem, Refusal, Tally, next_lines
from app.flows.load_rehearsal import Commands, rehearse_array
from app.flows.load_rehearsal import rehearse as rehearse_event
from app.problems import Unavailable
from app.settings import Settings, SettingsError

SAMPLES: Final = 3

Judge = Callable[[Commands], Awaitable[list[ItemResult]]]
"""Says what would become of events."""


class Rehearsal:
    """What has been seen of a file: samples, how many of which type, what would be refused."""

    def __init__(self, lines: RefusedLines) -> None:
        """Write refused lines to ``lines``."""
        self.samples: list[dict[str, Any]] = []
        self.types: Counter[str] = Counter()
        self.ignored: Counter[tuple[str, str]] = Counter()
        self.tally = Tally()
        self._lines = lines

    def look(self, row: Row, item: LoadItem, result: ItemResult) -> None:
        """Note down what would become of a row."""
        if result.problem is not None:
            self._lines.add([Refusal(item.line_number, result.problem, item.raw)])
            self.tally += Tally(refused=1)
        elif result.status is ItemStatus.DUPLICATE:
            self.tally += Tally(duplicate=1)
        else:
            self.tally += Tally(accepted=1)
            self._count(row.document or {}, result)

    def tell(self) -> None:
        """Say what was seen; the samples are told to the person at the terminal only."""
        for sample in self.samples:
            terminal.say(json.dumps(sample, ensure_ascii=False, indent=2))
        types = ", ".join(f"{count} {kind}" for kind, count in self.types.most_common())
        terminal.say(f"would be sent: {types or 'nothing'}")
        for (kind, fault), count in self.ignored.most_common():
            terminal.say(f"  {count} × {kind}: {fault}, is not used as evidence")
        if self.tally.duplicate:
            terminal.say(f"known before: {self.tally.duplicate}")
        terminal.say(f"would be refused: {self.tally.refused}")
        self._lines.tell(self.tally.refused)

    def _count(self, document: dict[str, Any], result: ItemResult) -> None:
        if len(self.samples) < SAMPLES:
            self.samples.append(document)
        self.types[document["type"]] += 1
        for fault in result.ignored:
            _, part, place = fault.pointer.split("/")
            if part == "identifiers":
                place = document["identifiers"][int(place)]["type"]
            self.ignored[place, fault.code] += 1


def rehearse(file: LoadFile, settings: Settings, refused: Path | None) -> LoadResult:
    """Read the whole file, change nothing, and show what would be sent and what would not."""
    return terminal.run(_rehearse(file, settings, refused))


async def _rehearse(file: LoadFile, settings: Settings, refused: Path | None) -> LoadResult:
    began, reading = time.monotonic(), Reading(file)
    async with _judge(settings) as judge:
        with closing(RefusedLines(refused)) as lines:
            rehearsal = Rehearsal(lines)
            with bar(file.bytes, "reading") as shown:
                rows = iter(reading)
                while array := list(next_lines(rows)):
                    await _look(rehearsal, array, judge)
                    shown.show(array[-1].read_bytes, rehearsal.tally, rehearsal.tally.lines)
            rehearsal.tell()
    if reading.trouble:
        terminal.say(reading.trouble)
    took_s = time.monotonic() - began
    return LoadResult(rehearsal.tally, lines.so_far.codes, took_s, trouble=reading.trouble)


async def _look(rehearsal: Rehearsal, array: Iterable[Row], judge: Judge) -> None:
    items = [(row, item_of(row)) for row in array]
    results = await judge([item.command for _, item in items])
    for (row, item), result in zip(items, results, strict=True):
        rehearsal.look(row, item, result)


@asynccontextmanager
async def _judge(settings: Settings) -> AsyncIterator[Judge]:
    """Yield who judges: with the database if there is one to ask, else without, saying so."""
    async with AsyncExitStack() as held:
        judge = await _asking(settings, held)
        if judge is None:
            terminal.say("no database to ask: what it knows already is not told")
        yield judge or _alone(settings)


async def _asking(settings: Settings, held: AsyncExitStack) -> Judge | None:
    """Return who asks the database; None where there is none, or none that this version reads."""
    if settings.database_url is None and not has_cluster(settings.data_dir):
        return None
    one = settings.model_copy(update={"pool_size": 1})
    try:
        location = await held.enter_async_context(located(settings))
        database = await Database.open(one, location.url, application_name="idip rehearsal")
        held.push_async_callback(database.close)
        if not await database.read(schema_serves):
            return None
    except (SettingsError, Unavailable):
        return None
    reader, clock = reader_of(settings, location.keyed_hash), SystemClock()

    async def ask(commands: Commands) -> list[ItemResult]:
        now = clock.now()
        return await database.read(lambda tx: rehearse_array(tx, commands, reader, now))

    return ask


def _alone(settings: Settings) -> Judge:
    reader, now = reader_of(settings, KeyedHash(secrets.token_bytes(32))), SystemClock().now()

    async def judge(commands: Commands) -> list[ItemResult]:
        return [rehearse_event(command, reader, now) for command in commands]

    return judge
