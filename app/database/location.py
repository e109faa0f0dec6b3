"""Where is the database, and with which secret are its hashes made?

With ``DATABASE_URL`` it is there; without one an embedded server is started or attached to, and
kept from being stopped for as long as anybody in this block needs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from asyncpg.pgproto import pgproto

from app.database.embedded.folders import has_cluster
from app.database.embedded.server import EmbeddedServer
from app.database.keyed_hash import KeyedHash
from app.database.secret_key import deployment_secret
from app.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Location:
    """A database that may be opened: its URL and hashes, and its server if it is ours to keep."""

    url: str
    keyed_hash: KeyedHash
    embedded: EmbeddedServer | None


def refuse_nothing_there(settings: Settings) -> None:
    """Let nobody found a second installation by looking for the first in the wrong place.

    Raises:
        SettingsError: no embedded database has been made in the data folder.
    """
    if settings.database_url is None and not has_cluster(settings.data_dir):
        raise SettingsError(
            f"there is no idip database in {settings.data_dir}; set IDIP_DATA_DIR to the folder of"
            " the one you mean, or make one there with `idip serve` or `idip migrate`"
        )


@asynccontextmanager
async def located(settings: Settings) -> AsyncIterator[Location]:
    """Yield the deployment's database; an embedded server is let go at the end.

    Raises:
        SettingsError: it cannot be had; the message says what to set.
    """
    if settings.database_url is not None:
        secret = deployment_secret(settings)
        yield Location(settings.database_url.get_secret_value(), _keyed_hash(secret), None)
        return
    embedded = await asyncio.to_thread(
        EmbeddedServer.attach, settings.data_dir, settings.postgres_account
    )
    try:
        yield Location(embedded.url, _keyed_hash(deployment_secret(settings)), embedded)
    finally:
        await asyncio.to_thread(embedded.release)


def _keyed_hash(secret: bytes) -> KeyedHash:
    """Return the hashes, their ids of the driver's own kind: made, compared and sent in C."""
    return KeyedHash(secret, pgproto.UUID)
