"""Who calls, and what do the ERP and the shop tell?  Bodies of requests, made of the data itself.

Callers are drawn from all identifiers of the base, so that pages and indexes are as cold as they
would be; every sale is a new order of a customer who is known.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import orjson

CALLERS = 20_000
ARRAY = 1_000

PHONES = """
SELECT value, identifier_key FROM identifier
WHERE type = 'phone' AND state = 'active' AND identifier_key >= $1
ORDER BY identifier_key LIMIT 1
"""
CLIENTS = """
SELECT code.scope AS source, code.value AS record_key, phone.value AS phone
FROM record_identifier AS named
JOIN identifier AS phone ON phone.identifier_key = named.identifier_key
JOIN record_identifier AS also ON also.record_id = named.record_id
JOIN identifier AS code
    ON code.identifier_key = also.identifier_key AND code.type = 'customer_code'
WHERE named.identifier_key = $1
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Client:
    """A customer as one source knows them."""

    source: str
    record_key: str
    phone: str


@dataclass(frozen=True, slots=True)
class Crowd:
    """People of the base: the telephones they ring from, and their keys in the ERP."""

    phones: list[str]
    keys: list[str]
    clients: list[Client]

    def bare(self) -> Iterator[bytes]:
        return itertools.cycle([orjson.dumps({"key": key}) for key in self.keys])

    def resolve(self) -> Iterator[bytes]:
        asked = [{"identifiers": [{"type": "phone", "value": phone}]} for phone in self.phones]
        return itertools.cycle([orjson.dumps(each) for each in asked])

    def touchpoint(self) -> Iterator[bytes]:
        for phone in itertools.cycle(self.phones):
            yield orjson.dumps(
                {
                    "interaction": {"source": "pbx", "id": str(uuid4())},
                    "channel": "voice",
                    "identifiers": [{"type": "phone", "value": phone}],
                }
            )

    def event(self) -> Iterator[bytes]:
        for document in self.sales():
            yield orjson.dumps(document)

    def array(self) -> Iterator[bytes]:
        sales = self.sales()
        while True:
            yield orjson.dumps(list(itertools.islice(sales, ARRAY)))

    def sales(self) -> Iterator[dict[str, Any]]:
        for client in itertools.cycle(self.clients):
            yield sale(client)


def strangers() -> Iterator[dict[str, Any]]:
    """Yield first sales of people whom nobody knows yet, others in every run."""
    rng = Random()
    while True:
        number = rng.randrange(10**9, 10**10)
        phone = f"+55119{rng.randrange(60_000_000, 99_999_999)}"
        yield sale(Client("erp.new", f"N-{number}", phone))


def sale(client: Client) -> dict[str, Any]:
    order = uuid4().hex
    return {
        "id": order,
        "source": client.source,
        "record_key": client.record_key,
        "type": "sale",
        "time": (datetime.now(UTC) - timedelta(minutes=5)).isoformat(),
        "identifiers": [{"type": "phone", "value": client.phone}],
        "data": {
            "order_id": order,
            "status": "paid",
            "currency": "BRL",
            "net": "189.90",
            "cost": "101.20",
            "store": "SP-01",
            "lines": [{"sku": "A1", "category": "coffee", "quantity": "2", "net": "189.90"}],
        },
    }


async def drawn(dsn: str, seed: int) -> Crowd:
    """Draw callers from the whole base, each by the nearest key to a random one."""
    rng = Random(seed)
    connection = await asyncpg.connect(dsn)
    try:
        phones = await connection.prepare(PHONES)
        clients = await connection.prepare(CLIENTS)
        found = [await phones.fetchrow(rng.randbytes(16)) for _ in range(CALLERS)]
        rows = [row for row in found if row is not None]
        known = [await clients.fetchrow(row["identifier_key"]) for row in rows]
    finally:
        await connection.close()
    return Crowd(
        [row["value"] for row in rows],
        [row["identifier_key"].hex() for row in rows],
        [Client(row["source"], row["record_key"], row["phone"]) for row in known if row],
    )
