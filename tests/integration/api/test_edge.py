"""What holds for every request, whatever route it asks for?"""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

import app.main
from app.access import scopes as access
from app.api import edge, metrics, operations, route
from app.api.dependencies import House, locale_among
from app.api.logging import ALLOWED
from app.api.route import new_router
from app.api.scopes import SCOPE_OF
from app.database.transaction import Database
from app.main import create_app
from app.problems import TooMany, Unavailable
from app.vocabulary import Locale
from tests.builders import a_sale, phone
from tests.integration.api.conftest import NewClient, calling

TRACE = "0af7651916cd43dd8448eb211c80319c"


def lines(log: io.StringIO, event: str) -> list[dict[str, Any]]:
    every = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in every if line["event"] == event]


@pytest.fixture
async def broken(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the application with routes that go wrong, each in its own way."""
    paths = ("/bug", "/wrong-answer", "/busy", "/never", "/down")
    table = {**SCOPE_OF, **{("GET", path): None for path in paths}}
    for module in (route, app.api.scopes, app.api.openapi):
        monkeypatch.setattr(module, "SCOPE_OF", table)
    going_wrong = new_router("broken")

    @going_wrong.get("/bug")
    async def bug() -> int:
        raise RuntimeError("canary-529.982.247-25")

    @going_wrong.get("/wrong-answer")
    async def wrong_answer() -> list[int]:
        return "canary-529.982.247-25"  # type: ignore[return-value]

    @going_wrong.get("/busy")
    async def busy() -> int:
        raise TooMany(retry_after_s=7)

    @going_wrong.get("/down")
    async def down() -> int:
        raise Unavailable

    @going_wrong.get("/never")
    async def never() -> int:
        await asyncio.sleep(60)
        return 1

    monkeypatch.setattr(app.main, "ROUTERS", (*app.main.ROUTERS, going_wrong))
    async with calling(create_app(house), judged=False) as http:
        yield http


# --- ids and headers --------------------------------------------------------------------------


async def test_an_answer_carries_an_id_of_its_request(stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get("/livez")
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_a_sane_request_id_is_kept_and_stands_in_the_problem(
    stranger: httpx.AsyncClient,
) -> None:
    mine = "01JD5Z3V7X9K2M4N6P8Q0R1S2T"
    answer = await stranger.get("/nowhere", headers={"x-request-id": mine})
    assert answer.headers["x-request-id"] == mine
    assert answer.json()["request_id"] == mine
    assert mine in answer.json()["instance"]


@pytest.mark.parametrize(
    "given", ["", "529.982.247-25", "5511987654321", "a" * 65, "é" * 20, "<>" * 9]
)
async def test_a_request_id_that_may_be_something_else_is_replaced(
    stranger: httpx.AsyncClient, given: str
) -> None:
    answer = await stranger.get("/livez", headers=[(b"x-request-id", given.encode())])
    assert UUID(answer.headers["x-request-id"]).version == 7


@pytest.mark.parametrize("path", ["/livez", "/nowhere", "/v1/keys"])
async def test_every_answer_has_the_headers_that_browsers_should_see(
    stranger: httpx.AsyncClient, path: str
) -> None:
    headers = (await stranger.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]


# --- problems ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("GET", "/nowhere", {}, 404, "no-such-route"),
        ("GET", "/livez/", {}, 404, "no-such-route"),
        ("POST", "/livez", {}, 405, "method-not-allowed"),
        ("BREW", "/v1/events", {}, 405, "method-not-allowed"),
        ("GET", "/livez", {"accept": "text/html, application/xml;q=0.9"}, 406, "not-acceptable"),
        ("GET", "/docs/elsewhere.js", {}, 404, "not-found"),
    ],
)
async def test_every_refusal_is_a_problem_document(
    stranger: httpx.AsyncClient,
    method: str,
    path: str,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await stranger.request(method, path, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")
    assert answer.json().keys() == {
        "type",
        "title",
        "status",
        "detail",
        "instance",
        "request_id",
        "errors",
    }


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/livez", "GET"),
        ("/v1/keys", "GET, POST"),
        ("/v1/customers/merge", "POST"),
        ("/v1/customers/00000000-0000-0000-0000-000000000007/score", "GET"),
    ],
)
async def test_405_says_which_methods_would_do(
    stranger: httpx.AsyncClient, path: str, methods: str
) -> None:
    answer = await stranger.patch(path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, */*;q=0.1", ""])
async def test_any_willing_caller_is_answered(stranger: httpx.AsyncClient, accept: str) -> None:
    assert (await stranger.get("/livez", headers={"accept": accept})).status_code == 200


@pytest.mark.parametrize(("path", "seconds"), [("/busy", "7"), ("/down", "1")])
async def test_come_back_later_says_when(
    broken: httpx.AsyncClient, path: str, seconds: str
) -> None:
    assert (await broken.get(path)).headers["retry-after"] == seconds


@pytest.mark.parametrize("path", ["/bug", "/wrong-answer"])
async def test_a_bug_is_one_whole_answer_and_says_nothing_of_what_it_met(
    broken: httpx.AsyncClient, log: io.StringIO, path: str
) -> None:
    answer = await broken.get(path)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "canary" not in answer.text + log.getvalue()
    [told] = lines(log, "a bug")
    assert told["request_id"] == answer.headers["x-request-id"]
    assert "Error" in told["failure"]
    assert ".py:" in told["stack"]
    assert (await broken.get("/livez")).status_code == 200


async def test_a_request_ends_whatever_it_waits_for(
    broken: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "REQUEST_LIMIT_S", 0.02)
    answer = await broken.get("/never")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_what_puts_its_end_off_gets_that_long_and_no_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(edge, "REQUEST_LIMIT_S", 0.01)
    monkeypatch.setattr(edge, "_LOOK_EVERY_S", 0.01)
    done: list[int] = []

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        edge.exchange_of(scope).ends_in(0.1)
        await asyncio.sleep(0.04)
        done.append(1)
        await asyncio.sleep(60)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await edge.Edge(slow, longest_body=10)(scope, receive, send)
    assert (done, sent[0]["status"]) == ([1], 503)


async def test_half_an_answer_breaks_the_connection() -> None:
    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(RuntimeError):
        await edge.Edge(half, longest_body=10)(scope, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start"]


# --- bodies -----------------------------------------------------------------------------------


async def test_a_body_announced_as_too_long_is_refused_unread(client: NewClient) -> None:
    erp = await client(access.Scope.EVENTS_WRITE)

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("it is not read")
        yield b""

    answer = await erp.post(
        "/v1/events",
        content=never(),
        headers={"content-type": "application/json", "content-length": str(10**12)},
    )
    assert answer.status_code == 413


async def test_a_body_that_turns_out_too_long_is_cut(client: NewClient) -> None:
    erp = await client(access.Scope.EVENTS_WRITE)
    sent = 0

    async def for_ever() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 65_536

    answer = await erp.post(
        "/v1/events", content=for_ever(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert sent <= 66


async def test_a_body_that_does_not_arrive_is_not_waited_for(
    client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(route, "ARRIVAL_LIMIT_S", 0.02)
    erp = await client(access.Scope.EVENTS_WRITE)

    async def slowly() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    answer = await erp.post(
        "/v1/events", content=slowly(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.headers["connection"]) == (408, "close")


# --- the log ----------------------------------------------------------------------------------


async def test_a_request_is_logged_by_its_template_in_allowed_fields_only(
    client: NewClient, log: io.StringIO
) -> None:
    pbx = await client(access.Scope.IDENTITY_READ, client="pbx")
    await pbx.post(
        "/v1/identity/resolve",
        json={"identifiers": [phone()]},
        headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
    )
    [told] = lines(log, "request")
    assert told.pop("ms") > 0
    assert told.keys() <= ALLOWED
    assert (told["method"], told["route"], told["status"], told["client"], told["trace_id"]) == (
        "POST",
        "/v1/identity/resolve",
        200,
        "pbx",
        TRACE,
    )


@pytest.mark.parametrize("given", ["", "00-" + "0" * 32 + "-b7ad6b7169203331-01", "phone", TRACE])
async def test_a_trace_that_is_none_is_not_logged(
    stranger: httpx.AsyncClient, log: io.StringIO, given: str
) -> None:
    await stranger.get("/livez", headers={"traceparent": given})
    assert "trace_id" not in lines(log, "request")[0]


async def test_what_is_asked_for_in_a_path_is_not_logged(
    stranger: httpx.AsyncClient, log: io.StringIO
) -> None:
    await stranger.get("/v1/canary-phone?q=canary-query", headers={"user-agent": "canary-agent"})
    await stranger.request("CANARY", "/canary")
    assert "canary" not in log.getvalue().lower()


# --- counted ----------------------------------------------------------------------------------


async def test_requests_and_matches_are_counted_without_values(client: NewClient) -> None:
    pbx = await client(access.Scope.IDENTITY_READ, access.Scope.EVENTS_WRITE, client="pbx")
    await pbx.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[phone()]))
    await pbx.post("/v1/identity/resolve", json={"identifiers": [phone()]})
    await pbx.get("/canary")
    await pbx.request("CANARY", "/canary")
    told = (await pbx.get("/metrics")).text
    assert 'idip_http_requests_total{method="POST",route="/v1/events",status="200"}' in told
    assert 'idip_http_requests_total{method="other",route="unmatched",status="404"}' in told
    assert 'idip_matches_total{asked="resolve",reason="exact",state="known"}' in told
    assert 'idip_events_total{client="pbx",status="accepted",type="sale"}' in told
    assert "canary" not in told.lower()


# --- operations -------------------------------------------------------------------------------


class Lost(Database):
    """A database that does not answer."""

    def __init__(self) -> None:
        pass

    async def read(self, work: Any) -> Any:
        raise Unavailable


async def test_alive_means_alive_without_a_database(house: House) -> None:
    alone = app.main.furnished(house.settings, Lost(), house.keyed_hash, house.clock)
    async with calling(create_app(alone)) as http:
        assert (await http.get("/livez")).json() == {"status": "alive"}
        answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/not-ready")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["database"]
    assert "retry-after" in answer.headers


async def test_ready_means_the_database_answers_with_our_schema(
    stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await stranger.get("/readyz")).status_code == 200

    async def is_old(_tx: object) -> bool:
        return False

    monkeypatch.setattr(operations, "schema_serves", is_old)
    answer = await stranger.get("/readyz")
    assert answer.status_code == 503
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["schema"]


async def test_the_documentation_takes_nothing_from_elsewhere(
    stranger: httpx.AsyncClient,
) -> None:
    page = await stranger.get("/docs", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "//" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
    for asset in ("docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js"):
        assert asset in page.text
        assert (await stranger.get(f"/{asset}")).status_code == 200


# --- language and time ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "locale"),
    [
        ("", Locale.PT_BR),
        ("pt", Locale.PT_BR),
        ("pt-PT, en;q=0.9", Locale.PT_BR),
        ("es-419,es;q=0.9", Locale.ES),
        ("de, en;q=0.7, es;q=0.3", Locale.EN),
        ("en;q=0, es;q=0.1", Locale.ES),
        ("de, fr", Locale.PT_BR),
        ("en;q=much, ,;;", Locale.PT_BR),
        ("*", Locale.PT_BR),
        ("x" * 10_000, Locale.PT_BR),
    ],
)
def test_the_language_wanted_most_is_taken(wanted: str, locale: Locale) -> None:
    assert locale_among(wanted, Locale.PT_BR) is locale


def test_counts_of_made_up_methods_do_not_grow() -> None:
    assert {metrics.method_word(name) for name in ("GET", "BREW", "get", "A" * 99)} == {
        "GET",
        "other",
    }
