"""What would a believable company send us?  ``idip simulate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.simulation.company import Simulated


def simulate(
    out: Annotated[Path, typer.Option(help="Where the events go.", dir_okay=False)],
    customers: Annotated[int, typer.Option(help="How many people.", min=1)] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same company.")] = 1,
    truth: Annotated[
        Path | None, typer.Option(help="Where the truth goes: whose each record is.")
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(help="The day before which it all happened.", formats=["%Y-%m-%d"]),
    ] = None,
) -> None:
    """Write the events of a company that does not exist, as NDJSON, and the truth about who is who.

    The truth has a line a record: source, record_key (or, where an event gives none, its event_id)
    and person. What was sold to nobody in particular has no line.
    """
    from app.simulation.company import PROTAGONISTS
    from app.simulation.company import simulate as simulated

    if customers < len(PROTAGONISTS):
        raise typer.BadParameter(f"at least {len(PROTAGONISTS)}", param_hint="--customers")
    day = _day(today)
    with ExitStack() as files:
        events = files.enter_context(out.open("wb"))
        true = files.enter_context(truth.open("wb")) if truth else None
        written = _write(_with_progress(simulated(customers, seed, day), customers), events, true)
    terminal.say(f"{written} events")


def _day(today: datetime | None) -> date:
    from app.database.clock import SystemClock

    if today is not None:
        return today.date()
    return SystemClock().now().astimezone(terminal.settings().zone).date()


def _write(told: Iterable[Simulated], events: BinaryIO, truth: BinaryIO | None) -> int:
    import orjson

    written = 0
    known: set[tuple[str, ...]] = set()
    person: str | None = None
    for each in told:
        written += 1
        events.write(orjson.dumps(each.document, option=orjson.OPT_APPEND_NEWLINE))
        if each.person != person:
            person, known = each.person, set()
        record = _record(each.document)
        if truth and person and record not in known:
            known.add(record)
            truth.write(orjson.dumps(_truth(record, person), option=orjson.OPT_APPEND_NEWLINE))
    return written


def _record(document: dict[str, Any]) -> tuple[str, ...]:
    """Return what names the record of an event: its key, or the event itself where it has none."""
    if "record_key" in document:
        return document["source"], "record_key", document["record_key"]
    return document["source"], "event_id", document["id"]


def _truth(record: tuple[str, ...], person: str) -> dict[str, str]:
    source, name, value = record
    return {"source": source, name: value, "person": person}


def _with_progress(told: Iterable[Simulated], customers: int) -> Iterator[Simulated]:
    """Pass the events on; the people of one company come one after the other and are counted."""
    from rich.progress import Progress

    with Progress(console=terminal.console()) as progress:
        task = progress.add_task("people", total=customers)
        person: str | None = None
        for each in told:
            if each.person != person and each.person is not None:
                person = each.person
                progress.advance(task)
            yield each
