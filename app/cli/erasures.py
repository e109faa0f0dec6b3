"""Who must stay forgotten when a backup is restored?  ``idip erasures``."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

import typer

from app.cli import terminal
from app.cli.files import STDOUT, writing

if TYPE_CHECKING:
    from app.flows.erasure_ledger import Applied
    from app.settings import Settings

app: Final = typer.Typer(
    help="Keep the ledger of who was erased, and apply it after a restore.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def export(
    out: Annotated[
        Path, typer.Option(help="Where to write; - is stdout.", dir_okay=False)
    ] = STDOUT,
) -> None:
    """Write the ledger: keyed hashes of who was erased, and when. It names nobody.

    Do it often and keep it apart from the backups: what is erased after the last export comes back
    with a restore.
    """
    settings = terminal.settings()
    with writing(out) as file:
        lines = terminal.run(_export(settings, file))
    terminal.say(f"{lines - 2} tombstones")


@app.command()
def apply(
    ledger: Annotated[Path, typer.Argument(exists=True, dir_okay=False, show_default=False)],
) -> None:
    """Erase again whoever a restore brought back; before callers are let in.

    Twice is as good as once. A ledger that is cut off is refused at its end: what came before is
    applied all the same.
    """
    settings = terminal.settings()
    with ledger.open("rb") as file:
        applied = terminal.run(_apply(settings, file))
    terminal.say(
        f"{applied.records} records erased again, {applied.tombstones} tombstones were missing"
    )


async def _export(settings: Settings, file: BinaryIO) -> int:
    from app.cli.house import at_home
    from app.flows.erasure_ledger import export_ledger

    lines = 0
    async with (
        at_home(settings, statement_timeout_ms=0) as house,
        house.database.transaction(read_only=True) as tx,
    ):
        async for line in export_ledger(tx, house.keyed_hash):
            file.write(line)
            lines += 1
    return lines


async def _apply(settings: Settings, file: BinaryIO) -> Applied:
    from app.cli.house import at_home
    from app.flows.erasure_ledger import AT_ONCE, Applied, apply_tombstones, read_ledger

    total = Applied()
    async with at_home(settings, statement_timeout_ms=0) as house:
        tombstones = read_ledger(file, house.keyed_hash)
        while batch := list(islice(tombstones, AT_ONCE)):
            now = house.clock.now()
            total += await house.database.write(
                lambda tx, batch=batch, now=now: apply_tombstones(tx, batch, now)  # type: ignore[misc]
            )
    return total
