"""Which fields of an answer may each key see?  One table, applied when the answer is made.

Most documents are answered to one scope only, and what they declare is what it may see.  Here are
those that are answered to several kinds of keys, and those that any switch or page can ask for.  A
key sees what any of its scopes sees; what it may not see is null, so that the shape tells nothing.
A browser key stands in a page for everybody to read: it gets a document of its own, of this table.

Source: OWASP API1, API3; the test is ``tests/integration/api/test_authz_fields.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from app.access.authenticate import Client
from app.access.scopes import Scope

BROWSER: Final = "browser"
"""Stands for a browser key, whatever its scopes are."""

PAGE_DECISION: Final = ("decision_id", "placement", "action", "treatment", "offer", "script")
"""An offer, and nothing of why: that would tell what the customer is worth."""

SEES: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "TouchpointAnswer": {
        Scope.DECISIONS_WRITE: frozenset(
            {
                "touchpoint_id",
                "customer.state",
                "customer.id",
                "customer.former_ids",
                "customer.confidence",
                "customer.reason",
                "customer.assurance",
                "customer.may_speak_name",
                "customer.may_disclose",
                "customer.display_name",  # its first word, and only where it may be spoken
                "customer.candidates",
                "customer.owner",
                "value.r",
                "value.f",
                "value.v",
                "value.segment",
                "value.abc",
                "value.tier",
                "value.lifecycle",
                "routing",
                "selling_allowed",
                "decisions",
                "question",
                "degraded",
                "versions",
            }
        ),
        # Sums of money, and the name in full.
        Scope.CUSTOMERS_READ: frozenset({"customer.display_name", "value.clv", "value.p_alive"}),
        BROWSER: frozenset(
            {"touchpoint_id", "degraded", *(f"decisions.{name}" for name in PAGE_DECISION)}
        ),
    },
    "ResolveAnswer": {
        Scope.IDENTITY_READ: frozenset(
            {
                "state",
                "customer_id",
                "former_ids",
                "confidence",
                "reason",
                "sentence",
                "question",
                "asks_for",
                "evidence",
                "candidates",
                "ignored",
                "weightless",
            }
        ),
    },
    "EventsAnswer": {
        Scope.EVENTS_WRITE: frozenset(
            {"items.id", "items.status", "items.customer_id", "items.ignored", "items.problem"}
        ),
        BROWSER: frozenset({"items.id", "items.status", "items.ignored", "items.problem"}),
    },
    "OutcomesAnswer": {
        Scope.DECISIONS_WRITE: frozenset(
            {"items.decision_id", "items.outcome", "items.status", "items.problem"}
        ),
        BROWSER: frozenset({"items.decision_id", "items.outcome", "items.status", "items.problem"}),
    },
}
"""Document → who → fields, by their place in it; a field that is named is seen whole."""

Tree = Mapping[str, Any]
"""The same as a tree: what is below a field, and nothing below what is seen whole."""


def fields_seen_by(client: Client, document: str) -> frozenset[str]:
    """Return the fields of a document of the table that a client may see."""
    return _fields(document, client.is_browser, client.scopes)


def touchpoint_seen_by(client: Client, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer to a touchpoint as a client may see it."""
    if client.is_browser:
        shown: dict[str, Any] = _only(answer, _PAGE)
        return shown
    if client.may(Scope.CUSTOMERS_READ):
        return answer
    customer, value = answer["customer"], answer["value"]
    shown = {name: part if name in _RING else None for name, part in answer.items()}
    shown["customer"] = _blanked(customer, _RING["customer"]) | {
        "display_name": _spoken_name(customer)
    }
    shown["value"] = None if value is None else _blanked(value, _RING["value"])
    return shown


def _spoken_name(customer: Mapping[str, Any]) -> str | None:
    """Return what an IVR may say: the first name, to somebody who is surely that person."""
    name = customer["display_name"]
    return name.split()[0] if name and customer["may_speak_name"] else None


def _blanked(part: Mapping[str, Any], tree: Tree) -> dict[str, Any]:
    return {name: inner if name in tree else None for name, inner in part.items()}


def _only(part: Any, tree: Tree) -> Any:
    """Return a part of an answer without what is not in the tree."""
    if not tree:
        return part
    if isinstance(part, list):
        return [_only(item, tree) for item in part]
    return {name: _only(inner, tree[name]) for name, inner in part.items() if name in tree}


def _fields(document: str, is_browser: bool, scopes: Iterable[str]) -> frozenset[str]:  # noqa: FBT001
    seers = SEES[document]
    allowed = [BROWSER] if is_browser else scopes
    return frozenset().union(*(seers.get(seer, frozenset()) for seer in allowed))


def _tree(fields: Iterable[str]) -> Tree:
    tree: dict[str, Any] = {}
    for field in fields:
        below = tree
        for name in field.split("."):
            below = below.setdefault(name, {})
    return tree


_RING: Final = _tree(SEES["TouchpointAnswer"][Scope.DECISIONS_WRITE])
_PAGE: Final = _tree(SEES["TouchpointAnswer"][BROWSER])
