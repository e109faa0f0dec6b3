"""What has to be done to a database before anybody uses it?  Migrate it, and see whose it is.

By who starts the service, once: its processes find it done, and need not load what does it.
"""

from __future__ import annotations

from app.database.clock import Clock
from app.database.deployment import check_deployment
from app.database.location import Location
from app.database.migrate import migrate
from app.database.transaction import Database
from app.settings import Settings


async def prepare(location: Location, settings: Settings, clock: Clock) -> None:
    """Bring the schema up to date and make sure that the data is this deployment's.

    Raises:
        ForeignDatabase, UnsafeDatabase: it is not to be used so; the message says why.
        MigrationBlocked, Unavailable: not now.
    """
    await migrate(location.url, now=clock.now())
    one_connection = settings.model_copy(update={"pool_size": 1})
    database = await Database.open(
        one_connection, location.url, application_name="idip preparation"
    )
    try:
        await check_deployment(database, location.keyed_hash, settings, clock)
    finally:
        await database.close()
