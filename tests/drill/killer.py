"""Who is killed, when, and how long does it take until every caller is served again?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import psutil

from tests.drill.callers import Caller
from tests.drill.running import Running

PACE_S = 1.2
LONGEST_OUTAGE_S = 60.0
"""When nobody is served for so long the drill ends: nothing heals any more."""

_POLL_S = 0.01


class Kind(StrEnum):
    """Whom ``kill -9`` hits."""

    WORKER = "worker"
    """An HTTP process."""

    BACKEND = "backend"
    """A process of PostgreSQL that works for us; the server then restarts all of them."""

    SERVER = "server"
    """The whole PostgreSQL server."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One ``kill -9``, and after how long every caller had been acknowledged anew."""

    kind: Kind
    at_s: float
    recovered_s: float
    is_single: bool = True
    """Whether everything was in place when it struck.

    Callers are served again by the other HTTP process before a killed one is back: the next blow
    may find it away still, and is a second one to the same house.
    """


class Killer:
    """Kills one after another, each when the one before has been overcome."""

    def __init__(
        self, running: Running, callers: Sequence[Caller], mix: Sequence[Kind], seed: int
    ) -> None:
        """Draw from ``mix``: every kind once, shuffled, and again."""
        self.kills: list[Kill] = []
        self._running = running
        self._callers = callers
        self._mix = tuple(mix)
        self._draw = random.Random(seed)
        self._deck: list[Kind] = []

    async def rage(self, seconds: float, is_enough: Callable[[], bool]) -> None:
        """Kill for so long, and on until it is enough."""
        loop = asyncio.get_running_loop()
        await asyncio.sleep(PACE_S)
        until_s = loop.time() + seconds
        while loop.time() < until_s or not is_enough():
            next_s = loop.time() + self._draw.uniform(0.7, 1.3) * PACE_S
            self.kills.append(await self._strike(self._next_kind()))
            await asyncio.sleep(max(0.0, next_s - loop.time()))

    def _next_kind(self) -> Kind:
        if not self._deck:
            self._deck = self._draw.sample(self._mix, len(self._mix))
        return self._deck.pop()

    async def _strike(self, kind: Kind) -> Kill:
        loop = asyncio.get_running_loop()
        await _until(lambda: bool(self._candidates(kind)))
        is_single = len(self._running.http_processes()) >= self._running.most_http_processes
        victim = self._draw.choice(self._candidates(kind))
        at_s = loop.time()
        victim.kill()
        if kind is Kind.SERVER:  # what orphans of the dead one still answer does not count
            await _until(lambda: self._candidates(kind) not in ([], [victim]))
        from_s = loop.time()
        await _until(lambda: all(c.heard.acknowledged_from_s > from_s for c in self._callers))
        return Kill(kind, at_s, loop.time() - at_s, is_single)

    def _candidates(self, kind: Kind) -> list[psutil.Process]:
        match kind:
            case Kind.WORKER:
                return self._running.http_processes()
            case Kind.BACKEND:
                return self._running.backends()
            case Kind.SERVER:
                server = self._running.postmaster()
                return [] if server is None else [server]


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(LONGEST_OUTAGE_S):
        while not is_so():  # noqa: ASYNC110 (other people's processes tell nobody)
            await asyncio.sleep(_POLL_S)
