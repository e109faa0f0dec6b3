"""What may a shop page with a browser key say, ask and hear?  Its own visit; offers and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.access.scopes import BROWSER_SCOPES, Scope
from tests.builders import CPF_ANA, a_sale, an_event, email, phone, tax_id, visit
from tests.integration.api.conftest import NewClient, NewKey, calling

pytestmark = pytest.mark.usefixtures("founded_house")

SHOP, ELSEWHERE = "https://shop.example", "https://evil.example"
MINE, OTHERS = visit("4f1c9a0e-visit-of-mine"), visit("77b2e6d1-visit-of-others")
PAGE = {"channel": "web", "identifiers": [MINE], "context": {"page": "/", "cart_value": "10.00"}}
ROUTES = ["/v1/touchpoints", "/v1/events", "/v1/outcomes"]


@pytest.fixture
async def page(app: FastAPI, new_key: NewKey) -> AsyncIterator[httpx.AsyncClient]:
    async with a_page(app, new_key) as http:
        yield http


@asynccontextmanager
async def a_page(app: FastAPI, new_key: NewKey) -> AsyncIterator[httpx.AsyncClient]:
    key = await new_key(
        *BROWSER_SCOPES, client="web", sources=frozenset({"web"}), origins=frozenset({SHOP})
    )
    async with calling(app, authorization=f"Bearer {key.text}", origin=SHOP) as http:
        yield http


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def seen(page: str = "/shoes", **changes: Any) -> dict[str, Any]:
    given = {"source": "web", "identifiers": [MINE], "data": {"page": page}}
    return an_event("navigation", **(given | changes))


# --- what it may -------------------------------------------------------------------------------


async def test_a_page_asks_about_its_visit_and_hears_offers_only(page: httpx.AsyncClient) -> None:
    answer = await page.post("/v1/touchpoints", json=PAGE)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told.keys() == {"touchpoint_id", "decisions", "degraded"}
    for decision in told["decisions"]:
        assert decision.keys() == {
            "decision_id",
            "placement",
            "action",
            "treatment",
            "offer",
            "script",
        }


async def test_a_page_tells_what_it_sees_and_is_not_told_whose_it_is(
    page: httpx.AsyncClient, client: NewClient
) -> None:
    shop = await client(Scope.EVENTS_WRITE)
    login = an_event("login", source="shop", identifiers=[MINE, email()])
    assert (await shop.post("/v1/events", json=login)).status_code == 200
    [item] = (await page.post("/v1/events", json=[seen()])).json()["items"]
    assert (item["status"], item["customer_id"]) == ("accepted", None)
    [item] = (await shop.post("/v1/events", json=[seen(source="shop")])).json()["items"]
    assert item["customer_id"] is not None


async def test_a_page_reports_what_became_of_an_offer(page: httpx.AsyncClient) -> None:
    decision = (await page.post("/v1/touchpoints", json=PAGE)).json()["decisions"][0]
    told = {"decision_id": decision["decision_id"], "time": "2026-11-20T12:00:00-03:00"}
    shown = await page.post("/v1/outcomes", json=told | {"outcome": "shown"})
    assert shown.status_code == 200, shown.text
    for never in (
        {"outcome": "converted", "value": "9.00"},
        {"outcome": "rejected", "never": True},
    ):
        assert refusal(await page.post("/v1/outcomes", json=told | never)) == (403, "not-in-a-page")


async def test_the_same_page_asked_again_is_the_same_touchpoint(page: httpx.AsyncClient) -> None:
    asked = PAGE | {"interaction": {"source": "web", "id": "page-1"}}
    first, again = [(await page.post("/v1/touchpoints", json=asked)).json() for _ in range(2)]
    assert first == again


async def test_nobody_reads_the_answer_of_another_visit_or_of_another_system(
    page: httpx.AsyncClient, client: NewClient
) -> None:
    shop = await client(Scope.DECISIONS_WRITE)
    interaction = {"source": "web", "id": "page-1"}
    by_shop = await shop.post(
        "/v1/touchpoints",
        json={"channel": "web", "interaction": interaction, "identifiers": [email()]},
    )
    mine, others = [
        (await page.post("/v1/touchpoints", json=asked)).json()["touchpoint_id"]
        for asked in (
            {"channel": "web", "interaction": interaction, "identifiers": [MINE]},
            {"channel": "web", "interaction": interaction, "identifiers": [OTHERS]},
        )
    ]
    assert len({mine, others, by_shop.json()["touchpoint_id"]}) == 3


# --- what it may not ----------------------------------------------------------------------------

NOT_IN_A_PAGE: dict[str, dict[str, Any]] = {
    "a telephone": {"identifiers": [phone()]},
    "a visit and an e-mail": {"identifiers": [MINE, email()]},
    "two visits": {"identifiers": [MINE, OTHERS]},
    "nobody": {"identifiers": []},
    "a visit that can be guessed": {"identifiers": [visit("visit-000001")]},
    "a tax id": {"identifiers": [tax_id(CPF_ANA)]},
    "on the telephone": {"channel": "voice"},
    "outbound": {"direction": "outbound"},
    "with a debt": {"context": {"payment_overdue": True}},
}


@pytest.mark.parametrize("what", NOT_IN_A_PAGE)
async def test_a_page_asks_about_nobody_else(page: httpx.AsyncClient, what: str) -> None:
    answer = await page.post("/v1/touchpoints", json=PAGE | NOT_IN_A_PAGE[what])
    assert refusal(answer) == (403, "not-in-a-page")
    assert answer.json()["errors"]


async def test_a_page_asks_in_its_own_name_only(page: httpx.AsyncClient) -> None:
    asked = PAGE | {"interaction": {"source": "pbx", "id": "call-1"}}
    answer = await page.post("/v1/touchpoints", json=asked)
    assert refusal(answer) == (403, "source-not-allowed")


NOT_SEEN: dict[str, dict[str, Any]] = {
    "a sale": a_sale(source="web", identifiers=[MINE]),
    "a login": an_event("login", source="web", identifiers=[MINE, email()]),
    "whose it is": seen(identifiers=[MINE, email()]),
    "whose it is, by name": seen(profile={"name": "Ana"}),
    "whose it is, by key": seen(record_key="C-1"),
    "in the name of the ERP": seen(source="erp"),
}


@pytest.mark.parametrize("what", NOT_SEEN)
async def test_a_page_tells_nothing_else(page: httpx.AsyncClient, what: str) -> None:
    answer = await page.post("/v1/events", json=NOT_SEEN[what])
    assert answer.status_code == 403, answer.text
    batch = (await page.post("/v1/events", json=[NOT_SEEN[what], seen()])).json()["items"]
    assert [item["status"] for item in batch] == ["refused", "accepted"]


# --- origins ------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ROUTES)
async def test_a_browser_is_told_that_pages_of_the_shop_may_call(
    route: str, page: httpx.AsyncClient, app: FastAPI
) -> None:
    async with calling(app, judged=False) as browser:
        asked = {"origin": SHOP, "access-control-request-method": "POST"}
        answer = await browser.options(route, headers=asked)
        assert answer.status_code == 204
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        assert "Origin" in answer.headers["vary"]
        refused = await browser.options(route, headers=asked | {"origin": ELSEWHERE})
        assert refusal(refused) == (403, "origin-not-allowed")
        assert "access-control-allow-origin" not in refused.headers


async def test_no_page_may_call_what_is_not_for_pages(
    page: httpx.AsyncClient, app: FastAPI
) -> None:
    async with calling(app, judged=False) as browser:
        asked = {"origin": SHOP, "access-control-request-method": "GET"}
        answer = await browser.options("/v1/keys", headers=asked)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_may_read_its_answers_and_pages_of_others_none(
    page: httpx.AsyncClient, client: NewClient
) -> None:
    answer = await page.post("/v1/touchpoints", json=PAGE)
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "Origin" in answer.headers["vary"]
    problem = await page.post("/v1/touchpoints", json=PAGE | {"channel": "voice"})
    assert problem.headers["access-control-allow-origin"] == SHOP
    for origin in (ELSEWHERE, "null", ""):
        refused = await page.post("/v1/touchpoints", json=PAGE, headers={"origin": origin})
        assert refusal(refused) == (403, "origin-not-allowed")
        assert "access-control-allow-origin" not in refused.headers
    server = await client(Scope.DECISIONS_WRITE)
    answer = await server.post("/v1/touchpoints", json=PAGE, headers={"origin": SHOP})
    assert "access-control-allow-origin" not in answer.headers


async def test_a_browser_key_has_a_name_of_its_own(
    page: httpx.AsyncClient, client: NewClient
) -> None:
    admin = await client(Scope.ADMIN)
    asked = {"client": "web", "scopes": ["decisions:write"]}
    assert refusal(await admin.post("/v1/keys", json=asked)) == (409, "other-kind-of-key")
