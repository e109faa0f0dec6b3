"""Forty writers wait for one row that somebody holds: does anybody else notice?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.api.admission.door import Door
from app.api.admission.slots import Ceilings, Slots
from app.api.dependencies import House
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import a_sale, phone

WRITERS = 40
READS = 20
SLOTS = 7
ANA = {"identifiers": [phone("(11) 98765-4321")]}
BIA = {"identifiers": [phone("(11) 91234-5678")]}
HOLD = text("SELECT 1 FROM component FOR NO KEY UPDATE")


@pytest.fixture
async def house(own_url: str, keyed_hash: KeyedHash) -> AsyncIterator[House]:
    """Yield a house with as many connections as it has by default, and one customer."""
    settings = Settings(distinct_numbers_per_minute=0)
    database = await Database.open(settings, own_url, application_name="idip tests")
    clock = SystemClock()
    house = furnished(settings, database, keyed_hash, clock)
    await database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))
    try:
        yield house
    finally:
        await database.close()


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    order = KeyOrder("everybody", frozenset(Scope))
    now = house.clock.now()
    key = await house.database.write(lambda tx: issue_key(tx, house.keyed_hash, order, now))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(house)),
        base_url="http://idip.test",
        headers={"authorization": f"Bearer {key.text}"},
    ) as http:
        told = await http.post("/v1/events", json=sale(0))
        assert told.status_code == 200, told.text
        yield http


def sale(number: int) -> dict[str, Any]:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return a_sale(id=f"NF-{number}", record_key="C-1", time=now, **ANA)


async def timed(request: Awaitable[httpx.Response]) -> tuple[int, float]:
    began_s = time.perf_counter()
    answer = await request
    return answer.status_code, time.perf_counter() - began_s


async def reads_beside_stuck_writers(
    house: House, http: httpx.AsyncClient
) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
    """Hold the row and return how reads and writers fared, in status and seconds."""
    async with house.database.transaction() as holder:
        await holder.execute(HOLD)
        writers = [
            asyncio.create_task(timed(http.post("/v1/events", json=sale(n + 1))))
            for n in range(WRITERS)
        ]
        await asyncio.sleep(0.1)  # until as many are stuck as may be
        reads = [await timed(http.post("/v1/identity/resolve", json=BIA)) for _ in range(READS)]
    return reads, await asyncio.gather(*writers)


async def test_who_asks_about_somebody_else_does_not_notice(
    house: House, http: httpx.AsyncClient
) -> None:
    reads, writers = await reads_beside_stuck_writers(house, http)
    assert [status for status, _ in reads] == [200] * READS
    assert sorted(seconds for _, seconds in reads)[READS // 2] < 0.1
    assert {status for status, _ in writers} <= {200, 503, 429}
    assert max(seconds for _, seconds in writers) < 2.0
    assert house.door.held == 0


async def test_somebody_else_can_even_be_told_of_and_rung(
    house: House, http: httpx.AsyncClient
) -> None:
    async with house.database.transaction() as holder:
        await holder.execute(HOLD)
        stuck = [
            asyncio.create_task(timed(http.post("/v1/events", json=sale(n + 1))))
            for n in range(WRITERS)
        ]
        await asyncio.sleep(0.1)
        call = {
            "channel": "voice",
            "direction": "inbound",
            "interaction": {"source": "pbx", "id": "1"},
        }
        rung = await http.post("/v1/touchpoints", json=call | BIA)
    await asyncio.gather(*stuck)
    assert (rung.status_code, rung.json()["degraded"]) == (200, [])


async def test_without_ceilings_for_writers_they_would(
    house: House, http: httpx.AsyncClient
) -> None:
    everything = (SLOTS, SLOTS, SLOTS)
    house.door._slots = Slots(Ceilings(everything, everything))
    assert isinstance(house.door, Door)
    reads, _ = await reads_beside_stuck_writers(house, http)
    assert [status for status, _ in reads] != [200] * READS
