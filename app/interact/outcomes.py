"""What came of an offer, and what does that forbid from now on?

Outcomes arrive in any order and more than once; what they forbid is a function of their set.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from app.vocabulary import Channel, DecisionId, value_type

FOREVER: Final = datetime.max.replace(tzinfo=UTC)
"""The end of a suppression without one: said, not left out, so that no default can mean it."""


class OutcomeKind(StrEnum):
    """What a client may tell about a decision; the words of ``POST /v1/outcomes``."""

    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    CLICKED = "clicked"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    DEFERRED = "deferred"
    IGNORED = "ignored"
    CONVERTED = "converted"
    REVERSED = "reversed"
    COMPLAINT = "complaint"
    OPTED_OUT = "opted_out"
    NO_ANSWER = "no_answer"
    WRONG_PERSON = "wrong_person"


@value_type()
class Outcome:
    """One thing that came of one decision.

    ``never`` belongs to a rejection ("not this, ever"), ``until`` to a deferral, ``channel`` to an
    opt-out (None: the channel of the contact is not known, so every channel).
    """

    decision_id: DecisionId
    action: str
    kind: OutcomeKind
    occurred_at: datetime
    never: bool = False
    until: datetime | None = None
    channel: Channel | None = None


class SuppressionScope(StrEnum):
    """What a suppression keeps silent."""

    ACTION = "action"
    STRATEGY = "strategy"
    CHANNEL = "channel"
    EVERYTHING = "everything"


class SuppressionCause(StrEnum):
    """Why; these are reason codes of a permission as well."""

    REJECTED_RECENTLY = "rejected_recently"
    REJECTED_FOREVER = "rejected_forever"
    DEFERRED = "deferred"
    DO_NOT_CONTACT = "do_not_contact"
    PROCESSING_RESTRICTED = "processing_restricted"


@value_type()
class Suppression:
    """Something not to be offered before ``ends_at``; ``subject`` is the key, channel or strategy.

    Every suppression has an end, and ``FOREVER`` is one that somebody wrote down.
    """

    scope: SuppressionScope
    subject: str
    cause: SuppressionCause
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Return whether it still keeps silent at ``now``."""
        return now < self.ends_at


def suppressions_of(
    outcomes: Iterable[Outcome], *, rejected_pause_days: int, deferred_pause_days: int
) -> frozenset[Suppression]:
    """Return what the outcomes keep silent: each concerns the action that was offered.

    A rejection or a complaint about the offer pauses the action; "never" ends it; a deferral pauses
    it until the instant asked for, or for ``deferred_pause_days`` when none was.
    """
    rejected = timedelta(days=rejected_pause_days)
    deferred = timedelta(days=deferred_pause_days)
    found = (_suppression(outcome, rejected, deferred) for outcome in outcomes)
    return frozenset(suppression for suppression in found if suppression is not None)


def _suppression(outcome: Outcome, rejected: timedelta, deferred: timedelta) -> Suppression | None:
    cause, ends_at = SuppressionCause.REJECTED_RECENTLY, outcome.occurred_at + rejected
    match outcome.kind:
        case OutcomeKind.REJECTED if outcome.never:
            cause, ends_at = SuppressionCause.REJECTED_FOREVER, FOREVER
        case OutcomeKind.REJECTED | OutcomeKind.COMPLAINT:
            pass
        case OutcomeKind.DEFERRED:
            cause = SuppressionCause.DEFERRED
            ends_at = outcome.until or outcome.occurred_at + deferred
        case _:
            return None
    return Suppression(SuppressionScope.ACTION, outcome.action, cause, ends_at)
