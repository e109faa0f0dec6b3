"""How often is too often?

A cap counts the offers already made in a rolling window.  Care is counted by no shared cap: a
customer who has a problem must not use up the patience reserved for selling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.vocabulary import Channel, Direction, Strategy, value_type

CARE: Final = frozenset({Strategy.SERVICE, Strategy.COMPLAINT})
"""Strategies that serve and do not sell: exempt from shared caps, consent and open complaints."""


class CapScope(StrEnum):
    """What a cap counts."""

    ACTION = "action"
    STRATEGY = "strategy"
    CHANNEL = "channel"
    EVERYTHING = "everything"


@value_type()
class Contact:
    """An offer made, or about to be made."""

    action: str
    strategy: Strategy
    channel: Channel
    direction: Direction
    at: datetime


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``limit`` offers in any ``window_days`` × 24 hours.

    ``subject`` is the action, strategy or channel counted, empty for everything; a cap with a
    direction counts and binds offers of that direction only.
    """

    scope: CapScope
    subject: str
    limit: int
    window_days: int
    direction: Direction | None = None

    def is_full(self, contacts: Iterable[Contact], at: datetime) -> bool:
        """Return whether one more of what it counts would be one too many."""
        since = at - timedelta(days=self.window_days)
        return sum(self.covers(past) and past.at > since for past in contacts) >= self.limit

    def covers(self, contact: Contact) -> bool:
        """Return whether the cap counts this contact; only an action's own cap counts care."""
        if self.direction is not None and self.direction is not contact.direction:
            return False
        if self.scope is not CapScope.ACTION and contact.strategy in CARE:
            return False
        return self.subject == _subject(self.scope, contact)


def _subject(scope: CapScope, contact: Contact) -> str:
    match scope:
        case CapScope.ACTION:
            return contact.action
        case CapScope.STRATEGY:
            return contact.strategy.value
        case CapScope.CHANNEL:
            return contact.channel.value
        case CapScope.EVERYTHING:
            return ""
