"""What do all the drills find, at length?  One after the other, and one table at the end.

    scripts/drill all                      every drill
    scripts/drill all crash restore        these

Each is a program of its own, so that none of them can spoil another's figures.  The table is
printed for a terminal and then for docs/drills.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.drill.figures import KEPT_IN, Figure, are_kept, kept, markdown, plain

_PYTEST: Final = ("pytest", "tests/drill", "--numprocesses", "2")
DRILLS: Final[dict[str, tuple[str, ...]]] = {
    "races": (*_PYTEST, "--ignore", "tests/drill/test_crash.py"),
    "crash": ("tests.drill.crash", "--seconds", "600", "--kills", "200"),
    "overload": ("tests.drill.overload",),
    "slow clients": ("tests.drill.slow_clients",),
    "disk full": ("tests.drill.disk_full", "--rounds", "10"),
    "disk full, log": ("tests.drill.disk_full", "--rounds", "5", "--wal"),
    "restore": ("tests.drill.restore", "--events", "50000"),
    "fuzz": ("tests.drill.fuzz", "--cases", "20000"),
}
"""What is run, in this order; a new drill is one line here."""

_NAME_WIDTH: Final = 30


def found_by(name: str) -> list[Figure]:
    """Run one drill, let it be seen, and return its figures."""
    with tempfile.TemporaryDirectory(prefix="idip-figures-") as folder:
        told = Path(folder, "figures.ndjson")
        running = subprocess.Popen(
            [sys.executable, "-m", *DRILLS[name]],
            env=os.environ | {KEPT_IN: str(told)},
            stdout=subprocess.PIPE,
            text=True,
        )
        said = []
        with running:
            for line in running.stdout or ():
                sys.stdout.write(line)
                sys.stdout.flush()
                said.append(line.rstrip())
        figures = kept(told) or [*_lines_of(name, said)]
    well = running.returncode == 0
    return [*figures, Figure(name, "as a whole", "well" if well else "not well", "well", well)]


def _lines_of(name: str, said: Sequence[str]) -> list[Figure]:
    """Return the lines ``name   value`` that a drill has printed, or the last thing it said."""
    pairs = [(line[:_NAME_WIDTH].strip(), line[_NAME_WIDTH:]) for line in said]
    found = [
        Figure(name, what, value)
        for line, (what, value) in zip(said, pairs, strict=True)
        if what and value.strip() and line[_NAME_WIDTH - 2 : _NAME_WIDTH] == "  "
    ]
    return found or [Figure(name, "said", said[-1].strip("= ") if said else "nothing")]


def main(arguments: Sequence[str]) -> int:
    """Run drills, print the table, and return 1 if a goal was missed."""
    asking = argparse.ArgumentParser(prog="scripts/drill all", description=__doc__.splitlines()[0])
    asking.add_argument("drills", nargs="*", metavar="drill", help=", ".join(DRILLS))
    names = asking.parse_args(arguments).drills or list(DRILLS)
    if unknown := [name for name in names if name not in DRILLS]:
        asking.error(f"there is no drill {', '.join(unknown)}")
    figures = [figure for name in names for figure in found_by(name)]
    sys.stdout.write(f"\n{plain(figures)}\n\n{markdown(figures)}\n")
    return 0 if are_kept(figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
