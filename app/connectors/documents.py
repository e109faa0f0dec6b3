"""How do the cells of a row become an event document?

A mapping and the columns of a file are turned into functions once; each row then runs through them.
An empty cell is a field left out.  What cannot be read is a fault at the field's JSON pointer, told
by the column's name and never by its content.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from pydantic import BaseModel

from app.connectors.file_format import FileFormat
from app.connectors.mapping import Cell, Fields, IdentifierCell, MappingError, Value, key_path
from app.connectors.values import (
    Unreadable,
    date_reader,
    decimal_text,
    instant_reader,
    money_text,
    number_reader,
    whole_number,
)
from app.problems import Fault

Cells = Sequence[str]
Path = tuple[str | int, ...]
Take = Callable[[Cells, list[Fault]], Any]
"""Takes a value from a row's cells; None when there is nothing, faults are added to the list."""

_PLACEHOLDER: Final = re.compile(r"\{([^{}]+)\}")
_EVENT_DEPTH: Final = 2


def columns_named(part: object) -> set[str]:
    """Return every column that a part of a mapping names: as such, in a text, or in a hash."""
    if isinstance(part, BaseModel):
        return columns_named(part.model_dump())
    if isinstance(part, dict):
        column = part.get("column")
        named = {column} if isinstance(column, str) else set()
        return named.union(*map(columns_named, part.values()))
    if isinstance(part, tuple | list):
        hashed = {each for each in part if isinstance(each, str)}
        return hashed.union(*map(columns_named, part))
    return set(_PLACEHOLDER.findall(part)) if isinstance(part, str) else set()


class Columns:
    """A file's columns, found by name or by position from 1; remembers which were asked for."""

    __slots__ = ("_may_be_shown", "_names", "_width", "used")

    def __init__(self, names: Sequence[str], width: int, wanted: AbstractSet[str]) -> None:
        """Take the header, how many cells a row has, and all columns that the mapping names."""
        self._names = names
        self._width = width
        self._may_be_shown = not wanted.isdisjoint(names)
        self.used: set[int] = set()

    def index(self, column: str | int, path: Path) -> int:
        """Return where the column stands in a row.

        Raises:
            MappingError: the file has no such column, or two of that name.
        """
        index = self._position(column) if isinstance(column, int) else self._named(column, path)
        if not 0 <= index < self._width:
            raise MappingError(f"{key_path(path)}: the file has {self._width} columns")
        self.used.add(index)
        return index

    def shown(self, index: int) -> str:
        """Return how people call the column at ``index``."""
        return f"column {self._names[index]!r}" if self._names else f"column {index + 1}"

    @staticmethod
    def _position(column: int) -> int:
        return column - 1

    def _named(self, name: str, path: Path) -> int:
        count = self._names.count(name)
        if count == 1:
            return self._names.index(name)
        if count == 0 and name.isdecimal():
            return int(name) - 1
        reason = "has two columns" if count else "has no column"
        raise MappingError(f"{key_path(path)}: the file {reason} {name!r}; {self._shown()}")

    def _shown(self) -> str:
        if not self._names:
            return f"it has {self._width} columns without names"
        if not self._may_be_shown:  # it may be somebody's line
            return (
                "its first line has none of the mapping's columns; if it is no header, say"
                " `header: false` and name columns by their position"
            )
        return f"it has {', '.join(map(repr, self._names))}"


@dataclass(frozen=True, slots=True)
class Notation:
    """How a file writes numbers and dates, and where its local times are."""

    form: FileFormat
    zone: tzinfo

    def converter(self, cell: Cell) -> Callable[[str], Any]:
        """Return what turns the cell's text into its value; raises Unreadable."""
        if cell.map is not None:
            return _mapped(cell.map)
        if cell.as_ == "text":
            return str
        if cell.as_ == "date":
            day = date_reader(self.form.dates)
            return lambda text: day(text).isoformat()
        if cell.as_ == "time":
            moment = instant_reader(self.form.dates, self.zone, cell.at)
            return lambda text: moment(text).isoformat()
        return self._number(cell)

    def _number(self, cell: Cell) -> Callable[[str], Any]:
        number = number_reader(self.form.decimal, self.form.thousands, self.form.currency_sign)
        write: Callable[[Decimal], Any] = {
            "money": money_text,
            "decimal": decimal_text,
            "integer": whole_number,
        }[cell.as_]
        if cell.absolute:
            return lambda text: write(abs(number(text)))
        return lambda text: write(number(text))


