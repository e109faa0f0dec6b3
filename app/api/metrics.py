"""What is counted?  HTTP by route template, and what the business does: matches, events, decisions.

No label can hold a value from outside: each is one of a few words of ours, or a name that people
of the company gave (a client, an action), of which the first so many are kept.  Several processes
on one socket share their counts through the folder that ``PROMETHEUS_MULTIPROC_DIR`` names, if the
supervisor set it before they started.
"""

from __future__ import annotations

import collections
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from app.flows.event_command import EventType, ItemStatus
from app.identify.resolve import MatchState
from app.vocabulary import Channel, IdentifierType, Strategy

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
UNMATCHED: Final = "unmatched"
"""The template of a path that no route has."""

UNREADABLE: Final = "unreadable"
"""The type of an event that nobody could read."""

OTHER: Final = "other"
_MOST_NAMES: Final = 100
_SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.8, 1.0, 2.0, 5.0)
"""With the ring's own marks: 150 ms is its budget, at 800 ms a call waits no longer."""

_registry: Final = CollectorRegistry()
_requests: Final = Counter(
    "idip_http_requests", "Requests answered", ["method", "route", "status"], registry=_registry
)
_durations: Final = Histogram(
    "idip_http_request_seconds",
    "Time from the request's headers to the end of its answer",
    ["method", "route"],
    buckets=_SECONDS,
    registry=_registry,
)
_matches: Final = Counter(
    "idip_matches",
    "Answers to `who is this?`",
    ["asked", "state", "reason"],
    registry=_registry,
)
_events: Final = Counter(
    "idip_events",
    "Events told, by what became of them",
    ["client", "type", "status"],
    registry=_registry,
)
_unusable: Final = Counter(
    "idip_unusable_identifiers",
    "Identifiers told with events that are no evidence, by what is wrong",
    ["type", "fault"],
    registry=_registry,
)
_offers: Final = Counter("idip_offers", "Actions answered", ["action"], registry=_registry)
_decisions: Final = Counter(
    "idip_decisions", "Actions decided", ["channel", "strategy"], registry=_registry
)
_degraded: Final = Counter(
    "idip_degraded_answers", "Answers with something left out", ["cause"], registry=_registry
)
_left_out: Final = Counter(
    "idip_left_out", "Parts that answers went without", ["part"], registry=_registry
)
_outcomes: Final = Counter(
    "idip_outcomes", "What came of decisions", ["action", "outcome"], registry=_registry
)
_turned_away: Final = Counter(
    "idip_turned_away", "Requests refused at the door", ["kind", "reason"], registry=_registry
)
_numbers_refused: Final = Counter(
    "idip_numbers_refused",
    "Requests refused, as their key asked about too many numbers",
    ["client"],
    registry=_registry,
)
_waiting: Final = Gauge(
    "idip_waiting_requests",
    "Requests in line for a slot",
    ["kind"],
    multiprocess_mode="livesum",
    registry=_registry,
)
_waits: Final = Histogram(
    "idip_wait_seconds",
    "Time in line, of requests that had to wait",
    ["kind"],
    buckets=_SECONDS,
    registry=_registry,
)


_count: Final = lru_cache(maxsize=1_000)(Counter.labels)
_level: Final = lru_cache(maxsize=100)(Gauge.labels)
_spread: Final = lru_cache(maxsize=100)(Histogram.labels)
"""What counts under certain labels; to look them up each time is most of the counting."""


class Names:
    """Names that people choose: the first so many of them, so that nobody can fill the memory."""

    def __init__(self, most: int) -> None:
        """Keep so many apart."""
        self._most = most
        self._known: set[str] = set()

    def kept(self, name: str) -> str:
        """Return the name, or "other" for one too many."""
        if name not in self._known and len(self._known) < self._most:
            self._known.add(name)
        return name if name in self._known else OTHER


_clients: Final = Names(_MOST_NAMES)
_actions: Final = Names(_MOST_NAMES)


def method_word(method: str) -> str:
    """Return the method, or "other" for one that somebody made up."""
    return method if method in _METHODS else "other"


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request; ``route`` is the template, never the path."""
    word = method_word(method)
    _count(_requests, word, route, status).inc()
    _spread(_durations, word, route).observe(seconds)


def count_match(asked: str, state: MatchState, reason: str) -> None:
    """Count an answer to "who is this?"; ``asked`` is the word for where it was asked."""
    _count(_matches, asked, state.value, reason).inc()


def count_events(client: str, told: Iterable[tuple[EventType | None, ItemStatus]]) -> None:
    """Count a client's events by what they are and what became of them; None: unreadable."""
    name = _clients.kept(client)
    for (kind, status), count in collections.Counter(told).items():
        word = UNREADABLE if kind is None else kind.value
        _count(_events, name, word, status.value).inc(count)


def count_unusable(told: Iterable[tuple[IdentifierType, str]]) -> None:
    """Count identifiers that are no evidence, by type and code of the fault."""
    for kind, fault in told:
        _count(_unusable, kind.value, fault).inc()


def count_offer(action: str) -> None:
    """Count an action that was given in an answer."""
    _count(_offers, _actions.kept(action)).inc()


def count_decision(channel: Channel, strategy: Strategy) -> None:
    """Count an action that was decided."""
    _count(_decisions, channel.value, strategy.value).inc()


def count_degraded(cause: str, left_out: Iterable[str]) -> None:
    """Count an answer that went without something: why, and without what."""
    _count(_degraded, cause).inc()
    for part in left_out:
        _count(_left_out, part).inc()


def count_outcome(action: str, outcome: str) -> None:
    """Count what came of a decision; ``outcome`` is one of the words of the contract."""
    _count(_outcomes, _actions.kept(action), outcome).inc()


def count_turned_away(kind: str, reason: str) -> None:
    """Count a request that was sent away before it was worked on, by how urgent it was, and why."""
    _count(_turned_away, kind, reason).inc()


def count_numbers_refused(client: str) -> None:
    """Count a request that was refused as its client's key has used up its numbers."""
    _count(_numbers_refused, _clients.kept(client)).inc()


def set_waiting(kind: str, count: int) -> None:
    """Tell how many requests of a kind wait in this process now."""
    _level(_waiting, kind).set(count)


def observe_wait(kind: str, seconds: float) -> None:
    """Count how long a request has waited in line, whatever came of it."""
    _spread(_waits, kind).observe(seconds)


def exposition() -> bytes:
    """Return all of it in the text format of Prometheus, over every process that shares."""
    if _SHARED not in os.environ:
        return generate_latest(_registry)
    _forget_the_dead(Path(os.environ[_SHARED]))
    together = CollectorRegistry()
    together.register(_Shared(Path(os.environ[_SHARED])))
    return generate_latest(together)


def _forget_the_dead(shared: Path) -> None:
    """Nobody waits in a process that is gone; what it counted stays counted."""
    for left in shared.glob("gauge_live*_*.db"):
        pid = int(left.stem.rpartition("_")[2])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid)  # type: ignore[no-untyped-call]


class _Shared(Collector):
    """What every process of ``idip serve`` has counted, those that are gone among them.

    A process that was killed as it began has left an empty file, which the collector of the library
    cannot read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterator[Metric]:
        files = [str(file) for file in self._folder.glob("*.db") if file.stat().st_size]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        yield from merged
