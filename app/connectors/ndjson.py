"""How is a file of events, one JSON object a line, read?"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from app.connectors.lines import Line, SourceFile, open_source
from app.connectors.rows import START, Mark, Row, UnusableFile
from app.json_text import parse_json
from app.problems import Fault, Problem

_FIRST_LINES = 5
"""If none of so many begins like an object, it is another kind of file and no damaged line."""

_TOO_LONG = Fault("", "too-long", "the line is longer than a megabyte")
_NOT_AN_OBJECT = Fault("", "not-an-object", "the line is JSON and not an object")


def read_ndjson(path: Path, *, source: str | None = None, after: Mark = START) -> Iterator[Row]:
    """Yield one row for each line that is not blank; ``source`` fills in where an event names none.

    A line that cannot be read is a row with faults, never an exception; what an event *says* is not
    judged here.

    Raises:
        UnusableFile: the file is compressed and damaged, told after the rows before the damage.
    """
    with open_source(path) as file:
        for line in file.lines(after):
            if line.data.strip():
                yield _row(file, line, source)
        file.refuse_damage()


def refuse_other_kinds(path: Path) -> None:
    """Look at the first lines, so that a file of rows is not refused line by line.

    Raises:
        UnusableFile: none of them begins like a JSON object, or not even one can be unpacked.
    """
    with open_source(path) as file:
        texts = (line.data.removeprefix(codecs.BOM_UTF8).strip() for line in file.lines())
        first = list(islice((text for text in texts if text), _FIRST_LINES))
        if not first:
            file.refuse_damage()
    if first and not any(text.startswith(b"{") for text in first):
        raise UnusableFile(
            f"{path.name} holds no events, which are one JSON object a line; if it holds rows"
            " (CSV or the like), say with --mapping FILE what its columns mean"
        )


def _row(file: SourceFile, line: Line, source: str | None) -> Row:
    document, fault = _read(line)
    if document is not None and source is not None:
        document = {"source": source, **document}
    return Row(
        line_number=line.number,
        mark=Mark(line.number, line.end),
        read_bytes=file.read_bytes(line.end),
        raw=line.data,
        document=document,
        faults=(fault,) if fault else (),
    )


def _read(line: Line) -> tuple[dict[str, Any] | None, Fault | None]:
    if line.cut:
        return None, _TOO_LONG
    try:
        value = parse_json(line.data.removeprefix(codecs.BOM_UTF8))
    except Problem as problem:
        return None, Fault("", problem.reason, problem.detail)
    return (value, None) if isinstance(value, dict) else (None, _NOT_AN_OBJECT)
