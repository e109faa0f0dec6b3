"""What does every route that writes do with a key that is none, or that nothing was done for?"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.transaction import Connection
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from tests.builders import a_sale, phone, tax_id
from tests.integration.api.conftest import NewClient

SOMETHING = "0195a8f0-0000-7000-8000-000000000000"
ROUTES = [
    ("POST", "/v1/events"),
    ("POST", "/v1/touchpoints"),
    ("POST", "/v1/outcomes"),
    ("POST", "/v1/customers/merge"),
    ("POST", f"/v1/customers/{SOMETHING}/split"),
    ("DELETE", f"/v1/customers/{SOMETHING}"),
    ("POST", "/v1/scoring-runs"),
    ("POST", f"/v1/scoring-runs/{SOMETHING}/activate"),
    ("POST", "/v1/keys"),
    ("DELETE", f"/v1/keys/{SOMETHING}"),
]
KEY = {"idempotency-key": "k-1"}
KEYS = text("SELECT count(*) FROM idempotency_key")


@pytest.fixture
async def every(client: NewClient, house: House) -> httpx.AsyncClient:
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))
    return await client(*Scope)


async def keys_kept(connection: AsyncConnection) -> int:
    count: int = (await connection.execute(KEYS)).scalar_one()
    return count


@pytest.mark.parametrize(("method", "path"), ROUTES, ids=lambda part: part)
@pytest.mark.parametrize(
    "sent",
    [[""], ["x" * 256], ["a", "b"], ['"a'], ["a,b"], ["52998224725 52998224725"]],
    ids=["empty", "long", "two", "half quoted", "a list", "a blank"],
)
async def test_what_is_no_key_is_400(
    every: httpx.AsyncClient, method: str, path: str, sent: Sequence[str]
) -> None:
    headers = [("idempotency-key", value) for value in sent]
    body = {"json": {}} if method == "POST" else {}
    answer = await every.request(method, path, headers=headers, **body)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["type"] == "/problems/malformed-idempotency-key"
    assert "52998224725" not in answer.text


async def test_what_only_asks_does_not_care(every: httpx.AsyncClient) -> None:
    asked = {"identifiers": [phone()]}
    for headers in (KEY, {"idempotency-key": ""}):
        answer = await every.post("/v1/identity/resolve", json=asked, headers=headers)
        assert answer.status_code == HTTPStatus.OK


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/events", {"id": "1"}),
        (
            "/v1/outcomes",
            {"decision_id": SOMETHING, "outcome": "shown", "time": "2026-11-20T10:00:00Z"},
        ),
        ("/v1/customers/merge", {"customer_ids": [SOMETHING, SOMETHING]}),
    ],
)
async def test_a_refused_request_leaves_its_key_free(
    every: httpx.AsyncClient, connection: AsyncConnection, path: str, body: Any
) -> None:
    refused = await every.post(path, json=body, headers=KEY)
    assert refused.is_client_error
    assert await keys_kept(connection) == 0
    made = await every.post("/v1/keys", json={"client": "a", "scopes": ["admin"]}, headers=KEY)
    assert made.status_code == HTTPStatus.CREATED
    assert await keys_kept(connection) == 1


async def test_a_preview_leaves_its_key_to_the_merge(
    every: httpx.AsyncClient, connection: AsyncConnection
) -> None:
    sales = [
        a_sale(record_key="C-1", identifiers=[phone()]),
        a_sale(record_key="C-2", identifiers=[tax_id()]),
    ]
    told = (await every.post("/v1/events", json=sales)).json()["items"]
    merge = {"customer_ids": [item["customer_id"] for item in told]}
    shown = await every.post("/v1/customers/merge", json=merge | {"preview": True}, headers=KEY)
    assert shown.is_success, shown.text
    assert await keys_kept(connection) == 0
    first = await every.post("/v1/customers/merge", json=merge, headers=KEY)
    again = await every.post("/v1/customers/merge", json=merge, headers=KEY)
    assert first.is_success, first.text
    assert again.content == first.content


async def test_lines_compressed_anew_are_the_same_request(every: httpx.AsyncClient) -> None:
    line = orjson.dumps(a_sale(record_key="C-1"))
    answers = [
        await every.post(
            "/v1/events",
            content=gzip.compress(line, mtime=mtime),
            headers=KEY | {"content-type": "application/x-ndjson", "content-encoding": "gzip"},
        )
        for mtime in (1, 2)
    ]
    assert answers[0].is_success, answers[0].text
    assert answers[1].content == answers[0].content
    assert answers[0].json()["items"][0]["status"] == "accepted"


async def test_the_answers_of_a_customer_are_found_by_their_index(connection: Connection) -> None:
    await connection.execute(text("SET LOCAL enable_seqscan = off"))
    plan = await connection.execute(
        text("EXPLAIN SELECT 1 FROM idempotency_key WHERE mentions && CAST(:ids AS uuid[])"),
        {"ids": [SOMETHING]},
    )
    assert "ix_idempotency_key_mentions" in " ".join(plan.scalars())
