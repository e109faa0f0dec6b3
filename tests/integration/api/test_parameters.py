"""Is everything in a query string listened to, or else refused?  And where is a body needed?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from app.access.scopes import Scope
from app.api.scopes import SCOPE_OF, Route
from tests.integration.api.conftest import NewClient

SOMEBODY = f"/v1/customers/{UUID(int=7)}"
CANARY = "Canaria-529.982.247-25"


@pytest.fixture
async def everything(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope)


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]


@pytest.mark.parametrize("route", [r for r, scope in SCOPE_OF.items() if scope], ids=" ".join)
async def test_no_route_passes_over_a_parameter_it_does_not_know(
    everything: httpx.AsyncClient, route: Route
) -> None:
    method, template = route
    path = "/".join(str(UUID(int=7)) if "{" in part else part for part in template.split("/"))
    answer = await everything.request(method, path, params={"limitt": CANARY})
    assert (answer.status_code, faults(answer)) == (422, [("query/limitt", "unknown-parameter")])
    assert CANARY not in answer.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("limit=1&limit=2", [("query/limit", "doubled-parameter")]),
        (
            "limit=1&offset=3&a=",
            [("query/a", "unknown-parameter"), ("query/offset", "unknown-parameter")],
        ),
        (f"{CANARY}=1", [("query/?", "unknown-parameter")]),
        ("limit=0", [("query/limit", "greater-than-equal")]),
        ("cursor=x", [("query/cursor", "not-a-cursor")]),
    ],
)
async def test_a_fault_of_the_query_is_pointed_to_in_one_form(
    everything: httpx.AsyncClient, query: str, expected: list[tuple[str, str]]
) -> None:
    answer = await everything.get(f"{SOMEBODY}/timeline?{query}")
    assert (answer.status_code, faults(answer)) == (422, expected)


async def test_a_day_that_is_to_come_is_pointed_to_in_the_same_form(
    everything: httpx.AsyncClient,
) -> None:
    answer = await everything.get(f"{SOMEBODY}/score?at=2099-01-01")
    assert faults(answer) == [("query/at", "future-day")]


async def test_who_has_no_key_learns_nothing_of_parameters(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/v1/keys?x=1")).status_code == 401


async def test_a_probe_may_say_what_it_likes(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/livez?cache=buster")).status_code == 200


@pytest.mark.parametrize("sent", [{}, {"json": {}}, {"headers": {"content-type": "text/plain"}}])
async def test_what_may_be_left_out_need_not_be_sent(
    everything: httpx.AsyncClient, sent: dict[str, Any]
) -> None:
    answer = await everything.post("/v1/scoring-runs", **sent)
    assert (answer.status_code, answer.json()["yardstick"]["window_days"]) == (201, 365)


async def test_what_is_needed_has_to_be_sent(everything: httpx.AsyncClient) -> None:
    assert (await everything.post("/v1/identity/resolve")).status_code == 415
