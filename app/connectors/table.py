"""Which columns does a file have, and where do its rows begin?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from app.connectors.file_format import FileFormat
from app.connectors.lines import SourceFile, detect_encoding, is_utf8
from app.connectors.records import Record, Style, records
from app.connectors.rows import START, Mark, UnusableFile

_DELIMITERS: Final = (";", "\t", "|", ",")


@dataclass(frozen=True, slots=True)
class Table:
    """An open file whose columns are known; ``names`` is empty where only positions count."""

    file: SourceFile
    style: Style
    names: tuple[str, ...]
    start: Mark

    def records(self, after: Mark = START) -> Iterator[Record]:
        """Yield the rows after the mark; never the header."""
        return records(self.file.lines(max(after, self.start, key=_offset)), self.style)


def open_table(file: SourceFile, form: FileFormat) -> Table:
    """Settle the encoding, the delimiter and the columns of a file.

    Raises:
        UnusableFile: it has no first row, or its header cannot be read or unpacked.
    """
    start = _after_lines(file, form.skip_rows)
    encoding = _encoding(file, form)
    style = Style(form, encoding, form.delimiter or _delimiter(file, start))
    first = _first_row(file, style, start)
    names = tuple(column.name for column in form.columns)
    names = names or (first.cells if form.header else ())
    width = None if form.format == "fixed" else len(names) or len(first.cells)
    body = first.mark if form.header else start
    return Table(file, replace(style, width=width), names, body)


def _encoding(file: SourceFile, form: FileFormat) -> str:
    """Return what the mapping says, else what is seen.

    Raises:
        UnusableFile: the mapping says another encoding of a file that is UTF-8, which any bytes
            would be read by: every accent would be two wrong letters.
    """
    if form.encoding is None:
        return detect_encoding(file)
    if form.encoding != "utf-8" and is_utf8(file):
        raise UnusableFile(f"the file is UTF-8, and the mapping says {form.encoding}")
    return form.encoding


def _first_row(file: SourceFile, style: Style, start: Mark) -> Record:
    first = next(records(file.lines(start), style), None)
    if first is None:
        file.refuse_damage()
        raise UnusableFile("the file is empty")
    if first.fault:
        raise UnusableFile(f"its first row cannot be read: {first.fault.detail}")
    return first


def _after_lines(file: SourceFile, count: int) -> Mark:
    mark = START
    for line in islice(file.lines(), count):
        mark = Mark(line.number, line.end)
    return mark


def _delimiter(file: SourceFile, start: Mark) -> str:
    """Return the commonest candidate in the first line: the header, or a row like any other."""
    first = next(file.lines(start), None)
    data = first.data if first else b""
    return max(_DELIMITERS, key=lambda mark: data.count(mark.encode("ascii")))


def _offset(mark: Mark) -> int:
    return mark.offset
