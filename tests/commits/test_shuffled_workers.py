"""Many at once, shuffled, repeated, in arrays and singly: one partition, equal numbers."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection, Database
from app.flows.event_command import ItemStatus
from app.flows.event_intake import take_events
from app.flows.export import Export, Perspective, export
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import a_reader, a_sale, commands, email, phone
from tests.integration.api.conftest import calling
from tests.integration.flows.test_order_independence import facts, state

pytestmark = pytest.mark.anyio

WORKERS = 4
SEED = 20261122
NDJSON = {"content-type": "application/x-ndjson"}

Downstream = Counter[tuple[frozenset[tuple[str, str]], str]]
"""What other programs are told: the events of each customer, and the customer's numbers."""


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


# --- the same through the surface -------------------------------------------------------------


def bodies(documents: Sequence[dict[str, Any]], draw: random.Random) -> Iterator[dict[str, Any]]:
    """Cut one caller's shuffled facts, a third of them told twice, into requests of every kind."""
    told = [*documents, *draw.sample(list(documents), len(documents) // 3)]
    draw.shuffle(told)
    while told:
        size = draw.choice([0, 1, 5, 15])
        piece, told = told[: max(1, size)], told[max(1, size) :]
        if size == 0:
            yield {"json": piece[0]}
        elif size == 15:
            yield {"content": "\n".join(map(json.dumps, piece)), "headers": NDJSON}
        else:
            yield {"json": piece}


async def call(http: httpx.AsyncClient, requests: Iterator[dict[str, Any]]) -> Counter[str]:
    """Send requests one after another, again where we are told to; return what became of facts."""
    became: Counter[str] = Counter()
    for request in requests:
        answer = await http.post("/v1/events", **request)
        while answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            await asyncio.sleep(0.05)
            answer = await http.post("/v1/events", **request)
        assert answer.status_code == HTTPStatus.OK, answer.text
        became.update(item["status"] for item in answer.json()["items"])
    return became


async def downstream(tx: Connection, seen: Perspective) -> Downstream:
    events: dict[str | None, set[tuple[str, str]]] = defaultdict(set)
    async for line in export(tx, Export.EVENTS, seen):
        row = json.loads(line)
        events[row["customer_id"]].add((row["source"], row["id"]))
    found: Downstream = Counter()
    async for line in export(tx, Export.SCORES, seen):
        row = json.loads(line)
        found[frozenset(events[row.pop("customer_id")]), json.dumps(row)] += 1
    return found


async def test_four_callers_of_the_surface_reach_the_state_of_one(
    own_database: Database,
    connection: Connection,
    keyed_hash: KeyedHash,
    clock: FixedClock,
    settings: Settings,
) -> None:
    documents = facts(SEED + 1, 80)
    reader, now = a_reader(keyed_hash), clock.now()
    seen = Perspective(keyed_hash, "BRL", now.date())
    await found(connection, settings, shipped_document(), now)
    await take_events(connection, commands(documents[1:]), reader, now)
    without_one = await state(connection), await downstream(connection, seen)
    await take_events(connection, commands(documents[:1]), reader, now)
    expected = await state(connection), await downstream(connection, seen)
    assert without_one[0] != expected[0], "the control: a fact that is missing is seen"
    assert without_one[1] != expected[1]

    house = furnished(settings, own_database, keyed_hash, clock)
    await own_database.write(lambda tx: found(tx, settings, shipped_document(), now))
    order = KeyOrder("callers", frozenset({Scope.EVENTS_WRITE}), None, None)
    key = await own_database.write(lambda tx: issue_key(tx, keyed_hash, order, now))
    async with calling(create_app(house), authorization=f"Bearer {key.text}") as http:
        became = await asyncio.gather(
            *(call(http, bodies(documents, random.Random(nth))) for nth in range(WORKERS))
        )
    total = sum(became, Counter())
    assert total["accepted"] == len(documents)
    assert total["duplicate"] == total.total() - len(documents)
    assert await own_database.read(state) == expected[0]
    assert await own_database.read(lambda tx: downstream(tx, seen)) == expected[1]
