"""What can be done from a terminal?  One command a task; ``idip COMMAND --help`` tells the rest.

Only the words of the commands are known here.  What does their work is imported when one is run, so
that ``idip --help`` answers at once.
"""

from __future__ import annotations

import sys
from typing import Final

import typer

from app.cli import (
    auditing,
    cleaning,
    contract,
    demo,
    doctor,
    erasures,
    exporting,
    keys,
    loading,
    scoring,
    serving,
    simulating,
    terminal,
)

app: Final = typer.Typer(
    help="Who is calling, what are they worth, what should we do now.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for command in (
    serving.serve,
    serving.worker,
    serving.migrate,
    demo.demo,
    loading.load,
    exporting.export,
    scoring.score,
    cleaning.clean,
    simulating.simulate,
    contract.openapi,
    doctor.doctor,
):
    app.command()(command)
app.add_typer(keys.app, name="keys")
app.add_typer(auditing.app, name="audit")
app.add_typer(erasures.app, name="erasures")


def main() -> None:
    """Run the command that was typed; an expected failure is told in a line, a bug in full."""
    terminal.log_to_stderr()
    try:
        app()
    except Exception as error:
        told = terminal.explained(error)
        if told is None:
            raise
        message, code = told
        terminal.say(f"idip: {message}")
        sys.exit(code)
