"""How long do callers wait, and how many can be served?  A small HTTP client that counts both.

``saturate`` is the closed loop: so many callers, each asking again as soon as it has heard.
``at_rate`` is the open loop: calls come when they come, whether the last was answered or not, and
waiting counts from the moment a call should have gone out (no coordinated omission).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import cast

OK = frozenset({200})
NOT_NOW = 503


@dataclass(frozen=True, slots=True)
class Target:
    """A server and what it is asked: ``bodies`` never ends, each body counts for ``worth``."""

    port: int
    path: str
    bodies: Iterator[bytes]
    headers: str = ""
    worth: int = 1

    def request(self) -> bytes:
        body = next(self.bodies)
        head = (
            f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"{self.headers}Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Done:
    """What was done, counted in what a body is worth, and how long it really took."""

    count: int
    elapsed_s: float

    @property
    def per_s(self) -> float:
        return self.count / self.elapsed_s


@dataclass(frozen=True, slots=True)
class Waits:
    """Milliseconds from when calls should have gone out to their answers, at an offered rate."""

    offered_per_s: float
    calls: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @classmethod
    def of(cls, waits_s: list[float], offered_per_s: float) -> Waits:
        ranked = sorted(waits_s)
        p50, p95, p99 = (
            round(1_000 * ranked[int(share * (len(ranked) - 1))], 2) for share in (0.5, 0.95, 0.99)
        )
        return cls(offered_per_s, len(ranked), p50, p95, p99)


class Line(asyncio.Protocol):
    """One connection that is kept: one request at a time, its answer read to the end."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._heard = bytearray()
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def connection_lost(self, error: Exception | None) -> None:
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(error or ConnectionError("the server hung up"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head_ends = self._heard.find(b"\r\n\r\n")
        if head_ends < 0:
            return
        head = bytes(self._heard[:head_ends]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self._heard) < head_ends + 4 + length:
            return
        body = bytes(self._heard[head_ends + 4 : head_ends + 4 + length])
        del self._heard[: head_ends + 4 + length]
        if self._answered is not None and not self._answered.done():
            self._answered.set_result((int(head[9:12]), body))

    def hang_up(self) -> None:
        if self._transport is not None:
            self._transport.close()


async def ask(line: Line, target: Target) -> bool:
    """Ask once; False where the service said that it cannot now."""
    status, body = await line.ask(target.request())
    if status not in {*OK, NOT_NOW}:
        raise RuntimeError(f"{target.path} answered {status}: {body[:400].decode()}")
    return status in OK


async def connect(port: int) -> Line:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Line, "127.0.0.1", port)
    return line


async def saturate(target: Target, callers: int, seconds: float) -> Done:
    """Ask for so long, and wait for the last answers: they end later, the slower they are."""
    lines = [await connect(target.port) for _ in range(callers)]
    ends = time.perf_counter() + seconds

    async def call(line: Line) -> int:
        calls = 0
        while time.perf_counter() < ends:
            calls += await ask(line, target)
        return calls

    began = time.perf_counter()
    try:
        calls = sum(await asyncio.gather(*map(call, lines)))
    finally:
        for line in lines:
            line.hang_up()
    return Done(calls * target.worth, time.perf_counter() - began)


async def at_rate(target: Target, per_s: float, seconds: float, lines: int = 32) -> list[float]:
    """Return what each call waited, in seconds; one that finds every line taken waits for one."""
    free: asyncio.LifoQueue[Line] = asyncio.LifoQueue()
    opened = [await connect(target.port) for _ in range(lines)]
    for line in opened:
        free.put_nowait(line)
    waits: list[float] = []

    async def call(due: float) -> None:
        line = await free.get()
        answered = await ask(line, target)
        waits.append(time.perf_counter() - due if answered else inf)
        free.put_nowait(line)

    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            for nth in range(int(per_s * seconds)):
                due = began + nth / per_s
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(call(due))
    finally:
        for line in opened:
            line.hang_up()
    return waits
