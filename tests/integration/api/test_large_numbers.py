"""Is there a number that the contract allows and the database has no room for?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter
from sqlalchemy import update

from app.access.scopes import Scope
from app.api.event_data import DATA_OF
from app.api.touchpoint_document import ContextDocument
from app.api.wire import Money, Price, Quantity, Rate, Ratio
from app.database.transaction import Connection
from app.differentiate.tables import day_bucket, trade_entry
from app.flows import event_reading
from app.flows.event_command import EventType
from app.flows.event_reading import MOST_OF_ONE, TRADE
from app.interact.outcomes import OutcomeKind
from tests.builders import a_sale, an_event, phone

EVENTS = "/v1/events"
DEAR = str(MOST_OF_ONE - Decimal("0.01"))
TOO_DEAR = str(MOST_OF_ONE)
LONGEST = "99999999999999.99"
"""The longest price there is."""

SAYS_WHICH: dict[EventType, dict[str, Any]] = {
    EventType.SALE: {"net": "1.00"},
    EventType.REFUND: {"net": "1.00", "order_id": "1"},
    EventType.CANCELLATION: {"order_id": "2"},
    EventType.PAYMENT: {"order_id": "3", "status": "paid"},
}

NEEDED: dict[str, Any] = {
    "activity": "call",
    "case_id": "77",
    "channel": "voice",
    "closes": "23:59",
    "contract_id": "1",
    "currency": "USD",
    "id": "E-0",
    "method": "pix",
    "opens": "00:00",
    "order_id": "9",
    "purpose": "marketing",
    "sku": "A1",
    "stage": "new",
}
"""What may stand in a field that is no number, by its name."""

DECIMALS: dict[str, tuple[str, str]] = {
    "a decimal string with at most two places": (f"-{LONGEST}", LONGEST),
    "a decimal string of zero or more, two places": ("0", LONGEST),
    "a decimal string with at most eight places": ("0.00000001", "99999999.99999999"),
    "a decimal string from 0 to 1, at most eight places": ("0", "1.00000000"),
    "a decimal string, at most six places": ("-9999999999.999999", "9999999999.999999"),
}
"""The smallest and the largest of each kind, by how it is described."""

INSTANTS: dict[str, tuple[str, str]] = {
    "date": ("0001-01-01", "9999-12-31"),
    "date-time": ("1900-01-01T00:00:00+23:59", "2199-12-31T23:59:59-23:59"),
}


@pytest.fixture
async def everything(client: Any, founded_house: None) -> httpx.AsyncClient:
    return await client(*Scope)


def told(kind: EventType, **data: Any) -> dict[str, Any]:
    return an_event(kind.value, record_key="C-1", data=SAYS_WHICH[kind] | data)


@pytest.mark.parametrize("kind", TRADE)
@pytest.mark.parametrize("name", ["net", "cost", "discount"])
@pytest.mark.parametrize(
    "amount",
    [
        {"": TOO_DEAR},
        {"": LONGEST},
        {"": LONGEST, "currency": "USD", "rate": "99999999"},
        {"": "10000.00", "currency": "USD", "rate": "99999999.99999999"},
    ],
)
async def test_an_amount_that_is_too_large_is_refused_alone(
    everything: httpx.AsyncClient, kind: EventType, name: str, amount: dict[str, str]
) -> None:
    data = {key or name: value for key, value in amount.items()}
    others = [a_sale(record_key="C-1"), a_sale(record_key="C-2")]
    answer = await everything.post(EVENTS, json=[others[0], told(kind, **data), others[1]])
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "refused", "accepted"]
    problem = items[1]["problem"]
    assert (problem["status"], problem["type"]) == (422, "/problems/amount-too-large")
    assert [fault["pointer"] for fault in problem["errors"]] == [f"/data/{name}"]
    assert data[name] not in answer.text


async def test_what_our_checks_let_pass_is_no_error_of_ours_either(
    everything: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_reading, "MOST_OF_ONE", Decimal("Infinity"))
    too_large = told(EventType.SALE, net=LONGEST, currency="USD", rate="99999999")
    other = a_sale(record_key="C-2")
    answer = await everything.post(EVENTS, json=[too_large, other])
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/cannot-be-stored"
    assert LONGEST not in answer.text
    after = await everything.post(EVENTS, json=other)
    assert after.json()["items"][0]["status"] == "accepted", "nothing of the array was stored"


@pytest.mark.parametrize("kind", TRADE)
async def test_the_largest_amount_is_taken(everything: httpx.AsyncClient, kind: EventType) -> None:
    """The control: one cent less, and as much of it in a foreign currency."""
    large = {"net": DEAR, "cost": DEAR, "discount": DEAR}
    abroad = {"net": LONGEST, "currency": "COP", "rate": "0.00999999"}
    nothing = {"net": "0.01", "currency": "COP", "rate": "0.00000001"}
    events = [told(kind, **large), told(kind, **abroad), told(kind, **nothing)]
    answer = await everything.post(EVENTS, json=events)
    assert [item["status"] for item in answer.json()["items"]] == ["accepted"] * 3


async def test_ten_million_of_the_largest_amounts_have_room(
    everything: httpx.AsyncClient, connection: Connection
) -> None:
    async def sold() -> httpx.Response:
        answer = await everything.post(EVENTS, json=a_sale(DEAR, record_key="C-1"))
        return await everything.get(f"/v1/customers/{answer.json()['items'][0]['customer_id']}")

    await sold()
    many = Decimal(10_000_000)
    for table in (trade_entry, day_bucket):
        await connection.execute(
            update(table).values(net=table.c.net * many, cost=table.c.net * many)
        )
    found = await sold()
    assert found.status_code == 200
    assert Decimal(found.json()["score"]["net"]) == (many + 1) * Decimal(DEAR)


# --- every type, all its numbers at once ------------------------------------------------------


def extremes(schema: dict[str, Any], name: str, root: dict[str, Any], *, most: bool) -> Any:
    """Return what a schema allows, its numbers as small or as large as they may be."""
    if "$ref" in schema:
        return extremes(root["$defs"][schema["$ref"].split("/")[-1]], name, root, most=most)
    if "anyOf" in schema:
        return extremes(schema["anyOf"][0], name, root, most=most)
    if schema.get("type") == "object":
        fields = schema.get("properties", {}).items()
        return {key: extremes(each, key, root, most=most) for key, each in fields}
    if schema.get("type") == "array":
        return [extremes(schema["items"], name, root, most=most)]
    return _value(schema, name, most=most)


def _value(schema: dict[str, Any], name: str, *, most: bool) -> Any:
    match schema:
        case {"type": "integer"}:
            return schema["maximum" if most else "minimum"]
        case {"description": str(words)} if words in DECIMALS:
            return DECIMALS[words][most]
        case {"format": str(form)}:
            return INSTANTS[form][most]
        case {"enum": [first, *_]} | {"const": first}:
            return first
        case _:
            return most if schema.get("type") == "boolean" else NEEDED.get(name, "x")


def of_every_type(*, most: bool) -> Iterator[dict[str, Any]]:
    for kind, document in DATA_OF.items():
        schema = document.model_json_schema()
        data = extremes(schema, "", schema, most=most)
        for time in ("1900-01-01T00:00:00+23:59", "2026-11-20T23:59:59.999999999-23:59"):
            yield an_event(kind.value, record_key="C-1", time=time, data=data)
            if "net" in data:
                rated = {"currency": "BRL", "net": DEAR, "cost": DEAR, "discount": DEAR}
                taken = {key: rated.get(key, value) for key, value in data.items()}
                yield an_event(kind.value, record_key="C-1", time=time, data=taken)


@pytest.mark.parametrize("most", [True, False])
async def test_no_number_of_any_type_is_an_error_of_ours(
    everything: httpx.AsyncClient, *, most: bool
) -> None:
    events = list(of_every_type(most=most))
    answer = await everything.post(EVENTS, json=events)
    assert answer.status_code in {200, 207}, answer.text
    items = answer.json()["items"]
    reasons = {item["problem"]["type"] for item in items if item["status"] == "refused"}
    assert reasons <= {"/problems/amount-too-large", "/problems/future-time"}, [
        item for item in items if item["status"] == "refused"
    ]
    taken = {event["type"] for event, it in zip(events, items, strict=True) if "problem" not in it}
    assert taken == {kind.value for kind in EventType}, "each type had one that could be taken"
    customer = items[-1]["customer_id"]
    for path in ("", "/timeline", "/explain", "/score?at=0001-01-01", "/score?at=9999-12-31"):
        found = await everything.get(f"/v1/customers/{customer}{path}")
        assert found.status_code < 500, (path, found.text)


def test_every_kind_of_number_has_its_extremes() -> None:
    """A kind described otherwise would be left out, and nobody would know."""
    kinds: list[Any] = [Money, Price, Quantity, Rate, Ratio]
    described = {TypeAdapter(kind).json_schema()["description"] for kind in kinds}
    assert described == DECIMALS.keys()


async def test_no_number_of_a_moment_or_of_what_came_of_it_is_an_error_of_ours(
    everything: httpx.AsyncClient,
) -> None:
    schema = ContextDocument.model_json_schema()
    told = await everything.post(EVENTS, json=a_sale(DEAR, record_key="C-1", identifiers=[phone()]))
    assert told.status_code == 200
    for most in (True, False):
        context = extremes(schema, "", schema, most=most)
        asked = {"channel": "web", "identifiers": [phone()], "context": context}
        answer = await everything.post("/v1/touchpoints", json=asked)
        assert answer.status_code == 200, answer.text
        decisions = [each["decision_id"] for each in answer.json()["decisions"]]
        assert decisions
        for kind in OutcomeKind:
            outcome = {"decision_id": decisions[0], "outcome": kind.value, "value": LONGEST}
            outcome["time"] = "1900-01-01T00:00:00+23:59"
            outcome["until"] = "2199-12-31T23:59:59-23:59"
            taken = await everything.post("/v1/outcomes", json=outcome)
            assert taken.status_code in {200, 409}, taken.text
