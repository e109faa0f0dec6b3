"""How urgent is a request?  A ring before an offer before bulk, told by route, body and size.

    ring    somebody waits on the line: who is it, and what do we do now
    offer   somebody waits at a page or a desk: offers, outcomes, single facts, one customer's view
    bulk    nobody waits: arrays of facts, exports, scoring, administration

A route that is named nowhere here is bulk if its scope is for administration or export, else an
offer.  A body is bulk, whatever its route, if it is long or more than one document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Any, Final, Self

from app.access.scopes import Scope

Route = tuple[str, str]
"""Method and path template."""

LONGEST_SINGLE_BYTES: Final = 64 * 1024
"""One document of the surface is a few thousand bytes; the cap of a field allows far more."""

TOUCHPOINT: Final[Route] = ("POST", "/v1/touchpoints")

_RING: Final[frozenset[Route]] = frozenset({("POST", "/v1/identity/resolve"), TOUCHPOINT})
_BULK: Final[frozenset[Route]] = frozenset({("GET", "/v1/customers/{customer_id}/export")})
_BULK_SCOPES: Final = frozenset({Scope.ADMIN, Scope.CUSTOMERS_EXPORT})
_LONG: Final = ("/v1/epochs", "/v1/scoring-runs")
_ASKING_POSTS: Final[frozenset[Route]] = frozenset(
    {
        ("POST", "/v1/identity/resolve"),
        ("POST", "/v1/customers/search"),
        ("POST", "/v1/segments/preview"),
        ("POST", "/v1/decisions/{decision_id}/replay"),
    }
)
"""What is sent with POST only because a look-up's value may not stand in a path."""


class Kind(IntEnum):
    """What waits for the answer; the higher goes first."""

    BULK = 0
    OFFER = 1
    RING = 2

    @property
    def word(self) -> str:
        """Return its name in metrics."""
        return self.name.lower()


EXTRA_S: Final = 8.0
"""What long work may take beyond the limit of every request: for arrays, exports and scoring."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What the requests of one route have in common.

    ``writes`` if they may wait for a lock; ``is_long`` if they may take ``EXTRA_S``.
    """

    kind: Kind
    writes: bool
    is_long: bool
    may_ring: bool

    @classmethod
    def of(cls, route: Route, scope: Scope) -> Self:
        """Return the sort of a route, as far as the route alone tells."""
        is_bulk = route in _BULK or scope in _BULK_SCOPES
        return cls(
            kind=Kind.RING if route in _RING else Kind.BULK if is_bulk else Kind.OFFER,
            writes=route[0] != "GET" and route not in _ASKING_POSTS,
            is_long=route in _BULK or scope is Scope.CUSTOMERS_EXPORT or route[1].startswith(_LONG),
            may_ring=route == TOUCHPOINT,
        )

    def of_body(self, body: bytes, document: Any) -> Sort:
        """Return the sort of one request, now that its body is here; it only gets lower by it.

        ``document`` is what the body says, or None where the route reads that itself.
        """
        if len(body) > LONGEST_SINGLE_BYTES or _is_many(body, document):
            return _lowered(self, Kind.BULK)
        if self.may_ring and not _rings(document):
            return _lowered(self, Kind.OFFER)
        return self


@lru_cache
def _lowered(sort: Sort, kind: Kind) -> Sort:
    return replace(sort, kind=kind, is_long=sort.is_long or kind is Kind.BULK)


def _is_many(body: bytes, document: Any) -> bool:
    """Tell whether it is an array, or lines; a single line is not told from an object."""
    if document is not None:
        return isinstance(document, list)
    start = body.lstrip()
    return start.startswith(b"[") or b"\n{" in start


def _rings(document: Any) -> bool:
    """Tell whether it is about a call that comes in; what cannot be read yet may be one."""
    if not isinstance(document, dict):
        return True
    return document.get("channel") == "voice" and document.get("direction") != "outbound"
