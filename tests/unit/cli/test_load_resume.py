"""Where a load stopped is remembered for this very file, and for no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.cli.load_file import LoadFile
from app.cli.load_resume import ResumeMark, Standing
from app.flows.load import Loaded, SafePoint, Tally

ZONE = ZoneInfo("America/Sao_Paulo")
WITNESS = b"0123456789abcdef"
STANDING = Standing(SafePoint(7, 700), Tally(5, 1, 1), WITNESS, 42)
MAPPING = "source: x\nevents: [{type: sale, id: '{A}', time: '{B}'}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text("{}\n")
    return path


def mark(path: Path, identity: str = "one") -> ResumeMark:
    return ResumeMark(path, identity)


def identity(path: Path, mapping: Path | None = None, source: str | None = None) -> str:
    return LoadFile.of(path, mapping, source, ZONE).identity


def test_what_is_kept_is_found(file: Path) -> None:
    mark(file).keep(STANDING)
    assert mark(file).found() == STANDING


def test_another_identity_finds_nothing(file: Path) -> None:
    mark(file).keep(STANDING)
    assert mark(file, "two").found() is None


def test_when_it_is_done_it_is_gone(file: Path) -> None:
    mark(file).keep(STANDING)
    mark(file).forget()
    assert mark(file).found() is None
    assert list(file.parent.iterdir()) == [file]


@pytest.mark.parametrize("damaged", ["", "{", "[]", '{"identity": "one"}', "\x00"])
def test_a_damaged_mark_is_none(file: Path, damaged: str) -> None:
    mark(file).keep(STANDING)
    file.with_name(f"{file.name}.resume").write_text(damaged)
    assert mark(file).found() is None


def test_where_nothing_can_be_written_nothing_is_kept(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    closed = mark(file)
    closed.keep(STANDING)
    assert not closed.may_be_kept
    assert closed.found() is None


def test_the_identity_changes_with_the_file_its_mapping_and_its_source(file: Path) -> None:
    mapping = file.with_name("mapping.yaml")
    mapping.write_text(MAPPING)
    known = {identity(file), identity(file, source="erp"), identity(file, mapping)}
    mapping.write_text(MAPPING.replace("x", "y"))
    known.add(identity(file, mapping))
    file.write_text("{}\n{}\n")
    known.add(identity(file))
    assert len(known) == 5
    assert identity(file) == identity(file)


def test_an_array_moves_the_standing_on() -> None:
    array = Loaded(Tally(10, 0, 2), (), SafePoint(19, 1900), 1900, b"f" * 16)
    assert STANDING.with_array(array, 99) == Standing(
        SafePoint(19, 1900), Tally(15, 1, 3), b"f" * 16, 99
    )


def test_an_array_without_a_witness_keeps_the_last_one() -> None:
    array = Loaded(Tally(refused=1), (), SafePoint(8, 800), 800, None)
    assert STANDING.with_array(array, 0).witness == WITNESS
    assert replace(STANDING, witness=None).with_array(array, 0).witness is None
