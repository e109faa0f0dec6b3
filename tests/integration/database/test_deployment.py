"""Does a database refuse to be used as somebody else's?"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.database.clock import FixedClock
from app.database.deployment import ForeignDatabase, check_deployment
from app.database.keyed_hash import KeyedHash
from app.database.tables import deployment
from app.database.transaction import Connection, Database
from app.settings import Settings


async def test_the_first_start_writes_it_down_and_the_second_agrees(
    database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> None:
    for _ in range(2):
        await check_deployment(database, keyed_hash, settings, clock)

    async def written(tx: Connection) -> list[tuple[object, ...]]:
        return [tuple(row) for row in await tx.execute(select(deployment))]

    assert await database.read(written) == [
        (1, keyed_hash.digest("deployment", "check"), "BRL", "America/Sao_Paulo", clock.now())
    ]


async def test_another_secret_is_refused(
    database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> None:
    await check_deployment(database, keyed_hash, settings, clock)
    with pytest.raises(ForeignDatabase, match="IDIP_SECRET_KEY"):
        await check_deployment(database, KeyedHash(b"another secret" * 3), settings, clock)


@pytest.mark.parametrize(
    ("name", "value"), [("currency", "MXN"), ("timezone", "America/Mexico_City")]
)
async def test_another_currency_or_zone_is_refused(
    database: Database,
    keyed_hash: KeyedHash,
    settings: Settings,
    clock: FixedClock,
    name: str,
    value: str,
) -> None:
    await check_deployment(database, keyed_hash, settings, clock)
    moved = settings.model_copy(update={name: value})
    with pytest.raises(ForeignDatabase, match=f"IDIP_{name.upper()} is {value}"):
        await check_deployment(database, keyed_hash, moved, clock)
