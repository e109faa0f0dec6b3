"""What is it like?  ``idip demo``: a believable company, keys for its systems, commands to try."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import terminal
from app.cli.serving import DataDir, Host, Port, Workers

if TYPE_CHECKING:
    from app.settings import Settings


def demo(
    customers: Annotated[int, typer.Option(help="People of the company.", min=100)] = 2_000,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Workers = 1,
    data_dir: DataDir = None,
) -> None:
    """Serve with a small believable company in the database; print keys and commands to try.

    The company is made on the first start and kept. The keys are new each time: those of an earlier
    start open nothing any more.
    """
    from app.api.logging import configure_logging
    from app.cli.demo_card import card
    from app.cli.demo_company import DemoKeys, populate, replace_keys
    from app.cli.house import visiting
    from app.cli.load_pace import PATIENT
    from app.database.clock import SystemClock
    from app.database.location import Location
    from app.simulation.company import COMPANY_NAME
    from app.supervisor.supervise import Plan, supervise

    # The processes that serve read the environment: the card should stay in sight.
    os.environ.setdefault("IDIP_LOG_LEVEL", "warning")
    os.environ.setdefault("IDIP_COMPANY_NAME", COMPANY_NAME)
    settings = _brazilian(terminal.settings(data_dir=data_dir))
    configure_logging(settings.log_level, sys.stderr)
    keys: DemoKeys = {}

    async def prepare(location: Location) -> None:
        try:
            async with visiting(settings, location, **PATIENT) as house:
                await populate(house, customers)
                keys.update(await replace_keys(house))
        except asyncio.CancelledError:
            terminal.say("stopped; the same command goes on from here")
            raise

    def announce(url: str) -> None:
        typer.echo(card(url, keys, SystemClock().now().astimezone(settings.zone)))

    terminal.run(supervise(settings, Plan(host, port, workers), prepare, announce))


def _brazilian(settings: Settings) -> Settings:
    """Refuse a deployment that could not understand the company's phones and prices."""
    from app.settings import SettingsError

    if (settings.country, settings.currency) != ("BR", "BRL"):
        raise SettingsError(
            "the demonstration's company is Brazilian: unset IDIP_COUNTRY and IDIP_CURRENCY"
        )
    return settings
