"""`/v1/decisions`: what was decided, why, and would it be decided so again?"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from app.access.audit import Act, ActKind
from app.api.audit import TheActor, seen
from app.api.dependencies import House, Now, TheHouse, TheLocale
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer
from app.flows.decision_review import Review, recorded, review
from app.personalise.decide import Decided
from app.personalise.explain import ruling_text, why, why_nothing
from app.personalise.propensity import Label
from app.vocabulary import DecisionId, Locale

router = new_router("decisions")

_ERASED: Final = promised(HTTPStatus.GONE)
_NOT_AGAIN: Final = promised(HTTPStatus.GONE, HTTPStatus.CONFLICT)


class RankedAnswer(Answer):
    """One action that was open, with what its priority is made of, in money."""

    action: str
    treatment: str
    propensity: str
    trials: int = Field(description="answers of this segment so far")
    successes: int
    value: str
    contact_cost: str
    incentive: str
    priority: str


class RulingAnswer(Answer):
    """One thing in an action's way."""

    stage: str
    reason: str
    missing: list[str]
    sentence: str


class RuledOutAnswer(Answer):
    """An action that was not chosen, with everything in its way."""

    action: str
    rulings: list[RulingAnswer]


class RecordedAnswer(Answer):
    """A decision as it was recorded."""

    decision_id: UUID
    touchpoint_id: UUID | None
    decided_at: datetime
    slot: int
    action: str | None
    label: str | None = Field(description="what came of it: success, failure, null not known yet")
    segment: str
    catalogue: str
    engine: str
    propensities: str


class ExplainedAnswer(Answer):
    """Why this action, why not the others, and the facts that were read."""

    decision_id: UUID
    action: str | None
    why: str
    ranking: list[RankedAnswer]
    ruled_out: list[RuledOutAnswer]
    facts: dict[str, Any]
    missing: list[str]


class ReplayAnswer(Answer):
    """Whether the same inputs decide the same, and what differs if they do not."""

    decision_id: UUID
    same: bool
    differs: list[str]
    action: str | None


@router.get("/v1/decisions/{decision_id}", responses=_ERASED)
async def get_decision(decision_id: UUID, house: TheHouse) -> RecordedAnswer:
    """Return a decision as it was recorded, with the versions it was made by."""
    stored = await house.database.read(lambda tx: recorded(tx, DecisionId(decision_id)))
    return RecordedAnswer(
        decision_id=stored.decision_id,
        touchpoint_id=stored.touchpoint_id,
        decided_at=stored.decided_at,
        slot=stored.slot,
        action=stored.action,
        label=None if stored.label is None else Label(stored.label).name.lower(),
        segment=stored.result["segment"],
        catalogue=stored.bundle_id,
        engine=stored.inputs["engine"],
        propensities=stored.inputs["propensities"]["version"],
    )


@router.get("/v1/decisions/{decision_id}/explain", responses=_NOT_AGAIN)
async def explain_decision(
    decision_id: UUID, house: TheHouse, actor: TheActor, now: Now, locale: TheLocale
) -> ExplainedAnswer:
    """Say why this action was chosen and what stood in the way of each of the others."""
    found = await _review(decision_id, house)
    facts = tuple(sorted(found.stored.inputs["facts"]))
    await seen(
        house, Act(actor, ActKind.DECISION_EXPLAINED, now, subject=decision_id, fields=facts)
    )
    return ExplainedAnswer(
        decision_id=found.stored.decision_id,
        action=found.stored.action,
        why=_why(found, locale),
        ranking=_ranking(found.again),
        ruled_out=_ruled_out(found, locale),
        facts=found.stored.inputs["facts"],
        missing=sorted({fact.fact for fact in found.again.missing}),
    )


@router.post("/v1/decisions/{decision_id}/replay", responses=_NOT_AGAIN)
async def replay_decision(decision_id: UUID, house: TheHouse) -> ReplayAnswer:
    """Decide again from the recorded inputs; the rule is that nothing differs."""
    found = await _review(decision_id, house)
    chosen = found.again.decisions[found.stored.slot].chosen
    return ReplayAnswer(
        decision_id=found.stored.decision_id,
        same=not found.differs,
        differs=found.differs,
        action=chosen.candidate.action if chosen else None,
    )


async def _review(decision_id: UUID, house: House) -> Review:
    wanted, catalogue = DecisionId(decision_id), house.desk.catalogue
    return await house.database.read(lambda tx: review(tx, wanted, catalogue))


def _why(found: Review, locale: Locale) -> str:
    slot = found.again.decisions[found.stored.slot]
    if slot.chosen is not None:
        return why(slot.chosen, found.catalogue, locale)
    return "" if slot.nothing is None else why_nothing(slot.nothing, found.again.selling, locale)


def _ranking(decided: Decided) -> list[RankedAnswer]:
    return [
        RankedAnswer(
            action=ranked.candidate.action,
            treatment=ranked.candidate.treatment,
            propensity=format(ranked.candidate.propensity.mean, "f"),
            trials=ranked.candidate.propensity.segment.trials,
            successes=ranked.candidate.propensity.segment.successes,
            value=format(ranked.candidate.value, "f"),
            contact_cost=format(ranked.candidate.contact_cost, "f"),
            incentive=format(ranked.candidate.incentive, "f"),
            priority=format(ranked.priority, "f"),
        )
        for ranked in decided.ranking
    ]


def _ruled_out(found: Review, locale: Locale) -> list[RuledOutAnswer]:
    return [
        RuledOutAnswer(
            action=each.action,
            rulings=[
                RulingAnswer(
                    stage=ruling.stage.value,
                    reason=str(ruling.code),
                    missing=list(ruling.missing),
                    sentence=ruling_text(ruling, each.action, found.catalogue, locale),
                )
                for ruling in each.rulings
            ],
        )
        for each in found.again.ruled_out
    ]
