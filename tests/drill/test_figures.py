"""Is a figure that missed its goal seen as such, in the table and in how a drill ends?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drill.everything import _lines_of
from tests.drill.figures import KEPT_IN, Figure, kept, markdown, nothing_of, plain, tell, within

pytestmark = pytest.mark.ci

FIGURES = [
    Figure("crash", "kills", "20"),
    nothing_of("crash", "lost", 0),
    within("crash", "recovered", [0.5, 3.0], 2.0),
]


def test_the_table_says_what_was_missed() -> None:
    assert [line.split("  ")[-1].strip() for line in plain(FIGURES).splitlines()[2:]] == [
        "20",
        "ok",
        "MISSED",
    ]
    assert markdown(FIGURES).splitlines()[-1] == (
        "| crash | recovered | 3.00 s, the longest of 2 | 2 s | MISSED |"
    )


def test_a_drill_ends_badly_when_a_goal_was_missed_or_never_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(KEPT_IN, str(tmp_path / "figures"))
    assert tell(FIGURES[:2]) == 0
    assert tell(FIGURES[2:]) == 1
    assert tell([within("crash", "recovered", [], 2.0)]) == 1
    assert kept(tmp_path / "figures")[:3] == FIGURES
    assert "lost" in capsys.readouterr().out


def test_what_a_drill_printed_itself_comes_into_the_table() -> None:
    said = [f"{'cases':<30}20000 in 3 rounds", "something else", f"{'findings':<30}none"]
    assert [(f.what, f.found) for f in _lines_of("fuzz", said)] == [
        ("cases", "20000 in 3 rounds"),
        ("findings", "none"),
    ]
    assert _lines_of("races", ["== 48 passed =="])[0].found == "48 passed"
