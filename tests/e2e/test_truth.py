"""Are the numbers of whoever is identified rightly those of the books, whatever else goes wrong?"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.command import LONGEST_S, ROOT


def measured(out: Path, *options: str, exit_code: int = 0) -> dict[str, Any]:
    given = ["--customers", "150", "--seed", "3", "--people", "24", "--out", str(out), *options]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.truth", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=2 * LONGEST_S,
        check=False,
    )
    assert done.returncode == exit_code, done.stderr
    [figures] = out.glob("*.json")
    assert figures.with_suffix(".md").read_text() in done.stdout
    report: dict[str, Any] = json.loads(figures.read_text())
    return report


def test_a_company_with_all_its_dirt_is_counted_to_the_cent(tmp_path: Path) -> None:
    report = measured(tmp_path)
    assert report["value"]["company"]["net_is_exact"]
    assert report["value"]["company"]["cost_is_exact"]
    whole = report["value"]["rightly_identified"]
    assert whole["people"] > 30
    exact = {name: ratio for name, ratio in whole.items() if name.endswith("exact_ratio")}
    assert set(exact.values()) == {1.0}, exact
    assert report["identity"]["by_cause"]["(none)"]["polluted_customers"] == 0
    assert report["decisions"]["before"]["asked"] == 12


def test_a_gate_that_identity_does_not_reach_fails_and_leaves_the_page(tmp_path: Path) -> None:
    options = ("--customers", "40", "--people", "0", "--least-f1", "1")
    report = measured(tmp_path, *options, exit_code=1)
    assert report["identity"]["pairs"]["f1"] < 1
