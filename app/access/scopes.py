"""What may a client be allowed to do?  The scopes of a key; none contains another."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """One permission.  A key has exactly those it was given: ``admin`` is no master key."""

    IDENTITY_READ = "identity:read"
    DECISIONS_WRITE = "decisions:write"
    EVENTS_WRITE = "events:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    CUSTOMERS_EXPORT = "customers:export"
    ADMIN = "admin"


BROWSER_SCOPES: Final = frozenset({Scope.DECISIONS_WRITE, Scope.EVENTS_WRITE})
"""What a key that stands in a web page may have, for everybody to read; and of these a part only:
what it may say and what it hears is in ``api/browser`` and ``api/visible``."""
