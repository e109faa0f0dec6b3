"""How do many who ask the same at once ask the database once?  The first asks, the others wait.

What is remembered grows old for everybody in the same moment.  Without this all requests of a busy
client would then ask for its key, on the very connections that were kept free for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Flights(Generic[K, T]):
    """The questions that are under way, by what they ask; no more of them than there are askers."""

    def __init__(self) -> None:
        """Begin with none."""
        self._under_way: dict[K, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._under_way)

    async def answer(
        self,
        asked: K,
        now_s: float,
        believed_s: float,
        ask: Callable[[], Awaitable[T]],
        keep: Callable[[T, float], None],
    ) -> T:
        """Return the answer to a question, by asking or from whoever is asking already.

        An answer is believed for ``believed_s`` seconds from when it was asked for, so a flight
        that began earlier than that is not joined.  ``keep`` hears the answer and when it was asked
        for, before anybody else does, unless the flight was disowned.  A failure is everybody's.
        Whoever gives up leaves the others their answer; the last to give up ends the flight.
        """
        flight = self._under_way.get(asked)
        if flight is None or now_s - flight.asked_s >= believed_s:
            flight = self._under_way[asked] = _Flight(now_s)
            flight.task = asyncio.create_task(self._fly(asked, flight, ask, keep))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._land(asked, flight)  # one that is cancelled must not be joined any more
                flight.task.cancel()

    def disown(self) -> None:
        """Answer those who wait, and neither keep these answers nor let anybody else have them."""
        self._under_way.clear()

    async def _fly(
        self,
        asked: K,
        flight: _Flight[T],
        ask: Callable[[], Awaitable[T]],
        keep: Callable[[T, float], None],
    ) -> T:
        try:
            answer = await ask()
            if self._under_way.get(asked) is flight:
                keep(answer, flight.asked_s)
            return answer
        finally:
            self._land(asked, flight)

    def _land(self, asked: K, flight: _Flight[T]) -> None:
        if self._under_way.get(asked) is flight:
            del self._under_way[asked]


class _Flight(Generic[T]):
    """One question under way: when it was asked, and how many wait for the answer."""

    __slots__ = ("asked_s", "task", "waiting")

    task: asyncio.Task[T]

    def __init__(self, asked_s: float) -> None:
        self.asked_s = asked_s
        self.waiting = 0
