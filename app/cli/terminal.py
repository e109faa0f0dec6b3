"""How does a command speak?  Answers on stdout, everything else on stderr, errors in one line.

Exit codes: 0 done, 1 something was refused or could not be done now, 2 it was asked the wrong way.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from app.access.audit import Actor
    from app.settings import Settings

T = TypeVar("T")

REFUSED: Final = 1
WRONG_USE: Final = 2


def say(*lines: str) -> None:
    """Tell a person something, as it is: no line of it is broken or coloured."""
    for line in lines:
        typer.echo(line, err=True)


def answer(document: Any) -> None:
    """Write what was asked for to stdout, for a program: JSON with two spaces."""
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def console() -> Console:
    """Return where progress is drawn."""
    from rich.console import Console

    return Console(stderr=True)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run asynchronous work to its end on the fast loop."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def settings(**options: object) -> Settings:
    """Return the settings of the environment, with the options given on the command line.

    Raises:
        SettingsError: one of them cannot be used.
    """
    from app.settings import PREFIX, Settings

    given = {PREFIX + name.upper(): str(value) for name, value in options.items() if value}
    return Settings.from_environ({**os.environ, **given})


def operator() -> Actor:
    """Return who types here, for the audit: the account of this machine."""
    import getpass

    from app.access.audit import Actor

    try:
        account = getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in many containers
        account = str(os.getuid())
    return Actor(f"command line ({account})")


def explained(error: Exception) -> tuple[str, int] | None:
    """Return what to say of a failure and the exit code, or None for a bug."""
    from app.cli.files import UnusableOutput
    from app.connectors.mapping import MappingError
    from app.connectors.rows import UnusableFile
    from app.database.embedded.processes import ServerStuck
    from app.database.migrate import MigrationBlocked
    from app.problems import Problem
    from app.settings import SettingsError

    if isinstance(error, SettingsError | MappingError | UnusableFile | UnusableOutput):
        return str(error), WRONG_USE
    if isinstance(error, Problem):
        return _problem(error), REFUSED
    if isinstance(error, ServerStuck | MigrationBlocked):
        return str(error), REFUSED
    return None


def _problem(problem: Any) -> str:
    faults = [f"  {fault.pointer or '/'}: {fault.detail}" for fault in problem.faults]
    return "\n".join([problem.detail, *faults])


def log_to_stderr() -> None:
    """Keep the log out of the answer; what a person needs to know, the command says itself."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
