"""Does what a request made go with it, so that nobody has to stop and look for garbage?

Python searches through all that is young, and everybody waits meanwhile; what a problem or a
connection keeps alive until then is as much as an array of a thousand events.
"""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from app.access import scopes as access
from app.api.protocol import GuardedProtocol
from app.problems import InvalidInput, Problem
from tests.integration.api.conftest import NewClient

ENDS_WITHIN_S = 5.0


@contextmanager
def unsearched() -> Iterator[list[object]]:
    """Yield what a search finds after the block, in which nobody searches."""
    found: list[object] = []
    gc.collect()
    gc.disable()
    try:
        yield found
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found += gc.garbage
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()


EVENTS, OUTCOMES = "/v1/events", "/v1/outcomes"
OUTCOME = b'{"decision_id":"01930000-0000-7000-8000-000000000000","outcome":"shown",%b}'
TIME = b'"time":"2026-11-20T12:00:00Z"'


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (EVENTS, b"no JSON", 400),
        (EVENTS, b'{"id": "S-1"}', 422),
        (EVENTS, b'[{"id": "S-1"}, {"id": "S-2"}]', 207),
        (EVENTS, b'[{"id":"S-1","source":"erp","type":"sale","time":"2126-11-20T10:00:00Z"}]', 207),
        (OUTCOMES, OUTCOME % b'"time":null', 422),
        (OUTCOMES, OUTCOME % TIME, 404),
        (OUTCOMES, b"[%b]" % (OUTCOME % TIME), 207),
    ],
)
@pytest.mark.usefixtures("founded_house")
async def test_a_problem_goes_with_its_request(
    client: NewClient, path: str, body: bytes, status: int
) -> None:
    caller = await client(access.Scope.EVENTS_WRITE, access.Scope.DECISIONS_WRITE)
    headers = {"Content-Type": "application/json"}
    with unsearched() as found:
        assert (await caller.post(path, content=body, headers=headers)).status_code == status
    assert not [each for each in found if isinstance(each, Problem)]


async def test_so_does_one_of_whoever_has_no_key(stranger: httpx.AsyncClient) -> None:
    with unsearched() as found:
        assert (await stranger.post("/v1/events", json={})).status_code == 401
    assert not [each for each in found if isinstance(each, Problem)]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Host: idip.test\r\n", b"204"),
        (b"Host: idip.test\r\nConnection: close\r\n", b"204"),
        (b"", b"400"),
        (b"Host: idip.test\r\nX: %b\r\n" % (b"x" * 17_000), b"431"),
    ],
    ids=["kept", "closed", "no host", "too long"],
)
async def test_a_connection_goes_when_it_ends(head: bytes, status: bytes) -> None:
    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    made: list[weakref.ref[GuardedProtocol]] = []
    config = Config(answering, log_config=None, ws="none")
    config.load()
    state = ServerState()

    def protocol() -> GuardedProtocol:
        connection = GuardedProtocol(config, state, {})
        made.append(weakref.ref(connection))
        return connection

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        with unsearched() as found:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET / HTTP/1.1\r\n%b\r\n" % head)
            assert (await reader.readuntil(b"\r\n\r\n"))[9:12] == status
            writer.close()
            await writer.wait_closed()
            async with asyncio.timeout(ENDS_WITHIN_S):
                while state.connections:  # noqa: ASYNC110 (it tells nobody)
                    await asyncio.sleep(0)
            await asyncio.sleep(0)
    assert [each() for each in made] == [None]
    assert not [each for each in found if isinstance(each, GuardedProtocol)]


def test_a_problem_is_the_same_anew_but_for_the_way_it_came() -> None:
    class Own(InvalidInput):
        def __init__(self) -> None:
            super().__init__("of its own", code="own", retry_after_s=3)

    def raised() -> Problem:
        try:
            raise Own from ValueError("what caused it")
        except Problem as problem:
            return problem

    before: Any = raised()
    again = before.anew()
    assert (type(again), again.args, vars(again)) == (Own, before.args, vars(before))
    assert before.__traceback__ is not None
    assert (again.__traceback__, again.__cause__, again.__context__) == (None, None, None)
