"""What does a caller's telephone system hear while nothing can be stored?  Who it is, all the same.

Nothing is written: every table has as many rows as before.  With room again all is as ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from app.access.number_budget import NumberBudget
from app.access.scopes import BROWSER_SCOPES, Scope
from app.api.dependencies import House
from app.database.failures import no_room
from app.database.metadata import metadata
from app.database.room import Room
from app.database.transaction import Connection
from app.flows import queries
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from app.problems import Unavailable
from tests.builders import a_sale, an_event, phone, visit
from tests.integration.api.conftest import NewClient

SAID = ["storage", "decisions", "record"]
STRANGER = "(21) 99876-1234"
PAGE = "https://shop.example"

Ring = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
async def ivr(client: NewClient, house: House) -> httpx.AsyncClient:
    """Return a telephone system's client; Ana is known, has bought, and has complained."""
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))
    erp = await client(Scope.EVENTS_WRITE)
    complaint = {"case_id": "K-1", "status": "opened"}
    told = [
        a_sale("900.00", record_key="C-1", identifiers=[phone()], profile={"name": "Ana Souza"}),
        an_event("complaint", record_key="C-1", data=complaint),
    ]
    assert (await erp.post("/v1/events", json=told)).status_code == 200
    return await client(Scope.DECISIONS_WRITE, Scope.CUSTOMERS_READ)


@pytest.fixture
def ring(ivr: httpx.AsyncClient) -> Ring:
    async def rang(call: str, number: str | None = None, **changes: Any) -> dict[str, Any]:
        asked = {
            "channel": "voice",
            "interaction": {"source": "pbx", "id": call},
            "identifiers": [phone() if number is None else phone(number)],
        }
        answer = await ivr.post("/v1/touchpoints", json=asked | changes)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        return told

    return rang


