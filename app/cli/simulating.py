"""What would a believable company send us?  ``idip simulate``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from app.cli import terminal
from app.cli.files import refuse_over, writing

if TYPE_CHECKING:
    from app.cli.simulate_parts import Part
    from app.simulation.world import Plan

_FIRST_DAY: Final = date(2000, 1, 1)


def simulate(  # noqa: PLR0913, PLR0917 - the options of a command
    out: Annotated[Path, typer.Option(help="Where the events go; - is stdout.", dir_okay=False)],
    customers: Annotated[
        int, typer.Option(help="How many people; firms come on top.", min=1, max=10_000_000)
    ] = 2_000,
    seed: Annotated[int, typer.Option(help="The same seed, the same company.")] = 1,
    truth: Annotated[
        Path | None, typer.Option(help="Where the truth goes: whose each record is.")
    ] = None,
    dirt: Annotated[
        Path | None,
        typer.Option(
            help="How often what goes wrong, as YAML: a name and a rate a line.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    rate: Annotated[
        list[str] | None,
        typer.Option(help="One kind of dirt, such as nickname=0.03; all=0 is none at all."),
    ] = None,
    days: Annotated[int, typer.Option(help="How long the history is.", min=90, max=3_650)] = 730,
    country: Annotated[
        str | None, typer.Option(help="Where people live, in shares: BR=70,ES=20,MX=10.")
    ] = None,
    today: Annotated[
        datetime | None,
        typer.Option(help="The day before which it all happened.", formats=["%Y-%m-%d"]),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that make it.", min=1, max=64)] = 1,
) -> None:
    """Write the events of a company that does not exist, as NDJSON, and the truth about who is who.

    The same options give the same bytes. docs/simulation.md tells what the truth holds and what
    each kind of dirt is.
    """
    from app.cli.simulate_parts import parts
    from app.simulation.company import PROTAGONISTS
    from app.simulation.world import Plan

    if customers < len(PROTAGONISTS):
        raise typer.BadParameter(f"at least {len(PROTAGONISTS)}", param_hint="--customers")
    refuse_over("--truth", truth, out=out)
    given = _given_rates(dirt, rate or [])
    plan = Plan(customers, seed, _day(today), days, _shares(country), given)
    people, lines = _write(plan, parts(plan, workers), out, truth)
    terminal.say(f"{people} people, {lines} events")


def _given_rates(dirt: Path | None, rates: Iterable[str]) -> Any:
    from app.simulation.dirt import read_rates

    with _wrong_use("--rate" if dirt is None else "--dirt, --rate"):
        told = [] if dirt is None else list(_read_dirt(dirt))
        told += [(name.strip(), value.strip()) for name, _, value in _pairs(rates)]
        return read_rates(told)


def _pairs(rates: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    return (text.partition("=") for text in rates)


def _read_dirt(path: Path) -> Iterator[tuple[str, object]]:
    import yaml

    from app.connectors.yaml_text import read_yaml

    try:
        told = read_yaml(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"the file is no YAML of names and rates: {error}") from None
    if not isinstance(told, dict):
        raise ValueError("the file is no YAML of names and rates")  # noqa: TRY004 - it is wrong use
    yield from ((str(name), rate) for name, rate in told.items())


def _shares(country: str | None) -> Any:
    from app.simulation.places import MIX, read_mix

    with _wrong_use("--country"):
        return MIX if country is None else read_mix(country)


@contextmanager
def _wrong_use(option: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _day(told: datetime | None) -> date:
    from app.database.clock import SystemClock

    today = SystemClock().now().astimezone(terminal.settings().zone).date()
    day = today if told is None else told.date()
    if not _FIRST_DAY <= day <= today:
        raise typer.BadParameter(
            f"a day from {_FIRST_DAY} to today: what is yet to come is refused as an event",
            param_hint="--today",
        )
    return day


def _write(plan: Plan, made: Iterable[Part], out: Path, truth: Path | None) -> tuple[int, int]:
    people = lines = 0
    with ExitStack() as files:
        events = files.enter_context(writing(out))
        true = files.enter_context(writing(truth)) if truth else None
        for part in _with_progress(made, plan.customers):
            events.write(part.events)
            if true:
                true.write(part.truth)
            people, lines = people + part.people, lines + part.lines
    return people, lines


def _with_progress(made: Iterable[Part], customers: int) -> Iterator[Part]:
    """Pass the parts on, and show how far it is, how fast, and how long yet."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft

    columns = (
        TextColumn("making a company"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("people {task.fields[rate]}"),
        TimeLeft(),
    )
    with Progress(*columns, console=terminal.console()) as progress:
        task, lines = progress.add_task("", total=customers, rate=""), 0
        for part in made:
            lines += part.lines
            elapsed_s = progress.tasks[task].elapsed or 0.0
            rate = f"{lines / max(elapsed_s, 0.001):,.0f} events/s"
            progress.update(task, advance=part.people, rate=rate)
            yield part
