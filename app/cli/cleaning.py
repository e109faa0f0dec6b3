"""Is what we know still right?  ``idip clean``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.settings import Settings


def clean(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look and count; change nothing.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Read identifiers again though no rule has changed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Look at identifiers, customers and numbers again, put right what differs, tell the gaps."""
    found = terminal.run(_clean(terminal.settings(), dry_run=dry_run, everything=everything))
    if as_json:
        terminal.answer(found)
    else:
        terminal.say(*_told(found, dry_run=dry_run))


async def _clean(settings: Settings, *, dry_run: bool, everything: bool) -> dict[str, Any]:
    from app.cli.house import at_home
    from app.flows.cleaning import Broom, clean

    async with at_home(settings) as house:
        broom = Broom(house.database, house.keyed_hash, settings, house.clock, rehearse=dry_run)
        with terminal.console().status("cleaning") as status:

            def tell(what: str, done: int) -> None:
                status.update(f"{what}: {done:,} looked at")

            return asdict(await clean(broom, tell, everything=everything))


def _told(found: dict[str, Any], *, dry_run: bool) -> list[str]:
    would = "would be " if dry_run else ""
    quality = found.pop("quality")
    return [
        f"{found['components']:>9}  groups of records looked at",
        f"{found['records_moved']:>9}  records {would}moved to another customer",
        f"{found['edges_changed']:>9}  scored edges {would}written or deleted",
        f"{found['customers_recounted']:>9}  customers whose numbers {would}put right",
        f"{found['identifiers']:>9}  identifiers read again",
        f"{found['identifiers_changed']:>9}  identifiers {would}changed",
        f"{found['profile_facts_changed']:>9}  names and birth dates {would}left out",
        f"{found['strangers_forgotten']:>9}  idle strangers {would}forgotten",
        "",
        *(f"{count:>9}  {measure.replace('_', ' ')}" for measure, count in quality.items()),
    ]
