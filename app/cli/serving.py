"""How is the service kept running?  ``idip serve``, ``worker`` and ``migrate``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.cli import terminal

Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65_535)]
Workers = Annotated[int, typer.Option(help="HTTP processes.", min=1, max=64)]
DataDir = Annotated[
    Path | None, typer.Option(help="Where the embedded database lives.", file_okay=False)
]


def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 2,
    data_dir: DataDir = None,
    worker: Annotated[
        bool, typer.Option(help="Keep a worker beside it, or leave that to others.")
    ] = True,
) -> None:
    """Migrate, then serve and keep a worker beside it, until told to stop.

    The database is the one of DATABASE_URL, or else an embedded one in the data folder.
    """
    from app.api.logging import configure_logging
    from app.cli.house import make_ready
    from app.database.clock import SystemClock
    from app.supervisor.supervise import Plan, supervise

    settings = terminal.settings(data_dir=data_dir)
    configure_logging(settings.log_level, sys.stdout)
    clock = SystemClock()
    terminal.run(
        supervise(
            settings,
            Plan(host, port, workers, worker=worker),
            lambda location: make_ready(location, settings, clock),
            lambda url: terminal.say(f"serving on {url}"),
        )
    )


def worker() -> None:
    """Do the work that need not be done before an answer, until told to stop."""
    from app.jobs import run_worker

    terminal.run(run_worker())


def migrate() -> None:
    """Bring the database to the schema of this version, and stop."""
    terminal.run(_migrate())
    terminal.say("the schema is up to date")


async def _migrate() -> None:
    from app.cli.house import make_ready
    from app.database.clock import SystemClock
    from app.database.location import located

    settings = terminal.settings()
    async with located(settings) as location:
        await make_ready(location, settings, SystemClock())
