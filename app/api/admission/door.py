"""Who is let in, who waits, who is sent away?  One door for each process, in front of the database.

    slot free     in at once: a few comparisons, nothing awaited
    line          behind one's own, in turn with the others, for a moment (``LONGEST_WAIT_S``)
    sent away     503 when we are full, 429 when it is this client that fills us; with Retry-After

A request comes to the door with its body read: who sends slowly holds nothing that others need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from enum import StrEnum
from typing import Final

from app.api import metrics
from app.api.admission.kinds import Kind
from app.api.admission.line import Flow, Line
from app.api.admission.slots import Ceilings, Slots
from app.problems import Problem, TooMany, Unavailable
from app.vocabulary import value_type

LONGEST_LINE: Final[Mapping[Kind, int]] = {Kind.RING: 64, Kind.OFFER: 64, Kind.BULK: 32}
LONGEST_WAIT_S: Final[Mapping[Kind, float]] = {Kind.RING: 0.3, Kind.OFFER: 0.25, Kind.BULK: 1.0}
"""Who would wait longer is better off coming again: the answer would be late as well."""

RETRY_AFTER_S: Final[Mapping[Kind, int]] = {Kind.RING: 1, Kind.OFFER: 1, Kind.BULK: 2}
SPARE_CONNECTIONS: Final = 1
"""Of the pool, for looking up keys and for ``/readyz``, which hold no slot."""


class Refusal(StrEnum):
    """Why somebody is sent away; a label of metrics."""

    FULL = "full"
    SHARE = "share"
    WAITED = "waited"


@value_type()
class Work:
    """One request, as far as the door looks at it."""

    kind: Kind
    writes: bool
    client: Hashable


_URGENT_FIRST: Final = tuple(reversed(Kind))
_Waiter = asyncio.Future[Refusal | None]


class Door:
    """The slots of this process and the lines before them."""

    def __init__(
        self,
        slots: int,
        *,
        longest_line: Mapping[Kind, int] = LONGEST_LINE,
        longest_wait_s: Mapping[Kind, float] = LONGEST_WAIT_S,
    ) -> None:
        """Let at most ``slots`` requests be at work at once."""
        self._slots = Slots(Ceilings.of(slots))
        self._lines = {kind: Line[_Waiter](longest_line[kind]) for kind in Kind}
        self._longest_wait_s = longest_wait_s
        self._waiters = 0

    @property
    def held(self) -> int:
        """Return how many are at work."""
        return self._slots.held

    def waiting(self, kind: Kind) -> int:
        """Return how many of a kind wait."""
        return len(self._lines[kind])

    @property
    def is_waited_at(self) -> bool:
        """Tell whether anybody stands in line."""
        return self._waiters > 0

    def is_full(self, kind: Kind) -> bool:
        """Tell whether the line of a kind is full."""
        return self._lines[kind].is_full

    def sends_away(self, work: Work) -> Problem | None:
        """Return what somebody is told who would be sent away at once, and count it; else None."""
        line = self._lines[work.kind]
        if not line.is_full_of(work.client) or self._has_room(work):
            return None
        return self._sent_away(work.kind, _why(line, work.client))

    async def enter(self, work: Work) -> float:
        """Come in, now or in turn, and return for how many seconds; who came in has to ``leave``.

        Raises:
            Unavailable: we are full, or the wait was too long.
            TooMany: this client has more than its part of a full line.
        """
        # Whenever a slot is given back, everybody who may have it is let in: so if there is room
        # for somebody, nobody of the same sort waits, and none is overtaken here.
        if self._has_room(work):
            self._slots.take(work.kind, writes=work.writes)
            return 0.0
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        refusal = await self._wait(work, loop)
        if refusal is not None:
            raise self._sent_away(work.kind, refusal)
        return loop.time() - began_s

    def _has_room(self, work: Work) -> bool:
        return self._slots.has_room(work.kind, writes=work.writes)

    def _sent_away(self, kind: Kind, refusal: Refusal) -> Problem:
        metrics.count_turned_away(kind.word, refusal.value)
        return _problem(refusal, kind)

    def leave(self, work: Work) -> None:
        """Give the slot back, and let in whose turn it is."""
        self._slots.give_back(work.kind, writes=work.writes)
        if self._waiters:
            self._call_in()

    def _call_in(self) -> None:
        for kind in _URGENT_FIRST:
            while (called := self._lines[kind].next(self._may_enter(kind))) is not None:
                flow, waiter = called
                if not waiter.done():  # else its time was up, or it has gone, in this very moment
                    self._slots.take(kind, writes=flow.writes)
                    waiter.set_result(None)

    def _may_enter(self, kind: Kind) -> Callable[[bool], bool]:
        return lambda writes: self._slots.has_room(kind, writes=writes)

    async def _wait(self, work: Work, loop: asyncio.AbstractEventLoop) -> Refusal | None:
        line, flow = self._lines[work.kind], Flow(work.client, work.writes)
        why = _why(line, work.client)
        waiter: _Waiter = loop.create_future()
        turned_away = line.join(flow, waiter)
        if turned_away is waiter:
            return why
        if turned_away is not None:
            _refuse(turned_away, Refusal.SHARE)
        began_s = loop.time()
        time_is_up = loop.call_later(
            self._longest_wait_s[work.kind], _refuse, waiter, Refusal.WAITED
        )
        self._waiters += 1
        metrics.set_waiting(work.kind.word, len(line))
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.result() is None:
                self.leave(work)  # it had just been let in
            raise
        finally:
            self._waiters -= 1
            time_is_up.cancel()
            line.leave(flow, waiter)
            metrics.set_waiting(work.kind.word, len(line))
            metrics.observe_wait(work.kind.word, loop.time() - began_s)


def _why(line: Line[_Waiter], client: Hashable) -> Refusal:
    return Refusal.SHARE if line.is_crowded_by(client) else Refusal.FULL


def _refuse(waiter: _Waiter, why: Refusal) -> None:
    if not waiter.done():
        waiter.set_result(why)


def _problem(refusal: Refusal, kind: Kind) -> Problem:
    after_s = RETRY_AFTER_S[kind]
    if refusal is Refusal.SHARE:
        return TooMany(
            "this client has more than its share of a full house; send less at once",
            code="share-used-up",
            retry_after_s=after_s,
        )
    return Unavailable(
        "the house is full; the same request may be sent again",
        code="overloaded",
        retry_after_s=after_s,
    )
