"""A file that changes while it is read is noticed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.cli.load_file import LoadFile, Reading

LINES = b'{"id": "1"}\n{"id": "2"}\n'


def shortened(path: Path) -> None:
    path.write_bytes(LINES[:-1])


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(LINES)
    other.replace(path)


@pytest.mark.parametrize("change", [shortened, replaced, Path.unlink])
def test_a_file_that_changes_while_it_is_read_is_told(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(LINES)
    file = LoadFile.of(path, None, None, ZoneInfo("UTC"))
    quiet = Reading(file)
    assert len(list(quiet)) == 2
    assert quiet.trouble is None
    reading = Reading(file)
    rows = iter(reading)
    next(rows)
    change(path)
    list(rows)
    assert "has changed" in (reading.trouble or "")
