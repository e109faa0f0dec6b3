"""Is what a caller was told durable at the moment they are told?  Seen from another connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope as Permission
from app.api import events
from app.api.dependencies import House
from app.database import server
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, Database
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import a_sale, phone

COUNT = "SELECT count(*) FROM {}"


class Witness:
    """Looks at the database from outside when the first byte of an answer leaves."""

    def __init__(self, app: ASGIApp, outside: asyncpg.Connection[Any], table: str) -> None:
        self._app = app
        self._outside = outside
        self._table = table
        self.seen: list[int] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.seen.append(await self._outside.fetchval(COUNT.format(self._table)))
            await send(message)

        await self._app(scope, receive, watched)


@pytest.fixture
async def outside(own_url: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await server.connect(own_url)
    yield connection
    await connection.close()


@pytest.fixture
async def house(
    settings: Settings, own_database: Database, keyed_hash: KeyedHash, clock: FixedClock
) -> House:
    now = clock.now()
    await own_database.write(lambda tx: found(tx, settings, shipped_document(), now))
    return furnished(settings, own_database, keyed_hash, clock)


@pytest.fixture
async def authorization(house: House) -> str:
    order = KeyOrder("erp", frozenset(Permission))
    issued = await house.database.write(
        lambda tx: issue_key(tx, house.keyed_hash, order, house.clock.now())
    )
    return f"Bearer {issued.text}"


def calling(app: ASGIApp, authorization: str = "") -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://idip.test",
        headers={"authorization": authorization},
    )


@pytest.mark.parametrize(
    ("path", "body", "table", "rows"),
    [
        ("/v1/events", a_sale(record_key="C-1", identifiers=[phone()]), "event", 1),
        ("/v1/events", [a_sale(record_key=f"C-{n}") for n in range(5)], "event", 5),
        ("/v1/keys", {"client": "shop", "scopes": ["admin"]}, "api_key", 2),
        (
            "/v1/touchpoints",
            {
                "interaction": {"source": "pbx", "id": "1"},
                "channel": "voice",
                "direction": "inbound",
                "identifiers": [phone()],
            },
            "touchpoint",
            1,
        ),
    ],
    ids=["one event", "an array", "a key", "a touchpoint"],
)
async def test_what_is_answered_is_committed(
    house: House,
    authorization: str,
    outside: asyncpg.Connection[Any],
    path: str,
    body: Any,
    table: str,
    rows: int,
) -> None:
    witness = Witness(create_app(house), outside, table)
    async with calling(witness, authorization) as http:
        answer = await http.post(path, json=body)
    assert answer.is_success, answer.text
    assert witness.seen == [rows]


async def _transaction(request: Request) -> AsyncIterator[Connection]:
    async with request.app.state.database.transaction() as connection:
        yield connection


async def _add_job(tx: Annotated[Connection, Depends(_transaction)]) -> str:
    await tx.execute(text("INSERT INTO job (name, due_at) VALUES ('a test', now())"))
    return "done"


async def test_the_witness_would_notice_an_answer_before_its_commit(
    own_database: Database, outside: asyncpg.Connection[Any]
) -> None:
    """The control: a framework's usual way, where the transaction ends after the answer is sent."""
    too_late = FastAPI()
    too_late.state.database = own_database
    too_late.post("/job")(_add_job)
    witness = Witness(too_late, outside, "job")
    async with calling(witness) as http:
        assert (await http.post("/job")).status_code == 200
    assert witness.seen == [0]
    assert await outside.fetchval(COUNT.format("job")) == 1


async def test_a_commit_that_fails_is_no_success(
    house: House,
    authorization: str,
    outside: asyncpg.Connection[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server ends our session after the work and before the commit."""
    take_events = events.take_events

    async def taken_and_cut(tx: Connection, *arguments: Any) -> Any:
        results = await take_events(tx, *arguments)
        pid = (await tx.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        await outside.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)
        return results

    monkeypatch.setattr(events, "take_events", taken_and_cut)
    async with calling(create_app(house), authorization) as http:
        answer = await http.post("/v1/events", json=a_sale(record_key="C-1"))
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
        assert answer.headers["retry-after"] == "1"
        assert await outside.fetchval(COUNT.format("event")) == 0
        monkeypatch.setattr(events, "take_events", take_events)
        again = await http.post("/v1/events", json=a_sale(record_key="C-1"))
    assert again.status_code == 200


async def test_a_key_revoked_by_another_process_stops_working_within_its_time(
    settings: Settings,
    house: House,
    authorization: str,
    own_url: str,
    keyed_hash: KeyedHash,
    clock: FixedClock,
) -> None:
    """Two processes on one database: the longest that either believes a key is the setting."""
    quick = settings.model_copy(update={"key_cache_ttl_ms": 0})
    database = await Database.open(quick, own_url, application_name="idip tests")
    try:
        other = create_app(furnished(quick, database, keyed_hash, clock))
        async with (
            calling(other, authorization) as there,
            calling(create_app(house), authorization) as here,
        ):
            assert (await there.get("/v1/keys")).status_code == 200
            [key] = (await here.get("/v1/keys")).json()["items"]
            assert (await here.delete(f"/v1/keys/{key['key_id']}")).status_code == 204
            assert (await there.get("/v1/keys")).status_code == 401
    finally:
        await database.close()
    assert settings.key_cache_ttl_ms <= 5_000
