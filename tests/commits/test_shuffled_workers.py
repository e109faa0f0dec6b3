"""Four workers, shuffled arrays, the same customers: one partition, equal numbers, once each."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection, Database
from app.flows.event_command import ItemStatus
from app.flows.event_intake import take_events
from tests.builders import a_reader, a_sale, commands, email, phone
from tests.integration.flows.test_order_independence import facts, state

pytestmark = pytest.mark.anyio

WORKERS = 4
SEED = 20261122


async def ingest(
    database: Database,
    arrays: Sequence[list[dict[str, Any]]],
    keyed_hash: KeyedHash,
    clock: FixedClock,
) -> Counter[ItemStatus]:
    """Take in arrays one after another, each in a transaction of its own."""
    seen: Counter[ItemStatus] = Counter()
    for array in arrays:
        results = await database.write(
            lambda tx, array=array: take_events(
                tx, commands(array), a_reader(keyed_hash), clock.now()
            )
        )
        seen.update(result.status for result in results)
    return seen


async def test_four_workers_reach_the_state_of_one(
    own_database: Database, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    documents = facts(SEED, 160)
    await take_events(connection, commands(documents), a_reader(keyed_hash), clock.now())
    expected = await state(connection)

    draw = random.Random(SEED)
    shares: list[list[list[dict[str, Any]]]] = []
    for _ in range(WORKERS):
        own = list(documents)
        draw.shuffle(own)
        shares.append([own[start : start + 7] for start in range(0, len(own), 7)])
    counts = await asyncio.gather(
        *(ingest(own_database, share, keyed_hash, clock) for share in shares)
    )

    total = sum(counts, Counter())
    assert total[ItemStatus.ACCEPTED] == len(documents)
    assert total[ItemStatus.DUPLICATE] == len(documents) * (WORKERS - 1)
    assert await own_database.read(state) == expected


async def test_ten_creators_of_one_customer_make_one(
    own_database: Database, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    for round_ in range(10):
        number = phone(f"11 9{7000 + round_}-1234")
        told = [
            [a_sale(source=f"till-{place}", identifiers=[number, email(f"{round_}@example.com")])]
            for place in range(10)
        ]
        await asyncio.gather(*(ingest(own_database, [each], keyed_hash, clock) for each in told))

    async def customers(tx: Connection) -> int:
        members = metadata.tables["membership"]
        counted = await tx.scalar(select(func.count(members.c.customer_id.distinct())))
        return int(counted or 0)

    assert await own_database.read(customers) == 10