@pytest.fixture
def full(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Return what fills the disk; ``monkeypatch.undo`` makes room."""
    no_room_at_all = Room(house.settings.data_dir.parent, 2**80)
    return lambda: monkeypatch.setattr(house.database, "_room", no_room_at_all)


async def rows(tx: Connection) -> dict[str, int]:
    counts = {name: select(func.count()).select_from(t) for name, t in metadata.tables.items()}
    return {name: (await tx.execute(count)).scalar_one() for name, count in counts.items()}


def but_decisions(answer: dict[str, Any]) -> dict[str, Any]:
    said = ("customer", "value", "routing", "selling_allowed", "versions")
    return {name: answer[name] for name in said}


async def test_a_known_caller_is_known_and_taken_as_ever(
    ring: Ring, full: Callable[[], None], connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await rows(connection)
    full()
    told = await ring("call-1")
    assert told["degraded"] == SAID
    assert (told["decisions"], told["question"]) == ([], None)
    assert told["customer"]["state"] == "known"
    assert told["customer"]["display_name"] == "Ana Souza"
    assert told["selling_allowed"]["reason"] == "open_complaint"
    assert await rows(connection) == before

    monkeypatch.undo()
    as_ever = await ring("call-1")
    assert (as_ever["degraded"], len(as_ever["decisions"])) == ([], 1)
    assert but_decisions(told) == but_decisions(as_ever)
    assert await rows(connection) != before  # or equal counts would prove nothing


async def test_a_stranger_is_a_stranger_and_leaves_no_trace(
    ring: Ring, full: Callable[[], None], connection: Connection
) -> None:
    full()
    before = await rows(connection)
    told = await ring("call-1", STRANGER)
    assert (told["customer"]["state"], told["degraded"]) == ("unknown", SAID)
    assert await rows(connection) == before


async def test_a_stranger_who_was_here_before_is_one_still(
    ring: Ring, full: Callable[[], None]
) -> None:
    before = await ring("call-1", STRANGER)
    full()
    told = await ring("call-2", STRANGER)
    assert told["degraded"] == SAID
    assert but_decisions(told) == but_decisions(before)


async def test_a_moment_that_was_recorded_has_the_answer_it_had(
    ring: Ring, full: Callable[[], None]
) -> None:
    recorded = await ring("call-1")
    full()
    assert await ring("call-1") == recorded
    anew = await ring("call-1", context={"reason_closed": True})
    assert anew["touchpoint_id"] == recorded["touchpoint_id"]
    assert (anew["degraded"], anew["decisions"]) == (SAID, [])


async def test_a_disk_that_fills_up_under_the_write_is_no_other_case(
    ring: Ring, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_more(*_: object) -> bool:
        raise no_room()

    monkeypatch.setattr(queries, "write_touchpoint", no_more)
    before = await rows(connection)
    told = await ring("call-1")
    assert (told["customer"]["state"], told["degraded"]) == ("known", SAID)
    assert await rows(connection) == before


async def test_with_the_database_away_nothing_is_said_of_anybody(
    ring: Ring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: it is not that every failure is met with a look at the customer."""

    async def is_away(*_: object) -> bool:
        raise Unavailable

    monkeypatch.setattr(queries, "write_touchpoint", is_away)
    told = await ring("call-1")
    assert (told["customer"]["state"], told["degraded"][0]) == ("unknown", "database")


async def test_it_takes_no_longer_than_it_may(
    ring: Ring, full: Callable[[], None], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def for_ever(*_: object) -> None:
        await asyncio.sleep(60)

    await ring("call-1")  # so that the key is known
    full()
    monkeypatch.setattr(house.database, "read", for_ever)
    told = await ring("call-2", deadline_ms=50)
    assert (told["customer"]["state"], told["degraded"][0]) == ("unknown", "deadline")


async def test_a_key_spent_on_it_is_not_spent(
    ivr: httpx.AsyncClient, full: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"channel": "voice", "identifiers": [phone()]}
    headers = {"idempotency-key": "call-1"}
    full()
    told = await ivr.post("/v1/touchpoints", json=asked, headers=headers)
    monkeypatch.undo()
    again = await ivr.post("/v1/touchpoints", json=asked, headers=headers)
    assert [answer.json()["degraded"] for answer in (told, again)] == [SAID, []]


async def test_numbers_asked_about_count_all_the_same(
    ivr: httpx.AsyncClient, client: NewClient, house: House, full: Callable[[], None]
) -> None:
    object.__setattr__(house, "number_budget", NumberBudget(1, b"a secret for tests"))
    few = await client(Scope.DECISIONS_WRITE)
    full()
    asked = [{"channel": "voice", "identifiers": [phone(f"(21) 9987{n}-1234")]} for n in range(2)]
    answers = [await few.post("/v1/touchpoints", json=each) for each in asked]
    assert [answer.status_code for answer in answers] == [200, 429]


async def test_a_page_hears_no_offers_and_nothing_about_anybody(
    ivr: httpx.AsyncClient, client: NewClient, full: Callable[[], None]
) -> None:
    page = await client(*BROWSER_SCOPES, sources=frozenset({"web"}), origins=frozenset({PAGE}))
    full()
    asked = {"channel": "web", "identifiers": [visit("a-visit-nobody-can-guess")]}
    told = (await page.post("/v1/touchpoints", json=asked, headers={"origin": PAGE})).json()
    assert told.keys() == {"touchpoint_id", "decisions", "degraded"}
    assert (told["decisions"], told["degraded"]) == ([], SAID)


async def test_it_is_counted_with_what_it_went_without(
    ring: Ring, ivr: httpx.AsyncClient, full: Callable[[], None]
) -> None:
    full()
    await ring("call-1")
    told = (await ivr.get("/metrics")).text
    assert 'idip_degraded_answers_total{cause="storage"}' in told
    assert 'idip_left_out_total{part="decisions"}' in told
    assert 'idip_left_out_total{part="storage"}' not in told, "a cause is no part"
