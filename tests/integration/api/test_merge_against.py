"""Merging what speaks against being one, over HTTP: people may, and are told what they override."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from tests.builders import CPF_ANA, CPF_BIA, a_sale, phone, tax_id

pytestmark = pytest.mark.anyio


@pytest.fixture
async def desk(client: Any) -> httpx.AsyncClient:
    return await client(
        Scope.EVENTS_WRITE, Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.IDENTITY_READ
    )


async def two_customers(desk: httpx.AsyncClient, *profiles: dict[str, Any]) -> list[str]:
    sales = [
        a_sale(record_key=f"C-{nth}", profile={"name": "Ana Souza"}, **more)
        for nth, more in enumerate(profiles)
    ]
    told = await desk.post("/v1/events", json=sales)
    return sorted(item["customer_id"] for item in told.json()["items"])


async def merged(desk: httpx.AsyncClient, ids: list[str], **more: Any) -> dict[str, Any]:
    answer = await desk.post("/v1/customers/merge", json={"customer_ids": ids, **more})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def open_limits(desk: httpx.AsyncClient) -> list[dict[str, Any]]:
    found = await desk.get("/v1/reviews", params={"kind": "limit_passed"})
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def test_two_tax_ids_are_told_before_and_asked_about_after(desk: httpx.AsyncClient) -> None:
    ids = await two_customers(
        desk, {"identifiers": [tax_id(CPF_ANA)]}, {"identifiers": [tax_id(CPF_BIA)]}
    )
    seen = await merged(desk, ids, preview=True)
    assert seen["contradictions"] == [{"kind": "two_tax_ids", "customer_ids": ids}]
    assert await open_limits(desk) == [], "a preview opens nothing"
    done = await merged(desk, ids)
    assert done["contradictions"] == seen["contradictions"]
    assert done["merged_ids"] == ids[1:]
    assert not {"52998224725", "11144477735"} & set(str(done).split("'"))
    (review,) = await open_limits(desk)
    verdict = await desk.post(f"/v1/reviews/{review['id']}", json={"verdict": "same"})
    assert verdict.json()["review"]["state"] == "decided"
    assert await open_limits(desk) == []


async def test_nothing_speaks_against_two_who_have_nothing_different(
    desk: httpx.AsyncClient,
) -> None:
    ids = await two_customers(desk, {"identifiers": [tax_id()]}, {})
    assert (await merged(desk, ids))["contradictions"] == []
    assert await open_limits(desk) == []


async def test_what_people_kept_apart_is_told_before_they_join_it(desk: httpx.AsyncClient) -> None:
    (one,) = (await merged(desk, await two_customers(desk, {}, {})))["customers"]
    path = f"/v1/customers/{one['customer_id']}/split"
    split = await desk.post(path, json={"sides": [one["records"][:1]]})
    ids = sorted(each["customer_id"] for each in split.json()["customers"])
    told = await merged(desk, ids, preview=True)
    assert told["contradictions"] == [{"kind": "cannot_link", "customer_ids": ids}]


async def test_a_slip_that_people_joined_is_asked_about_no_more(desk: httpx.AsyncClient) -> None:
    mistyped = {"type": "tax_id", "value": "529.982.248-06", "country": "BR"}
    told = [{"identifiers": [tax_id(CPF_ANA)]}, {"identifiers": [mistyped]}]
    ids = await two_customers(desk, *told)
    assert len(ids) == len(set(ids)) == 2
    await merged(desk, ids)
    assert await open_limits(desk) == []


async def test_a_number_that_changed_hands_is_said_to_have(desk: httpx.AsyncClient) -> None:
    def bought(key: str, name: str, day: str) -> dict[str, Any]:
        profile, time = {"name": name}, f"{day}T10:00:00-03:00"
        return a_sale(record_key=key, identifiers=[phone()], profile=profile, time=time)

    sales = [bought("C-1", "Ana Souza", "2025-01-10"), bought("C-2", "Bruno Lima", "2026-08-20")]
    told = await desk.post("/v1/events", json=sales)
    ana, bruno = (item["customer_id"] for item in told.json()["items"])
    path = f"/v1/customers/{ana}/explain"
    found = (await desk.get(path, params={"against": bruno})).json()["why_not"]
    assert found["obstacle"] == "changed_hands"
    number = next(ground for ground in found["grounds"] if ground["field"] == "phone")
    assert (number["level"], number["bits"]) == ("changed_hands", 0.0)
    assert "mudou de mãos" in found["sentence"]
    at_once = bought("C-3", "Carlos Dias", "2026-08-21")
    carlos = (await desk.post("/v1/events", json=at_once)).json()["items"][0]["customer_id"]
    path = f"/v1/customers/{bruno}/explain"
    found = (await desk.get(path, params={"against": carlos})).json()["why_not"]
    assert found["obstacle"] == "not_enough"  # the control: they share it
