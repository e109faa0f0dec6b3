"""How does a crowd ask?  Nobody in it waits for anybody else's answer: requests come at their rate.

A closed loop slows down with the service and so never shows an overload.  Here arrivals are drawn
beforehand (Poisson); each takes a connection that is idle, or a new one.  The client is as little
as it can be, since it runs on the machine that it loads.
"""

from __future__ import annotations

import asyncio
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE_S = 2.0
"""A caller who has heard nothing for so long has gone."""

GONE = "no answer"
BROKEN = "broken"
NO_RETRY_AFTER = "no Retry-After"

_OK = range(200, 300)
_REFUSED = frozenset({429, 503})

NewBody = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks for what, how often."""

    name: str
    path: str
    key: str
    new_body: NewBody
    per_s: float = 0.0


@dataclass(slots=True)
class Heard:
    """What a crowd was told."""

    seconds: float
    asked: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    accepted_s: list[float] = field(default_factory=list)
    refused_s: list[float] = field(default_factory=list)
    degraded: int = 0

    @property
    def per_s(self) -> float:
        """Return how many were answered with what they asked for, a second."""
        return len(self.accepted_s) / self.seconds

    @property
    def success(self) -> float:
        """Return the share of those."""
        return len(self.accepted_s) / self.asked if self.asked else 1.0

    @property
    def wrong(self) -> int:
        """Return how many met what nobody should."""
        fine = {"429", "503", GONE}
        return sum(n for what, n in self.endings.items() if what not in fine)

    def p99_ms(self) -> float:
        """Return below what 99 of 100 answers stayed, in milliseconds."""
        return percentile(self.accepted_s, 99) * 1000

    def median_ms(self) -> float:
        """Return the median of the answers, in milliseconds."""
        return statistics.median(self.accepted_s) * 1000 if self.accepted_s else 0.0


def percentile(values: Sequence[float], percent: int) -> float:
    """Return the value below which that part of the values lies; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


class Client:
    """Connections to one address, used again when they are idle."""

    def __init__(self, url: str) -> None:
        found = urlsplit(url)
        self._host, self._port = found.hostname or "", found.port or 80
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, crowd: Crowd) -> tuple[int, bool, bytes]:
        """Return the status of an answer, whether it says when to come again, and its body."""
        reader, writer = (
            self._idle.pop()
            if self._idle
            else await asyncio.open_connection(self._host, self._port, limit=2**20)
        )
        try:
            writer.write(self._request(crowd, crowd.new_body()))
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.transport.abort()
            raise
        self._idle.append((reader, writer))
        return int(head[9:12]), b"\r\nretry-after: " in head, body

    def close(self) -> None:
        """Break off every connection."""
        for _, writer in self._idle:
            writer.transport.abort()
        self._idle.clear()

    def _request(self, crowd: Crowd, body: bytes) -> bytes:
        head = (
            f"POST {crowd.path} HTTP/1.1\r\nhost: {self._host}\r\nauthorization: Bearer {crowd.key}"
            f"\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def crowds_ask(
    url: str, crowds: Sequence[Crowd], seconds: float, seed: int
) -> dict[str, Heard]:
    """Let crowds ask, each at its rate, for so long; return what each was told."""
    client = Client(url)
    heard = {crowd.name: Heard(seconds) for crowd in crowds}
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.TaskGroup() as asking:
        for at_s, crowd in _arrivals(crowds, seconds, seed):
            ahead_s = began_s + at_s - loop.time()
            if ahead_s > 0:
                await asyncio.sleep(ahead_s)
            asking.create_task(_ask(client, crowd, heard[crowd.name]))
    client.close()
    return heard


async def capacity_per_s(url: str, crowd: Crowd, callers: int, seconds: float) -> float:
    """Return how many are answered a second when some callers ask again as soon as they hear."""
    client, heard = Client(url), Heard(seconds)
    loop = asyncio.get_running_loop()
    until_s = loop.time() + seconds

    async def again_and_again() -> None:
        while loop.time() < until_s:
            await _ask(client, crowd, heard)

    await asyncio.gather(*(again_and_again() for _ in range(callers)))
    client.close()
    if not heard.accepted_s:
        raise RuntimeError(f"nobody is answered: {dict(heard.endings)}")
    return heard.per_s


def _arrivals(crowds: Sequence[Crowd], seconds: float, seed: int) -> Iterator[tuple[float, Crowd]]:
    """Yield who comes when, in order."""
    every = []
    for nth, crowd in enumerate(crowds):
        draw = random.Random(f"{seed} {nth}")
        at_s = draw.expovariate(crowd.per_s)
        while at_s < seconds:
            every.append((at_s, nth))
            at_s += draw.expovariate(crowd.per_s)
    yield from ((at_s, crowds[nth]) for at_s, nth in sorted(every))


async def _ask(client: Client, crowd: Crowd, heard: Heard) -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    heard.asked += 1
    try:
        async with asyncio.timeout(PATIENCE_S):
            status, says_when, body = await client.send(crowd)
    except TimeoutError:
        heard.endings[GONE] += 1
        return
    except (OSError, EOFError):
        heard.endings[BROKEN] += 1
        return
    took_s = loop.time() - began_s
    if status in _OK:
        heard.accepted_s.append(took_s)
        heard.degraded += b'"degraded":["' in body
        return
    heard.refused_s.append(took_s)
    is_told_when = says_when or status not in _REFUSED
    heard.endings[str(status) if is_told_when else NO_RETRY_AFTER] += 1
