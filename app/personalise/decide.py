"""What should we do now for this customer?  Pure: the same inputs give the same decision, always.

Doing nothing is a decision too, with its reasons.  What comes back holds all that went in, by value
or by version, so that it can be explained, recorded and made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.interact.contact_policy import NEGATIVE_MOOD, Permission
from app.personalise.arbitration import Ranked, choose, rank
from app.personalise.catalogue import Catalogue
from app.personalise.clause import MissingFact, Obstacle, OnUnknown, RuledOut, Ruling, Stage
from app.personalise.eligibility import Screening
from app.personalise.funnel import Ask, History, Scene, examine, set_scene
from app.personalise.propensity import Propensities
from app.rules.values import Value
from app.vocabulary import value_type

ENGINE: Final = "1"
"""Raised with every change by which the same inputs could be decided otherwise."""


class Nothing(StrEnum):
    """Why a slot stays empty."""

    SELLING_NOT_ALLOWED = "selling_not_allowed"
    NOTHING_OPEN = "nothing_open"
    NOTHING_WORTH_IT = "nothing_worth_it"
    NOTHING_LEFT = "nothing_left"


@value_type()
class SlotDecision:
    """What one slot shows: a ranked action and the text to say, or the reason for nothing.

    ``probability`` is the exact chance the policy had of making this choice; 1 while it is greedy.
    """

    slot: str
    chosen: Ranked | None
    script: str | None
    nothing: Nothing | None
    probability: Decimal = Decimal(1)


@value_type()
class Inputs:
    """All that a decision depends on; deciding again from them gives an equal ``Decided``.

    ``facts`` are the admitted facts that the catalogue reads; ``propensities`` the part of the
    snapshot that the customer's segment reads; the catalogue is named by its content.
    """

    engine: str
    bundle_id: str
    ask: Ask
    facts: Mapping[str, Value]
    history: History
    propensities: Propensities


@value_type()
class Decided:
    """The answer: a decision for each slot, the whole ranking, and why not the others.

    ``missing`` names facts that could still open or close an action here; ``question`` is the one
    most worth asking now, None when none has a use or the moment is wrong.
    """

    inputs: Inputs
    segment: str
    selling: Permission
    decisions: tuple[SlotDecision, ...]
    ranking: tuple[Ranked, ...]
    ruled_out: tuple[RuledOut, ...]
    missing: tuple[MissingFact, ...]
    question: MissingFact | None


def decide(
    ask: Ask,
    facts: Mapping[str, object],
    history: History,
    catalogue: Catalogue,
    propensities: Propensities,
) -> Decided:
    """Choose at most one action for each slot of the ask; see ``funnel`` and ``arbitration``.

    Facts that no rule can read are left out; what is missing is unknown, never false.
    """
    scene = set_scene(ask, facts, history, catalogue)
    examined = [examine(action, scene, propensities) for action in catalogue.actions]
    ranking = rank([each for _, each in examined if each is not None], ask.seed)
    chosen = choose(ranking, len(ask.slots))
    selling = scene.restraint.selling()
    missing = tuple([fact for found, _ in examined for fact in found.missing])
    return Decided(
        inputs=Inputs(
            ENGINE,
            catalogue.bundle_id,
            ask,
            scene.seen,
            history,
            propensities.within(scene.segment),
        ),
        segment=scene.segment,
        selling=selling,
        decisions=tuple(
            _slot_decision(slot, ranked, ranking, selling, _script(ranked, scene, catalogue))
            for slot, ranked in zip(ask.slots, chosen, strict=True)
        ),
        ranking=ranking,
        ruled_out=_ruled_out([found for found, _ in examined], ranking, chosen),
        missing=missing,
        question=_question(ranking, missing, scene),
    )


def replay(inputs: Inputs, catalogue: Catalogue) -> Decided:
    """Make a recorded decision again; the caller finds the catalogue by its bundle id.

    Raises:
        ValueError: it was made by another engine or from another catalogue.
    """
    if (inputs.engine, inputs.bundle_id) != (ENGINE, catalogue.bundle_id):
        raise ValueError("decided by another engine or from another catalogue")
    return decide(inputs.ask, inputs.facts, inputs.history, catalogue, inputs.propensities)


def _slot_decision(
    slot: str,
    chosen: Ranked | None,
    ranking: Sequence[Ranked],
    selling: Permission,
    script: str | None,
) -> SlotDecision:
    nothing = None if chosen else _nothing(ranking, selling)
    return SlotDecision(slot, chosen, script, nothing)


def _nothing(ranking: Sequence[Ranked], selling: Permission) -> Nothing:
    if any(ranked.is_worth_it for ranked in ranking):
        return Nothing.NOTHING_LEFT
    if ranking:
        return Nothing.NOTHING_WORTH_IT
    return Nothing.NOTHING_OPEN if selling.allowed else Nothing.SELLING_NOT_ALLOWED


def _script(chosen: Ranked | None, scene: Scene, catalogue: Catalogue) -> str | None:
    if chosen is None:
        return None
    treatment = catalogue.get_treatment(chosen.candidate.action, chosen.candidate.treatment)
    values = scene.ask.script_values
    script = treatment.script(values)
    return script.text.filled(scene.ask.locale, values) if script else None


def _ruled_out(
    screenings: Iterable[Screening], ranking: Sequence[Ranked], chosen: Sequence[Ranked | None]
) -> tuple[RuledOut, ...]:
    served = {ranked.candidate.action for ranked in chosen if ranked}
    groups = {ranked.candidate.group for ranked in chosen if ranked}
    lost = {
        action: RuledOut(action, (_lost(ranked, groups),))
        for ranked in ranking
        if (action := ranked.candidate.action) not in served
    }
    return tuple(
        [
            found.ruled_out or lost[found.action]
            for found in screenings
            if found.action not in served
        ]
    )


def _lost(ranked: Ranked, groups: set[str]) -> Ruling:
    if not ranked.is_worth_it:
        return Ruling(Stage.WORTH, Obstacle.NOT_WORTH_IT)
    same_group = ranked.candidate.group in groups
    return Ruling(Stage.ARBITRATION, Obstacle.SAME_GROUP if same_group else Obstacle.OUTRANKED)


def _question(
    ranking: Sequence[Ranked], missing: Iterable[MissingFact], scene: Scene
) -> MissingFact | None:
    """Return what the best action that has a question would ask; never while somebody is upset."""
    if scene.standing.open_complaint or scene.moment.mood == NEGATIVE_MOOD:
        return None
    asks = [fact for fact in missing if fact.on_unknown is OnUnknown.ASK]
    worth_it = [ranked.candidate.action for ranked in ranking if ranked.is_worth_it]
    return next((fact for action in worth_it for fact in asks if fact.action == action), None)
