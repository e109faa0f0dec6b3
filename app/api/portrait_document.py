"""How is a customer shown as somebody?  Attributes with provenance, relations, what is no use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.wire import Answer
from app.identify.portrait.draw import Related
from app.identify.portrait.relations import Relation
from app.identify.portrait.survivorship import ProfileValue
from app.identify.portrait.unusable import Unusable
from app.vocabulary import Assurance, IdentifierType


class SaidAnswer(Answer):
    """One value as one source said it."""

    value: str
    assurance: Assurance
    source: str
    provider: str | None = Field(description="who enriched it, where the source says so")
    said_at: datetime


class AttributeAnswer(Answer):
    """What is known of one attribute."""

    attribute: str
    said: list[SaidAnswer] = Field(description="the first is the one that shows")


class RelatedAnswer(Answer):
    """Another customer who shares a contact point, and was kept apart."""

    customer_id: UUID
    relation: Relation
    through: list[IdentifierType]
    last_seen_at: datetime


class UnusableAnswer(Answer):
    """What a source said they are known by, and what is wrong with it."""

    type: str
    value: str
    fault: str = Field(description="as in `ignored` of an event's answer (docs/events.md)")
    source: str
    first_seen_at: datetime
    last_seen_at: datetime


def attribute_answers(known: Mapping[str, Sequence[ProfileValue]]) -> list[AttributeAnswer]:
    """Return the attributes of a customer, by name."""
    return [
        AttributeAnswer(
            attribute=attribute,
            said=[
                SaidAnswer(
                    value=each.value,
                    assurance=each.assurance,
                    source=each.source,
                    provider=each.provider,
                    said_at=each.said_at,
                )
                for each in known[attribute]
            ],
        )
        for attribute in sorted(known)
    ]


def related_answers(related: Sequence[Related]) -> list[RelatedAnswer]:
    """Return a customer's relations, whoever was seen last first."""
    return [
        RelatedAnswer(
            customer_id=each.customer_id,
            relation=each.relation,
            through=list(each.through),
            last_seen_at=each.last_seen_at,
        )
        for each in related
    ]


def unusable_answers(told: Sequence[Unusable]) -> list[UnusableAnswer]:
    """Return what is no evidence, newest first."""
    return [
        UnusableAnswer(
            type=each.type,
            value=each.value,
            fault=each.fault,
            source=each.source,
            first_seen_at=each.first_seen_at,
            last_seen_at=each.last_seen_at,
        )
        for each in told
    ]
