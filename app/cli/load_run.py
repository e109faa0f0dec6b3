"""How is a file loaded from a terminal?  With a bar, a place to go on from, and the refusals."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.cli import terminal
from app.cli.house import OpenHouse, visiting
from app.cli.load_file import LoadFile, Reading, item_of
from app.cli.load_pace import PATIENT
from app.cli.load_progress import Bar, bar
from app.cli.load_refused import RefusedLines
from app.cli.load_resume import ResumeMark, Standing, Trail
from app.database.location import Location, located
from app.flows.load import Tally, knows, load
from app.problems import Unavailable
from app.settings import Settings
from app.supervisor.garbage import fewer_collections


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What came of a load, with what an earlier part of it had brought.

    ``trouble`` says why the file could not be read to its end, or need not be what it is now.
    """

    tally: Tally
    refused_codes: Mapping[str, int]
    seconds: float
    resumed_after_line: int = 0
    trouble: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            **asdict(self.tally),
            "refused_codes": dict(self.refused_codes),
            "seconds": round(self.seconds, 1),
            "resumed_after_line": self.resumed_after_line,
            "trouble": self.trouble,
        }


def load_file(
    file: LoadFile, settings: Settings, refused: Path | None, *, resume: bool
) -> LoadResult:
    """Load a file and tell on the way how it goes."""
    try:
        return terminal.run(_load(file, settings, refused, resume=resume))
    except KeyboardInterrupt:
        terminal.say("stopped; the same command goes on from here")
        raise


async def _load(
    file: LoadFile, settings: Settings, refused: Path | None, *, resume: bool
) -> LoadResult:
    mark, began = ResumeMark(file.path, file.identity), time.monotonic()
    async with located(settings) as location, visiting(settings, location, **PATIENT) as house:
        start = await _start(house, mark, refused) if resume else Standing()
        if start == Standing():
            mark.forget()  # the refused lines that it counts on are about to be written anew
        with closing(RefusedLines(refused, start.refused)) as lines, fewer_collections():
            reading = Reading(file, start.after)
            standing = await _take(reading, file.bytes, house, location, start, mark, lines)
    mark.forget()  # also of a damaged file: nothing more can be read of this one
    result = LoadResult(
        standing.tally,
        standing.refused.codes,
        time.monotonic() - began,
        start.after.line_number,
        reading.trouble,
    )
    _tell(result, lines)
    return result


async def _start(house: OpenHouse, mark: ResumeMark, refused: Path | None) -> Standing:
    """Return where an earlier load stopped, if what it took and what it refused is still there."""
    if not mark.may_be_kept:
        terminal.say("the file's folder cannot be written to: if stopped, it begins again")
    standing = mark.found()
    if standing is None or standing.witness is None:
        return Standing()
    if not await knows(house.database, standing.witness):
        terminal.say("this database does not hold what was loaded before: beginning again")
        return Standing()
    if not standing.refused.are_in(refused):
        terminal.say("the lines refused before are kept elsewhere, or no more: beginning again")
        return Standing()
    terminal.say(f"going on after line {standing.after.line_number}")
    return standing


async def _take(
    reading: Reading,
    file_bytes: int,
    house: OpenHouse,
    location: Location,
    start: Standing,
    mark: ResumeMark,
    lines: RefusedLines,
) -> Standing:
    trail = Trail(start)
    items = map(item_of, reading)
    with bar(file_bytes, "loading") as shown:
        away = Away(location, shown)
        async with aclosing(load(house.database, items, house.reader, house.clock, away)) as arrays:
            async for array in arrays:
                if told := trail.add(array, lines.add(array.refused)):
                    _keep(mark, told, shown)
                tally = trail.last.tally
                shown.show(array.read_bytes, tally, tally.lines - start.tally.lines)
                away.is_over()
    return trail.last


def _keep(mark: ResumeMark, standing: Standing, shown: Bar) -> None:
    """Write the standing down, or say once that it cannot be done."""
    could_be = mark.may_be_kept
    mark.keep(standing)
    if could_be and not mark.may_be_kept:
        shown.tell("where the load stands cannot be written down: if stopped, it repeats the rest")


class Away:
    """Says once why nothing can be written now, and starts the database again if it is ours."""

    def __init__(self, location: Location, shown: Bar) -> None:
        """Speak above the bar."""
        self._embedded = location.embedded
        self._shown = shown
        self._told: str | None = None

    async def __call__(self, problem: Unavailable) -> None:
        """Wait with the load; said again is only another reason."""
        has_reason = problem.detail != problem.title
        why = problem.detail if has_reason else "the database does not answer"
        if why != self._told:
            self._shown.tell(f"{why}; waiting")
            self._told = why
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.ensure_running)

    def is_over(self) -> None:
        """Take note that something was written: what comes next is told again."""
        self._told = None


def _tell(result: LoadResult, lines: RefusedLines) -> None:
    tally, after = result.tally, result.resumed_after_line
    came = f"{tally.accepted} accepted, {tally.duplicate} known before, {tally.refused} refused"
    took = f"in {result.seconds:.1f} s"
    if after:
        took = f"in the whole file; from line {after + 1} on it took {result.seconds:.1f} s"
    terminal.say(f"{came} {took}")
    lines.tell(tally.refused)
    if result.trouble:
        terminal.say(result.trouble)
