"""What may be said, and which codes tell why not?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest

from app.interact.caps import Cap, CapScope, Contact
from app.interact.consent import ConsentState
from app.interact.contact_policy import (
    ContactHours,
    ContactPolicy,
    Moment,
    Offer,
    Permission,
    Reason,
    Standing,
    selling_permission,
)
from app.interact.outcomes import (
    FOREVER,
    Outcome,
    OutcomeKind,
    Suppression,
    SuppressionCause,
    SuppressionScope,
    suppressions_of,
)
from app.interact.restraint import Restraint, offer_permission
from app.vocabulary import Channel, DecisionId, Direction, Strategy

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # a Friday
GRANTED = {"marketing": ConsentState.GRANTED}
CALL = Moment(NOW, Channel.VOICE, Direction.INBOUND, reason_closed=True)
DIAL = Moment(NOW, Channel.VOICE, Direction.OUTBOUND, local_now=NOW)
CALM = Standing(open_complaint=False)
WILLING = Standing(GRANTED, open_complaint=False)
COMPLEMENT = Offer("crosssell.complement", Strategy.CROSSSELL)
RECOVERY = Offer("complaint.recovery", Strategy.COMPLAINT)
OPEN = ContactPolicy()
OFFICE = ContactPolicy(hours=(ContactHours(Channel.VOICE, frozenset(range(5)), time(9), time(20)),))


def silence(
    scope: SuppressionScope,
    subject: str,
    ends_at: datetime = FOREVER,
    cause: SuppressionCause = SuppressionCause.DO_NOT_CONTACT,
) -> Standing:
    return replace(WILLING, suppressions=frozenset({Suppression(scope, subject, cause, ends_at)}))


@pytest.mark.parametrize(
    ("moment", "standing", "reasons"),
    [
        (CALL, CALM, []),
        (CALL, Standing(), []),
        (CALL, Standing({"marketing": ConsentState.DENIED}), [Reason.CONSENT_DENIED]),
        (CALL, Standing(open_complaint=True), [Reason.OPEN_COMPLAINT]),
        (replace(CALL, reason_closed=None), CALM, [Reason.REASON_NOT_CLOSED]),
        (replace(CALL, reason_closed=False), CALM, [Reason.REASON_NOT_CLOSED]),
        (replace(CALL, caller_pays=True), CALM, [Reason.CALLER_PAYS]),
        (replace(CALL, caller_pays=False), CALM, []),
        (replace(CALL, mood="negative"), CALM, [Reason.MOOD_NEGATIVE]),
        (replace(CALL, selling_consent=False), CALM, [Reason.OFFERS_DECLINED]),
        (replace(CALL, line_closed_to_selling=True), CALM, [Reason.CUSTOMER_SERVICE_LINE]),
        (replace(CALL, channel=Channel.WEB, reason_closed=None), CALM, []),
        (
            replace(CALL, channel=Channel.WEB, reason_closed=False),
            CALM,
            [Reason.REASON_NOT_CLOSED],
        ),
        (
            replace(CALL, channel=Channel.CHAT, reason_closed=None),
            CALM,
            [Reason.REASON_NOT_CLOSED],
        ),
        (DIAL, WILLING, []),
        (DIAL, CALM, [Reason.CONSENT_NOT_KNOWN]),
        (DIAL, Standing(GRANTED), [Reason.COMPLAINT_NOT_KNOWN]),
        (DIAL, Standing(), [Reason.COMPLAINT_NOT_KNOWN, Reason.CONSENT_NOT_KNOWN]),
        (DIAL, replace(WILLING, open_complaint=True), [Reason.OPEN_COMPLAINT]),
        (DIAL, silence(SuppressionScope.EVERYTHING, ""), [Reason.DO_NOT_CONTACT]),
        (DIAL, silence(SuppressionScope.CHANNEL, "voice"), [Reason.DO_NOT_CONTACT]),
        (DIAL, silence(SuppressionScope.CHANNEL, "sms"), []),
        (DIAL, silence(SuppressionScope.EVERYTHING, "", NOW), []),
    ],
)
def test_when_anything_may_be_sold(
    moment: Moment, standing: Standing, reasons: list[Reason]
) -> None:
    permission = selling_permission(moment, standing)
    assert permission.allowed is (not reasons)
    assert list(permission.reasons) == reasons or permission.allowed


def test_what_allows_it_is_told() -> None:
    assert selling_permission(CALL, WILLING) == Permission(
        allowed=True, reasons=(Reason.CONSENT_GRANTED,)
    )
    assert selling_permission(CALL, CALM) == Permission(
        allowed=True, reasons=(Reason.CUSTOMER_CAME_TO_US,)
    )


def test_an_open_complaint_stops_everything_but_care() -> None:
    complaining = Standing(GRANTED, open_complaint=True)
    for strategy in Strategy:
        offer = Offer("any.thing", strategy)
        cares = strategy in {Strategy.COMPLAINT, Strategy.SERVICE}
        for moment in (CALL, DIAL):
            assert offer_permission(offer, moment, complaining, OPEN).allowed is cares


def test_care_on_the_line_is_never_stopped() -> None:
    worst = Standing(
        {"marketing": ConsentState.DENIED, "service": ConsentState.DENIED},
        open_complaint=True,
        suppressions=silence(SuppressionScope.ACTION, RECOVERY.action).suppressions
        | silence(SuppressionScope.EVERYTHING, "").suppressions,
    )
    moment = replace(CALL, reason_closed=False, mood="negative", caller_pays=True)
    assert offer_permission(RECOVERY, moment, worst, OFFICE).allowed


@pytest.mark.parametrize(
    ("local", "reasons"),
    [
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), []),
        (datetime(2026, 11, 20, 8, 59, tzinfo=UTC), [Reason.OUTSIDE_CONTACT_HOURS]),
        (datetime(2026, 11, 20, 20, 0, tzinfo=UTC), [Reason.OUTSIDE_CONTACT_HOURS]),
        (datetime(2026, 11, 22, 12, 0, tzinfo=UTC), [Reason.OUTSIDE_CONTACT_HOURS]),
        (None, [Reason.LOCAL_TIME_NOT_KNOWN]),
    ],
)
@pytest.mark.parametrize("offer", [COMPLEMENT, RECOVERY], ids=["selling", "care"])
def test_we_call_only_in_contact_hours(
    offer: Offer, local: datetime | None, reasons: list[Reason]
) -> None:
    permission = offer_permission(offer, replace(DIAL, local_now=local), WILLING, OFFICE)
    assert permission.allowed is (not reasons)
    assert permission.allowed or list(permission.reasons) == reasons


def test_hours_bind_only_their_channel_and_only_outbound() -> None:
    night = replace(DIAL, local_now=NOW.replace(hour=3))
    assert not offer_permission(COMPLEMENT, night, WILLING, OFFICE).allowed
    assert offer_permission(
        COMPLEMENT, replace(night, channel=Channel.EMAIL), WILLING, OFFICE
    ).allowed
    inbound = replace(CALL, local_now=NOW.replace(hour=3))
    assert offer_permission(COMPLEMENT, inbound, WILLING, OFFICE).allowed


def offered(
    days_ago: float, offer: Offer = COMPLEMENT, channel: Channel = Channel.VOICE
) -> Contact:
    return Contact(
        offer.action, offer.strategy, channel, Direction.OUTBOUND, NOW - timedelta(days=days_ago)
    )


@pytest.mark.parametrize(
    ("cap", "contacts", "reached"),
    [
        (Cap(CapScope.ACTION, COMPLEMENT.action, 2, 7), [offered(1), offered(6.9)], True),
        (Cap(CapScope.ACTION, COMPLEMENT.action, 2, 7), [offered(1), offered(7)], False),
        (Cap(CapScope.ACTION, "winback.slipping", 1, 7), [offered(1)], False),
        (Cap(CapScope.STRATEGY, "crosssell", 1, 7), [offered(1)], True),
        (Cap(CapScope.CHANNEL, "voice", 1, 7), [offered(1)], True),
        (Cap(CapScope.CHANNEL, "voice", 1, 7), [offered(1, channel=Channel.EMAIL)], False),
        (Cap(CapScope.EVERYTHING, "", 1, 7), [offered(1)], True),
        (Cap(CapScope.EVERYTHING, "", 1, 7), [offered(1, RECOVERY)], False),
        (Cap(CapScope.EVERYTHING, "", 1, 7, Direction.INBOUND), [offered(1)], False),
        (Cap(CapScope.EVERYTHING, "", 0, 7), [], True),
    ],
)
def test_a_cap_counts_a_rolling_window(cap: Cap, contacts: list[Contact], *, reached: bool) -> None:
    standing = replace(WILLING, contacts=tuple(contacts))
    permission = offer_permission(COMPLEMENT, DIAL, standing, ContactPolicy(caps=(cap,)))
    assert permission.allowed is not reached
    assert permission.allowed or permission.reasons == (Reason(f"cap_{cap.scope}"),)


def test_care_keeps_to_its_own_caps_only() -> None:
    shared = ContactPolicy(caps=(Cap(CapScope.EVERYTHING, "", 0, 7),))
    assert offer_permission(RECOVERY, DIAL, WILLING, shared).allowed
    once = replace(RECOVERY, caps=(Cap(CapScope.ACTION, RECOVERY.action, 1, 7),))
    standing = replace(WILLING, contacts=(offered(1, RECOVERY),))
    assert offer_permission(once, DIAL, standing, shared).reasons == (Reason.CAP_ACTION,)


DECISION = DecisionId(UUID(int=1))


@pytest.mark.parametrize(
    ("outcome", "ends_at", "cause"),
    [
        (
            Outcome(DECISION, "a", OutcomeKind.REJECTED, NOW),
            NOW + timedelta(days=30),
            SuppressionCause.REJECTED_RECENTLY,
        ),
        (
            Outcome(DECISION, "a", OutcomeKind.REJECTED, NOW, never=True),
            FOREVER,
            SuppressionCause.REJECTED_FOREVER,
        ),
        (
            Outcome(DECISION, "a", OutcomeKind.COMPLAINT, NOW),
            NOW + timedelta(days=30),
            SuppressionCause.REJECTED_RECENTLY,
        ),
        (
            Outcome(DECISION, "a", OutcomeKind.DEFERRED, NOW, until=NOW + timedelta(days=2)),
            NOW + timedelta(days=2),
            SuppressionCause.DEFERRED,
        ),
        (
            Outcome(DECISION, "a", OutcomeKind.DEFERRED, NOW),
            NOW + timedelta(days=7),
            SuppressionCause.DEFERRED,
        ),
    ],
)
def test_a_refusal_keeps_silent_until_it_ends(
    outcome: Outcome, ends_at: datetime, cause: SuppressionCause
) -> None:
    (found,) = suppressions_of([outcome], rejected_pause_days=30, deferred_pause_days=7)
    assert found == Suppression(SuppressionScope.ACTION, "a", cause, ends_at)
    offer = Offer("a", Strategy.LOYALTY)
    standing = replace(WILLING, suppressions=frozenset({found}))
    assert offer_permission(offer, CALL, standing, OPEN).reasons == (Reason(cause.value),)
    if ends_at is not FOREVER:
        later = replace(CALL, now=ends_at)
        assert offer_permission(offer, later, standing, OPEN).allowed


def test_every_suppression_ends_at_an_instant() -> None:
    outcomes = [Outcome(DECISION, "a", kind, NOW, never=True) for kind in OutcomeKind]
    for found in suppressions_of(outcomes, rejected_pause_days=30, deferred_pause_days=7):
        assert found.ends_at > NOW


@pytest.mark.parametrize("moment", [CALL, DIAL])
def test_what_offers_share_is_told_of_each_as_if_it_were_asked_alone(moment: Moment) -> None:
    own = Cap(CapScope.ACTION, "crosssell.b", 1, 7)
    offers = [
        Offer("crosssell.a", Strategy.CROSSSELL),
        Offer("crosssell.b", Strategy.CROSSSELL, caps=(own,)),
        Offer("crosssell.c", Strategy.CROSSSELL, "research"),
        Offer("winback.d", Strategy.WINBACK),
        RECOVERY,
    ]
    standing = replace(
        silence(SuppressionScope.ACTION, "crosssell.a"),
        contacts=(offered(1, offers[1]), offered(2, offers[3])),
    )
    policy = replace(OFFICE, caps=(Cap(CapScope.STRATEGY, "winback", 1, 7, Direction.OUTBOUND),))
    alone = [offer_permission(offer, moment, standing, policy) for offer in offers]
    for order in (offers, offers[::-1]):
        restraint = Restraint(moment, standing, policy)
        told = {offer.action: restraint.permission(offer) for offer in order}
        assert [told[offer.action] for offer in offers] == alone
    assert len(set(alone)) >= 4, "the offers differ in nothing: nothing could be mixed up"
