"""What would a load send, and what would it refuse?  Everything but the database is asked."""

from __future__ import annotations

import json
import secrets
import time
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from app.cli import terminal
from app.cli.house import reader_of
from app.cli.load_file import LoadFile, item_of
from app.cli.load_progress import bar
from app.cli.load_refused import RefusedLines
from app.cli.load_run import LoadResult
from app.connectors.rows import Row
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.flows.event_command import ItemResult
from app.flows.event_reading import Reader
from app.flows.load import Refusal, Tally
from app.flows.load import rehearse as rehearse_event
from app.settings import Settings

SAMPLES: Final = 3
_SHOW_EVERY: Final = 500


class Rehearsal:
    """What has been seen of a file: samples, how many of which type, what would be refused."""

    def __init__(self, reader: Reader, now: datetime, lines: RefusedLines) -> None:
        """Judge as of ``now``; refused lines go to ``lines``."""
        self.samples: list[dict[str, Any]] = []
        self.types: Counter[str] = Counter()
        self.ignored: Counter[tuple[str, str]] = Counter()
        self.tally = Tally()
        self._reader = reader
        self._now = now
        self._lines = lines

    def look(self, row: Row) -> None:
        """Judge one row as the load would, as far as that goes without a database."""
        item = item_of(row)
        result = rehearse_event(item.command, self._reader, self._now)
        if result.problem is not None:
            self._lines.add([Refusal(item.line_number, result.problem, item.raw)])
            self.tally += Tally(refused=1)
            return
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
        terminal.say(f"would be refused: {self.tally.refused}")
        self._lines.tell(self.tally.refused)

    def _count(self, document: dict[str, Any], result: ItemResult) -> None:
        if len(self.samples) < SAMPLES:
            self.samples.append(document)
        self.types[document["type"]] += 1
        for fault in result.ignored:
            nth = int(fault.pointer.rpartition("/")[2])
            self.ignored[document["identifiers"][nth]["type"], fault.code] += 1


def rehearse(file: LoadFile, settings: Settings, refused: Path | None) -> LoadResult:
    """Read the whole file, change nothing, and show what would be sent and what would not."""
    began, of_nobody = time.monotonic(), KeyedHash(secrets.token_bytes(32))
    with closing(RefusedLines(refused)) as lines:
        rehearsal = Rehearsal(reader_of(settings, of_nobody), SystemClock().now(), lines)
        with bar(file.bytes, "reading") as shown:
            for nth, row in enumerate(file.rows(), start=1):
                rehearsal.look(row)
                if nth % _SHOW_EVERY == 0:
                    shown.show(row.read_bytes, rehearsal.tally, nth)
            shown.show(file.bytes, rehearsal.tally, rehearsal.tally.lines)
        rehearsal.tell()
    return LoadResult(rehearsal.tally, time.monotonic() - began)
