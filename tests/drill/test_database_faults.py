"""The database is slow, dumb, gone or read-only: what do callers meet, and for how long?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.api.dependencies import House
from app.database import server
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from app.supervisor.garbage import fewer_collections
from tests.builders import phone
from tests.fault_proxy import Fault, FaultProxy, fault_proxy

pytestmark = pytest.mark.ci

LIMIT_S = 2.0
LENIENCE_S = 0.5
"""Tests share their cores; the figures themselves are in docs/drills.md."""

RING = {"channel": "voice", "direction": "inbound", "identifiers": [phone()]}


@dataclass(frozen=True, slots=True)
class Met:
    """How a request ended."""

    what: str
    answer: httpx.Response
    seconds: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A service, its database, and the way between them."""

    house: House
    proxy: FaultProxy
    http: httpx.AsyncClient
    url: str

    async def ask(self, what: str) -> Met:
        """Send one request: ``resolve``, ``touchpoint``, ``key``, ``livez`` or ``readyz``."""
        began_s = time.perf_counter()
        match what:
            case "resolve":
                answer = await self.http.post(
                    "/v1/identity/resolve", json={"identifiers": [phone()]}
                )
            case "touchpoint":
                call = {"interaction": {"source": "pbx", "id": f"{began_s}"}}
                answer = await self.http.post("/v1/touchpoints", json=RING | call)
            case "key":
                key = {"client": f"c-{began_s}", "scopes": ["events:write"]}
                answer = await self.http.post("/v1/keys", json=key)
            case _:
                answer = await self.http.get(f"/{what}")
        return Met(what, answer, time.perf_counter() - began_s)

    async def ask_all(self) -> list[Met]:
        """Send some of each at once."""
        some = ["resolve", "touchpoint", "key"] * 4
        return await asyncio.gather(*map(self.ask, ["livez", "readyz", *some]))

    async def back_after_s(self) -> float:
        """Return how long it takes until a look-up and a write succeed again."""
        began_s = time.perf_counter()
        for what in ("resolve", "key"):
            while not (await self.ask(what)).answer.is_success:  # noqa: ASYNC110 (a client's pause)
                await asyncio.sleep(0.02)
        return time.perf_counter() - began_s


@pytest.fixture
async def scene(own_url: str, keyed_hash: KeyedHash) -> AsyncIterator[Scene]:
    settings = Settings(distinct_numbers_per_minute=0, key_cache_ttl_ms=5_000)
    clock = SystemClock()
    async with fault_proxy(own_url) as (proxy, through):
        database = await Database.open(settings, through, application_name="idip tests")
        house = furnished(settings, database, keyed_hash, clock)
        await database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))
        order = KeyOrder("everybody", frozenset(Scope))
        key = await database.write(lambda tx: issue_key(tx, keyed_hash, order, clock.now()))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(create_app(house), raise_app_exceptions=False),
            base_url="http://idip.test",
            headers={"authorization": f"Bearer {key.text}"},
            timeout=30.0,
        ) as http:
            scene = Scene(house, proxy, http, own_url)
            for what in ("resolve", "touchpoint", "key"):
                assert (await scene.ask(what)).answer.is_success
            try:
                with fewer_collections():  # as every process that serves
                    yield scene
            finally:
                proxy.play(Fault.WELL)
                await database.close()


def judge(met: list[Met]) -> None:
    """Hold every answer to: yes or not now, the latter saying when; in time; calls are taken."""
    for each in met:
        assert each.answer.is_success or each.answer.status_code == 503, each.answer.text
        assert each.answer.is_success or int(each.answer.headers["retry-after"]) >= 1
        assert each.seconds < LIMIT_S + LENIENCE_S, each.what
        if each.what in {"touchpoint", "livez"}:
            assert each.answer.is_success


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.HOLE, Fault.REFUSE])
async def test_a_fault_is_503_in_time_and_over_when_it_is_over(scene: Scene, fault: Fault) -> None:
    scene.proxy.play(fault)
    met = await scene.ask_all()
    judge(met)
    if fault is not Fault.SLOW:
        touched = [each.answer.json()["degraded"] for each in met if each.what == "touchpoint"]
        assert all(touched)
        assert not any(each.answer.is_success for each in met if each.what in {"resolve", "key"})
    scene.proxy.play(Fault.WELL)
    assert await scene.back_after_s() < 1.0
    assert scene.house.door.held == 0


@pytest.mark.parametrize("fault", [Fault.HOLE, Fault.REFUSE])
async def test_calls_are_taken_long_after_a_key_could_be_looked_up(
    scene: Scene, fault: Fault
) -> None:
    scene.house.key_ring._ttl_s = 0.0
    scene.proxy.play(fault)
    judge(await scene.ask_all())


async def test_lines_that_were_cut_while_nobody_used_them_cost_nobody_anything(
    scene: Scene,
) -> None:
    scene.proxy.reset()
    await asyncio.sleep(0.05)  # until this side has heard of it
    assert all(met.answer.is_success for met in await scene.ask_all())


async def test_lines_that_are_cut_in_use_are_503_and_replaced(scene: Scene) -> None:
    scene.proxy.play(Fault.SLOW)
    asking = asyncio.create_task(scene.ask_all())
    await asyncio.sleep(0.15)
    scene.proxy.play(Fault.WELL)
    scene.proxy.reset()
    judge(await asking)
    assert await scene.back_after_s() < 1.0


async def test_a_standby_is_not_written_to_and_left_when_there_is_a_writer(scene: Scene) -> None:
    database = make_url(scene.url).database
    admin = await server.connect(scene.url)
    try:
        await admin.execute(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
        scene.proxy.reset()
        await asyncio.sleep(0.05)
        judge(await scene.ask_all())
        assert (await scene.ask("key")).answer.status_code == 503
        await admin.execute("SET default_transaction_read_only = off")
        await admin.execute(f"ALTER DATABASE {database} RESET default_transaction_read_only")
    finally:
        await admin.close()
    assert await scene.back_after_s() < 1.0


async def test_a_failover_under_open_lines_costs_each_of_them_no_more_than_one_503(
    scene: Scene,
) -> None:
    """The server turns read-only under its sessions; those who find out are given up."""

    async def turns_read_only(tx: Any) -> None:
        await tx.exec_driver_sql("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")

    pool = scene.house.settings.pool_size
    together = asyncio.Barrier(pool)

    async def all_at_once(tx: Any) -> None:
        await together.wait()
        await turns_read_only(tx)

    await asyncio.gather(*(scene.house.database.write(all_at_once) for _ in range(pool)))
    statuses = [(await scene.ask("key")).answer.status_code for _ in range(pool + 1)]
    assert statuses[0] == 503
    assert statuses[-1] == 201
    assert set(statuses) == {201, 503}
