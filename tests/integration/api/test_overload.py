"""What do callers meet when the house is full, and when they ask about very many numbers?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.keys import RANDOM_BYTES, new_key
from app.access.number_budget import NumberBudget
from app.access.scopes import Scope
from app.api import metrics
from app.api.admission.door import LONGEST_LINE, Door, Work
from app.api.admission.early import Early, SentAway
from app.api.admission.kinds import EXTRA_S, Kind
from app.api.dependencies import House
from app.api.edge import REQUEST_LIMIT_S
from app.database.engine import FAREWELL_S
from app.flows.founding import found
from app.main import create_app
from app.personalise.bundle import shipped_document
from app.problems import Unavailable
from tests.builders import a_sale, phone
from tests.integration.api.conftest import NewClient, NewKey, calling

SLOTS = 3
A_KEY_NOBODY_HAS = new_key(b"x" * RANDOM_BYTES)
CALL = {"channel": "voice", "direction": "inbound", "identifiers": [phone()]}
VISIT = {"channel": "web", "direction": "inbound", "identifiers": [phone()]}

Changed = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def changed(house: House, new_key: NewKey) -> Changed:
    """Return who opens a client with all scopes, or these, of a house that differs in some way."""

    @asynccontextmanager
    async def opened(*scopes: Scope, **parts: Any) -> AsyncIterator[httpx.AsyncClient]:
        for name, part in parts.items():
            object.__setattr__(house, name, part)
        key = await new_key(*(scopes or Scope))
        async with calling(create_app(house), authorization=f"Bearer {key.text}") as http:
            await http.get("/v1/keys")  # so that the key is known
            yield http

    return opened


async def a_full_door(**limits: Any) -> Door:
    """Return a door with nothing free behind it and, unless told otherwise, no line before it."""
    door = Door(SLOTS, **({"longest_line": dict.fromkeys(Kind, 0)} | limits))
    for _ in range(SLOTS):
        await door.enter(Work(Kind.RING, writes=False, client="somebody"))
    return door


async def are_waiting(door: Door, count: int) -> None:
    """Return when so many offers stand in line."""
    while door.waiting(Kind.OFFER) < count:  # noqa: ASYNC110 (nobody tells who comes)
        await asyncio.sleep(0)


def interaction(number: int) -> dict[str, Any]:
    return {"interaction": {"source": "pbx", "id": f"call-{number}"}}


# --- full -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "retry_after"),
    [
        ("POST", "/v1/identity/resolve", {"identifiers": [phone()]}, "1"),
        ("POST", "/v1/touchpoints", VISIT | interaction(1), "1"),
        ("POST", "/v1/events", a_sale(), "1"),
        ("POST", "/v1/events", [a_sale(), a_sale()], "2"),
        ("GET", "/v1/keys", None, "2"),
    ],
)
async def test_a_full_house_says_so_at_once_and_when_to_come_again(
    changed: Changed, method: str, path: str, body: object, retry_after: str
) -> None:
    async with changed(door=await a_full_door()) as http:
        answer = await http.request(method, path, json=body)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == retry_after
    assert answer.json()["type"] == "/problems/overloaded"


async def test_who_crowds_the_line_is_told_that_it_is_their_share(
    changed: Changed, house: House
) -> None:
    door = await a_full_door(
        longest_line=LONGEST_LINE | {Kind.OFFER: 2}, longest_wait_s=dict.fromkeys(Kind, 60.0)
    )
    other = Work(Kind.OFFER, writes=False, client="another")
    async with changed(door=door) as http:
        event = a_sale(record_key="C-1")
        first = asyncio.create_task(http.post("/v1/events", json=event))
        await are_waiting(door, 1)
        second = asyncio.create_task(http.post("/v1/events", json=event))
        await are_waiting(door, 2)
        another = asyncio.create_task(door.enter(other))
        answer = await second
        for _ in range(SLOTS):
            door.leave(Work(Kind.RING, writes=False, client="somebody"))
        assert await another > 0
        assert (await first).status_code == 200
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.json()["type"] == "/problems/share-used-up"


async def test_who_is_sent_away_by_a_look_is_told_the_same(
    changed: Changed, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = await a_full_door(
        longest_line={Kind.BULK: 0, Kind.OFFER: 1, Kind.RING: 0},
        longest_wait_s=dict.fromkeys(Kind, 60.0),
    )
    looked: list[object] = []
    look = Early.look

    async def watched(early: Early, *asked: Any) -> Any:
        looked.append(found := await look(early, *asked))
        return found

    monkeypatch.setattr(Early, "look", watched)
    async with changed(early=Early(door, b"a secret for tests")) as http:
        object.__setattr__(house, "door", door)
        waits = asyncio.create_task(http.post("/v1/touchpoints", json=VISIT | interaction(1)))
        await are_waiting(door, 1)
        looked.clear()
        usual = await http.post("/v1/touchpoints", json=VISIT | interaction(2))
        quick = await http.post("/v1/touchpoints", json=VISIT | interaction(3))
        called = await http.post("/v1/touchpoints", json=CALL | interaction(4))
        assert [isinstance(found, SentAway) for found in looked] == [False, True, False]
        for _ in range(SLOTS):
            door.leave(Work(Kind.RING, writes=False, client="somebody"))
        assert (await waits).status_code == 200
        told = (await http.get("/metrics")).text
    assert (usual.status_code, quick.status_code, called.status_code) == (503, 503, 200)
    assert without_ids(usual) == without_ids(quick)
    assert usual.headers["x-request-id"] != quick.headers["x-request-id"]
    assert 'idip_http_requests_total{method="POST",route="/v1/touchpoints",status="503"}' in told


def without_ids(answer: httpx.Response) -> tuple[dict[str, str], dict[str, Any]]:
    """Return headers and document of a problem without what names the one request."""
    headers = {name: told for name, told in answer.headers.items() if name != "x-request-id"}
    return headers, answer.json() | {"request_id": None, "instance": None}


async def test_a_call_is_answered_with_what_can_be_said_without_the_database(
    changed: Changed,
) -> None:
    async with changed(door=await a_full_door()) as http:
        answer = await http.post("/v1/touchpoints", json=CALL | interaction(1))
    assert answer.status_code == 200
    assert answer.json()["degraded"] == ["busy", "customer", "value", "decisions", "record"]


async def test_a_call_is_answered_though_nobody_can_say_whether_its_key_still_opens(
    changed: Changed, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_away(_: object) -> None:
        raise Unavailable

    async with changed() as http:
        monkeypatch.setattr(house.key_ring, "_ttl_s", 0.0)
        monkeypatch.setattr(house.key_ring._database, "read", is_away)
        called = await http.post("/v1/touchpoints", json=CALL | interaction(1))
        looked = await http.post("/v1/touchpoints", json=VISIT | interaction(2))
        asked = await http.post("/v1/identity/resolve", json={"identifiers": [phone()]})
        stranger = await http.post(
            "/v1/touchpoints",
            json=CALL | interaction(3),
            headers={"authorization": f"Bearer {A_KEY_NOBODY_HAS}"},
        )
    assert called.json()["degraded"][0] == "database"
    assert [looked.status_code, asked.status_code, stranger.status_code] == [503, 503, 503]


async def test_probes_and_counts_never_wait(changed: Changed) -> None:
    async with changed(door=await a_full_door()) as http:
        for path in ("/livez", "/readyz", "/metrics", "/openapi.json"):
            assert (await http.get(path)).status_code == 200


async def test_slots_are_given_back_whatever_comes_of_a_request(
    changed: Changed, house: House
) -> None:
    async with changed(door=Door(SLOTS)) as http:
        for body in ({"identifiers": [phone()]}, {"identifiers": "none"}, {}):
            await http.post("/v1/identity/resolve", json=body)
        await http.post("/v1/events", content=b"no JSON", headers={"content-type": "text/csv"})
        await http.get("/v1/customers/00000000-0000-7000-8000-000000000000")
    assert house.door.held == 0


async def test_a_body_that_arrives_slowly_holds_no_slot(changed: Changed, house: House) -> None:
    held: list[int] = []

    async def slowly() -> AsyncIterator[bytes]:
        yield b'{"identifiers": '
        held.append(house.door.held)
        yield b"[]}"
        held.append(house.door.held)

    headers = {"content-type": "application/json"}
    async with changed(door=Door(SLOTS)) as http:
        for path in ("/v1/identity/resolve", "/v1/events"):
            await http.post(path, content=slowly(), headers=headers)
    assert held == [0, 0, 0, 0]


async def test_refusals_are_counted(changed: Changed) -> None:
    async with changed(door=await a_full_door()) as http:
        await http.post("/v1/identity/resolve", json={"identifiers": [phone()]})
        told = (await http.get("/metrics")).text
    assert 'idip_turned_away_total{kind="ring",reason="full"}' in told


def test_a_request_ends_within_two_seconds_and_long_work_within_ten(house: House) -> None:
    assert REQUEST_LIMIT_S + FAREWELL_S < 2.0
    waits = house.settings.statement_timeout_ms + house.settings.acquire_timeout_ms
    assert timedelta(seconds=10) > timedelta(seconds=REQUEST_LIMIT_S + EXTRA_S)
    assert timedelta(seconds=REQUEST_LIMIT_S + EXTRA_S) > timedelta(milliseconds=waits)


# --- numbers ----------------------------------------------------------------------------------


def a_budget(per_minute: int) -> NumberBudget:
    return NumberBudget(per_minute, b"a secret for tests")


def about(number: int) -> dict[str, Any]:
    return {"identifiers": [phone(f"(11) 9{number:04}-4321")]}


async def test_numbers_tried_one_after_the_other_end_at_the_budget(changed: Changed) -> None:
    budget = a_budget(5)
    async with changed(Scope.IDENTITY_READ, Scope.DECISIONS_WRITE, number_budget=budget) as ivr:
        asked = [await ivr.post("/v1/identity/resolve", json=about(n)) for n in range(7)]
        ring = await ivr.post("/v1/touchpoints", json=CALL | about(9) | interaction(1))
        before = await ivr.post("/v1/identity/resolve", json=about(3))
    assert [answer.status_code for answer in asked] == [200] * 5 + [429] * 2
    assert 1 <= int(asked[-1].headers["retry-after"]) <= 60
    assert asked[-1].json()["type"] == "/problems/number-budget-used-up"
    assert ring.status_code == 429
    assert before.status_code == 200


async def refused(http: httpx.AsyncClient, client: str) -> float:
    told = (await http.get("/metrics")).text
    found = re.search(rf'idip_numbers_refused_total{{client="{client}"}} (\S+)', told)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(("most_names", "name"), [(1, "test 1"), (0, metrics.OTHER)])
async def test_who_is_refused_numbers_is_counted_by_name(
    changed: Changed, monkeypatch: pytest.MonkeyPatch, most_names: int, name: str
) -> None:
    monkeypatch.setattr(metrics, "_clients", metrics.Names(most_names))
    async with changed(Scope.IDENTITY_READ, number_budget=a_budget(1)) as ivr:
        before = await refused(ivr, name)
        for number in range(3):
            await ivr.post("/v1/identity/resolve", json=about(number))
        assert await refused(ivr, name) - before == 2, "the first was answered"


async def test_a_touchpoint_counts_as_a_question(changed: Changed, house: House) -> None:
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))
    async with changed(Scope.DECISIONS_WRITE, number_budget=a_budget(2)) as ivr:
        asked = [
            await ivr.post("/v1/touchpoints", json=CALL | about(n) | interaction(n))
            for n in range(3)
        ]
    assert [answer.status_code for answer in asked] == [200, 200, 429]


async def test_known_and_unknown_are_refused_in_one_shape(
    changed: Changed, client: NewClient
) -> None:
    erp = await client(Scope.EVENTS_WRITE)
    known = phone("(11) 90001-0001")
    await erp.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[known]))
    async with changed(Scope.IDENTITY_READ, number_budget=a_budget(1)) as ivr:
        answered = await ivr.post("/v1/identity/resolve", json=about(1))
        refused = [
            await ivr.post("/v1/identity/resolve", json=asked)
            for asked in ({"identifiers": [known]}, about(2))
        ]
    assert answered.json()["state"] == "unknown"
    told = [answer.json() | {"request_id": "", "instance": ""} for answer in refused]
    assert told[0] == told[1]
    assert [answer.status_code for answer in refused] == [429, 429]


async def test_answers_about_known_and_unknown_have_one_shape(client: NewClient) -> None:
    ivr = await client(Scope.IDENTITY_READ, Scope.EVENTS_WRITE)
    known = phone("(11) 90001-0001")
    await ivr.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[known]))
    answers = [
        await ivr.post("/v1/identity/resolve", json=asked)
        for asked in ({"identifiers": [known]}, about(2))
    ]
    assert [answer.json()["state"] for answer in answers] == ["known", "unknown"]
    assert answers[0].json().keys() == answers[1].json().keys()


@pytest.mark.parametrize("scope", [Scope.CUSTOMERS_READ, Scope.CUSTOMERS_EXPORT])
async def test_who_may_read_everybody_has_no_budget(changed: Changed, scope: Scope) -> None:
    async with changed(Scope.IDENTITY_READ, scope, number_budget=a_budget(1)) as me:
        asked = [await me.post("/v1/identity/resolve", json=about(n)) for n in range(3)]
    assert {answer.status_code for answer in asked} == {200}


async def test_a_shop_may_see_as_many_visits_as_come(changed: Changed) -> None:
    async with changed(Scope.DECISIONS_WRITE, number_budget=a_budget(1)) as shop:
        asked = [
            await shop.post(
                "/v1/touchpoints",
                json=VISIT
                | interaction(n)
                | {
                    "identifiers": [
                        {"type": "visit", "value": f"8f14e45fceea167a5a36dedd4bea25{n:02}"}
                    ]
                },
            )
            for n in range(3)
        ]
    assert {answer.status_code for answer in asked} == {200}
