"""Does ruff, as configured here, forbid what this house forbids, where it does and only there?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUFF = Path(sys.executable).with_name("ruff")

NOW = "from datetime import UTC, datetime\n\nAT = datetime.now(UTC)\n"
TODAY = "import datetime\n\nON = datetime.date.today()\n"
EPOCH = "import time\n\nAT = time.time()\n"
PRINT = 'print("hello")\n'


def codes(path: str, source: str) -> set[str]:
    """Return the codes of what ruff finds in a source that is said to stand at a path."""
    ruff = str(RUFF) if RUFF.exists() else shutil.which("ruff")
    assert ruff is not None
    told = subprocess.run(
        [ruff, "check", "--no-cache", "--output-format=concise", "--stdin-filename", path, "-"],
        input=source, capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    return {line.split()[1] for line in told.stdout.splitlines() if line.startswith(path)}


@pytest.mark.parametrize("source", [NOW, TODAY, EPOCH], ids=["now", "today", "epoch"])
@pytest.mark.parametrize("path", ["app/flows/touchpoint.py", "app/identify/cluster.py"])
def test_nobody_asks_the_time(path: str, source: str) -> None:
    assert "TID251" in codes(path, source)


def test_the_clock_asks_the_time() -> None:
    assert "TID251" not in codes("app/database/clock.py", NOW)


def test_a_running_time_is_not_the_time() -> None:
    assert "TID251" not in codes("app/database/server.py", "import time\n\nAT = time.monotonic()\n")


@pytest.mark.parametrize(
    ("path", "forbidden"), [("app/worker.py", True), ("app/cli/__init__.py", False)]
)
def test_only_the_command_line_prints(path: str, forbidden: bool) -> None:
    assert ("T201" in codes(path, PRINT)) == forbidden
