"""May we use what we know of this person for this purpose, on this channel, now?

Facts of consent arrive in any order and more than once; the state is a function of their set.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.vocabulary import Channel, value_type

MARKETING: Final = "marketing"
RESEARCH: Final = "research"
SERVICE: Final = "service"


class ConsentStatus(StrEnum):
    """What one fact says."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"


class ConsentState(StrEnum):
    """What all facts together say; nothing said is not a no, and never a yes."""

    GRANTED = "granted"
    DENIED = "denied"
    UNKNOWN = "unknown"


@value_type()
class ConsentFact:
    """Somebody said yes or no to one purpose, on one channel or on all of them (None).

    ``key`` is the fact's own once-for-ever identity: it settles which of two equal facts is named
    as the reason, never what the state is.  Only a grant expires.
    """

    purpose: str
    channel: Channel | None
    status: ConsentStatus
    occurred_at: datetime
    key: str
    expires_at: datetime | None = None

    @property
    def grants(self) -> bool:
        """Return whether this is a yes."""
        return self.status is ConsentStatus.GRANTED


def consent_state(
    facts: Iterable[ConsentFact], purpose: str, channel: Channel, now: datetime
) -> ConsentState:
    """Return the state: the latest fact for the purpose on this channel or on all of them holds.

    At the same instant a no beats a yes.  A grant counts from its instant until it expires, and
    then as though it had never been given; a no counts as soon as it is known, because a sender's
    clock that runs ahead is no reason to go on calling.
    """
    fact = deciding_fact(facts, purpose, channel, now)
    if fact is None:
        return ConsentState.UNKNOWN
    return ConsentState.GRANTED if fact.grants else ConsentState.DENIED


def deciding_fact(
    facts: Iterable[ConsentFact], purpose: str, channel: Channel, now: datetime
) -> ConsentFact | None:
    """Return the fact that ``consent_state`` rests on, None when nobody said anything that holds.

    Among equal facts it is the one with the greatest key: the same one in any order.
    """
    speaking = (
        fact
        for fact in facts
        if fact.purpose == purpose and fact.channel in {None, channel} and _holds(fact, now)
    )
    return max(speaking, key=_weight, default=None)


def _holds(fact: ConsentFact, now: datetime) -> bool:
    if not fact.grants:
        return True
    return fact.occurred_at <= now and (fact.expires_at is None or now < fact.expires_at)


def _weight(fact: ConsentFact) -> tuple[datetime, bool, str]:
    return (fact.occurred_at, not fact.grants, fact.key)
