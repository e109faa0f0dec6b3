"""Does anybody notice that 1,600 others take for ever to say what they want?

    scripts/drill slow-clients --sockets 800

To the real service come so many connections that send the head of a request a byte a second, and
as many that send its body so, with a valid key.  Each second somebody else asks.  Nobody else may
fail, and the slow ones have to be told 408 and let go in time.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

import httpx

from tests.drill.running import Running, served

SOCKETS: Final = 800
DROP_EVERY_S: Final = 1.0
PROBE_EVERY_S: Final = 1.0
PATIENCE_S: Final = 20.0
"""For so long a slow connection is watched: the limits are a quarter of it."""

GOAL_S: Final = 5.0
"""How long a head, or a body, may take."""

LENIENCE_S: Final = 3.0
"""Opening so many connections takes its time on cores that others use as well."""

PROBE_LIMIT_S: Final = 2.0
_OPEN_AT_ONCE: Final = 50


class Kind(StrEnum):
    """What a slow client is slow with."""

    HEAD = "head"
    BODY = "body"


@dataclass(slots=True)
class Slow:
    """One slow connection: how it ended, and after how long."""

    kind: Kind
    lasted_s: float = PATIENCE_S
    status: str = "none"


@dataclass(slots=True)
class Probe:
    """Somebody else's request."""

    path: str
    took_s: float
    failure: str | None


@dataclass(slots=True)
class Figures:
    """What the drill found."""

    slow: list[Slow] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)

    def of(self, kind: Kind) -> list[Slow]:
        """Return the slow connections of a kind."""
        return [each for each in self.slow if each.kind is kind]

    @property
    def failures(self) -> list[Probe]:
        """Return what others asked in vain."""
        return [probe for probe in self.probes if probe.failure is not None]

    @property
    def promise_kept(self) -> bool:
        """Tell whether nobody else failed and every slow one was told so and let go in time."""
        longest = max(each.lasted_s for each in self.slow)
        told = all(each.status == "408" for each in self.slow)
        return bool(self.probes) and not self.failures and told and longest < GOAL_S + LENIENCE_S


def drill(sockets: int) -> Figures:
    """Serve, be slow, and ask meanwhile."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with served() as running:
        key = running.new_key("identity:read", "events:write")
        return asyncio.run(_drilled(running, key, sockets))


async def _drilled(running: Running, key: str, sockets: int) -> Figures:
    figures = Figures([Slow(kind) for kind in Kind for _ in range(sockets)])
    gate = asyncio.Semaphore(_OPEN_AT_ONCE)
    firsts = {kind: _first(kind, key) for kind in Kind}
    stop = asyncio.Event()
    probing = asyncio.create_task(_probe(running.url, key, figures, stop))
    await asyncio.gather(*(_be_slow(running.url, firsts[s.kind], s, gate) for s in figures.slow))
    stop.set()
    await probing
    return figures


def _first(kind: Kind, key: str) -> bytes:
    """Return what a slow client says at once."""
    head = f"POST /v1/events HTTP/1.1\r\nHost: idip.test\r\nAuthorization: Bearer {key}\r\n"
    if kind is Kind.HEAD:
        return f"{head}X-Slow: ".encode()
    return f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n[".encode()


async def _be_slow(url: str, first: bytes, slow: Slow, gate: asyncio.Semaphore) -> None:
    loop = asyncio.get_running_loop()
    at = urlsplit(url)
    async with gate:
        reader, writer = await asyncio.open_connection(at.hostname, at.port)
        writer.write(first)
        began_s = loop.time()
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            slow.status = await _dripping(reader, writer)
    slow.lasted_s = loop.time() - began_s
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
    """Send a byte a second until the connection ends; return the status that was told."""
    hearing = asyncio.create_task(reader.read())
    try:
        while not hearing.done():
            await asyncio.wait({hearing}, timeout=DROP_EVERY_S)
            writer.write(b" ")
        return hearing.result()[9:12].decode() or "none"
    finally:
        hearing.cancel()


async def _probe(url: str, key: str, figures: Figures, stop: asyncio.Event) -> None:
    """Ask each second, as somebody who has just come."""
    ask: dict[str, Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]] = {
        "/livez": lambda http: http.get("/livez"),
        "/v1/identity/resolve": lambda http: http.post(
            "/v1/identity/resolve", json={"identifiers": []}
        ),
    }
    authorization = {"authorization": f"Bearer {key}"}
    loop = asyncio.get_running_loop()
    transport = httpx.AsyncHTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))
    async with httpx.AsyncClient(
        base_url=url, headers=authorization, timeout=PROBE_LIMIT_S, transport=transport
    ) as http:
        while not stop.is_set():
            for path, asked in ask.items():
                began_s = loop.time()
                failure = await _failure_of(asked(http))
                figures.probes.append(Probe(path, loop.time() - began_s, failure))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PROBE_EVERY_S)


async def _failure_of(asking: Awaitable[httpx.Response]) -> str | None:
    try:
        answer = await asking
    except httpx.HTTPError as error:
        return type(error).__name__
    return None if answer.is_success else str(answer.status_code)


def table(figures: Figures) -> str:
    """Return the figures as a person reads them."""
    took = sorted(probe.took_s for probe in figures.probes)
    rows: list[tuple[str, object]] = [
        *((f"slow {kind}", _slow(figures.of(kind))) for kind in Kind),
        ("others asked", f"{len(took)} times"),
        ("in vain", _listed(Counter(str(probe.failure) for probe in figures.failures)) or "never"),
        ("they waited", f"median {statistics.median(took):.3f} s, longest {took[-1]:.3f} s"),
    ]
    return "\n".join(f"{name:<30}{value}" for name, value in rows)


def _slow(slow: Sequence[Slow]) -> str:
    lasted = sorted(each.lasted_s for each in slow)
    told = _listed(Counter(each.status for each in slow))
    return f"{told}; median {statistics.median(lasted):.2f} s, longest {lasted[-1]:.2f} s"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} × {what}" for what, count in counts.most_common())


def main(arguments: Sequence[str]) -> int:
    """Run the drill, print its figures, and return 1 if a promise was broken."""
    asking = argparse.ArgumentParser(
        prog="scripts/drill slow-clients", description=__doc__.splitlines()[0]
    )
    asking.add_argument("--sockets", type=int, default=SOCKETS, help="slow ones of each kind")
    figures = drill(asking.parse_args(arguments).sockets)
    sys.stdout.write(table(figures) + "\n")
    return 0 if figures.promise_kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
