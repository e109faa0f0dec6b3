"""How do facts come in over HTTP, in each of the forms they may have?"""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import orjson
import pytest

from app.access.scopes import Scope
from tests.builders import a_sale, an_event, phone, tax_id

EVENTS = "/v1/events"


@pytest.fixture
async def erp(client: Any) -> httpx.AsyncClient:
    return await client(Scope.EVENTS_WRITE)


def lines(*documents: Any) -> bytes:
    return b"\n".join(
        document if isinstance(document, bytes) else orjson.dumps(document)
        for document in documents
    )


def enveloped(event: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an event of ours as a CloudEvent."""
    outside = {name: event.pop(name) for name in ("id", "source", "time")}
    kind = f"com.example.shop.{event.pop('type')}"
    return {"specversion": "1.0", **outside, "type": kind, "data": event, **changes}


async def posted_as(erp: httpx.AsyncClient, media_type: str, body: bytes) -> httpx.Response:
    return await erp.post(EVENTS, content=body, headers={"content-type": media_type})


# --- one, an array, lines ---------------------------------------------------------------------


async def test_one_event_is_accepted_and_names_its_customer(erp: httpx.AsyncClient) -> None:
    answer = await erp.post(EVENTS, json=a_sale(id="NF-1", record_key="C-1"))
    [item] = answer.json()["items"]
    assert answer.status_code == 200
    assert item.keys() == {"id", "status", "customer_id"}
    assert (item["id"], item["status"]) == ("NF-1", "accepted")
    assert item["customer_id"]


async def test_the_same_event_again_is_a_duplicate_of_the_same_customer(
    erp: httpx.AsyncClient,
) -> None:
    sale = a_sale(record_key="C-1")
    first, again = [(await erp.post(EVENTS, json=sale)).json()["items"][0] for _ in range(2)]
    assert (first["status"], again["status"]) == ("accepted", "duplicate")
    assert first["customer_id"] == again["customer_id"]


async def test_an_array_is_answered_item_by_item_in_its_order(erp: httpx.AsyncClient) -> None:
    sale = a_sale(record_key="C-1")
    other = sale | {"time": "2026-11-19T10:00:00-03:00"}
    broken = a_sale(record_key="C-2", data={"net": "1.234"})
    answer = await erp.post(EVENTS, json=[sale, sale, other, broken])
    items = answer.json()["items"]
    assert answer.status_code == 207
    assert [item["status"] for item in items] == ["accepted", "duplicate", "refused", "refused"]
    assert items[2]["problem"]["status"] == 409
    assert items[3]["problem"]["status"] == 422
    assert items[3]["problem"]["errors"][0]["pointer"] == "/data/net"
    assert items[3]["problem"]["instance"].endswith("#/items/3")
    assert "problem" not in items[0]


async def test_what_is_no_evidence_is_told_by_place_and_not_by_value(
    erp: httpx.AsyncClient,
) -> None:
    sale = a_sale(record_key="C-1", identifiers=[phone(), phone("000")])
    answer = await erp.post(EVENTS, json=sale)
    [item] = answer.json()["items"]
    assert [fault["pointer"] for fault in item["ignored"]] == ["/identifiers/1"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"data": {"net": "one"}}, 422, "invalid-event"),
        ({"time": "2027-01-01T00:00:00Z"}, 422, "future-time"),
        ({"type": "sales"}, 422, "invalid-event"),
        ({"colour": "red"}, 422, "invalid-event"),
    ],
)
async def test_one_event_that_is_refused_answers_its_problem(
    erp: httpx.AsyncClient, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = await erp.post(EVENTS, json=a_sale(record_key="C-1") | changes)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")


async def test_one_event_that_contradicts_itself_answers_409(erp: httpx.AsyncClient) -> None:
    sale = a_sale(record_key="C-1")
    await erp.post(EVENTS, json=sale)
    answer = await erp.post(EVENTS, json=sale | {"record_key": "C-2"})
    assert answer.status_code == 409


async def test_lines_are_taken_one_by_one_and_a_broken_one_stops_nobody(
    erp: httpx.AsyncClient,
) -> None:
    body = lines(a_sale(record_key="C-1"), b"", b'{"id": "NF-', b"[]", a_sale(record_key="C-2"))
    answer = await posted_as(erp, "application/x-ndjson", body + b"\n")
    items = answer.json()["items"]
    assert answer.status_code == 207
    assert [item["status"] for item in items] == ["accepted", "refused", "refused", "accepted"]
    assert items[1]["problem"]["status"] == 400


async def test_lines_of_a_windows_system_are_lines(erp: httpx.AsyncClient) -> None:
    body = lines(a_sale(record_key="C-1"), a_sale(record_key="C-2")).replace(b"\n", b"\r\n")
    answer = await posted_as(erp, "application/x-ndjson", body)
    assert answer.status_code == 200
    assert len(answer.json()["items"]) == 2


@pytest.mark.parametrize(
    ("media_type", "body", "status"),
    [
        ("application/json", b"[]", 422),
        ("application/x-ndjson", b"\n\n", 422),
        ("application/x-ndjson", b"", 422),
        ("application/cloudevents-batch+json", b"[]", 422),
        ("application/cloudevents-batch+json", b"{}", 400),
        ("application/cloudevents+json", b"[]", 400),
        ("application/json", b"", 400),
        ("application/json", b"7", 422),
        ("application/json", lines(*[b"{}"] * 1001).join([b"[", b"]"]).replace(b"\n", b","), 413),
        ("application/x-ndjson", b"{}\n" * 1001, 413),
        ("application/x-www-form-urlencoded", b"a=1", 415),
        ("text/plain", b"{}", 415),
        ("application/json; charset=latin-1", b"{}", 415),
    ],
)
async def test_what_is_no_list_of_events_is_refused_whole(
    erp: httpx.AsyncClient, media_type: str, body: bytes, status: int
) -> None:
    answer = await posted_as(erp, media_type, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


# --- compressed -------------------------------------------------------------------------------


async def test_a_compressed_body_is_read(erp: httpx.AsyncClient) -> None:
    answer = await erp.post(
        EVENTS,
        content=gzip.compress(json.dumps(a_sale(record_key="C-1")).encode()),
        headers={"content-type": "application/json", "content-encoding": "gzip"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("encoding", "body", "status"),
    [
        ("gzip", gzip.compress(b" " * 5_000_000, mtime=0), 413),
        ("gzip", b"no gzip", 400),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-4], 400),
        ("gzip", gzip.compress(b"{}", mtime=0) + b"more", 400),
        ("br", b"{}", 415),
    ],
)
async def test_what_cannot_be_inflated_or_is_a_bomb_is_refused(
    erp: httpx.AsyncClient, encoding: str, body: bytes, status: int
) -> None:
    headers = {"content-type": "application/json", "content-encoding": encoding}
    answer = await erp.post(EVENTS, content=body, headers=headers)
    assert answer.status_code == status


# --- CloudEvents ------------------------------------------------------------------------------


async def test_a_cloud_event_is_the_event_in_its_envelope(erp: httpx.AsyncClient) -> None:
    sale = a_sale(record_key="C-1", identifiers=[tax_id()])
    first = await erp.post(EVENTS, json=sale)
    again = await posted_as(
        erp,
        "application/cloudevents+json",
        orjson.dumps(enveloped(dict(sale), subject="x", sequence=7, sampled=True, dataschema=None)),
    )
    assert again.json()["items"][0]["status"] == "duplicate"
    assert again.json()["items"][0]["customer_id"] == first.json()["items"][0]["customer_id"]


async def test_a_batch_of_cloud_events_is_answered_item_by_item(erp: httpx.AsyncClient) -> None:
    batch = [
        enveloped(a_sale(record_key="C-1")),
        enveloped(a_sale(record_key="C-1"), specversion="0.3"),
        enveloped(a_sale(record_key="C-1"), data={"id": "another"}),
        enveloped(a_sale(record_key="C-1"), data="text"),
        enveloped(a_sale(record_key="C-1"), data_base64="e30="),
        7,
        enveloped(an_event("sale", record_key="C-1")),
        enveloped(a_sale(record_key="C-1"), time="yesterday"),
        enveloped(a_sale(record_key="C-1"), traceParent="00-ab-cd-01"),
        enveloped(a_sale(record_key="C-1"), attempt=2**31),
        enveloped(a_sale(record_key="C-1"), tags=["a"]),
    ]
    answer = await posted_as(erp, "application/cloudevents-batch+json", orjson.dumps(batch))
    items = answer.json()["items"]
    assert answer.status_code == 207
    assert [item["status"] for item in items] == ["accepted"] + ["refused"] * 10
    pointers = [item["problem"]["errors"][0]["pointer"] for item in items[1:]]
    assert pointers == [
        "/specversion",
        "/data",
        "/data",
        "/data_base64",
        "",
        "/data/data/net",
        "/time",
        "/?",
        "/attempt",
        "/tags",
    ]


# --- whose word it is -------------------------------------------------------------------------


async def test_a_key_speaks_for_its_own_sources_only(client: Any) -> None:
    shop = await client(Scope.EVENTS_WRITE, sources=frozenset({"shop"}))
    own, other = a_sale(source="shop", record_key="1"), a_sale(source="erp", record_key="1")
    together = await shop.post(EVENTS, json=[own, other])
    alone = await shop.post(EVENTS, json=other)
    items = together.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "refused"]
    assert items[1]["problem"]["type"] == "/problems/source-not-allowed"
    assert items[1]["id"] == other["id"]
    assert alone.status_code == 403


async def test_an_array_costs_no_more_statements_than_one_event(
    erp: httpx.AsyncClient, statements: Any
) -> None:
    await erp.post(EVENTS, json=a_sale(record_key="C-0"))
    statements.clear()
    await erp.post(EVENTS, json=[a_sale(record_key=f"C-{n}") for n in range(50)])
    assert len(statements) <= 25
