"""Is what we know still right?  ``idip clean``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from datetime import datetime

    from app.settings import Settings


def clean(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look and count; change nothing.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Read identifiers again though no rule has changed.")
    ] = False,
    status: Annotated[
        bool, typer.Option("--status", help="Only tell how far the worker has come.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Look at identifiers, customers and numbers again, put right what differs, tell the gaps."""
    if status and (dry_run or everything):
        raise typer.BadParameter("--status cleans nothing: it goes with --json only")
    settings = terminal.settings()
    if status:
        known = terminal.run(_status(settings))
        told = _status_told(known)
    else:
        known = terminal.run(_clean(settings, dry_run=dry_run, everything=everything))
        told = _told(known, dry_run=dry_run)
    if as_json:
        terminal.answer(known)
    else:
        terminal.say(*told)


async def _clean(settings: Settings, *, dry_run: bool, everything: bool) -> dict[str, Any]:
    from app.cli.house import at_home
    from app.flows.cleaning import Stand
    from app.flows.cleaning_broom import Broom
    from app.flows.cleaning_round import clean_at_once

    async with at_home(settings) as house:
        broom = Broom(house.database, house.keyed_hash, settings, house.clock, rehearse=dry_run)
        with terminal.console().status("cleaning") as shown:

            def tell(stand: Stand) -> None:
                found = asdict(stand.found)
                shown.update(f"{stand.step}: {_looked_at(stand.step, found):,} looked at")

            return asdict(await clean_at_once(broom, tell, everything=everything))


async def _status(settings: Settings) -> dict[str, Any]:
    """Return the present round and the last, as a program reads them."""
    from app.cli.house import at_home
    from app.flows.cleaning_round import known_of, last_of

    async with at_home(settings) as house:
        known = await house.database.read(lambda tx: known_of(tx, counting=False))
        last = await house.database.read(last_of)
    present = known.present
    return {
        "every_days": settings.clean_every_days,
        "last": last and asdict(last),
        "present": present
        and {
            "began_at": present.began_at,
            "moved_at": present.moved_at,
            "step": present.stand.step,
            "found": asdict(present.stand.found),
        },
        "counted_at": known.counted_at,
    }


def _looked_at(step: str | None, found: dict[str, Any]) -> int:
    """Return how much of what a step looks at has been looked at."""
    counts = {
        "identifiers": found["identifiers"],
        "profiles": found["profile_facts"],
        "strangers": found["strangers_forgotten"],
        "customers": found["components"],
        "quality": found["quality"].get("customers", 0),
    }
    return int(counts.get(step or "", 0))


def _status_told(known: dict[str, Any]) -> list[str]:
    last, present, days = known["last"], known["present"], known["every_days"]
    every = f"every {days} days, by the worker" if days else "never by the worker"
    told = [f"whole rounds    {every} (IDIP_CLEAN_EVERY_DAYS)"]
    if last is None:
        told.append("last round      none has ended yet")
    else:
        began, ended, found = _at(last["began_at"]), _at(last["finished_at"]), last["found"]
        told += [f"last round      from {began} to {ended}", *_told(found)]
    if present is None:
        told.append("present round   none is open")
    else:
        looked_at = _looked_at(present["step"], present["found"])
        told.append(
            f"present round   since {_at(present['began_at'])}; at {present['step']},"
            f" {looked_at:,} looked at; last went on {_at(present['moved_at'])}"
        )
    counted = "never" if known["counted_at"] is None else _at(known["counted_at"])
    return [*told, f"quality         counted {counted}"]


def _at(moment: datetime) -> str:
    return moment.astimezone().isoformat(" ", "minutes")


def _told(found: dict[str, Any], *, dry_run: bool = False) -> list[str]:
    would = "would be " if dry_run else ""
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
        *(
            f"{count:>9}  {measure.replace('_', ' ')}"
            for measure, count in sorted(found["quality"].items())
        ),
    ]
