"""Who calls in a test of the surface?  Clients with keys of their own, and all is rolled back.

house        on ``database``, with a clock that stands still
founded_house  with the epoch, the yardstick and the catalogue that a new house has
app          the application itself: ``create_app(house)``
client       ``await client(Scope.EVENTS_WRITE, …)``: an HTTP client with such a key
stranger     an HTTP client without a key
log          what is logged meanwhile, in the form it has in production
"""

from __future__ import annotations

import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.access import authenticate
from app.access.issue import IssuedKey, KeyOrder, issue_key
from app.access.scopes import Scope
from app.api.dependencies import House
from app.api.gauges import Gauges
from app.api.logging import configure_logging
from app.api.openapi import contract_of
from app.api.stopping import Stopping
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.contract.judge import Judge

NewKey = Callable[..., Awaitable[IssuedKey]]
NewClient = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a key be looked up for longer than production allows: these machines are busy."""
    monkeypatch.setattr(authenticate, "ASKING_LIMIT_S", 5.0)


@pytest.fixture
def house(
    settings: Settings, database: Database, keyed_hash: KeyedHash, clock: FixedClock
) -> House:
    return furnished(settings, database, keyed_hash, clock)


@pytest.fixture
async def founded_house(house: House) -> None:
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))


_wired: dict[str, FastAPI] = {}


@pytest.fixture
def app(house: House) -> FastAPI:
    """Return the application on this test's house: its routes are read once for all tests."""
    settings = house.settings.model_dump_json()
    if settings not in _wired:
        _wired[settings] = create_app(house)
    app = _wired[settings]
    app.state.house, app.state.stopping, app.state.gauges = house, Stopping(), Gauges()
    return app


@pytest.fixture
def new_key(house: House) -> NewKey:
    names = (f"test {number}" for number in count(1))

    async def made(*scopes: Scope, client: str | None = None, **order: Any) -> IssuedKey:
        wanted = KeyOrder(client or next(names), frozenset(scopes), **order)
        now = house.clock.now()
        return await house.database.write(lambda tx: issue_key(tx, house.keyed_hash, wanted, now))

    return made


@pytest.fixture
async def client(app: FastAPI, new_key: NewKey) -> AsyncIterator[NewClient]:
    async with AsyncExitStack() as open_clients:

        async def made(*scopes: Scope, **order: Any) -> httpx.AsyncClient:
            key = await new_key(*scopes, **order)
            return await open_clients.enter_async_context(
                calling(app, authorization=f"Bearer {key.text}")
            )

        yield made


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with calling(app) as http:
        yield http


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Log as in production, to where a test can read it."""
    monkeypatch.setattr(logging.root, "handlers", [])
    written = io.StringIO()
    configure_logging("debug", written)
    yield written
    structlog.reset_defaults()
    logging.root.setLevel(logging.WARNING)


def calling(app: FastAPI, *, judged: bool = True, **headers: str) -> httpx.AsyncClient:
    """Return an HTTP client of the application, as if over the network.

    Every answer it gets, in whatever test, has to keep the contract, unless the test is about what
    was never promised.
    """

    async def judge(answer: httpx.Response) -> None:
        await answer.aread()
        _judge_of(app).judge(answer)

    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://idip.test",
        headers=headers,
        event_hooks={"response": [judge] if judged else []},
    )


_judges: dict[frozenset[str | None], Judge] = {}


def _judge_of(app: FastAPI) -> Judge:
    """Return the judge of an application's contract: the same for all that have the same routes."""
    paths = frozenset(found.path for found in iter_route_contexts(app.routes))
    if paths not in _judges:
        _judges[paths] = Judge(contract_of(app))
    return _judges[paths]
