"""Which cells does each line of a file hold?

A line that cannot be read costs itself and nothing else: when an open quote or a wrong number of
cells shows that a row is damaged, its first line is refused and reading goes on at the second.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.connectors.file_format import FileFormat, NamedColumn
from app.connectors.lines import MAX_LINE_BYTES, Line
from app.connectors.rows import Mark
from app.problems import Fault

TOO_LONG: Final = Fault("", "too-long", "the row is longer than a megabyte")
BAD_QUOTES: Final = Fault("", "quotes", "a quote is opened and not closed, or closed too early")
LINE_ENDS: Final = Fault(
    "", "line-ends", "holds carriage returns alone, as old Macs end lines; save it with others"
)
NUL: Final = Fault("", "nul", "the line holds a NUL character")


csv.field_size_limit(MAX_LINE_BYTES)  # a line may be one cell; the module takes an eighth of it


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file: its cells, or the fault that kept them from being read."""

    line_number: int
    mark: Mark
    raw: bytes
    cells: tuple[str, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """A file's format with nothing left to guess; ``width`` is how many cells a row has."""

    format: FileFormat
    encoding: str
    delimiter: str
    width: int | None = None


class _Damaged(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def records(lines: Iterator[Line], style: Style) -> Iterator[Record]:
    """Yield a record for each row that is not blank."""
    read = _delimited if style.format.format == "delimited" else _line_by_line
    empty = style.format.empty
    for record in read(lines, style):
        cells = tuple("" if cell in empty else cell for cell in map(str.strip, record.cells))
        if record.fault or any(cells):
            yield Record(record.line_number, record.mark, record.raw, cells, record.fault)


def _line_by_line(lines: Iterator[Line], style: Style) -> Iterator[Record]:
    split = _splitter(style.format)
    for line in lines:
        cells: Sequence[str] = ()
        fault = None
        try:
            cells = split(_text(line, style.encoding))
            fault = _wrong_width(cells, style.width)
        except _Damaged as damaged:
            fault = damaged.fault
        yield _record([line], cells, fault)


def _splitter(form: FileFormat) -> Callable[[str], Sequence[str]]:
    if form.format == "whitespace":
        return str.split
    places = [_place(column) for column in form.columns]
    return lambda text: [text[place] for place in places]


def _place(column: NamedColumn) -> slice:
    return slice((column.from_ or 1) - 1, column.to)


class _Feed:
    """Hands lines to the csv module one by one and can take back those of a damaged row."""

    __slots__ = ("_back", "_bytes", "_encoding", "_lines", "taken")

    def __init__(self, lines: Iterator[Line], encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding
        self._back: deque[Line] = deque()
        self._bytes = 0
        self.taken: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else next(self._lines)
        self.taken.append(line)
        self._bytes += len(line.data)
        if len(self.taken) > 1 and self._bytes > MAX_LINE_BYTES:
            raise _Damaged(BAD_QUOTES)
        return _text(line, self._encoding)

    def begin(self) -> None:
        """Go on to another row."""
        self.taken = []
        self._bytes = 0

    def take_back(self) -> None:
        """Keep the row's first line; the others will be read again."""
        self._back.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]


def _delimited(lines: Iterator[Line], style: Style) -> Iterator[Record]:
    feed = _Feed(lines, style.encoding)
    rows = _csv_rows(feed, style)
    while True:
        feed.begin()
        cells, fault = _next_row(rows, style.width)
        if not feed.taken:
            return
        if fault:
            feed.take_back()
        yield _record(feed.taken, cells, fault)


def _csv_rows(feed: Iterator[str], style: Style) -> Iterator[list[str]]:
    quote = style.format.quote
    if quote == "none":
        return csv.reader(feed, delimiter=style.delimiter, quoting=csv.QUOTE_NONE)
    return csv.reader(feed, delimiter=style.delimiter, quotechar=quote, strict=True)


def _next_row(rows: Iterator[list[str]], width: int | None) -> tuple[list[str], Fault | None]:
    try:
        cells = next(rows, [])
    except csv.Error as error:
        # The module has one kind of error; only its words tell a stray line end from a quote.
        return [], LINE_ENDS if "new-line" in str(error) else BAD_QUOTES
    except _Damaged as damaged:
        return [], damaged.fault
    return cells, _wrong_width(cells, width)


def _wrong_width(cells: Sequence[str], width: int | None) -> Fault | None:
    """Refuse a row of too few or too many cells; blank rows and empty cells at the end are none."""
    if width is None or len(cells) == width or not any(map(str.strip, cells)):
        return None
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        return None
    return Fault("", "columns", f"the row has {len(cells)} cells where {width} belong")


def _text(line: Line, encoding: str) -> str:
    if line.cut:
        raise _Damaged(LINE_ENDS if b"\r" in line.data else TOO_LONG)
    try:
        text = line.data.decode(encoding)
    except UnicodeDecodeError:
        raise _Damaged(Fault("", "encoding", f"the line is not {encoding}")) from None
    if "\0" in text:
        raise _Damaged(NUL)
    return text.removeprefix("\ufeff") if line.number == 1 else text


def _record(lines: Sequence[Line], cells: Sequence[str], fault: Fault | None) -> Record:
    return Record(
        line_number=lines[0].number,
        mark=Mark(lines[-1].number, lines[-1].end),
        raw=b"".join(line.data for line in lines),
        cells=() if fault else tuple(cells),
        fault=fault,
    )
