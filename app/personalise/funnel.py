"""What stands between each action and this customer, here and now?

The stages in their order: is there a way to say it on this channel; do its clauses hold; does the
contact policy allow it; was it accepted before; is its worth known.  All are asked of every action,
so that the record tells everything that was in the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.interact.caps import Contact
from app.interact.consent import MARKETING, RESEARCH, SERVICE, ConsentState
from app.interact.contact_policy import ContactPolicy, Moment, Reason, Standing
from app.interact.outcomes import FOREVER, Outcome, OutcomeKind, Suppression, suppressions_of
from app.interact.restraint import Restraint
from app.personalise.arbitration import Candidate
from app.personalise.catalogue import Action, Catalogue, OnceAccepted, Repeat, Treatment, Ways
from app.personalise.clause import MissingFact, Ruling, Stage
from app.personalise.fields import DERIVED_FROM, derive
from app.personalise.propensity import Label, Propensities, final_label
from app.personalise.worth import facts_of
from app.rules.facts import admit
from app.rules.values import Value
from app.vocabulary import Channel, DecisionId, Direction, Locale

NO_SEGMENT: Final = "unknown"
"""The cell that learns from contacts whose segment is not known."""

PURPOSES: Final = (MARKETING, RESEARCH, SERVICE)

_CONSENT_WORDS: Final = frozenset(ConsentState)
_SCENE_READS: Final = DERIVED_FROM | {
    "segment",
    "open_complaint",
    "reason_closed",
    "caller_pays",
    "mood",
    "selling_consent",
    *(f"{purpose}_consent" for purpose in PURPOSES),
}


class Obstacle(StrEnum):
    """What besides clauses and contact policy keeps an action from being chosen."""

    NO_TREATMENT = "no_treatment"
    SCRIPT_INCOMPLETE = "script_incomplete"
    ACCEPTED_BEFORE = "accepted_before"
    VALUE_NOT_KNOWN = "value_not_known"
    NOT_WORTH_IT = "not_worth_it"
    SAME_GROUP = "same_group"
    OUTRANKED = "outranked"


_NO_TREATMENT: Final = (Ruling(Stage.CHANNEL, Obstacle.NO_TREATMENT),)
_SCRIPT_INCOMPLETE: Final = (Ruling(Stage.CHANNEL, Obstacle.SCRIPT_INCOMPLETE),)
_ACCEPTED_BEFORE: Final = (Ruling(Stage.REPEAT, Obstacle.ACCEPTED_BEFORE),)
_FORBIDDEN: Final = {reason: Ruling(Stage.CONTACT, reason.value) for reason in Reason}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question, fully stated.

    ``seed`` names the request and settles ties; ``local_at`` is ``at`` by the customer's own clock;
    ``slots`` are filled in order; ``script_values`` fill the placeholders of scripts.
    """

    seed: str
    at: datetime
    channel: Channel
    direction: Direction
    locale: Locale
    slots: tuple[str, ...] = ("main",)
    local_at: datetime | None = None
    line_closed_to_selling: bool = False
    script_values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """What was offered to this customer, what came of it and what is to be left alone.

    ``contacts`` are earlier offers, not those of the touchpoint that is being decided;
    ``suppressions`` are the explicit ones: those that follow from outcomes are worked out here.
    """

    contacts: tuple[Contact, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    suppressions: frozenset[Suppression] = frozenset()


@dataclass(frozen=True, slots=True)
class Scene:
    """All the funnel looks at; ``seen`` are the facts given, ``facts`` also those derived."""

    ask: Ask
    seen: Mapping[str, Value]
    facts: Mapping[str, Value]
    segment: str
    moment: Moment
    standing: Standing
    restraint: Restraint
    ways: Ways
    accepted_until: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Examined:
    """One action after the funnel: a candidate, or the rulings against it."""

    action: Action
    rulings: tuple[Ruling, ...]
    missing: tuple[MissingFact, ...]
    candidate: Candidate | None


def set_scene(
    ask: Ask, facts: Mapping[str, object], history: History, catalogue: Catalogue
) -> Scene:
    """Return what deciding looks at: of the facts, only those that this catalogue can read."""
    told = {**facts, "channel": ask.channel.value, "direction": ask.direction.value}
    read = {
        name: value
        for name, value in told.items()
        if name in catalogue.reads or name in _SCENE_READS
    }
    seen = admit(read, catalogue.registry)
    moment, standing = _moment(ask, seen), _standing(seen, history, catalogue.policy)
    return Scene(
        ask=ask,
        seen=seen,
        facts=derive(seen),
        segment=_text(seen, "segment") or NO_SEGMENT,
        moment=moment,
        standing=standing,
        restraint=Restraint(moment, standing, catalogue.policy),
        ways=catalogue.ways(ask.channel, ask.direction),
        accepted_until=_accepted_until(history.outcomes, catalogue),
    )


def examine(action: Action, scene: Scene, propensities: Propensities) -> Examined:
    """Send one action through every stage; without a ruling it becomes a candidate."""
    treatment, no_way = _way_to_say_it(action, scene)
    screening = action.screen(scene.facts)
    value = action.money(scene.facts)
    rulings = (
        *no_way,
        *screening.rulings,
        *_forbidden(action, scene),
        *_accepted_before(action, scene),
        *(_worth_unknown(action) if value is None else ()),
    )
    if treatment is None or value is None or rulings:
        return Examined(action, rulings, _useful(screening.missing, rulings), None)
    candidate = Candidate(
        action=action.key,
        group=action.group,
        treatment=treatment.key,
        propensity=propensities.of(action.key, scene.segment, action.prior),
        value=value,
        contact_cost=treatment.contact_cost,
        incentive=action.incentive,
    )
    return Examined(action, (), screening.missing, candidate)


def _way_to_say_it(action: Action, scene: Scene) -> tuple[Treatment | None, Sequence[Ruling]]:
    treatments = scene.ways.get(action.key, ())
    for treatment in treatments:
        if treatment.script(scene.ask.script_values) is not None:
            return treatment, ()
    return None, _SCRIPT_INCOMPLETE if treatments else _NO_TREATMENT


def _forbidden(action: Action, scene: Scene) -> Sequence[Ruling]:
    permission = scene.restraint.permission(action.offer)
    if permission.allowed:
        return ()
    return [_FORBIDDEN[reason] for reason in permission.reasons]


def _accepted_before(action: Action, scene: Scene) -> Sequence[Ruling]:
    until = scene.accepted_until.get(action.key)
    return () if until is None or scene.ask.at >= until else _ACCEPTED_BEFORE


def _worth_unknown(action: Action) -> Sequence[Ruling]:
    facts = tuple(sorted(set(facts_of(action.worth))))
    return (Ruling(Stage.WORTH, Obstacle.VALUE_NOT_KNOWN, facts),)


def _useful(
    missing: tuple[MissingFact, ...], rulings: tuple[Ruling, ...]
) -> tuple[MissingFact, ...]:
    """Return the missing facts if knowing them could still open the action: no answer is idle."""
    return missing if missing and all(ruling.missing for ruling in rulings) else ()


def _moment(ask: Ask, facts: Mapping[str, Value]) -> Moment:
    return Moment(
        now=ask.at,
        channel=ask.channel,
        direction=ask.direction,
        local_now=ask.local_at,
        reason_closed=_flag(facts, "reason_closed"),
        caller_pays=_flag(facts, "caller_pays"),
        mood=_text(facts, "mood"),
        selling_consent=_flag(facts, "selling_consent"),
        line_closed_to_selling=ask.line_closed_to_selling,
    )


def _standing(facts: Mapping[str, Value], history: History, policy: ContactPolicy) -> Standing:
    from_outcomes = suppressions_of(
        history.outcomes,
        rejected_pause_days=policy.rejected_pause_days,
        deferred_pause_days=policy.deferred_pause_days,
    )
    return Standing(
        consents={purpose: _consent(facts, purpose) for purpose in PURPOSES},
        open_complaint=_flag(facts, "open_complaint"),
        suppressions=history.suppressions | from_outcomes,
        contacts=history.contacts,
    )


def _consent(facts: Mapping[str, Value], purpose: str) -> ConsentState:
    told = _text(facts, f"{purpose}_consent")
    if told is None:
        return ConsentState.UNKNOWN
    # A word we do not know can only be a mistake, and mistakes about consent end in "no".
    return ConsentState(told) if told in _CONSENT_WORDS else ConsentState.DENIED


def _accepted_until(outcomes: Iterable[Outcome], catalogue: Catalogue) -> dict[str, datetime]:
    """Return, for each action accepted before, the instant until which it is not offered again."""
    by_decision: defaultdict[tuple[DecisionId, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_decision[outcome.decision_id, outcome.action].append(outcome)
    until: dict[str, datetime] = {}
    for (_, key), told in by_decision.items():
        action = catalogue.find(key)
        if action and final_label(outcome.kind for outcome in told) is Label.SUCCESS:
            ends_at = _end_of_acceptance(action.once_accepted, told)
            until[key] = max(ends_at, until.get(key, ends_at))
    return until


def _end_of_acceptance(once: OnceAccepted, told: Iterable[Outcome]) -> datetime:
    taken = {OutcomeKind.ACCEPTED, OutcomeKind.CONVERTED}
    accepted_at = max(outcome.occurred_at for outcome in told if outcome.kind in taken)
    if once.rule is Repeat.END:
        return FOREVER
    return accepted_at + timedelta(days=once.days)


def _flag(facts: Mapping[str, Value], name: str) -> bool | None:
    value = facts.get(name)
    return value if isinstance(value, bool) else None


def _text(facts: Mapping[str, Value], name: str) -> str | None:
    value = facts.get(name)
    return value if isinstance(value, str) else None
