"""Does a personal value come to stand in the service's log or the database's, whatever goes wrong?

The real process, and failures of the database that quote values to whoever listens: a row that is
refused, a statement that is cancelled or waits too long, a connection that is killed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest

from app.database import server
from app.settings import Settings
from tests.builders import a_sale
from tests.conftest import _data_dir, clone_of
from tests.processes.http_process import Service, http_process

NAME = "Quiteria Silenciosa"
PHONE = "+55 11 98888-4242"
EMAIL = "quiteria.silenciosa@example.com"
TAX_ID = "714.287.938-60"
KEY = "canary-4242-4242"
VALUES = (NAME, PHONE, "11988884242", EMAIL, TAX_ID, "71428793860", KEY)
PATIENCE_S = 10.0

WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'idip api'
    AND wait_event_type = 'Lock'
"""

Outside: TypeAlias = "asyncpg.Connection[Any]"
Send = Callable[[], Coroutine[Any, Any, httpx.Response]]
Fails = Callable[["Outside", Send], Awaitable[httpx.Response]]


def a_telling_sale(event_id: str) -> dict[str, Any]:
    return a_sale(
        id=f"{KEY}-{event_id}",
        record_key=KEY,
        order_id=f"{KEY}-{event_id}",
        identifiers=[
            {"type": "phone", "value": PHONE},
            {"type": "email", "value": EMAIL},
            {"type": "tax_id", "value": TAX_ID, "country": "BR"},
        ],
        profile={"name": NAME},
    )


A_RING = {
    "interaction": {"source": "pbx", "id": KEY},
    "channel": "voice",
    "direction": "inbound",
    "identifiers": [{"type": "phone", "value": PHONE}],
}


class Watched:
    """The service, a view of its database from outside, and where that server logs."""

    def __init__(
        self, service: Service, outside: Outside, http: httpx.AsyncClient, log: Path
    ) -> None:
        self.service = service
        self.outside = outside
        self.http = http
        self._log = log

    def database_log(self) -> str:
        return "".join(path.read_text("utf-8", "replace") for path in sorted(self._log.iterdir()))

    async def everything_said(self) -> str:
        counted = await self.http.get("/metrics")
        return self.service.log() + self.database_log() + counted.text


@pytest.fixture(scope="module")
async def watched(
    server_url: str,
    template: str,
    settings: Settings,
    pytestconfig: pytest.Config,
    anyio_backend: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Watched]:
    if "IDIP_TEST_DATABASE_URL" in os.environ:
        pytest.skip("the log of that server is elsewhere")
    folder = tmp_path_factory.mktemp("silence")
    async with (
        clone_of(server_url, template) as url,
        http_process(url, settings, folder) as service,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{service.port}",
            headers={"authorization": f"Bearer {service.key}"},
            timeout=PATIENCE_S,
            trust_env=False,
        ) as http,
    ):
        outside = await server.connect(url)
        try:
            yield Watched(service, outside, http, _data_dir(pytestconfig) / "postgres" / "log")
        finally:
            await outside.close()


async def refused(outside: Outside, send: Send) -> httpx.Response:
    """Let no row in: the server tells whoever wrote it all that stood in the row."""
    await outside.execute("ALTER TABLE event ADD CONSTRAINT none_at_all CHECK (false) NOT VALID")
    try:
        return await send()
    finally:
        await outside.execute("ALTER TABLE event DROP CONSTRAINT none_at_all")


async def cancelled(outside: Outside, send: Send) -> httpx.Response:
    return await _stopped(outside, send, "SELECT pg_cancel_backend($1)")


async def killed(outside: Outside, send: Send) -> httpx.Response:
    return await _stopped(outside, send, "SELECT pg_terminate_backend($1)")


async def too_late(outside: Outside, send: Send) -> httpx.Response:
    async with outside.transaction():
        await outside.execute("LOCK TABLE event")
        return await send()


async def _stopped(outside: Outside, send: Send, order: str) -> httpx.Response:
    """Hold the table until the request waits for it, and then stop whoever waits."""
    async with outside.transaction():
        await outside.execute("LOCK TABLE event")
        asked = asyncio.create_task(send())
        while not asked.done():
            for row in await outside.fetch(WAITING):
                await outside.fetchval(order, row["pid"])
            await asyncio.wait({asked}, timeout=0.02)
        return await asked


@pytest.mark.parametrize("fails", [refused, cancelled, killed, too_late], ids=lambda f: f.__name__)
async def test_whatever_goes_wrong_nobody_is_named(watched: Watched, fails: Fails) -> None:
    sale = a_telling_sale(fails.__name__)
    answer = await fails(watched.outside, lambda: watched.http.post("/v1/events", json=[sale]))
    assert answer.status_code >= 500
    said = answer.text + await watched.everything_said()
    assert [value for value in VALUES if value in said] == []


async def test_what_goes_well_names_nobody_either(watched: Watched) -> None:
    told = await watched.http.post("/v1/events", json=a_telling_sale("well"))
    assert told.status_code == 200
    assert (await watched.http.post("/v1/touchpoints", json=A_RING)).status_code == 200
    spoilt = a_telling_sale("spoilt") | {"time": NAME, "data": {"net": PHONE}}
    assert (await watched.http.post("/v1/events", json=spoilt)).status_code == 422
    said = await watched.everything_said()
    assert [value for value in VALUES if value in said] == []


async def test_this_test_would_find_it(watched: Watched) -> None:
    """The control: what the database says for its log is found there."""
    await watched.outside.execute("DO $$ BEGIN RAISE LOG 'canary of the control'; END $$")
    async with asyncio.timeout(PATIENCE_S):
        while "canary of the control" not in watched.database_log():  # noqa: ASYNC110 (a file)
            await asyncio.sleep(0.05)
