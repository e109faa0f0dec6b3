"""A command never writes over what it reads, and says in a line where it cannot write."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.cli import terminal
from app.cli.files import writing
from tests.shell import Shell

EVENT = '{"id": "1"}\n'
MAPPING = "source: erp\nevents:\n  - {type: sale, id: x, time: x}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text(EVENT)
    return path


@pytest.mark.parametrize("dry_run", [["--dry-run"], []])
@pytest.mark.parametrize("over", ["file", "link", "mapping", "mark"])
def test_refused_lines_go_over_nothing_that_is_read(
    idip: Shell, file: Path, dry_run: list[str], over: str
) -> None:
    mapping, link = file.with_name("m.yaml"), file.with_name("link")
    mapping.write_text(MAPPING)
    os.link(file, link)
    mark = file.with_name(f"{file.name}.resume")
    refused = {"file": file, "link": link, "mapping": mapping, "mark": mark}[over]
    ran = idip("load", file, "--mapping", mapping, "--refused", refused, *dry_run)
    assert ran.code == terminal.WRONG_USE
    assert "--refused" in ran.err
    assert (file.read_text(), mapping.read_text()) == (EVENT, MAPPING)


def test_events_and_their_truth_are_two_files(idip: Shell, tmp_path: Path) -> None:
    out = tmp_path / "x"
    for there in ("./x", "-"):
        path = "-" if there == "-" else str(tmp_path / there)
        ran = idip("simulate", "--out", path, "--truth", path)
        assert ran.code == terminal.WRONG_USE
        assert "the out is the same file" in ran.err
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "--customers", "8", "--out", "{nowhere}"),
        ("simulate", "--customers", "8", "--out", "/dev/full"),
        ("load", "{file}", "--dry-run", "--refused", "{nowhere}"),
    ],
)
def test_where_nothing_can_be_written_is_said_in_a_line(
    idip: Shell, file: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    nowhere = tmp_path / "none" / "x"
    ran = idip(*(word.format(file=file, nowhere=nowhere) for word in words))
    assert ran.code == terminal.WRONG_USE
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.err


def test_what_fails_beside_is_not_told_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), writing(tmp_path / "x"):
        (tmp_path / "none" / "other").read_bytes()


def test_what_is_half_written_is_not_there(idip: Shell, tmp_path: Path) -> None:
    truth = tmp_path / "none" / "truth"
    assert idip("simulate", "--out", tmp_path / "x", "--truth", truth).code == terminal.WRONG_USE
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_told_to_be_none_of_what_can_be_loaded(idip: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for file in (pipe, Path("-")):
        ran = idip("load", file)
        assert ran.code == terminal.WRONG_USE
        assert "a pipe cannot be read twice" in ran.err
    assert "there is no file" in idip("load", tmp_path / "none").err