def _mapped(values: dict[str, Any]) -> Callable[[str], Any]:
    def convert(text: str) -> Any:
        if text not in values:
            raise Unreadable("not-in-map", "has a value that the map does not know")
        return values[text]

    return convert


@dataclass(frozen=True, slots=True)
class Compiler:
    """Turns the parts of a mapping into functions on a row's cells."""

    columns: Columns
    notation: Notation

    def text(self, template: str, path: Path) -> Callable[[Cells], str]:
        """Return what fills the template in: empty when one of its columns is."""
        parts = _PLACEHOLDER.split(template)
        if len(parts) == 1:
            return lambda _: template
        indexes = [self.columns.index(name, path) for name in parts[1::2]]
        if parts[0::2] == ["", ""]:
            only = indexes[0]
            return lambda cells: cells[only]
        frame = "{}".join(literal.replace("{", "{{").replace("}", "}}") for literal in parts[0::2])

        def fill(cells: Cells) -> str:
            found = [cells[index] for index in indexes]
            return frame.format(*found) if all(found) else ""

        return fill

    def cell(self, cell: Cell, path: Path, *, field: Path | None = None) -> Take:
        """Return what takes a cell's value; ``field`` is where it goes if not at ``path``."""
        template = cell.text if cell.text is not None else f"{{{cell.column}}}"
        text = self.text(template, path)
        convert = self.notation.converter(cell)
        pointer = pointer_to(field or path)

        def take(cells: Cells, faults: list[Fault]) -> Any:
            found = text(cells)
            if not found:
                if cell.required and cell.default is None:
                    faults.append(Fault(pointer, "missing", f"{template} is empty"))
                return cell.default
            try:
                return convert(found)
            except Unreadable as error:
                if cell.unreadable == "leave_out":
                    return cell.default
                faults.append(Fault(pointer, error.code, f"{template} {error.detail}"))
                return None

        return take

    def value(self, value: Value, path: Path) -> Take:
        """Return what takes a constant, a text, a cell, or an object or list of these."""
        piece = value.root
        if isinstance(piece, dict):
            return self.fields(piece, path)
        if isinstance(piece, tuple):
            return self._list([self.value(item, (*path, i)) for i, item in enumerate(piece)])
        if isinstance(piece, str):
            return self.cell(Cell(text=piece), path)
        if isinstance(piece, Cell):
            return self.cell(piece, path)
        return lambda _cells, _faults: piece

    def fields(self, fields: Fields, path: Path) -> Take:
        """Return what takes an object, without the fields that are empty; None when all are."""
        takes = [(name, self.value(value, (*path, name))) for name, value in fields.items()]

        def take(cells: Cells, faults: list[Fault]) -> Any:
            found = ((name, take_one(cells, faults)) for name, take_one in takes)
            return {name: value for name, value in found if value is not None} or None

        return take

    @staticmethod
    def _list(takes: list[Take]) -> Take:
        def take(cells: Cells, faults: list[Fault]) -> Any:
            found = (take_one(cells, faults) for take_one in takes)
            return [value for value in found if value is not None] or None

        return take

    def identifiers(self, cells: Sequence[IdentifierCell], path: Path) -> Take:
        """Return what takes the list of identifiers, without those that are empty."""
        return self._list([self._identifier(cell, (*path, i)) for i, cell in enumerate(cells)])

    def _identifier(self, cell: IdentifierCell, path: Path) -> Take:
        value = self.cell(cell, path, field=(*path, "value"))
        rest = {"country": cell.country, "scheme": cell.scheme, "source": cell.source}
        fixed = {name: text for name, text in rest.items() if text is not None}

        def take(row: Cells, faults: list[Fault]) -> Any:
            found = value(row, faults)
            return None if found is None else {"type": cell.type.value, "value": found, **fixed}

        return take


def pointer_to(path: Path) -> str:
    """Return the JSON pointer of a field, given its path from the mapping's top."""
    return "".join(f"/{part}" for part in path[_EVENT_DEPTH:])
