"""Whose data is this?  The first start writes it down; every later start must agree.

Identifiers are found by keyed hash, base amounts are in one currency and business days were fixed
in one zone when they were written.  With another secret nobody would be known any more, and with
another currency or zone the old numbers and the new ones would not add up.
"""

from __future__ import annotations

import hmac
from typing import Final

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.clock import Clock
from app.database.keyed_hash import KeyedHash
from app.database.tables import deployment
from app.database.transaction import Database
from app.settings import Settings, SettingsError

_ONLY_ROW: Final = 1
_FOUND: Final = insert(deployment).on_conflict_do_nothing(
    index_elements=[deployment.c.deployment_id]
)
_LOOK: Final = select(deployment.c.secret_check, deployment.c.currency, deployment.c.timezone)


class ForeignDatabase(SettingsError):
    """The database was begun with another secret, currency or time zone."""


async def check_deployment(
    database: Database, keyed_hash: KeyedHash, settings: Settings, clock: Clock
) -> None:
    """Write down on the first start, and compare on every other, what must never change.

    Raises:
        ForeignDatabase: it differs; the message says what, never the secret.
        Unavailable: the database cannot be asked now.
    """
    secret_check = keyed_hash.digest("deployment", "check")
    row = {
        "deployment_id": _ONLY_ROW,
        "secret_check": secret_check,
        "currency": settings.currency,
        "timezone": settings.timezone,
        "created_at": clock.now(),
    }

    async def found_or_look(connection: AsyncConnection) -> Row[bytes, str, str]:
        await connection.execute(_FOUND, row)
        return (await connection.execute(_LOOK)).one()

    written = await database.write(found_or_look)
    _refuse_foreign(written, secret_check, settings)


def _refuse_foreign(written: Row[bytes, str, str], secret_check: bytes, settings: Settings) -> None:
    if not hmac.compare_digest(written.secret_check, secret_check):
        raise ForeignDatabase(
            "this database was begun with another secret key: nobody in it would be known;"
            " give back the old IDIP_SECRET_KEY, or the secret.key file of its data folder"
        )
    for name in ("currency", "timezone"):
        before, now = getattr(written, name), getattr(settings, name)
        if before != now:
            raise ForeignDatabase(
                f"IDIP_{name.upper()} is {now} and this database was begun with {before}:"
                " what is stored would not add up with what comes; put it back"
            )
