"""Whose turn is it?  Clients take turns, however many requests each of them has waiting.

The line is short.  When it is full the client with most in it gives way: its latest request is
turned away, so that one who sends ten times as much leaves the place of another alone.  Taking
turns is fair queueing (Nagle, RFC 970); who gives way is "longest queue drop" (Suter and others,
1998).
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Flow(NamedTuple):
    """Requests that wait behind each other: of one client, and either writing or asking."""

    client: Hashable
    writes: bool


class Line(Generic[T]):
    """Those who wait, in flows that take turns."""

    __slots__ = ("_flows", "_longest", "_of_client")

    def __init__(self, longest: int) -> None:
        """Let ``longest`` wait at most."""
        self._longest = longest
        self._flows: OrderedDict[Flow, deque[T]] = OrderedDict()
        self._of_client: Counter[Hashable] = Counter()

    def __len__(self) -> int:
        return sum(self._of_client.values())

    def join(self, flow: Flow, waiter: T) -> T | None:
        """Put somebody last of its flow; return who is turned away for that, if the line is full.

        That may be the newcomer itself, which then does not wait.
        """
        if self.is_full_of(flow.client):
            return waiter
        turned_away = None
        if self.is_full:
            longest, _ = max(self._of_client.items(), key=_count)
            turned_away = self._drop_latest(longest)
        self._flows.setdefault(flow, deque()).append(waiter)
        self._of_client[flow.client] += 1
        return turned_away

    def leave(self, flow: Flow, waiter: T) -> None:
        """Let somebody go who waits no longer; it may be gone already."""
        waiting = self._flows.get(flow)
        if waiting is not None and waiter in waiting:
            waiting.remove(waiter)
            self._left(flow)

    def next(self, may_enter: Callable[[bool], bool]) -> tuple[Flow, T] | None:
        """Take out whose turn it is of those who may enter; ``may_enter`` is asked about writers.

        None if nobody may.  Its flow goes behind the others.
        """
        for flow, waiting in self._flows.items():
            if may_enter(flow.writes):
                waiter = waiting.popleft()
                self._flows.move_to_end(flow)
                self._left(flow)
                return flow, waiter
        return None

    def is_full_of(self, client: Hashable) -> bool:
        """Tell whether a client that came now would be turned away at once."""
        most = max(self._of_client.values(), default=0)
        return self.is_full and self._of_client[client] >= most

    @property
    def is_full(self) -> bool:
        """Tell whether one more takes the place of another, or none."""
        return len(self) >= self._longest

    def is_crowded_by(self, client: Hashable) -> bool:
        """Tell whether a client has more than an equal part of the line, with others in it."""
        clients = len(self._of_client)
        return clients > 1 and self._of_client[client] * clients > len(self)

    def _drop_latest(self, client: Hashable) -> T:
        flows = [flow for flow in self._flows if flow.client == client]
        flow = max(flows, key=lambda each: len(self._flows[each]))
        waiter = self._flows[flow].pop()
        self._left(flow)
        return waiter

    def _left(self, flow: Flow) -> None:
        if not self._flows[flow]:
            del self._flows[flow]
        self._of_client[flow.client] -= 1
        if not self._of_client[flow.client]:
            del self._of_client[flow.client]


def _count(item: tuple[Hashable, int]) -> int:
    return item[1]
