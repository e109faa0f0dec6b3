"""What stands between each action and this customer, here and now?

The stages in their order: is there a way to say it on this channel; do its clauses hold; does the
contact policy allow it; was it accepted before; is its worth known.  All are asked of every action,
so that the record tells everything that was in the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from app.interact.caps import Contact
from app.interact.consent import MARKETING, RESEARCH, SERVICE, ConsentState
from app.interact.contact_policy import ContactPolicy, Moment, Standing
from app.interact.outcomes import FOREVER, Outcome, OutcomeKind, Suppression, suppressions_of
from app.interact.restraint import Restraint
from app.personalise.arbitration import Candidate
from app.personalise.catalogue import Action, Catalogue, OnceAccepted, Repeat, Ways
from app.personalise.clause import Obstacle
from app.personalise.eligibility import Screening
from app.personalise.fields import DERIVED_FROM, derive
from app.personalise.propensity import Label, Propensities, final_label
from app.rules.facts import admit
from app.rules.values import Value
from app.vocabulary import Channel, DecisionId, Direction, Locale, value_type

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


@value_type()
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


@value_type()
class History:
    """What was offered to this customer, what came of it and what is to be left alone.

    ``contacts`` are earlier offers, not those of the touchpoint that is being decided;
    ``suppressions`` are the explicit ones: those that follow from outcomes are worked out here.
    """

    contacts: tuple[Contact, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    suppressions: frozenset[Suppression] = frozenset()


@value_type()
class Scene:
    """All the funnel looks at; ``seen`` are the facts given, ``facts`` also those derived.

    ``accepted`` are the actions that were accepted and are not to be offered again yet.
    """

    ask: Ask
    seen: Mapping[str, Value]
    facts: Mapping[str, Value]
    segment: str
    moment: Moment
    standing: Standing
    restraint: Restraint
    ways: Ways
    accepted: frozenset[str]


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
        ways=catalogue.ways(ask.channel, ask.direction, frozenset(ask.script_values)),
        accepted=_accepted(history.outcomes, catalogue, ask.at),
    )


def examine(
    action: Action, scene: Scene, propensities: Propensities
) -> tuple[Screening, Candidate | None]:
    """Send one action through every stage; without a ruling it becomes a candidate."""
    key = action.key
    way = scene.ways[key]
    permission = scene.restraint.permission(action.offer)
    has_a_worth = action.has_a_worth or action.money(scene.facts) is not None
    found = action.screen(
        scene.facts,
        way.obstacle,
        () if permission.allowed else permission.reasons,
        Obstacle.ACCEPTED_BEFORE if key in scene.accepted else None,
        None if has_a_worth else Obstacle.VALUE_NOT_KNOWN,
    )
    value = None if found.ruled_out else action.money(scene.facts)
    if value is None or way.treatment is None:
        return found, None
    return found, Candidate(
        action=key,
        group=action.group,
        treatment=way.treatment.key,
        propensity=propensities.of(key, scene.segment, action.prior),
        value=value,
        contact_cost=way.treatment.contact_cost,
        incentive=action.incentive,
    )


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


def _accepted(outcomes: Iterable[Outcome], catalogue: Catalogue, now: datetime) -> frozenset[str]:
    """Return the actions that were accepted before and that nobody is offered again yet."""
    by_decision: defaultdict[tuple[DecisionId, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_decision[outcome.decision_id, outcome.action].append(outcome)
    return frozenset(
        key
        for (_, key), told in by_decision.items()
        if (action := catalogue.find(key))
        and final_label(outcome.kind for outcome in told) is Label.SUCCESS
        and now < _end_of_acceptance(action.once_accepted, told)
    )


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
