"""How many statements does a request cost?  Counted where they leave for the server.

``BEGIN`` and ``COMMIT`` are counted apart: they are round trips, and no statements of ours.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from starlette.types import ASGIApp, Message

from app.api.logging import configure_logging
from app.database.clock import SystemClock
from app.database.location import located
from app.main import create_app, open_house
from benchmarks.bases import Base

BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK")
STATEMENTS, ROUND_TRIPS = "statements", "round trips"
ASKED = 9
"""Requests of each kind, an odd number: who shares a telephone costs more than most."""


async def statements_of(
    base: Base, asked: dict[str, tuple[str, Iterator[bytes]]]
) -> dict[str, Any]:
    """Return statements and round trips of the median request of each kind, the process warm."""
    found: dict[str, Any] = {}
    async with _application(base) as app:
        for name, (path, bodies) in asked.items():
            await _post(app, path, next(bodies), base.key)
            each = []
            for _ in range(ASKED):
                with _counting() as counted:
                    await _post(app, path, next(bodies), base.key)
                each.append(counted)
            sent = sorted(each, key=Counter.total)[ASKED // 2]
            found[name] = {STATEMENTS: sent[STATEMENTS], ROUND_TRIPS: sent.total()}
    return found


@asynccontextmanager
async def _application(base: Base) -> AsyncIterator[ASGIApp]:
    configure_logging("error", sys.stderr)
    settings = base.settings.model_copy(update={"key_cache_ttl_ms": 5_000})
    async with located(settings) as location:
        house = await open_house(settings, location, SystemClock())
        try:
            yield create_app(house)
        finally:
            await house.database.close()


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    """Count what the driver sends, through SQLAlchemy (prepared) or straight."""
    sent: Counter[str] = Counter()
    places = [
        (PreparedStatement, "fetch"),
        *((asyncpg.Connection, name) for name in ("execute", "executemany", "fetch")),
    ]
    originals = [(owner, name, getattr(owner, name)) for owner, name in places]
    for owner, name, original in originals:
        setattr(owner, name, _noting(sent, original, prepared=owner is PreparedStatement))
    try:
        yield sent
    finally:
        for owner, name, original in originals:
            setattr(owner, name, original)


def _noting(
    sent: Counter[str], original: Callable[..., Any], *, prepared: bool
) -> Callable[..., Any]:
    def noted(self: Any, *arguments: Any, **options: Any) -> Any:
        text = self.get_query() if prepared else arguments[0]
        sent["bounds" if text.startswith(BOUNDS) else STATEMENTS] += 1
        return original(self, *arguments, **options)

    return noted


async def _post(app: ASGIApp, path: str, body: bytes, key: str) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [
            (b"host", b"localhost"),
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"authorization", f"Bearer {key}".encode()),
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    answered: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answered.append(message)

    await app(scope, receive, send)
    # A 503 asks the database less: counted, it would look like a gain.
    assert answered[0]["status"] == 200, answered
