"""Which events does a row tell, and what are their ids?"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from app.connectors.documents import (
    Cells,
    Columns,
    Compiler,
    Notation,
    Path,
    Take,
    columns_named,
)
from app.connectors.mapping import (
    Condition,
    EventMapping,
    FileMapping,
    MappingError,
    key_path,
)
from app.connectors.ordinals import digest_of
from app.connectors.table import Table
from app.problems import Fault

Outcome = tuple[dict[str, Any] | None, tuple[Fault, ...]]
"""An event document, or None and what is wrong."""

_NO_ID: Final = Fault("/id", "missing", "a column of the id is empty")


@dataclass(frozen=True, slots=True)
class EventBuilder:
    """Makes one kind of event of a row.

    ``digest`` is given where ids are made of content: its rows need an ordinal, the others none.
    """

    type: str
    source: str
    applies: Callable[[Cells], bool]
    key: Callable[[Cells], str] | None
    digest: Callable[[Cells], bytes] | None
    fields: tuple[tuple[str, Take], ...]

    def build(self, cells: Cells, number: Callable[[bytes], int]) -> Outcome:
        """Return the event document, or None and what is wrong."""
        faults: list[Fault] = []
        found = ((name, take(cells, faults)) for name, take in self.fields)
        document = {
            "id": self._id(cells, number),
            "source": self.source,
            "type": self.type,
            **{name: value for name, value in found if value is not None},
        }
        document.setdefault("data", {})
        if not document["id"]:
            faults.append(_NO_ID)
        return (None, tuple(faults)) if faults else (document, ())

    def _id(self, cells: Cells, number: Callable[[bytes], int]) -> str:
        if self.digest is None:
            return self.key(cells) if self.key else ""
        digest = self.digest(cells)
        ordinal = number(digest)
        return f"{digest.hex()}-{ordinal}" if ordinal else digest.hex()


def compile_events(
    mapping: FileMapping, table: Table, notation: Notation, source: str | None
) -> list[EventBuilder]:
    """Return a builder for each event of the mapping, checked against the file's columns.

    Raises:
        MappingError: there is no source, the file lacks a column, or an id of hashed columns leaves
            out a column of the content, so that equal ids could mean different events.
    """
    name = source or mapping.source
    if not name:
        raise MappingError("source: is missing here and in the command")
    return [
        _compile(event, ("events", i), table, notation, name)
        for i, event in enumerate(mapping.events)
    ]


def _compile(
    event: EventMapping, path: Path, table: Table, notation: Notation, source: str
) -> EventBuilder:
    wanted = columns_named(event)
    content = Compiler(_columns(table, wanted), notation)
    person = Compiler(_columns(table, wanted), notation)
    fields = [("time", content.cell(event.time, (*path, "time")))]
    if event.record_key:
        fields.append(("record_key", content.cell(event.record_key, (*path, "record_key"))))
    fields.append(("identifiers", person.identifiers(event.identifiers, (*path, "identifiers"))))
    fields.append(("profile", person.fields(event.profile, (*path, "profile"))))
    fields.append(("data", content.fields(event.data, (*path, "data"))))
    applies = _condition(event.when, content.columns, (*path, "when", "column"))
    id_path = (*path, "id")
    key = content.text(event.id.text, id_path) if event.id.text is not None else None
    digest = _digest(event, content.columns, id_path) if event.id.hash is not None else None
    return EventBuilder(event.type.value, source, applies, key, digest, tuple(fields))


def _columns(table: Table, wanted: AbstractSet[str]) -> Columns:
    return Columns(table.names, table.style.width or len(table.names), wanted)


def _condition(when: Condition | None, columns: Columns, path: Path) -> Callable[[Cells], bool]:
    if when is None:
        return lambda _: True
    index = columns.index(when.column, path)
    others = when.is_not
    if others is not None:
        return lambda cells: cells[index] not in others
    wanted = when.is_ or frozenset()
    return lambda cells: cells[index] in wanted


def _digest(event: EventMapping, content: Columns, path: Path) -> Callable[[Cells], bytes]:
    if not event.id.hash:
        return lambda cells: digest_of((event.type.value, *cells))
    needed = frozenset(content.used)
    indexes = [content.index(column, path) for column in event.id.hash]
    if left_out := sorted(needed.difference(indexes)):
        raise MappingError(
            f"{key_path(path)}: the hash leaves out {content.shown(left_out[0])}, which the event's"
            " content uses: two different events could get one id"
        )
    return lambda cells: digest_of((event.type.value, *(cells[index] for index in indexes)))
