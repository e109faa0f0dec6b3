"""How does a file come in?  ``idip load``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import terminal
from app.cli.files import STDOUT, refuse_over


def load(
    file: Annotated[Path, typer.Argument(dir_okay=False, readable=True, show_default=False)],
    mapping: Annotated[
        Path | None,
        typer.Option(help="What the columns mean, as YAML.", exists=True, dir_okay=False),
    ] = None,
    source: Annotated[str | None, typer.Option(help="The system the file comes from.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; change nothing.")
    ] = False,
    refused: Annotated[
        Path | None,
        typer.Option(help="Where refused lines go, with their reasons.", dir_okay=False),
    ] = None,
    resume: Annotated[bool, typer.Option(help="Go on where a load of this file stopped.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="The result for a program.")] = False,
) -> None:
    """Take in the events of a file: NDJSON, or rows with a mapping of their columns.

    Loading a file twice, or with its lines in another order, changes nothing. A load that was
    stopped goes on with the same command.
    """
    from app.cli.load_file import LoadFile
    from app.cli.load_rehearsal import rehearse
    from app.cli.load_resume import mark_beside
    from app.cli.load_run import load_file

    _refuse_pipes(file)
    refuse_over("--refused", refused, file=file, mapping=mapping, resume_file=mark_beside(file))
    settings = terminal.settings()
    told = LoadFile.of(file, mapping, source, settings.zone)
    if dry_run:
        result = rehearse(told, settings, refused)
    else:
        result = load_file(told, settings, refused, resume=resume)
    if as_json:
        terminal.answer(result.as_json())
    if result.tally.refused or result.trouble:
        raise typer.Exit(terminal.REFUSED)


def _refuse_pipes(file: Path) -> None:
    """Refuse what cannot be read twice; a load goes through a file again after a kill, say."""
    if file.is_file():
        return
    if file.exists() or file == STDOUT:
        raise typer.BadParameter("write it to a file first: a pipe cannot be read twice")
    raise typer.BadParameter(f"there is no file {str(file)!r}", param_hint="FILE")
