"""Are those who speak slowly, or not at all, let go, and is everybody else served meanwhile?

The protocol by itself, around a small application, with limits that a test can wait for;
``scripts/drill slow-clients`` holds the whole service to the real ones.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.api.protocol import GuardedProtocol

SLOW = 30
LIMIT_S = 0.4
PATIENCE_S = 5.0
PAUSE_S = 0.05

HEAD = b"GET / HTTP/1.1\r\nHost: idip.test\r\n"
POST = b"POST / HTTP/1.1\r\nHost: idip.test\r\nContent-Length: 100\r\n\r\n"
UNREAD = b"POST /unread HTTP/1.1\r\nHost: idip.test\r\nContent-Length: 100\r\n\r\n"


class Hasty(GuardedProtocol):
    head_limit_s = LIMIT_S
    body_limit_s = LIMIT_S
    farewell_s = 0.1


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 200, when the body has been read or (``/unread``) without it."""
    if scope["path"] == "/refused":
        headers = [(b"content-length", b"0"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    more = scope["path"] != "/unread"
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        more = message["more_body"]
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
    )
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def serving(protocol: type[HttpToolsProtocol]) -> AsyncIterator[int]:
    config = Config(answering, log_config=None, ws="none")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for connection in list(state.connections):
            connection.transport.close()


async def dripped(port: int, first: bytes, drop: bytes) -> bytes:
    """Send a beginning, then drop by drop; return what is heard until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(first)

    async def drip() -> None:
        while drop:
            await asyncio.sleep(PAUSE_S)
            writer.write(drop)

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await reader.read()
    finally:
        dripping.cancel()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def all_at_once(dripping: Callable[[], Awaitable[bytes]]) -> list[bytes]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaited(dripping)) for _ in range(SLOW)]
    return [task.result() for task in tasks]


async def _awaited(dripping: Callable[[], Awaitable[bytes]]) -> bytes:
    return await dripping()


async def let_go(port: int, first: bytes, drop: bytes) -> bytes:
    """Drip, and hear nothing if it is a reset that comes first: as good for who has no answer."""
    try:
        return await dripped(port, first, drop)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    ("first", "drop", "status"),
    [
        (HEAD, b"X: 1\r\n", b"408"),
        (b"GET / HT", b"", b"408"),
        (HEAD + b"X: ", b"1", b"408"),
        (b"", b"\r\n", None),
        (b"", b"", None),
        (POST, b"a", b"408"),
        (UNREAD, b"a", b"200"),
        (HEAD + b"\r\n" + HEAD, b"X: 1\r\n", b"200"),
    ],
    ids=[
        "fields",
        "a line without an end",
        "a field without an end",
        "empty lines",
        "silence",
        "a body",
        "a body nobody reads",
        "a second head",
    ],
)
async def test_who_does_not_come_to_the_point_is_let_go(
    first: bytes, drop: bytes, status: bytes | None
) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with serving(Hasty) as port:
        heard = await all_at_once(lambda: let_go(port, first, drop))
    assert loop.time() - began < 8 * LIMIT_S
    assert {told[9:12] for told in heard} == {status or b""}


class Abrupt(Hasty):
    """The control: it closes where its answer ends, whatever is still on its way."""

    def _part(self) -> None:
        self.transport.close()


@pytest.mark.parametrize(("protocol", "may_go_on"), [(Hasty, True), (Abrupt, False)])
async def test_who_is_refused_while_still_speaking_is_not_cut_short(
    protocol: type[Hasty], may_go_on: bool
) -> None:
    """What comes for a closed socket is answered by a reset; many take that for no answer."""
    async with serving(protocol) as port:
        with socket.create_connection(("127.0.0.1", port)) as caller:
            caller.sendall(POST.replace(b"/", b"/refused", 1))
            went_on = True
            for _ in range(2):
                await asyncio.sleep(PAUSE_S / 2)
                try:
                    caller.sendall(b"a")
                except ConnectionError:
                    went_on = False
            assert caller.recv(1_000).startswith(b"HTTP/1.1 401")
    assert went_on is may_go_on


async def test_others_are_served_meanwhile() -> None:
    loop = asyncio.get_running_loop()
    waits = []
    async with serving(Hasty) as port:
        slow = asyncio.create_task(all_at_once(lambda: dripped(port, POST, b"a")))
        while not slow.done():
            began = loop.time()
            told = await dripped(port, HEAD + b"Connection: close\r\n\r\n", b"")
            assert told.startswith(b"HTTP/1.1 200")
            waits.append(loop.time() - began)
            await asyncio.sleep(PAUSE_S)
    assert max(waits) < PATIENCE_S / 2


async def test_who_takes_their_time_between_two_requests_may() -> None:
    """A connection that is kept is no slow one."""
    async with serving(Hasty) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(HEAD + b"\r\n")
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(1.5 * LIMIT_S)
        writer.close()
        await writer.wait_closed()


async def test_the_server_alone_would_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    async with serving(HttpToolsProtocol) as port:
        waiting = asyncio.create_task(dripped(port, HEAD, b"X: 1\r\n"))
        done, _ = await asyncio.wait({waiting}, timeout=3 * LIMIT_S)
        assert not done
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting


def test_the_real_limits_are_those_that_are_documented() -> None:
    limits: dict[str, Any] = {
        "head": GuardedProtocol.head_limit_s,
        "body": GuardedProtocol.body_limit_s,
    }
    assert limits == {"head": 5.0, "body": 10.0}
