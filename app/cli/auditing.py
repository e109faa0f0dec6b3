"""Who did what to which customer, and is that still what was written?  ``idip audit``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

import typer

from app.cli import terminal
from app.vocabulary import CustomerId

if TYPE_CHECKING:
    from app.access.audit import StoredAct, Verdict
    from app.access.audit.acts import Head
    from app.database.transaction import Connection
    from app.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="For a program.")]

app: Final = typer.Typer(
    help="Read and verify what was done, by whom, to which customer.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(name="list")
def list_acts(
    customer: Annotated[UUID | None, typer.Option(help="To this one only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """List what was done, newest first."""
    listed = terminal.run(_list(terminal.settings(), customer, limit))
    if as_json:
        terminal.answer([_shown(act, position) for act, position in listed])
    for act, position in () if as_json else listed:
        about = f"customer {act.customer_id}" if act.customer_id else f"{act.subject or ''}"
        place = "-" if position is None else str(position)
        typer.echo(
            f"{place:>8}  {act.at:%Y-%m-%d %H:%M:%S}Z  {act.actor}  {act.kind}  {about}"
            f"  {' '.join(act.fields)}".rstrip()
        )


@app.command(name="head")
def show_head(as_json: AsJson = False) -> None:
    """Tell where the chain ends. Keep it elsewhere: what it holds cannot be changed unseen."""
    head = terminal.run(_head(terminal.settings()))
    if as_json:
        terminal.answer({"position": head.position, "hash": head.hash.hex()})
    else:
        typer.echo(str(head))


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="One that `idip audit head` told, and was kept elsewhere.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the chain again; name the first act that is not what it was, and end with 1."""
    verdict = terminal.run(_verify(terminal.settings(), _told(head)))
    broken = verdict.broken
    if as_json:
        terminal.answer(_verdict(verdict))
    elif broken is None:
        terminal.say(f"{verdict.head.position} acts, and every one is what it was")
        typer.echo(str(verdict.head))
    else:
        terminal.say(f"place {broken.position}, act {broken.act_id or 'unknown'}: {broken.why}")
    if broken is not None:
        raise typer.Exit(terminal.REFUSED)


def _told(text: str | None) -> Head | None:
    from app.access.audit.acts import read_head

    try:
        return None if text is None else read_head(text)
    except ValueError:
        raise typer.BadParameter("a head is written position:hash", param_hint="--head") from None


async def _list(
    settings: Settings, customer: UUID | None, limit: int
) -> list[tuple[StoredAct, int | None]]:
    from app.access import audit
    from app.cli.house import at_home

    async with at_home(settings) as house:
        if customer is None:
            return await house.database.read(lambda tx: audit.about(tx, None, limit))
        ids = await house.database.read(lambda tx: _ids(tx, CustomerId(customer)))
        return await house.database.read(lambda tx: audit.about(tx, ids, limit))


async def _ids(tx: Connection, customer: CustomerId) -> set[CustomerId]:
    """Return every id that this one answers for or with: an act keeps the id of its day."""
    from app.identify import queries

    found = await queries.find_customer(tx, customer)
    current = customer if found is None else found.current_customer_id
    return {customer, current, *await queries.former_ids(tx, current)}


async def _head(settings: Settings) -> Head:
    from app.access import audit
    from app.cli.house import at_home

    async with at_home(settings) as house:
        return await audit.head(house.database)


async def _verify(settings: Settings, told: Head | None) -> Verdict:
    from app.access import audit
    from app.cli.house import at_home

    async with at_home(settings) as house:
        return await audit.verify(house.database, told)


def _verdict(verdict: Verdict) -> dict[str, Any]:
    broken = verdict.broken
    return {
        "head": None if broken else str(verdict.head),
        "sound": broken is None,
        "position": broken and broken.position,
        "act_id": broken and broken.act_id and str(broken.act_id),
        "why": broken and broken.why,
    }


def _shown(act: StoredAct, position: int | None) -> dict[str, Any]:
    return {
        "act_id": str(act.act_id),
        "position": position,
        "at": act.at.isoformat(),
        "actor": act.actor,
        "key_id": act.key_id and str(act.key_id),
        "kind": act.kind,
        "customer_id": act.customer_id and str(act.customer_id),
        "subject": act.subject and str(act.subject),
        "fields": list(act.fields),
        "request_id": act.request_id,
        "reason": act.reason,
    }
