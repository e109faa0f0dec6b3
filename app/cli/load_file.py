"""What stands in the file to be loaded?  From a reader's rows to what the flow takes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from app.api.event_document import read_event_document
from app.connectors.lines import total_bytes
from app.connectors.mapping import FileMapping, load_mapping
from app.connectors.ndjson import read_ndjson, refuse_other_kinds
from app.connectors.rows import DamagedFile, Mark, Row
from app.connectors.tabular import read_events
from app.flows.event_command import EventCommand, Unreadable
from app.flows.load import LoadItem, SafePoint
from app.problems import InvalidInput

BEGINNING: Final = SafePoint(0, 0)


@dataclass(frozen=True, slots=True)
class LoadFile:
    """A file, and how it is to be understood."""

    path: Path
    mapping: FileMapping | None
    source: str | None
    zone: ZoneInfo
    identity: str
    stamp: tuple[int, ...]

    @classmethod
    def of(cls, path: Path, mapping: Path | None, source: str | None, zone: ZoneInfo) -> Self:
        """Read the mapping.

        Raises:
            MappingError: it cannot be used; the message names each key at fault.
            UnusableFile: there is none, and the file holds something else than events.
        """
        if mapping is None:
            refuse_other_kinds(path)
        understood = None if mapping is None else load_mapping(mapping)
        return cls(path, understood, source, zone, _identity(path, mapping, source), _stamp(path))

    @property
    def bytes(self) -> int:
        """Return the size on disk, the whole that ``LoadItem.read_bytes`` is a part of."""
        return total_bytes(self.path)

    def rows(self, after: SafePoint = BEGINNING) -> Iterator[Row]:
        """Yield the rows of the file after a place in it.

        Raises:
            MappingError, UnusableFile: the file does not fit its mapping, or cannot be read at all.
        """
        mark = Mark(after.line_number, after.offset)
        if self.mapping is None:
            return read_ndjson(self.path, source=self.source, after=mark)
        return read_events(self.path, self.mapping, zone=self.zone, source=self.source, after=mark)


class Reading:
    """One reading of a file; at its end ``trouble`` says why it was not the whole of it, if so."""

    def __init__(self, file: LoadFile, after: SafePoint = BEGINNING) -> None:
        """Read after a place in the file."""
        self.trouble: str | None = None
        self._file = file
        self._after = after

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows that can be read.

        Raises:
            MappingError, UnusableFile: the file cannot be read at all.
        """
        try:
            yield from self._file.rows(self._after)
        except DamagedFile as error:
            self.trouble = str(error)
        if _stamp(self._file.path) != self._file.stamp:
            self.trouble = "the file has changed while it was read: load it again"


def item_of(row: Row) -> LoadItem:
    """Return the row as the flow takes it: a command, or why there is none."""
    after = SafePoint(row.mark.line_number, row.mark.offset)
    return LoadItem(_command(row), row.line_number, after, row.read_bytes, row.raw)


def _command(row: Row) -> EventCommand | Unreadable:
    if row.document is not None:
        return read_event_document(row.document)
    problem = InvalidInput(
        "the line cannot be read; see the faults", code="invalid-line", faults=row.faults
    )
    return Unreadable(None, problem)


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes when something is written to a file or put in its place."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _identity(path: Path, mapping: Path | None, source: str | None) -> str:
    """Return what changes when the file, or what is made of it, does."""
    found = path.stat()
    told: list[Any] = [path.resolve(), found.st_size, found.st_mtime_ns, source or ""]
    digest = hashlib.sha256("\0".join(map(str, told)).encode())
    digest.update(mapping.read_bytes() if mapping else b"")
    return digest.hexdigest()
