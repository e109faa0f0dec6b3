"""What is counted?  HTTP by route template, and what the business does: matches, events, decisions.

No label can hold a value from outside: each is one of a few words of ours.  Several processes on
one socket share their counts through the folder that ``PROMETHEUS_MULTIPROC_DIR`` names, if the
supervisor set it before they started.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from app.flows.event_command import ItemStatus
from app.identify.resolve import MatchState
from app.vocabulary import Channel, Strategy

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
UNMATCHED: Final = "unmatched"
"""The template of a path that no route has."""

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
    "idip_matches", "Answers to `who is this?`", ["state"], registry=_registry
)
_events: Final = Counter(
    "idip_events", "Events told, by what became of them", ["status"], registry=_registry
)
_decisions: Final = Counter(
    "idip_decisions", "Actions decided", ["channel", "strategy"], registry=_registry
)
_degraded: Final = Counter(
    "idip_degraded_answers", "Answers with something left out", ["what"], registry=_registry
)
_outcomes: Final = Counter(
    "idip_outcomes", "What came of decisions", ["outcome"], registry=_registry
)


def method_word(method: str) -> str:
    """Return the method, or "other" for one that somebody made up."""
    return method if method in _METHODS else "other"


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answered request; ``route`` is the template, never the path."""
    known = method_word(method)
    _requests.labels(known, route, str(status)).inc()
    _durations.labels(known, route).observe(seconds)


def count_match(state: MatchState) -> None:
    """Count an answer to "who is this?"."""
    _matches.labels(state.value).inc()


def count_events(statuses: Iterable[ItemStatus]) -> None:
    """Count events by what became of them."""
    for status in statuses:
        _events.labels(status.value).inc()


def count_decision(channel: Channel, strategy: Strategy) -> None:
    """Count an action that was decided."""
    _decisions.labels(channel.value, strategy.value).inc()


def count_degraded(what: str) -> None:
    """Count an answer that went without something; ``what`` is one of the few words for it."""
    _degraded.labels(what).inc()


def count_outcome(outcome: str) -> None:
    """Count what came of a decision; ``outcome`` is one of the words of the contract."""
    _outcomes.labels(outcome).inc()


def exposition() -> bytes:
    """Return all of it in the text format of Prometheus, over every process that shares."""
    if _SHARED not in os.environ:
        return generate_latest(_registry)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return generate_latest(together)
