"""Does anything that somebody can send to a route that writes end in an error of ours?"""

from __future__ import annotations

import gzip
import time
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.access.scopes import Scope
from app.api import cloud_events
from app.api.bodies import JSON
from app.api.events import LINES
from app.api.scopes import SCOPE_OF
from tests.integration.api.hostile import HOSTILE

SOMETHING = str(UUID(int=7))
WRITES = [
    "/".join(SOMETHING if part.startswith("{") else part for part in path.split("/"))
    for method, path in SCOPE_OF
    if method == "POST"
]
SLOWEST_S = 2.0
"""Of processor time, which others on the machine do not use up: a look-out for what grows with the
square of a body."""
NEEDS_NO_BODY = frozenset({"/v1/scoring-runs"})
NOTHING = frozenset({b"", b"null"})
CREATED = 201


@pytest.fixture
async def everything(client: Any) -> httpx.AsyncClient:
    return await client(*Scope)


def test_the_corpus_is_not_getting_smaller() -> None:
    assert len(HOSTILE) >= 43


def judge(answer: httpx.Response, seconds: float) -> None:
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    assert len(answer.content) < 10_000
    assert seconds < SLOWEST_S


@pytest.mark.parametrize("path", WRITES)
async def test_a_write_route_refuses_every_hostile_body(
    everything: httpx.AsyncClient, path: str
) -> None:
    for name, body in HOSTILE.items():
        began = time.process_time()
        answer = await everything.post(path, content=body, headers={"content-type": JSON})
        try:
            if body in NOTHING and path in NEEDS_NO_BODY and answer.status_code == CREATED:
                continue
            if _takes_no_body(answer) or _is_refused_by_item(answer):
                continue
            judge(answer, time.process_time() - began)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


def _takes_no_body(answer: httpx.Response) -> bool:
    """Tell whether the route came to the point without reading the body at all."""
    return answer.status_code == 404 and answer.json()["type"] == "/problems/not-found"


def _is_refused_by_item(answer: httpx.Response) -> bool:
    """Tell whether it was read as a list, and each item of it was refused."""
    if answer.status_code != 207:
        return False
    return all(item["problem"]["status"] < 500 for item in answer.json()["items"])


@pytest.mark.parametrize("media_type", [LINES, cloud_events.ONE, cloud_events.BATCH])
async def test_events_in_other_forms_refuse_every_hostile_body(
    everything: httpx.AsyncClient, media_type: str
) -> None:
    for name, body in HOSTILE.items():
        answer = await everything.post(
            "/v1/events", content=body, headers={"content-type": media_type}
        )
        by_item = _is_refused_by_item(answer)
        assert by_item or 400 <= answer.status_code < 500, f"{name}: {answer.text}"


async def test_hostile_bodies_are_as_hostile_when_compressed(
    everything: httpx.AsyncClient,
) -> None:
    headers = {"content-type": JSON, "content-encoding": "gzip"}
    for name, body in HOSTILE.items():
        answer = await everything.post(
            "/v1/identity/resolve", content=gzip.compress(body), headers=headers
        )
        assert 400 <= answer.status_code < 500, f"{name}: {answer.text}"


async def test_a_hostile_body_leaves_the_house_as_it_was(
    everything: httpx.AsyncClient,
) -> None:
    """The next request on the same connection is answered as if nothing had been."""
    for body in HOSTILE.values():
        await everything.post("/v1/events", content=body, headers={"content-type": JSON})
    answer = await everything.post("/v1/identity/resolve", json={"identifiers": []})
    assert answer.status_code == 200
