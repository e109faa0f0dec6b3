"""Does `explain` show the scored edges: within a customer, to its neighbours, and how many more?"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from app.flows import identity_explain
from tests.builders import a_sale, phone

ANA = a_sale(record_key="C-1", identifiers=[phone()], profile={"name": "Ana Souza"})
SHOP = a_sale(source="shop", record_key="7", identifiers=[phone()], profile={"name": "Ana Souza"})
BRUNO = a_sale(record_key="C-2", identifiers=[phone()], profile={"name": "Bruno Souza"})


@pytest.fixture
async def desk(client: Any) -> httpx.AsyncClient:
    return await client(Scope.EVENTS_WRITE, Scope.CUSTOMERS_READ)


@pytest.fixture
async def sold(desk: httpx.AsyncClient) -> list[str]:
    answer = await desk.post("/v1/events", json=[ANA, SHOP, BRUNO])
    return [item["customer_id"] for item in answer.json()["items"]]


async def explained(desk: httpx.AsyncClient, customer: str, **asked: str) -> dict[str, Any]:
    answer = await desk.get(f"/v1/customers/{customer}/explain", params=asked)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_edges_within_come_first_and_add_up(desk: httpx.AsyncClient, sold: list[str]) -> None:
    ana, again, bruno = sold
    assert ana == again != bruno
    told = await explained(desk, ana)
    within, without = told["edges"]
    assert (within["kind"], within["neighbour_id"]) == ("scored", None)
    assert within["breakdown"] == {"phone": 8.0, "first_name": 4.0, "surnames": 2.0}
    assert within["bits"] == sum(within["breakdown"].values())
    assert without["neighbour_id"] == bruno
    assert without["breakdown"]["first_name"] == -13.0
    assert set(within["records"]) == {each["record_id"] for each in told["records"]}
    assert told["edges_left_out"] == 0


async def test_the_edge_to_the_one_asked_about_is_there_from_either_side(
    desk: httpx.AsyncClient, sold: list[str]
) -> None:
    told = await explained(desk, sold[2], against=sold[0])
    [edge] = told["edges"]
    assert edge["neighbour_id"] == sold[0]


async def test_a_record_alone_has_no_edges(desk: httpx.AsyncClient) -> None:
    answer = await desk.post("/v1/events", json=[ANA])
    told = await explained(desk, answer.json()["items"][0]["customer_id"])
    assert (told["edges"], told["edges_left_out"]) == ([], 0)


async def test_what_is_left_out_is_counted(
    desk: httpx.AsyncClient, sold: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_explain, "MOST_EDGES", 1)
    told = await explained(desk, sold[0])
    assert (len(told["edges"]), told["edges_left_out"]) == (1, 1)
    assert told["edges"][0]["neighbour_id"] is None
