"""What do we know, for other programs to read?  ``idip export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal
from uuid import UUID

import typer

from app.cli import terminal
from app.cli.export_customer import export_customer
from app.cli.files import STDOUT, writing

if TYPE_CHECKING:
    from app.settings import Settings


def export(
    what: Annotated[
        Literal["records", "events", "customers", "scores", "decisions", "customer"],
        typer.Argument(show_default=False),
    ],
    customer_id: Annotated[
        UUID | None, typer.Argument(help="Of the one `customer`.", show_default=False)
    ] = None,
    out: Annotated[
        Path, typer.Option(help="Where to write; - is stdout.", dir_okay=False)
    ] = STDOUT,
) -> None:
    """Write what is known as NDJSON, one object a line.

    records: source, record_key and customer_id of every record. events: source, id and customer_id
    of every event. customers: the numbers of a lifetime. scores: R, F and V as of today. decisions:
    what was offered and what came of it. customer ID: everything about one person, for that person,
    as one readable JSON document.
    """
    if (what == "customer") is not (customer_id is not None):
        raise typer.BadParameter("`customer`, and nothing else, takes an id", param_hint="ID")
    settings = terminal.settings()
    with writing(out) as file:
        if customer_id is not None:
            terminal.run(export_customer(settings, customer_id, file))
            return
        rows = terminal.run(_export(settings, what, file))
    terminal.say(f"{rows} {what}")


async def _export(settings: Settings, what: str, file: BinaryIO) -> int:
    from app.access import audit
    from app.access.audit import Act, ActKind
    from app.cli.house import at_home
    from app.flows.export import Export, Perspective, export

    rows = 0
    # A cursor over everybody is one statement, however long it takes.
    async with at_home(settings, statement_timeout_ms=0) as house:
        today = house.clock.now().astimezone(settings.zone).date()
        seen = Perspective(house.keyed_hash, settings.currency, today)
        act = Act(terminal.operator(), ActKind.LIST_EXPORTED, house.clock.now(), reason=what)
        await house.database.write(lambda tx: audit.note(tx, act))
        async with house.database.transaction(read_only=True) as tx:
            async for line in export(tx, Export(what), seen):
                file.write(line)
                rows += 1
    return rows
