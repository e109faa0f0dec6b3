"""What does a reader hand over for each line of a file?"""

from __future__ import annotations

from typing import Any, Final

from app.problems import Fault
from app.vocabulary import value_type


class UnusableFile(Exception):
    """The file as a whole cannot be read; no line of it is at fault."""


class DamagedFile(UnusableFile):
    """From some line on the file cannot be unpacked; what stands before it has been handed over."""

    def __init__(self, line_number: int) -> None:
        """Take the last line that could be read."""
        super().__init__(f"the file is damaged after line {line_number}: it cannot be unpacked")


@value_type()
class Mark:
    """A place between two lines: go on here and nothing is lost or read twice.

    ``line_number`` is the last line before it, ``offset`` counts bytes of the unpacked file.
    """

    line_number: int
    offset: int


START: Final = Mark(0, 0)


@value_type()
class Row:
    """One event read from a file, or why there is none.

    There are faults exactly when there is no ``document``.  ``line_number`` is the first line of
    the row, counted from 1; ``mark`` is where to go on once this row is safe; ``read_bytes`` counts
    the file's bytes on disk, for a progress bar against ``total_bytes``; ``raw`` is what stood
    there, so that a refused line can be handed back as it came.
    """

    line_number: int
    mark: Mark
    read_bytes: int
    raw: bytes
    document: dict[str, Any] | None = None
    faults: tuple[Fault, ...] = ()
