"""How is a call taken, and who is never worse off?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interact.contact_policy import Reason
from app.interact.lifecycle import Lifecycle
from app.interact.routing import (
    PROTECTED_INTENTS,
    Caller,
    DoNotSay,
    Hold,
    Ivr,
    Overflow,
    RouteReason,
    Routing,
    RoutingPolicy,
    Step,
    route,
)
from app.interact.wording import DO_NOT_SAY_WORDING, PERMISSION_WORDING, ROUTE_WORDING

ORDINARY = Caller(known=True, tier="intermediate", value_score=3)
STRANGER = Caller(known=False)

callers = st.builds(
    Caller,
    known=st.booleans(),
    tier=st.sampled_from([None, "most_valuable", "most_growable", "intermediate", "below_zero"]),
    value_score=st.none() | st.integers(1, 5),
    segment=st.sampled_from([None, "champions", "loyal", "lost"]),
    stage=st.none() | st.sampled_from(Lifecycle),
    open_complaint=st.none() | st.booleans(),
    legal_priority=st.none() | st.booleans(),
    human_first=st.none() | st.booleans(),
    intent=st.none() | st.sampled_from(["cancel", "complaint", "balance"]),
    calls_7d=st.none() | st.integers(0, 3),
    owner=st.none() | st.just("V7"),
    expected_wait_s=st.none() | st.integers(0, 3_600),
)


@pytest.mark.parametrize(
    ("caller", "ivr", "wait_s", "reason"),
    [
        (STRANGER, Ivr.FULL, 180, RouteReason.UNKNOWN_CALLER),
        (ORDINARY, Ivr.SHORT, 180, RouteReason.KNOWN_CUSTOMER),
        (replace(ORDINARY, tier="most_valuable"), Ivr.SKIP, 60, RouteReason.HIGH_VALUE),
        (replace(ORDINARY, human_first=True), Ivr.SKIP, 180, RouteReason.HUMAN_FIRST),
        (replace(ORDINARY, open_complaint=True), Ivr.SKIP, 60, RouteReason.OPEN_COMPLAINT),
        (replace(ORDINARY, legal_priority=True), Ivr.SKIP, 60, RouteReason.LEGAL_PRIORITY),
        (replace(ORDINARY, calls_7d=1), Ivr.SKIP, 180, RouteReason.REPEAT_CALL),
        (replace(ORDINARY, intent="cancel"), Ivr.SKIP, 60, RouteReason.PROTECTED_INTENT),
        (replace(ORDINARY, tier="below_zero"), Ivr.SHORT, 180, RouteReason.KNOWN_CUSTOMER),
        (
            replace(ORDINARY, tier="below_zero", expected_wait_s=900),
            Ivr.CALLBACK,
            180,
            RouteReason.BUSY_HOUR,
        ),
    ],
)
def test_how_a_call_is_taken(caller: Caller, ivr: Ivr, wait_s: int, reason: RouteReason) -> None:
    routing = route(caller)
    assert (routing.ivr, routing.max_wait_s) == (ivr, wait_s)
    assert reason in routing.reasons


def test_the_owner_is_rung_first_and_the_queue_last() -> None:
    steps = route(replace(ORDINARY, tier="most_valuable", owner="V7")).steps
    assert [step.agent for step in steps] == ["V7", None, None, None]
    assert [step.level for step in steps] == [0, 4, 2, 0]


IVR_RANK = {Ivr.CALLBACK: 0, Ivr.FULL: 1, Ivr.SHORT: 1, Ivr.SKIP: 2}


def at_least_as_good(routing: Routing, other: Routing) -> bool:
    return (
        IVR_RANK[routing.ivr] >= IVR_RANK[other.ivr]
        and routing.time_credit_s >= other.time_credit_s
        and routing.max_wait_s <= other.max_wait_s
        and (routing.overflow is Overflow.CALLBACK or other.overflow is Overflow.DIGITAL)
        and routing.allowances.goodwill >= other.allowances.goodwill
        and routing.allowances.discount_ratio >= other.allowances.discount_ratio
    )


@given(callers)
def test_a_complaint_never_gets_worse_service(caller: Caller) -> None:
    quiet = replace(caller, open_complaint=False)
    complaining = route(replace(caller, open_complaint=True))
    assert at_least_as_good(complaining, route(quiet))
    assert at_least_as_good(complaining, route(ORDINARY))
    assert complaining.ivr is Ivr.SKIP
    assert complaining.hold_content is Hold.NO_ADVERTISING
    assert DoNotSay.OFFERS in complaining.brief.do_not_say


@given(callers)
def test_protected_callers_are_served_like_anybody_else_at_least(caller: Caller) -> None:
    for intent in sorted(PROTECTED_INTENTS):
        assert at_least_as_good(route(replace(caller, intent=intent)), route(ORDINARY))
    assert at_least_as_good(route(replace(caller, legal_priority=True)), route(ORDINARY))


@given(callers)
def test_a_stranger_is_served_like_an_ordinary_customer_at_least(caller: Caller) -> None:
    stranger = Caller(known=False, expected_wait_s=caller.expected_wait_s)
    assert at_least_as_good(route(stranger), route(ORDINARY))


def test_the_measure_tells_worse_service_apart() -> None:
    """Negative control for the three promises above."""
    assert not at_least_as_good(route(replace(ORDINARY, tier="below_zero")), route(ORDINARY))


@given(callers)
def test_a_person_can_always_be_reached_in_time(caller: Caller) -> None:
    routing = route(caller)
    assert routing.human_option
    assert routing.steps[-1] == Step()
    assert routing.max_wait_s <= RoutingPolicy().standard_wait_s
    assert 0 <= routing.time_credit_s <= RoutingPolicy().most_time_credit_s
    assert routing.reasons == routing.brief.notes != ()
    assert DoNotSay.VALUE_TIER in routing.brief.do_not_say


def test_every_code_has_words() -> None:
    assert set(PERMISSION_WORDING) == set(Reason)
    assert set(ROUTE_WORDING) == set(RouteReason)
    assert set(DO_NOT_SAY_WORDING) == set(DoNotSay)
