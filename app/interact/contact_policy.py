"""May this be said to this customer, here, now?  If not, why not?

The company's promise of restraint.  What is not known never permits an outbound contact, and
nothing here ever stops care for a customer who is on the line: service and complaint handling are
held back only when we are the ones who call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from app.interact.caps import Cap, Contact
from app.interact.consent import MARKETING, SERVICE, ConsentState
from app.interact.outcomes import Suppression, SuppressionScope
from app.vocabulary import Channel, Direction, Strategy, value_type

CONVERSATIONS: Final = frozenset(
    {Channel.VOICE, Channel.CHAT, Channel.WHATSAPP, Channel.SMS, Channel.SOCIAL}
)
"""Channels on which a customer who comes to us has a reason, which is dealt with first."""


class Reason(StrEnum):
    """Why something may or may not be said, in the order in which reasons are told."""

    PROCESSING_RESTRICTED = "processing_restricted"
    DO_NOT_CONTACT = "do_not_contact"
    OPEN_COMPLAINT = "open_complaint"
    COMPLAINT_NOT_KNOWN = "complaint_not_known"
    CONSENT_DENIED = "consent_denied"
    CONSENT_NOT_KNOWN = "consent_not_known"
    CUSTOMER_SERVICE_LINE = "customer_service_line"
    REASON_NOT_CLOSED = "reason_not_closed"
    CALLER_PAYS = "caller_pays"
    MOOD_NEGATIVE = "mood_negative"
    OFFERS_DECLINED = "offers_declined"
    OUTSIDE_CONTACT_HOURS = "outside_contact_hours"
    LOCAL_TIME_NOT_KNOWN = "local_time_not_known"
    REJECTED_FOREVER = "rejected_forever"
    REJECTED_RECENTLY = "rejected_recently"
    DEFERRED = "deferred"
    CAP_ACTION = "cap_action"
    CAP_STRATEGY = "cap_strategy"
    CAP_CHANNEL = "cap_channel"
    CAP_EVERYTHING = "cap_everything"

    CARE_ALWAYS_ALLOWED = "care_always_allowed"
    CONSENT_GRANTED = "consent_granted"
    CUSTOMER_CAME_TO_US = "customer_came_to_us"


NEGATIVE_MOOD: Final = "negative"

_IN_ORDER: Final = {reason: place for place, reason in enumerate(Reason)}


@value_type()
class Permission:
    """The answer: every reason against, or the one that allows it."""

    allowed: bool
    reasons: tuple[Reason, ...]

    def unless(self, against: Sequence[Reason]) -> Permission:
        """Return the permission with these reasons against it as well."""
        if not against:
            return self
        told = against if self.allowed else (*self.reasons, *against)
        return concluded(told, self.reasons[0])


@dataclass(frozen=True, slots=True)
class ContactHours:
    """When we may start a contact on a channel, by the customer's own clock; Monday is 0.

    A channel without any hours may be used at any time (e-mail and letters wait to be read).
    """

    channel: Channel
    weekdays: frozenset[int]
    opens: time
    closes: time

    def include(self, local: datetime) -> bool:
        """Return whether a local moment falls within them; the closing minute does not."""
        clock = local.time()
        return local.weekday() in self.weekdays and self.opens <= clock < self.closes


@dataclass(frozen=True, slots=True)
class ContactPolicy:
    """The rules that hold for every action; an action's own caps come with the action."""

    caps: tuple[Cap, ...] = ()
    hours: tuple[ContactHours, ...] = ()
    rejected_pause_days: int = 30
    deferred_pause_days: int = 7


@value_type()
class Moment:
    """The contact as it is now.  None is not known.

    ``local_now`` is the same instant by the customer's own clock.  ``line_closed_to_selling`` is
    true where the law keeps selling off the line that was called (Spain's customer-service lines).
    """

    now: datetime
    channel: Channel
    direction: Direction
    local_now: datetime | None = None
    reason_closed: bool | None = None
    caller_pays: bool | None = None
    mood: str | None = None
    selling_consent: bool | None = None
    line_closed_to_selling: bool = False


