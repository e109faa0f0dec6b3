"""How far is a load?  A bar of the file's bytes, what came of its lines, how fast, how long yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from app.cli.terminal import console
from app.flows.load import Tally


class Bar:
    """A progress bar that is told of every array."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        """Draw in this progress display."""
        self._progress = progress
        self._task = task

    def show(self, read_bytes: int, tally: Tally, lines_now: int) -> None:
        """Draw how far the file is read and what came of it; speed counts this run's lines."""
        elapsed_s = self._progress.tasks[self._task].elapsed or 0.0
        self._progress.update(
            self._task,
            completed=read_bytes,
            rate=f"{lines_now / max(elapsed_s, 0.001):,.0f} events/s",
            came=f"{tally.accepted:,} new, {tally.duplicate:,} known, {tally.refused:,} refused",
        )

    def tell(self, message: str) -> None:
        """Write a line above the bar."""
        self._progress.console.print(message, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def bar(total_bytes: int, what: str) -> Iterator[Bar]:
    """Yield a bar for so many bytes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[came]}"),
    )
    with Progress(*columns, console=console()) as progress:
        yield Bar(progress, progress.add_task(what, total=total_bytes, rate="", came=""))
