"""How does a file of rows, with a mapping of its columns, become a stream of events?

Rows are read one at a time: memory does not grow with the file, except for a counter for each
content that repeats where ids are made of content (see ``ordinals``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from app.connectors.documents import Notation
from app.connectors.events import EventBuilder, Outcome, compile_events
from app.connectors.lines import open_source, total_bytes
from app.connectors.mapping import FileMapping
from app.connectors.ordinals import Ordinals
from app.connectors.records import Record
from app.connectors.rows import START, Mark, Row
from app.connectors.table import Table, open_table
from app.problems import Fault

_NO_EVENT: Final = Fault("", "no-event", "no event of the mapping applies to this row")
_UNPACKED_RATIO: Final = 8


def read_events(
    path: Path,
    mapping: FileMapping,
    *,
    zone: ZoneInfo,
    source: str | None = None,
    after: Mark = START,
) -> Iterator[Row]:
    """Yield a row for each event that the file's lines tell, and for each line that cannot be read.

    The same file gives the same events with the same ids, also with its lines in another order.
    ``zone`` is where local times are unless the mapping says otherwise; ``source`` goes before the
    mapping's own; ``after`` is the mark of the last row that is safe.

    Raises:
        MappingError: the mapping does not fit the file.
        UnusableFile: the file as a whole cannot be read.
        DamagedFile: it cannot be read to its end; told after the rows before the damage.
    """
    with open_source(path) as file:
        table = open_table(file, mapping.file)
        notation = Notation(mapping.file, mapping.file.zone(zone))
        builders = compile_events(mapping, table, notation, source)
        ordinals = _foresee(table, builders, _unpacked_bytes(path))
        number = ordinals.take if ordinals else _always_first
        before = table.start if ordinals else after
        for record in table.records(before):
            outcomes = _outcomes(record, builders, number, mapping)
            if record.mark.offset > after.offset:
                read_bytes = file.read_bytes(record.mark.offset)
                yield from _rows(record, outcomes, before, read_bytes)
            before = record.mark
        file.refuse_damage()


def _always_first(_digest: bytes) -> int:
    return 0


def _unpacked_bytes(path: Path) -> int:
    return total_bytes(path) * (_UNPACKED_RATIO if path.suffix == ".gz" else 1)


def _foresee(table: Table, builders: Sequence[EventBuilder], size: int) -> Ordinals | None:
    """Read the file once for contents that repeat, if any id is made of content."""
    digesting = [(builder.applies, builder.digest) for builder in builders if builder.digest]
    if not digesting:
        return None
    ordinals = Ordinals(size)
    for record in table.records():
        for applies, digest in digesting:
            if record.fault is None and applies(record.cells):
                ordinals.foresee(digest(record.cells))
    return ordinals


def _outcomes(
    record: Record,
    builders: Sequence[EventBuilder],
    number: Callable[[bytes], int],
    mapping: FileMapping,
) -> list[Outcome]:
    """Return what a row tells: a document or faults for each event that applies to it."""
    if record.fault:
        return [(None, (record.fault,))]
    cells = record.cells
    outcomes = [builder.build(cells, number) for builder in builders if builder.applies(cells)]
    if not outcomes and mapping.otherwise == "refuse":
        return [(None, (_NO_EVENT,))]
    return outcomes


def _rows(
    record: Record, outcomes: Sequence[Outcome], before: Mark, read_bytes: int
) -> Iterator[Row]:
    """Yield the outcomes; only the last moves the mark on, or a restart would miss the others."""
    last = len(outcomes) - 1
    for index, (document, faults) in enumerate(outcomes):
        yield Row(
            line_number=record.line_number,
            mark=record.mark if index == last else before,
            read_bytes=read_bytes,
            raw=record.raw,
            document=document,
            faults=faults,
        )
