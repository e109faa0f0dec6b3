"""How does a command come to the data?  As ``serve`` does: attached, migrated and founded.

Nothing of the web is loaded for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from app.database.clock import Clock, SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.location import Location, located, refuse_nothing_there
from app.database.preparation import prepare
from app.database.room import room_of
from app.database.transaction import Database
from app.flows.event_reading import Reader
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from app.settings import Settings

_CONNECTIONS = 2


@dataclass(frozen=True, slots=True)
class OpenHouse:
    """What a command uses while it is there."""

    settings: Settings
    database: Database
    clock: Clock
    keyed_hash: KeyedHash
    reader: Reader


async def make_ready(location: Location, settings: Settings, clock: Clock) -> None:
    """Bring the schema up to date and put there what the first caller needs.

    Raises:
        SettingsError, MigrationBlocked, Unavailable: as ``prepare`` tells.
    """
    await prepare(location, settings, clock)
    one = settings.model_copy(update={"pool_size": 1})
    database = await Database.open(one, location.url, application_name="idip founding")
    try:
        await database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))
    finally:
        await database.close()


@asynccontextmanager
async def at_home(settings: Settings, **limits: int) -> AsyncIterator[OpenHouse]:
    """Yield the company's house, ready for use; ``limits`` are settings of this visit only.

    Raises:
        SettingsError, MigrationBlocked, Unavailable: it cannot be had; the message says why.
    """
    refuse_nothing_there(settings)
    async with located(settings) as location, visiting(settings, location, **limits) as house:
        yield house


@asynccontextmanager
async def visiting(
    settings: Settings, location: Location, **limits: int
) -> AsyncIterator[OpenHouse]:
    """Yield the house of a database that is located already, ready for use."""
    clock = SystemClock()
    await make_ready(location, settings, clock)
    visit = settings.model_copy(update={"pool_size": _CONNECTIONS, **limits})
    database = await Database.open(
        visit, location.url, application_name="idip command", room=room_of(settings)
    )
    try:
        reader = reader_of(settings, location.keyed_hash)
        yield OpenHouse(settings, database, clock, location.keyed_hash, reader)
    finally:
        await database.close()


def reader_of(settings: Settings, keyed_hash: KeyedHash) -> Reader:
    """Return what this deployment brings to the reading of events."""
    return Reader(
        keyed_hash=keyed_hash,
        country=settings.country,
        currency=settings.currency,
        zone=settings.zone,
        future_tolerance=timedelta(hours=settings.future_tolerance_hours),
    )
