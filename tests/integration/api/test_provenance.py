"""Does each value of a customer say who told it, and who had provided it to them?"""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from tests.builders import an_event
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

Provided = list[tuple[str, str, str | None]]


@pytest.fixture
async def desk(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope)


def told(day: int, record_key: str = "C-1", **profile: str) -> dict[str, Any]:
    return an_event(
        "profile",
        record_key=record_key,
        time=f"2026-11-{day:02}T10:00:00-03:00",
        profile=profile,
    )


def bought(day: int, provider: str | None, record_key: str = "C-1", **profile: str) -> Any:
    named = {} if provider is None else {"provider": provider}
    return told(day, record_key, assurance="enriched", **named, **profile)


async def sent(desk: httpx.AsyncClient, *events: dict[str, Any]) -> str:
    answer = await desk.post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text
    [customer] = {item["customer_id"] for item in answer.json()["items"]}
    return str(customer)


async def said(desk: httpx.AsyncClient, customer: str, attribute: str) -> Provided:
    """Return value, source and provider of an attribute, what shows first."""
    view = (await desk.get(f"/v1/customers/{customer}")).json()
    [found] = [each for each in view["attributes"] if each["attribute"] == attribute]
    return [(each["value"], each["source"], each["provider"]) for each in found["said"]]


async def test_the_provider_stands_beside_the_source(desk: httpx.AsyncClient) -> None:
    ana = await sent(
        desk, told(1, name="Ana Souza"), bought(2, "bureau", name="Ana Sousa", city="Santos")
    )
    assert await said(desk, ana, "city") == [("Santos", "erp", "bureau")]
    assert await said(desk, ana, "name") == [
        ("Ana Souza", "erp", None),
        ("Ana Sousa", "erp", "bureau"),
    ]
    export = json.loads((await desk.get(f"/v1/customers/{ana}/export")).text)
    values = {(each["value"], each["provider"]) for each in export["profile_values"]}
    assert values == {("Ana Souza", None), ("Ana Sousa", "bureau"), ("Santos", "bureau")}


async def test_the_newest_names_its_provider_whatever_came_first(desk: httpx.AsyncClient) -> None:
    """One that names none takes the place of one that does: nobody is said to have told it."""
    facts = (("Santos", "bureau"), ("Recife", "list"), ("Natal", None))
    for nth, order in enumerate(permutations(range(3))):
        key = f"C-{nth}"
        events = [bought(day + 1, facts[day][1], key, city=facts[day][0]) for day in order]
        customer = await sent(desk, *events, told(1, key, name="Ana Souza"))
        assert await said(desk, customer, "city") == [("Natal", "erp", None)]


async def test_the_same_value_of_another_provider_is_theirs(desk: httpx.AsyncClient) -> None:
    start = told(1, name="Ana Souza")
    ana = await sent(desk, start, bought(2, "bureau", city="Santos"))
    assert await said(desk, ana, "city") == [("Santos", "erp", "bureau")]
    await sent(desk, bought(3, "list", city="Santos"))
    assert await said(desk, ana, "city") == [("Santos", "erp", "list")]
    await sent(desk, bought(2, "older", city="Santos"))
    assert await said(desk, ana, "city") == [("Santos", "erp", "list")]
