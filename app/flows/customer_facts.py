"""What is known of a customer, in the words of the rules?  Pure: from snapshot to facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final

from app.differentiate import fields as differentiate
from app.differentiate.score import Value
from app.flows.queries import Complaint, Snapshot
from app.identify.parties import names_a_person
from app.identify.profile import with_names
from app.interact.consent import MARKETING, RESEARCH, SERVICE, consent_state
from app.interact.lifecycle import PurchaseRhythm, lifecycle
from app.interact.outcomes import FOREVER, Suppression, SuppressionCause, SuppressionScope
from app.personalise.funnel import History
from app.vocabulary import Channel

_CLOSED: Final = "closed"
_RESTRICTED: Final = frozenset(
    {Suppression(SuppressionScope.EVERYTHING, "", SuppressionCause.PROCESSING_RESTRICTED, FOREVER)}
)
"""Until the restriction is lifted, which the next moment looks for again."""


def facts_of(
    snapshot: Snapshot, value: Value, channel: Channel, today: date, now: datetime
) -> dict[str, object]:
    """Return every fact known of a customer on this channel; what is not known is not there."""
    worth = differentiate.facts(
        value.numbers,
        value.rfv,
        value.segment,
        today=today,
        worth=differentiate.Worth(abc=value.abc),
    )
    return {
        **worth,
        "lifecycle": lifecycle(_rhythm(worth)).value,
        **_complaints(snapshot.complaints, now),
        **_consents(snapshot, channel, now),
        **_preferences(snapshot.preferences),
        **_contacts(snapshot, now),
    }


def facts_in_restriction(snapshot: Snapshot, now: datetime) -> dict[str, object]:
    """Return what may be known of a customer whose data are restricted: that they complain.

    It decides who takes the call, and serves their own claim (GDPR art. 18(2)).
    """
    return _complaints(snapshot.complaints, now)


def history_of(snapshot: Snapshot) -> History:
    """Return what was offered before and what came of it; of a restricted customer, nothing."""
    if snapshot.restricted:
        return History(suppressions=_RESTRICTED)
    return History(contacts=snapshot.offers, outcomes=snapshot.outcomes)


def display_name(profile: Mapping[str, str]) -> str | None:
    """Return how somebody wants to be called: a social name before the registered one.

    A company is called by the name it trades under, else by its registered one.  None where what
    was told is no name: nobody is greeted as "CONSUMIDOR FINAL".
    """
    profile = with_names(profile)
    name, social_name = profile.get("name"), profile.get("social_name")
    firms = [profile[each] for each in ("trade_name", "company_name") if each in profile]
    if firms and not names_a_person(name, social_name, firms):
        return firms[0]
    return social_name or name


def open_complaint(complaints: Iterable[Complaint]) -> bool:
    """Return whether any case is still open."""
    return any(case.status != _CLOSED for case in complaints)


def human_first(preferences: Iterable[Mapping[str, Any]]) -> bool | None:
    """Return whether the customer asked for people rather than machines; the last word holds."""
    told = [each["human_first"] for each in preferences if "human_first" in each]
    return told[-1] if told else None


def _rhythm(worth: Mapping[str, object]) -> PurchaseRhythm:
    days = worth.get("purchase_days_lifetime", 0)
    return PurchaseRhythm(
        days if isinstance(days, int) else 0,
        _whole(worth.get("first_purchase_days_ago")),
        _whole(worth.get("days_since_last_purchase")),
    )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _complaints(cases: tuple[Complaint, ...], now: datetime) -> dict[str, object]:
    closed = [case.closed_at for case in cases if case.status == _CLOSED and case.closed_at]
    told = [case for case in cases if case.satisfaction is not None]
    facts: dict[str, object] = {
        "open_complaint": open_complaint(cases),
        "complaint_with_authority": any(case.body and case.status != _CLOSED for case in cases),
    }
    if closed:
        facts["complaint_closed_days_ago"] = max(0, (now - max(closed)).days)
    if told:
        facts["last_satisfaction"] = max(told, key=lambda case: case.told_at).satisfaction
    return facts


def _consents(snapshot: Snapshot, channel: Channel, now: datetime) -> dict[str, object]:
    return {
        f"{purpose}_consent": consent_state(snapshot.consents, purpose, channel, now).value
        for purpose in (MARKETING, RESEARCH, SERVICE)
    }


def _preferences(preferences: tuple[Mapping[str, Any], ...]) -> dict[str, object]:
    facts: dict[str, object] = {}
    ranked = {p["channel"]: p["rank"] for p in preferences if {"channel", "rank"} <= p.keys()}
    if ranked:
        facts["preferred_channel"] = min(ranked, key=lambda name: (ranked[name], name))
    prefers_people = human_first(preferences)
    if prefers_people is not None:
        facts["human_first"] = prefers_people
    return facts


def _contacts(snapshot: Snapshot, now: datetime) -> dict[str, object]:
    facts: dict[str, object] = {"calls_7d": snapshot.calls_7d}
    if snapshot.last_contact_at is not None:
        facts["days_since_last_contact"] = max(0, (now - snapshot.last_contact_at).days)
    return facts
