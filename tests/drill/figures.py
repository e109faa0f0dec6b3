"""What did a drill measure?  Figures, each with what it should be, as one table for people.

A figure without a goal is told as it is.  A drill that could not be run here says so in its own
line: nothing is left out silently.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

KEPT_IN: Final = "DRILL_FIGURES"
"""The variable that names a file to which drills add what they found: ``everything`` reads it."""

_HEADS: Final = ("drill", "what", "found", "goal", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: ``is_kept`` tells whether the goal was, None that there is none."""

    drill: str
    what: str
    found: str
    goal: str = ""
    is_kept: bool | None = None

    @property
    def verdict(self) -> str:
        """Return how a person reads it."""
        return "" if self.is_kept is None else "ok" if self.is_kept else "MISSED"


def nothing_of(drill: str, what: str, count: int) -> Figure:
    """Return the figure of something that must not happen."""
    return Figure(drill, what, str(count), "0", count == 0)


def within(drill: str, what: str, seconds: Sequence[float], goal_s: float) -> Figure:
    """Return the longest of several durations against its goal; there has to be one."""
    longest = max(seconds, default=None)
    if longest is None:
        return Figure(drill, what, "never seen", f"{goal_s:g} s", is_kept=False)
    found = f"{longest:.2f} s, the longest of {len(seconds)}"
    return Figure(drill, what, found, f"{goal_s:g} s", longest <= goal_s)


def are_kept(figures: Iterable[Figure]) -> bool:
    """Tell whether no goal was missed."""
    return not any(figure.is_kept is False for figure in figures)


def tell(figures: Sequence[Figure], *, as_markdown: bool = False) -> int:
    """Print figures, keep them where they are wanted, and return 1 if a goal was missed."""
    sys.stdout.write((markdown if as_markdown else plain)(figures) + "\n")
    if KEPT_IN in os.environ:
        with Path(os.environ[KEPT_IN]).open("ab") as file:
            file.writelines(
                orjson.dumps(asdict(figure), option=orjson.OPT_APPEND_NEWLINE) for figure in figures
            )
    return 0 if are_kept(figures) else 1


def kept(file: Path) -> list[Figure]:
    """Return what drills have added to a file."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [Figure(**orjson.loads(line)) for line in lines]


def plain(figures: Sequence[Figure]) -> str:
    """Return the table for a terminal."""
    rows = [_HEADS, *map(_cells, figures)]
    widths = [max(len(row[nth]) for row in rows) for nth in range(len(_HEADS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * sum(widths), *lines[1:]])


def markdown(figures: Sequence[Figure]) -> str:
    """Return the table for docs/drills.md."""
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_cells, figures)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (figure.drill, figure.what, figure.found, figure.goal, figure.verdict)
