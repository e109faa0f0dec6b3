"""How does a company say what the columns of its file mean?

A mapping is a YAML file: how the file is written (``file``), and which events a line tells
(``events``).  Everything in it is checked before the first line is read; an unknown key is an error
that names its path.  ``docs/loading.md`` explains it for people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    RootModel,
    StrictBool,
    StrictInt,
    StrictStr,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from app.connectors.file_format import FileFormat, Part
from app.connectors.yaml_text import read_yaml
from app.flows.event_command import EventType
from app.vocabulary import IdentifierType

_NOON: Final = time(12)
_TAGS: Final = frozenset({"cell", "object", "list", "constant"})
_PLAINER: Final = {
    "extra_forbidden": "is not a key known here",
    "missing": "is missing",
    "model_type": "must be an object of keys and values",
    "tuple_type": "must be a list",
    "frozen_set_type": "must be a list",
    "dict_type": "must be an object of keys and values",
}


class MappingError(Exception):
    """The mapping cannot be used; the message names the path of each key at fault."""


def _time_of_day(value: object) -> object:
    if not isinstance(value, time) and not re.fullmatch(r"[0-2]?[0-9]:[0-5][0-9]", str(value)):
        raise ValueError("is not a time of day such as 12:00")
    return value


def _text_or(key: str) -> BeforeValidator:
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


def _column(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("must be a column's name, or its position from 1")  # noqa: TRY004
    return value


ColumnRef = Annotated[str | int, BeforeValidator(_column)]
"""A column by its name, or by its position from 1."""

Constant = StrictStr | StrictInt | StrictBool


class Cell(Part):
    """A value taken from the line: one ``column``, or a ``text`` with ``{column}`` in it."""

    column: ColumnRef | None = None
    text: str | None = None
    as_: Literal["text", "money", "decimal", "integer", "date", "time"] = Field("text", alias="as")
    map: dict[Annotated[str, BeforeValidator(str)], Constant] | None = None
    default: Constant | None = None
    required: bool = False
    unreadable: Literal["refuse", "leave_out"] = "refuse"
    absolute: bool = False
    at: Annotated[time, BeforeValidator(_time_of_day)] = _NOON

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        if (self.column is None) == (self.text is None):
            raise ValueError("needs either column or text")
        if self.map is not None and self.as_ != "text":
            raise ValueError("map already says what the value is; leave out as")
        if self.required and self.unreadable == "leave_out":
            raise ValueError("what is required cannot be left out")
        return self


TextCell = Annotated[Cell, _text_or("text")]
"""A cell that may be written short: ``"{order}-{line}"`` for ``{text: "{order}-{line}"}``."""


class IdentifierCell(Cell):
    """An identifier; where its cell is empty the event goes without it."""

    type: IdentifierType
    country: str | None = None
    scheme: str | None = None
    source: str | None = None

    @field_validator("country")
    @classmethod
    def _is_a_code(cls, country: str | None) -> str | None:
        if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
            raise ValueError("must be a country's two letters, such as BR")
        return country


def _kind(value: object) -> str:
    if isinstance(value, Cell) or (isinstance(value, dict) and value.keys() & {"column", "text"}):
        return "cell"
    if isinstance(value, dict):
        return "object"
    return "list" if isinstance(value, list | tuple) else "constant"


_Piece = Annotated[
    Annotated[Cell, Tag("cell")]
    | Annotated[dict[str, "Value"], Tag("object")]
    | Annotated[tuple["Value", ...], Tag("list")]
    | Annotated[Constant, Tag("constant")],
    Discriminator(_kind),
]


class Value(RootModel[_Piece]):
    """A constant, a text with ``{column}`` in it, a cell, or an object or list of these."""

    @model_validator(mode="before")
    @classmethod
    def _is_something(cls, value: object) -> object:
        if value is None:
            raise ValueError("is empty")
        return value


Fields = dict[str, Value]


def _whole_line(value: object) -> object:
    if value == "line":
        return []
    if not isinstance(value, list) or not value:
        raise ValueError("must be line, or a list of columns")
    return value


class EventId(Part):
    """An event's id: a ``text`` of columns, or for files without a key a ``hash`` of content.

    An empty ``hash`` is the whole line.
    """

    text: str | None = None
    hash: Annotated[tuple[ColumnRef, ...] | None, BeforeValidator(_whole_line)] = None

    @model_validator(mode="after")
    def _one_origin(self) -> EventId:
        if (self.text is None) == (self.hash is None):
            raise ValueError("needs either text or hash")
        return self


class Condition(Part):
    """Which lines tell this event: by what one column says."""

    column: ColumnRef
    is_: frozenset[str] | None = Field(None, alias="is")
    is_not: frozenset[str] | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        if (self.is_ is None) == (self.is_not is None):
            raise ValueError("needs either is or is_not")
        return self


class EventMapping(Part):
    """How one line becomes one event."""

    type: EventType
    id: Annotated[EventId, _text_or("text")]
    time: TextCell
    when: Condition | None = None
    record_key: TextCell | None = None
    identifiers: tuple[IdentifierCell, ...] = ()
    profile: Fields = Field(default_factory=dict)
    data: Fields = Field(default_factory=dict)

    @field_validator("time")
    @classmethod
    def _is_a_time(cls, cell: Cell) -> Cell:
        if cell.as_ not in {"text", "time"} or cell.map is not None:
            raise ValueError("is always read as a time")
        return cell.model_copy(update={"as_": "time", "required": True})


class FileMapping(Part):
    """What a file's lines mean; ``otherwise`` is what becomes of a line that tells no event."""

    source: str | None = None
    file: FileFormat = FileFormat()
    events: tuple[EventMapping, ...]
    otherwise: Literal["refuse", "skip"] = "refuse"

    @field_validator("events")
    @classmethod
    def _not_none(cls, events: tuple[EventMapping, ...]) -> tuple[EventMapping, ...]:
        if not events:
            raise ValueError("must hold at least one event")
        return events


def load_mapping(path: Path) -> FileMapping:
    """Read a mapping file.

    Raises:
        MappingError: it is not YAML, or a key is unknown, missing or says what it cannot.
    """
    try:
        return parse_mapping(read_yaml(path.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise MappingError(f"the mapping is not YAML: {error}") from None
    except UnicodeDecodeError:
        raise MappingError("the mapping is not UTF-8") from None


def parse_mapping(document: object) -> FileMapping:
    """Check a mapping that has been read already.

    Raises:
        MappingError: names every key that is wrong, one a line.
    """
    try:
        return FileMapping.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise MappingError("\n".join(map(_told, faults))) from None


def _told(fault: Mapping[str, Any]) -> str:
    message = _PLAINER.get(fault["type"], fault["msg"].removeprefix("Value error, "))
    return f"{key_path(fault['loc'])}: {message}"


def key_path(parts: tuple[str | int, ...]) -> str:
    """Write a path as people do, ``events[0].data.net``, without the checker's own tags."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif part not in _TAGS:
            path += f".{part}" if path else part
    return path or "the mapping"
