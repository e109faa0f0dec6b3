"""`POST /v1/identity/resolve`: who is this?  Asking changes nothing, and is always answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api import metrics
from app.api.asking import asking
from app.api.dependencies import House, Now, TheClient, TheHouse, TheLocale
from app.api.event_document import MOST_IDENTIFIERS, IdentifierDocument
from app.api.problem_details import FaultAnswer, fault_answer
from app.api.route import new_router
from app.api.said_document import SaidDocument
from app.api.wire import Answer, Document, Moment
from app.flows.resolution_wording import question_for, sentence_for
from app.identify.normalise import advice, normalise
from app.identify.resolve import MatchState, Resolution, unusable, who_is
from app.identify.telling import NOTHING_SAID, Question, said_in
from app.identify.weighing import Candidate, Evidence
from app.problems import Fault
from app.vocabulary import (
    Assurance,
    CustomerId,
    Faulty,
    Identifier,
    IdentifierType,
    Locale,
)

router = new_router("identity")


class ResolveDocument(Document):
    """What is known of somebody, at what time (now), and in which language to say who it is."""

    identifiers: Annotated[list[IdentifierDocument], Field(max_length=MOST_IDENTIFIERS)]
    said: SaidDocument | None = None
    time: Moment | None = None
    locale: Locale | None = None


class EvidenceAnswer(Answer):
    """One identifier that the customer holds."""

    type: IdentifierType
    bits: float = Field(description="how much it weighs: log2 of how much likelier it is they")
    holders: int = Field(description="how many customers hold it")
    assurance: Assurance
    last_seen_at: datetime


class CandidateAnswer(Answer):
    """A customer it may be."""

    customer_id: CustomerId
    confidence: float
    evidence: list[EvidenceAnswer]


class ResolveAnswer(Answer):
    """Who it is, how sure that is, and why; of one shape whatever is known."""

    state: MatchState
    customer_id: CustomerId | None
    former_ids: list[CustomerId]
    confidence: float
    reason: str = Field(description="for a machine")
    sentence: str = Field(description="the same for an agent, in one sentence")
    question: str | None = Field(description="what to ask so that the candidates are told apart")
    asks_for: Question | None = Field(description="where the answer goes in `said`")
    evidence: list[EvidenceAnswer]
    candidates: list[CandidateAnswer]
    ignored: list[FaultAnswer] = Field(description="what of the request could not be used, and why")
    weightless: list[IdentifierType] = Field(description="held by too many to mean anything")


@router.post("/v1/identity/resolve")
async def resolve_identity(
    asked: ResolveDocument, house: TheHouse, client: TheClient, now: Now, locale: TheLocale
) -> ResolveAnswer:
    """Say who somebody is by any identifiers: known or not, or one of several; never an error.

    Where several could be meant, what they answer goes into `said`, by the name in `asks_for`.  It
    tells the candidates apart; nobody is looked up by it, and it is kept nowhere.
    """
    question = asking(house.number_budget, client, asked.identifiers, asked.said)
    usable, ignored = _usable(asked.identifiers, house)
    said = said_in(asked.said.answers(), house.settings.country) if asked.said else NOTHING_SAID
    if usable:
        resolution = await house.database.ask(
            lambda tx: who_is(tx, house.keyed_hash, usable, asked.time or now, said)
        )
    else:
        resolution = unusable({fault.code for fault in ignored})
    question.answered(resolution.state, resolution.reason)
    metrics.count_match("resolve", resolution.state, resolution.reason)
    return _answer(resolution, ignored, asked.locale or locale)


def _usable(
    given: Sequence[IdentifierDocument], house: House
) -> tuple[list[Identifier], list[Fault]]:
    """Normalise what was given; tell what is no evidence by its place, never by its value."""
    usable: list[Identifier] = []
    ignored: list[Fault] = []
    for nth, identifier in enumerate(given):
        raw = identifier.raw()
        found = normalise(raw, country=raw.country or house.settings.country)
        if isinstance(found, Faulty):
            ignored.append(
                Fault(
                    f"/identifiers/{nth}",
                    found.fault,
                    advice(found, country=house.settings.country),
                )
            )
        else:
            usable.append(found)
    return usable, ignored


def _answer(resolution: Resolution, ignored: Iterable[Fault], locale: Locale) -> ResolveAnswer:
    customer = resolution.customer
    return ResolveAnswer(
        state=resolution.state,
        customer_id=customer.customer_id if customer else None,
        former_ids=[],
        confidence=customer.confidence if customer else 0.0,
        reason=resolution.reason,
        sentence=sentence_for(resolution, locale),
        question=question_for(resolution, locale),
        asks_for=resolution.question,
        evidence=_evidence(customer.evidence) if customer else [],
        candidates=[_candidate(found) for found in resolution.candidates if not found.anonymous],
        ignored=[fault_answer(fault) for fault in ignored],
        weightless=list(resolution.weightless),
    )


def _candidate(found: Candidate) -> CandidateAnswer:
    return CandidateAnswer(
        customer_id=found.customer_id,
        confidence=found.confidence,
        evidence=_evidence(found.evidence),
    )


def _evidence(found: Iterable[Evidence]) -> list[EvidenceAnswer]:
    return [
        EvidenceAnswer(
            type=item.type,
            bits=item.bits,
            holders=item.holders,
            assurance=item.assurance,
            last_seen_at=item.last_seen_at,
        )
        for item in found
    ]
