"""What does another system tell us?  One event, validated at the edge and not yet judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.problems import Fault, Problem
from app.vocabulary import Assurance, CustomerId, Instant, RawIdentifier, value_type


class EventType(StrEnum):
    """What an event is about; ``docs/events.md`` tells what each carries in ``data``."""

    SALE = "sale"
    REFUND = "refund"
    CANCELLATION = "cancellation"
    PAYMENT = "payment"
    INTERACTION = "interaction"
    NAVIGATION = "navigation"
    CART = "cart"
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"
    CONSENT = "consent"
    PREFERENCE = "preference"
    PROFILE = "profile"
    LOGIN = "login"
    LOGOUT = "logout"
    CONTRACT = "contract"
    COST = "cost"
    WALLET = "wallet"
    LEAD = "lead"


@value_type()
class EventCommand:
    """One event as its source tells it.

    ``data`` holds plain values by the type's own names (amounts as Decimal, instants aware).
    ``content`` is the canonical text of type, time, record key and data: the same id must always
    come with the same content.  ``person`` is that of identifiers and profile, which may grow.
    """

    id: str
    source: str
    type: EventType
    time: Instant
    record_key: str | None
    identifiers: tuple[RawIdentifier, ...]
    profile: Mapping[str, str]
    assurance: Assurance
    data: Mapping[str, Any]
    content: bytes
    person: bytes
    payload: str
    provider: str | None = None
    """Who enriched the profile, where the source says so."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item the edge could not read, in its place among the others."""

    id: str | None
    problem: Problem


class ItemStatus(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@value_type()
class ItemResult:
    """What became of one event, in the place it had in the request."""

    id: str | None
    status: ItemStatus
    customer_id: CustomerId | None = None
    ignored: tuple[Fault, ...] = ()
    problem: Problem | None = None
