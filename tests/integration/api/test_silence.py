"""Does a personal value that was sent ever come to stand in a log, a metric or a problem?"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog

from app.access.scopes import Scope
from app.api.scopes import SCOPE_OF, Route
from tests.builders import a_sale
from tests.integration.api.conftest import NewClient

CANARY = "Canaria-529.982.247-25"
NAME = "Zenobia Canarinha"
PHONE = "+55 11 98765-0042"
EMAIL = "zenobia.canarinha@example.com"
TAX_ID = "390.533.447-05"
VALUES = (CANARY, NAME, PHONE, "11987650042", EMAIL, TAX_ID, "39053344705")

JSON = {"content-type": "application/json"}
SOMETHING = str(UUID(int=7))
IDENTIFIERS = [
    {"type": "phone", "value": PHONE},
    {"type": "email", "value": EMAIL},
    {"type": "tax_id", "value": TAX_ID, "country": "BR"},
]
SALE = a_sale(
    id="silent-1",
    record_key="C-1",
    identifiers=IDENTIFIERS,
    profile={"name": NAME, "birth_date": "1984-05-02", "postal_code": "01310-100"},
    order_id="O-1",
)
DOCUMENTS: dict[str, Any] = {
    "/v1/events": SALE,
    "/v1/identity/resolve": {"identifiers": IDENTIFIERS, "time": "2026-11-20T14:03:00-03:00"},
    "/v1/touchpoints": {
        "interaction": {"source": "pbx", "id": "1"},
        "channel": "voice",
        "direction": "inbound",
        "identifiers": IDENTIFIERS,
        "context": {"line": {"purpose": "service"}},
        "time": "2026-11-20T14:03:00-03:00",
    },
    "/v1/outcomes": {
        "decision_id": SOMETHING,
        "outcome": "accepted",
        "time": "2026-11-20T14:03:00-03:00",
    },
    "/v1/keys": {"client": "erp", "scopes": ["admin"], "sources": ["erp"]},
}


def spoilt(document: Any) -> Iterator[Any]:
    """Yield the document with each value, and each name, in turn replaced by the canary."""
    for steps in _steps(document):
        spoiled = copy.deepcopy(document)
        *way, last = steps
        inner = spoiled
        for step in way:
            inner = inner[step]
        inner[last] = CANARY
        yield spoiled
        if isinstance(inner, dict):
            renamed = copy.deepcopy(spoiled)
            inner = renamed
            for step in way:
                inner = inner[step]
            inner[CANARY] = inner.pop(last)
            yield renamed


def _steps(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    for step, part in inside:
        yield (*way, step)
        if isinstance(part, dict | list):
            yield from _steps(part, (*way, step))


def problems(answer: httpx.Response) -> str:
    """Return whatever of an answer tells of a refusal."""
    if answer.status_code >= 400:
        return answer.text
    document = answer.json() if answer.content else {}
    items = document.get("items", []) if isinstance(document, dict) else []
    return str([item.get("problem") for item in items if isinstance(item, dict)])


@pytest.fixture
async def everything(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope, client="every scope")


@pytest.mark.parametrize("path", DOCUMENTS)
async def test_what_is_sent_is_neither_logged_nor_told_back_in_a_problem(
    everything: httpx.AsyncClient, log: io.StringIO, path: str
) -> None:
    told = []
    for document in [DOCUMENTS[path], *spoilt(DOCUMENTS[path])]:
        answer = await everything.post(path, json=document)
        assert answer.status_code < 500, answer.text
        told.append(problems(answer))
        told.append(problems(await everything.post(path, json=[document])))
    said = "".join(told) + log.getvalue()
    assert "request" in log.getvalue()
    assert [value for value in VALUES if value in said] == []


@pytest.mark.parametrize("route", SCOPE_OF, ids=" ".join)
async def test_neither_paths_nor_queries_nor_headers_are_told(
    everything: httpx.AsyncClient, log: io.StringIO, route: Route
) -> None:
    method, template = route
    path = "/".join(CANARY if part.startswith("{") else part for part in template.split("/"))
    answer = await everything.request(
        method,
        path,
        params={"limit": CANARY, CANARY: PHONE},
        headers={"x-canary": CANARY, "user-agent": CANARY, "referer": f"http://{CANARY}/"},
    )
    assert answer.status_code < 500
    refused = answer.text if answer.status_code >= 400 else ""
    assert CANARY not in refused + log.getvalue()


NOT_A_DOCUMENT: tuple[Any, ...] = (
    CANARY,
    [CANARY],
    {CANARY: CANARY},
    {"reason": CANARY, "customer_ids": [CANARY], "sides": [[CANARY]], "profile": {"name": [NAME]}},
)


@pytest.mark.parametrize(
    "route", [r for r in SCOPE_OF if r[0] not in {"GET", "HEAD"}], ids=" ".join
)
async def test_nothing_of_a_body_is_told_by_any_route_that_takes_one(
    everything: httpx.AsyncClient, log: io.StringIO, route: Route
) -> None:
    method, template = route
    path = "/".join(SOMETHING if part.startswith("{") else part for part in template.split("/"))
    told = []
    for document in NOT_A_DOCUMENT:
        answer = await everything.request(method, path, json=document)
        assert answer.status_code < 500
        told.append(problems(answer))
    answer = await everything.request(method, path, content=f"{{{CANARY}", headers=JSON)
    told.append(problems(answer))
    assert [value for value in VALUES if value in "".join(told) + log.getvalue()] == []


async def test_nothing_of_it_is_counted(everything: httpx.AsyncClient) -> None:
    for path, document in DOCUMENTS.items():
        await everything.post(path, json=document)
    told = (await everything.get("/metrics")).text
    assert [value for value in VALUES if value in told] == []


async def test_this_test_would_hear_it(everything: httpx.AsyncClient, log: io.StringIO) -> None:
    """The control: what is logged in an allowed field is found."""
    structlog.get_logger().warning("request", failure=CANARY)
    assert CANARY in log.getvalue()
