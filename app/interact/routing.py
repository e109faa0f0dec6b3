"""How is this call taken: by whom, how soon, past which menu?

Worth buys time and familiar voices, never rights: whoever complains, is protected by law or is not
recognised is served at least as well as an ordinary customer, and everybody can reach a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.interact.lifecycle import Lifecycle
from app.vocabulary import value_type

MOST_VALUABLE: Final = "most_valuable"
BELOW_ZERO: Final = "below_zero"
BEST_SEGMENTS: Final = frozenset({"champions", "cannot_lose"})

CANCEL_INTENTS: Final = frozenset({"cancel", "withdrawal"})
PROTECTED_INTENTS: Final = CANCEL_INTENTS | {"complaint", "emergency", "warranty", "data_rights"}


class Ivr(StrEnum):
    """What the caller hears first."""

    SKIP = "skip"
    SHORT = "short"
    FULL = "full"
    CALLBACK = "callback"


class Overflow(StrEnum):
    """What is offered when ``max_wait_s`` has passed."""

    CALLBACK = "callback"
    VOICEMAIL = "voicemail"
    DIGITAL = "digital"


class Hold(StrEnum):
    """What is played meanwhile; nobody who complains listens to advertising."""

    STANDARD = "standard"
    NO_ADVERTISING = "no_advertising"


class RouteReason(StrEnum):
    """Why the call is taken this way, the weightiest first."""

    OPEN_COMPLAINT = "open_complaint"
    LEGAL_PRIORITY = "legal_priority"
    PROTECTED_INTENT = "protected_intent"
    REPEAT_CALL = "repeat_call"
    HUMAN_FIRST = "human_first"
    HIGH_VALUE = "high_value"
    LEAVING = "leaving"
    UNKNOWN_CALLER = "unknown_caller"
    KNOWN_CUSTOMER = "known_customer"
    BUSY_HOUR = "busy_hour"


_WEIGHTIEST_FIRST: Final = tuple(RouteReason)
_TO_A_PERSON: Final = frozenset(
    {
        RouteReason.OPEN_COMPLAINT,
        RouteReason.LEGAL_PRIORITY,
        RouteReason.PROTECTED_INTENT,
        RouteReason.REPEAT_CALL,
        RouteReason.HUMAN_FIRST,
        RouteReason.HIGH_VALUE,
    }
)


class DoNotSay(StrEnum):
    """What the agent keeps to themselves."""

    VALUE_TIER = "value_tier"
    NAME = "name"
    OFFERS = "offers"


@value_type()
class Caller:
    """What routing knows of a call; None is not known, and not known is never held against anyone.

    ``calls_7d`` counts earlier calls; ``expected_wait_s`` is what the queue promises now; ``owner``
    is the code of the agent whose customer this is.
    """

    known: bool
    tier: str | None = None
    value_score: int | None = None
    segment: str | None = None
    stage: Lifecycle | None = None
    open_complaint: bool | None = None
    legal_priority: bool | None = None
    human_first: bool | None = None
    intent: str | None = None
    calls_7d: int | None = None
    may_speak_name: bool = False
    owner: str | None = None
    expected_wait_s: int | None = None


@value_type()
class Step:
    """Whom to ring and for how long: a named agent, or anyone of a skill at a level or above.

    The last step has no agent, no skill and no end: the general queue.
    """

    agent: str | None = None
    skill: str | None = None
    level: int = 0
    expires_s: int | None = None


@dataclass(frozen=True, slots=True)
class Allowances:
    """What the agent may give without asking: a ratio of the price, an amount of goodwill."""

    discount_ratio: Decimal
    goodwill: Decimal


@value_type()
class Brief:
    """What the agent should know before speaking, and leave unsaid; flows add the story."""

    notes: tuple[RouteReason, ...]
    do_not_say: tuple[DoNotSay, ...]


@dataclass(frozen=True, slots=True)
class RoutingPolicy:
    """The numbers a company sets; seconds, and money in the deployment's currency.

    No ``max_wait_s`` is above ``standard_wait_s``: three minutes at the most, for everybody.
    """

    standard_wait_s: int = 180
    priority_wait_s: int = 60
    busy_wait_s: int = 300
    most_time_credit_s: int = 1_800
    credit_by_value_s: tuple[int, int, int, int, int] = (0, 180, 360, 540, 720)
    ordinary_credit_s: int = 360
    complaint_credit_s: int = 900
    priority_credit_s: int = 900
    repeat_credit_s: int = 540
    leaving_credit_s: int = 360
    standard: Allowances = Allowances(Decimal("0.05"), Decimal("20.00"))
    best: Allowances = Allowances(Decimal("0.10"), Decimal("50.00"))


@value_type()
class Routing:
    """The answer to the telephone system; the names are those of the surface."""

    ivr: Ivr
    human_option: bool
    legal_priority: bool
    steps: tuple[Step, ...]
    time_credit_s: int
    max_wait_s: int
    overflow: Overflow
    hold_content: Hold
    allowances: Allowances
    brief: Brief
    reasons: tuple[RouteReason, ...]


STANDARD_POLICY: Final = RoutingPolicy()


def route(caller: Caller, policy: RoutingPolicy = STANDARD_POLICY) -> Routing:
    """Return how to take a call; a queue with people in it is always the last step."""
    reasons = _reasons(caller, policy)
    urgent = _is_urgent(caller)
    best = _is_best(caller)
    return Routing(
        ivr=_ivr(reasons),
        human_option=True,
        legal_priority=RouteReason.LEGAL_PRIORITY in reasons,
        steps=tuple(_steps(caller, best=best)),
        time_credit_s=_time_credit_s(caller, reasons, policy),
        max_wait_s=policy.priority_wait_s if urgent or best else policy.standard_wait_s,
        overflow=Overflow.DIGITAL if _is_costly(caller) else Overflow.CALLBACK,
        hold_content=Hold.NO_ADVERTISING if urgent else Hold.STANDARD,
        allowances=policy.best if best or caller.open_complaint else policy.standard,
        brief=Brief(reasons, tuple(_do_not_say(caller))),
        reasons=reasons,
    )


def _is_urgent(caller: Caller) -> bool:
    """Return whether the law or a complaint puts the call before worth."""
    return bool(
        caller.open_complaint or caller.legal_priority or caller.intent in PROTECTED_INTENTS
    )


def _is_best(caller: Caller) -> bool:
    if caller.tier is not None:
        return caller.tier == MOST_VALUABLE
    return caller.value_score == 5 or caller.segment in BEST_SEGMENTS


def _is_costly(caller: Caller) -> bool:
    """Return whether a call costs more than it brings and nothing protects it from that word."""
    return caller.known and caller.tier == BELOW_ZERO and not _is_urgent(caller)


def _is_leaving(caller: Caller) -> bool:
    return caller.stage is Lifecycle.SLIPPING or caller.intent in CANCEL_INTENTS


def _reasons(caller: Caller, policy: RoutingPolicy) -> tuple[RouteReason, ...]:
    busy = (caller.expected_wait_s or 0) > policy.busy_wait_s
    holds = {
        RouteReason.OPEN_COMPLAINT: caller.open_complaint,
        RouteReason.LEGAL_PRIORITY: caller.legal_priority,
        RouteReason.PROTECTED_INTENT: caller.intent in PROTECTED_INTENTS,
        RouteReason.REPEAT_CALL: caller.calls_7d,
        RouteReason.HUMAN_FIRST: caller.human_first,
        RouteReason.HIGH_VALUE: _is_best(caller),
        RouteReason.LEAVING: _is_leaving(caller),
        RouteReason.UNKNOWN_CALLER: not caller.known,
        RouteReason.KNOWN_CUSTOMER: caller.known,
        RouteReason.BUSY_HOUR: busy and _is_costly(caller),
    }
    return tuple(reason for reason in _WEIGHTIEST_FIRST if holds[reason])


def _ivr(reasons: tuple[RouteReason, ...]) -> Ivr:
    if _TO_A_PERSON.intersection(reasons):
        return Ivr.SKIP
    if RouteReason.UNKNOWN_CALLER in reasons:
        return Ivr.FULL
    return Ivr.CALLBACK if RouteReason.BUSY_HOUR in reasons else Ivr.SHORT


def _steps(caller: Caller, *, best: bool) -> Iterator[Step]:
    if caller.owner:
        yield Step(agent=caller.owner, expires_s=20)
    skill = _skill(caller)
    if best or skill != "service":
        yield Step(skill=skill, level=4, expires_s=60)
    yield Step(skill=skill, level=2, expires_s=60)
    yield Step()


def _skill(caller: Caller) -> str:
    if caller.open_complaint or caller.intent == "complaint":
        return "complaint"
    return "retention" if _is_leaving(caller) else "service"


def _time_credit_s(caller: Caller, reasons: tuple[RouteReason, ...], policy: RoutingPolicy) -> int:
    credits_s = {
        RouteReason.OPEN_COMPLAINT: policy.complaint_credit_s,
        RouteReason.LEGAL_PRIORITY: policy.priority_credit_s,
        RouteReason.REPEAT_CALL: policy.repeat_credit_s,
        RouteReason.LEAVING: policy.leaving_credit_s,
    }
    earned = sum(credits_s.get(reason, 0) for reason in reasons)
    return min(_worth_credit_s(caller, policy) + earned, policy.most_time_credit_s)


def _worth_credit_s(caller: Caller, policy: RoutingPolicy) -> int:
    """Return the credit for worth; nobody urgent or unknown has less than an ordinary customer."""
    by_value = policy.credit_by_value_s
    if _is_best(caller):
        return by_value[-1]
    if _is_costly(caller):
        return by_value[0]
    credit = by_value[caller.value_score - 1] if caller.value_score else policy.ordinary_credit_s
    return max(credit, policy.ordinary_credit_s) if _is_urgent(caller) else credit


def _do_not_say(caller: Caller) -> Iterator[DoNotSay]:
    yield DoNotSay.VALUE_TIER
    if not caller.may_speak_name:
        yield DoNotSay.NAME
    if caller.open_complaint:
        yield DoNotSay.OFFERS