@value_type()
class Standing:
    """What stands between us and this customer; consents are those on the moment's channel."""

    consents: Mapping[str, ConsentState] = field(default_factory=dict)
    open_complaint: bool | None = None
    suppressions: frozenset[Suppression] = frozenset()
    contacts: tuple[Contact, ...] = ()

    def consent(self, purpose: str) -> ConsentState:
        """Return the state for a purpose; nothing said is unknown."""
        return self.consents.get(purpose, ConsentState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody would like to say: an action, for a purpose, within caps of its own."""

    action: str
    strategy: Strategy
    purpose: str = MARKETING
    caps: tuple[Cap, ...] = ()


def selling_permission(moment: Moment, standing: Standing, purpose: str = MARKETING) -> Permission:
    """Return whether anything may be sold in this contact at all, whatever it is.

    Outbound needs consent granted for the purpose on the channel.  Inbound needs it not denied; in
    a conversation the customer's own reason is closed first, and by telephone the caller does not
    pay (CDC art. 33).  An open complaint and a do-not-contact entry stop both.
    """
    granted = standing.consent(purpose) is ConsentState.GRANTED
    return concluded(
        _against_selling(moment, standing, purpose),
        Reason.CONSENT_GRANTED if granted else Reason.CUSTOMER_CAME_TO_US,
    )


def concluded(against: Iterable[Reason], permitted: Reason) -> Permission:
    """Return the permission that these reasons make, in their order; without any, it is given."""
    told = tuple(sorted(set(against), key=_IN_ORDER.__getitem__))
    return Permission(allowed=not told, reasons=told or (permitted,))


def _against_selling(moment: Moment, standing: Standing, purpose: str) -> Iterator[Reason]:
    yield from _silenced_contact(moment, standing)
    if standing.open_complaint:
        yield Reason.OPEN_COMPLAINT
    consent = standing.consent(purpose)
    if consent is ConsentState.DENIED:
        yield Reason.CONSENT_DENIED
    if moment.direction is Direction.INBOUND:
        yield from _against_selling_inbound(moment)
        return
    if standing.open_complaint is None:
        yield Reason.COMPLAINT_NOT_KNOWN
    if consent is ConsentState.UNKNOWN:
        yield Reason.CONSENT_NOT_KNOWN


def _against_selling_inbound(moment: Moment) -> Iterator[Reason]:
    if moment.line_closed_to_selling:
        yield Reason.CUSTOMER_SERVICE_LINE
    talks = moment.channel in CONVERSATIONS
    if moment.reason_closed is False or (talks and moment.reason_closed is None):
        yield Reason.REASON_NOT_CLOSED
    if moment.channel is Channel.VOICE and moment.caller_pays:
        yield Reason.CALLER_PAYS
    if moment.mood == NEGATIVE_MOOD:
        yield Reason.MOOD_NEGATIVE
    if moment.selling_consent is False:
        yield Reason.OFFERS_DECLINED


def against_care(moment: Moment, standing: Standing) -> Iterator[Reason]:
    """Yield what holds back care: nothing does while the customer is on the line."""
    if moment.direction is Direction.INBOUND:
        return
    yield from _silenced_contact(moment, standing)
    if standing.consent(SERVICE) is ConsentState.DENIED:
        yield Reason.CONSENT_DENIED


def _silenced_contact(moment: Moment, standing: Standing) -> Iterator[Reason]:
    for item in standing.suppressions:
        if _silences_contact(item, moment):
            yield Reason(item.cause.value)


def _silences_contact(suppression: Suppression, moment: Moment) -> bool:
    whole = suppression.scope is SuppressionScope.EVERYTHING or (
        suppression.scope is SuppressionScope.CHANNEL and suppression.subject == moment.channel
    )
    return whole and suppression.holds(moment.now)


def outside_hours(moment: Moment, policy: ContactPolicy) -> Iterator[Reason]:
    """Yield why it is no time to start a contact; whoever comes to us comes at any time."""
    hours = [hour for hour in policy.hours if hour.channel is moment.channel]
    if moment.direction is Direction.INBOUND or not hours:
        return
    if moment.local_now is None:
        yield Reason.LOCAL_TIME_NOT_KNOWN
    elif not any(hour.include(moment.local_now) for hour in hours):
        yield Reason.OUTSIDE_CONTACT_HOURS
