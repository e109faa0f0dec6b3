"""Which scope does each route need?  All of them, in one table; the application is built from it.

``refuse_gaps`` lets no route be served that is not in the table, and no line stand in the table
that no route has: what is written here is what is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from starlette.routing import compile_path

from app.access.scopes import Scope

Route = tuple[str, str]
"""Method and path template."""

PUBLIC: Final = None

SCOPE_OF: Final[Mapping[Route, Scope | None]] = {
    ("GET", "/livez"): PUBLIC,
    ("GET", "/readyz"): PUBLIC,
    ("GET", "/metrics"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("GET", "/docs"): PUBLIC,
    ("GET", "/docs/{asset}"): PUBLIC,
    ("POST", "/v1/identity/resolve"): Scope.IDENTITY_READ,
    ("POST", "/v1/events"): Scope.EVENTS_WRITE,
    ("POST", "/v1/touchpoints"): Scope.DECISIONS_WRITE,
    ("POST", "/v1/touchpoints/{touchpoint_id}/identity"): Scope.DECISIONS_WRITE,
    ("POST", "/v1/outcomes"): Scope.DECISIONS_WRITE,
    ("GET", "/v1/decisions/{decision_id}"): Scope.CUSTOMERS_READ,
    ("GET", "/v1/decisions/{decision_id}/explain"): Scope.CUSTOMERS_READ,
    ("POST", "/v1/decisions/{decision_id}/replay"): Scope.CUSTOMERS_READ,
    ("GET", "/v1/customers/{customer_id}"): Scope.CUSTOMERS_READ,
    ("GET", "/v1/customers/{customer_id}/score"): Scope.CUSTOMERS_READ,
    ("GET", "/v1/customers/{customer_id}/explain"): Scope.CUSTOMERS_READ,
    ("GET", "/v1/customers/{customer_id}/timeline"): Scope.CUSTOMERS_READ,
    ("POST", "/v1/customers/merge"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/customers/{customer_id}/split"): Scope.CUSTOMERS_WRITE,
    ("DELETE", "/v1/customers/{customer_id}"): Scope.CUSTOMERS_WRITE,
    ("GET", "/v1/reviews"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/reviews/{review_id}"): Scope.CUSTOMERS_WRITE,
    ("GET", "/v1/customers/{customer_id}/export"): Scope.CUSTOMERS_WRITE,
    ("PUT", "/v1/customers/{customer_id}/consents"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/customers/{customer_id}/rectifications"): Scope.CUSTOMERS_WRITE,
    ("GET", "/v1/customers/{customer_id}/restraints"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/customers/{customer_id}/restraints"): Scope.CUSTOMERS_WRITE,
    ("DELETE", "/v1/customers/{customer_id}/restraints/{restraint_id}"): Scope.CUSTOMERS_WRITE,
    ("GET", "/v1/subject-requests"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/subject-requests"): Scope.CUSTOMERS_WRITE,
    ("POST", "/v1/subject-requests/{request_id}"): Scope.CUSTOMERS_WRITE,
    ("GET", "/v1/scoring-runs"): Scope.ADMIN,
    ("POST", "/v1/scoring-runs"): Scope.ADMIN,
    ("POST", "/v1/scoring-runs/{run_id}/activate"): Scope.ADMIN,
    ("GET", "/v1/catalogue"): Scope.ADMIN,
    ("GET", "/v1/keys"): Scope.ADMIN,
    ("POST", "/v1/keys"): Scope.ADMIN,
    ("DELETE", "/v1/keys/{key_id}"): Scope.ADMIN,
}


FOR_PAGES: Final[frozenset[Route]] = frozenset(
    {("POST", "/v1/events"), ("POST", "/v1/touchpoints"), ("POST", "/v1/outcomes")}
)
"""Of these, what a browser key may open too; what it may say there is in ``browser``."""


class ScopeGap(Exception):
    """A route has no line in the table of scopes, or a line has no route."""


def refuse_gaps(routes: Iterable[Route]) -> None:
    """Compare what is served with the table.

    Raises:
        ScopeGap: with every route and line that has no counterpart.
    """
    served = set(routes)
    without_scope, without_route = served - SCOPE_OF.keys(), SCOPE_OF.keys() - served
    if without_scope or without_route:
        raise ScopeGap(
            f"not in SCOPE_OF: {_names(without_scope)}; not served: {_names(without_route)}"
        )


def methods_at(path: str) -> list[str]:
    """Return which methods a path knows, for ``Allow``; of two templates the plainer one counts."""
    fitting = [template for _, template in SCOPE_OF if compile_path(template)[0].match(path)]
    if not fitting:
        return []
    template = min(fitting, key=lambda each: each.count("{"))
    return sorted(method for method, each in SCOPE_OF if each == template)


def _names(routes: Iterable[Route]) -> str:
    return ", ".join(f"{method} {path}" for method, path in sorted(routes)) or "none"
