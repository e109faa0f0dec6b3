"""A refused line is kept as it came, for its owner only, and told without its content."""

from __future__ import annotations

import json
import os
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.cli.files import UnusableOutput
from app.cli.load_refused import SHOWN, RefusedLines, RefusedSoFar
from app.flows.load import Refusal
from app.problems import Fault, InvalidInput

PROBLEM = InvalidInput("no", code="invalid-event", faults=(Fault("/time", "missing", "is empty"),))


def refusal(nth: int = 1, raw: bytes = b'{"id": "x"}\n') -> Refusal:
    return Refusal(nth, PROBLEM, raw)


def kept(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "refused.ndjson"


def test_a_line_is_kept_with_its_number_and_its_reason(path: Path) -> None:
    with closing(RefusedLines(path)) as lines:
        assert lines.add([refusal(3)]).bytes == path.stat().st_size
    assert kept(path) == [
        {
            "line": 3,
            "problem": {
                "code": "invalid-event",
                "detail": "no",
                "faults": [{"pointer": "/time", "code": "missing", "detail": "is empty"}],
            },
            "raw": '{"id": "x"}',
        }
    ]


@pytest.mark.parametrize("is_there", [False, True])
def test_only_its_owner_may_read_it(path: Path, is_there: bool) -> None:
    if is_there:
        path.touch(0o644)
    with closing(RefusedLines(path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(("raw", "text"), [("São".encode(), "São"), (b"S\xe3o", "São")])
def test_any_bytes_are_kept(path: Path, raw: bytes, text: str) -> None:
    with closing(RefusedLines(path)) as lines:
        lines.add([refusal(raw=raw + b"\r\n")])
    assert kept(path)[0]["raw"] == text


def test_a_new_load_begins_a_new_file(path: Path) -> None:
    path.write_text("of an earlier load\n")
    with closing(RefusedLines(path)) as lines:
        lines.add([refusal()])
    assert len(kept(path)) == 1


def test_a_resumed_load_drops_what_was_written_after_its_mark(path: Path) -> None:
    with closing(RefusedLines(path)) as lines:
        safe = lines.add([refusal(1)])
        lines.add([refusal(2)])
    with closing(RefusedLines(path, safe)) as lines:
        lines.add([refusal(2), refusal(3)])
    assert [row["line"] for row in kept(path)] == [1, 2, 3]


def test_a_load_goes_on_where_its_refused_lines_are(path: Path, tmp_path: Path) -> None:
    with closing(RefusedLines(path)) as lines:
        so_far = lines.add([refusal()])
    other = tmp_path / "other.ndjson"
    other.write_bytes(path.read_bytes())
    assert so_far.are_in(path)
    assert not so_far.are_in(other)
    assert not so_far.are_in(None)
    os.truncate(path, so_far.bytes - 1)
    assert not so_far.are_in(path)
    path.unlink()
    assert not so_far.are_in(path)
    assert RefusedSoFar().are_in(other), "nothing was refused"


def test_without_a_file_before_refused_lines_wanted_now_come_again(path: Path) -> None:
    with closing(RefusedLines(None)) as lines:
        so_far = lines.add([refusal()])
    assert so_far.are_in(None)
    assert not so_far.are_in(path)


def test_what_a_pipe_took_is_kept_nowhere() -> None:
    with closing(RefusedLines(Path("/dev/null"))) as lines:
        assert not lines.add([refusal()]).are_in(Path("/dev/null"))


def test_refusals_are_counted_by_code_also_over_a_kill(capsys: pytest.CaptureFixture[str]) -> None:
    with closing(RefusedLines(None, RefusedSoFar({"no-rate": 3, "invalid-event": 1}))) as lines:
        assert lines.add([refusal()]).codes == {"no-rate": 3, "invalid-event": 2}
        lines.tell(5)
    assert "3 no-rate, 2 invalid-event" in capsys.readouterr().err


def test_without_a_file_the_first_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with closing(RefusedLines(None)) as lines:
        lines.add(refusal(nth, raw=b"11 98765-4321") for nth in range(1, SHOWN + 3))
        lines.tell(SHOWN + 2)
    told = capsys.readouterr().err
    assert "line 1: /time is empty" in told
    assert f"line {SHOWN + 1}:" not in told
    assert "and 2 more" in told
    assert "98765" not in told


def test_a_short_write_is_gone_on_with(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr("os.write", lambda where, data: write(where, bytes(data[:7])))
    with closing(RefusedLines(path)) as lines:
        lines.add([refusal(1), refusal(2)])
    assert [row["line"] for row in kept(path)] == [1, 2]


def test_a_full_disk_is_told_in_a_line() -> None:
    full = Path("/dev/full")
    said = pytest.raises(UnusableOutput, match="/dev/full cannot be written: No space left")
    with closing(RefusedLines(full)) as lines, said:
        lines.add([refusal()])
