"""How is the making of a customer shown?  The answer of `/v1/customers/{id}/explain`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.wire import Answer
from app.flows.explain_wording import sentence_why, sentence_why_not
from app.flows.identity_explain import Explained, Step
from app.identify.edge_store import StoredEdge
from app.identify.edges import EdgeKind
from app.identify.explaining import Ground, Obstacle
from app.identify.rows import RecordLink
from app.vocabulary import CustomerId, Locale


class LinkAnswer(Answer):
    """An identifier that a record names, and by how many of the customer's records it is named."""

    type: str
    shared_by: int


class JoinedAnswer(Answer):
    """A record and what ties it to the others; without a tie a person's word does."""

    record_id: UUID
    source: str
    record_key: str | None
    names: list[LinkAnswer]


class WordAnswer(Answer):
    """What a person decided: who, when, why, and of how many of these records."""

    kind: str
    actor: str
    reason: str | None
    decided_at: datetime
    records: int
    taken_back_at: datetime | None


class GroundAnswer(Answer):
    """One thing that speaks for or against, in bits; below zero it speaks against."""

    field: str
    level: str
    bits: float
    holders: int | None = Field(description="persons who hold a shared value")
    records: int


class WhyNotAnswer(Answer):
    """Why two customers are not one."""

    customer_id: UUID
    obstacle: Obstacle
    bits: float
    missing_bits: float
    grounds: list[GroundAnswer]
    sentence: str


class EdgeAnswer(Answer):
    """What the evidence says about two records; one that people or tax ids decided is not weighed.

    A record without an edge to another that it shares something with stands to it as the first of
    those like it does: the same person, the same tax ids.
    """

    records: list[UUID] = Field(min_length=2, max_length=2)
    neighbour_id: UUID | None = Field(
        description="the customer that one of the records is with; null: both are this customer's"
    )
    kind: EdgeKind
    bits: float
    breakdown: dict[str, float | None] = Field(
        description="bits by field, which add up; null: this decides, whatever the bits"
    )
    epoch: int = Field(description="whose weights and limits judged it")


class StepAnswer(Answer):
    """One thing that happened: a record came or went, or turned out to be nobody's."""

    at: datetime
    what: str = Field(description="moved, generic_value, generic_record")
    record_id: UUID
    came_from: UUID | None
    to: UUID | None
    cause: str
    actor: str | None
    type: str | None


class ThenAnswer(Answer):
    """The records that answered to the id at a past moment, and under which id."""

    at: datetime
    customer_id: UUID | None
    records: list[UUID]


class ExplainAnswer(Answer):
    """How these records became one customer: why, why not another, how, and how it was then."""

    customer_id: UUID
    sentence: str
    records: list[JoinedAnswer]
    why: list[GroundAnswer]
    why_not: WhyNotAnswer | None
    edges: list[EdgeAnswer] = Field(description="within the customer first, then to neighbours")
    edges_left_out: int = Field(description="how many more there are than one answer holds")
    people_said: list[WordAnswer]
    how: list[StepAnswer]
    then: ThenAnswer | None


def explain_answer(told: Explained, locale: Locale) -> ExplainAnswer:
    """Return how records hang together, and people's word on it."""
    by_record: dict[UUID, list[RecordLink]] = {}
    for link in told.links:
        by_record.setdefault(link.record_id, []).append(link)
    return ExplainAnswer(
        customer_id=told.customer_id,
        sentence=sentence_why(told, locale),
        records=[_joined(links) for links in by_record.values()],
        why=[_ground(ground) for ground in told.grounds],
        why_not=_why_not(told, locale),
        edges=[_edge(edge, told.customer_id) for edge in told.edges],
        edges_left_out=told.edges_left_out,
        people_said=[
            WordAnswer(
                kind=word.kind,
                actor=word.actor,
                reason=word.reason,
                decided_at=word.decided_at,
                records=word.records,
                taken_back_at=word.taken_back_at,
            )
            for word in told.words
        ],
        how=[_step(step) for step in told.steps],
        then=None
        if told.then is None
        else ThenAnswer(
            at=told.then.at, customer_id=told.then.holder, records=list(told.then.records)
        ),
    )


def _joined(links: list[RecordLink]) -> JoinedAnswer:
    keys = (link.record_key for link in links)
    return JoinedAnswer(
        record_id=links[0].record_id,
        source=links[0].source,
        record_key=next((key for key in keys if key is not None), None),
        names=[
            LinkAnswer(type=link.type, shared_by=link.shared)
            for link in links
            if link.type is not None
        ],
    )


def _ground(ground: Ground) -> GroundAnswer:
    return GroundAnswer(
        field=ground.field,
        level=ground.level,
        bits=ground.bits,
        holders=ground.holders,
        records=ground.records,
    )


def _why_not(told: Explained, locale: Locale) -> WhyNotAnswer | None:
    found = told.not_one
    if found is None or told.against is None:
        return None
    return WhyNotAnswer(
        customer_id=told.against,
        obstacle=found.obstacle,
        bits=found.bits,
        missing_bits=found.missing_bits,
        grounds=[_ground(ground) for ground in found.grounds],
        sentence=sentence_why_not(found, locale),
    )


def _edge(stored: StoredEdge, customer: CustomerId) -> EdgeAnswer:
    edge = stored.edge
    return EdgeAnswer(
        records=[edge.record_lo, edge.record_hi],
        neighbour_id=next((each for each in stored.customers if each != customer), None),
        kind=edge.kind,
        bits=edge.millibits / 1000,
        breakdown={field: None if each is None else each / 1000 for field, each in edge.breakdown},
        epoch=stored.epoch,
    )


def _step(step: Step) -> StepAnswer:
    return StepAnswer(
        at=step.at,
        what=step.what,
        record_id=step.record_id,
        came_from=step.came_from,
        to=step.to,
        cause=step.cause,
        actor=step.actor,
        type=step.type,
    )
