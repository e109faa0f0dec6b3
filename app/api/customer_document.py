"""How is a customer shown?  The answers of `/v1/customers`, made from what the flows return."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.portrait_document import (
    AttributeAnswer,
    RelatedAnswer,
    UnusableAnswer,
    attribute_answers,
    related_answers,
    unusable_answers,
)
from app.api.wire import Answer
from app.differentiate.score import Value
from app.differentiate.segments import SEGMENT_NAMES
from app.flows.customer_facts import open_complaint
from app.flows.customer_gaps import Gap
from app.flows.customer_view import CustomerView
from app.flows.identity_decision import Group, Regrouped
from app.flows.record_groups import Figures
from app.identify.rivals import Clash
from app.interact.consent import MARKETING, consent_state
from app.vocabulary import Assurance, Channel, CustomerId, Locale, Party


class KnownByAnswer(Answer):
    """One identifier of a customer."""

    type: str
    scope: str
    value: str
    state: str
    records: int
    assurance: Assurance
    first_seen_at: datetime
    last_seen_at: datetime


class RecordAnswer(Answer):
    """One source's record of the customer."""

    record_id: UUID
    source: str
    record_key: str | None


class YardstickAnswer(Answer):
    """The frozen cut points that scores are read from."""

    version: int
    basis: str
    as_of: date
    window_days: int
    currency: str
    r_cuts: list[int]
    f_cuts: list[int]
    v_cuts: list[str]


class ScoreAnswer(Answer):
    """What a customer is worth on a day, the numbers that is read from, and the yardstick."""

    customer_id: UUID
    on: date
    r: int | None
    f: int | None
    v: int | None
    segment: str
    segment_name: str
    abc: str | None
    first_purchase_on: date | None
    last_purchase_on: date | None
    purchase_days_lifetime: int
    purchase_days: int = Field(description="distinct, in the window")
    purchases: int = Field(description="in the window")
    net: str = Field(description="in the window, in the currency of the yardstick")
    contribution: str = Field(description="net less cost of goods, in the window: V")
    yardstick: YardstickAnswer


class CustomerAnswer(Answer):
    """The whole view of a customer; a merged id answers with its survivor."""

    id: UUID
    asked_id: UUID
    former_ids: list[UUID]
    split_into: list[UUID] = Field(description="who has records that were theirs, since a split")
    display_name: str | None
    party: Party
    profile: dict[str, str] = Field(description="the value of each attribute that shows")
    attributes: list[AttributeAnswer] = Field(description="every value, and who said it")
    identifiers: list[KnownByAnswer]
    unusable: list[UnusableAnswer] = Field(
        description="identifiers that are no evidence: ask again"
    )
    records: list[RecordAnswer]
    relations: list[RelatedAnswer] = Field(description="who shares a contact point with them")
    gaps: list[Gap] = Field(description="what is missing, or too old to rely on: ask for it")
    restricted: bool = Field(description="their data may be stored, and not used (docs/rights.md)")
    score: ScoreAnswer
    lifecycle: str | None
    open_complaint: bool
    marketing_consent: dict[str, str] = Field(description="by channel: granted, denied, unknown")
    last_contact_at: datetime | None


class HappeningAnswer(Answer):
    """One thing that happened with a customer."""

    kind: str
    id: str
    at: datetime
    channel: str | None
    what: str | None
    details: dict[str, Any] | None


class TimelineAnswer(Answer):
    """What happened, newest first; ``next`` goes on where this page ends."""

    items: list[HappeningAnswer]
    next: str | None


class FiguresAnswer(Answer):
    """What records bought together; purchase days are distinct, so they do not add up."""

    first_purchase_on: date | None
    last_purchase_on: date | None
    purchase_days: int
    purchases: int
    net: str


class GroupAnswer(Answer):
    """A customer, its records and what they bought."""

    customer_id: UUID
    records: list[UUID]
    figures: FiguresAnswer


class ContradictionAnswer(Answer):
    """What speaks against two customers being one; no value is told."""

    kind: Clash = Field(
        description="each has a tax id of its own, one is a company and the other speaks for it, "
        "or people said before that they are two"
    )
    customer_ids: list[UUID]


class RegroupedAnswer(Answer):
    """What a merge or a split led to, or would lead to where it was a preview."""

    preview: bool
    customers: list[GroupAnswer]
    before: list[GroupAnswer] = Field(description="the same records, and whose they were")
    merged_ids: list[UUID] = Field(description="ids that answer with another customer now")
    contradictions: list[ContradictionAnswer] = Field(
        description="what a merge overrides: look again before it is for good"
    )


def score_answer(customer: CustomerId, value: Value, locale: Locale) -> ScoreAnswer:
    """Return a customer's worth as it is shown."""
    numbers, rfv = value.numbers, value.rfv
    return ScoreAnswer(
        customer_id=customer,
        on=value.on,
        r=rfv.r if rfv else None,
        f=rfv.f if rfv else None,
        v=rfv.v if rfv else None,
        segment=value.segment.value,
        segment_name=SEGMENT_NAMES[value.segment].in_locale(locale),
        abc=value.abc.value if value.abc else None,
        first_purchase_on=numbers.first_on,
        last_purchase_on=numbers.last_on,
        purchase_days_lifetime=numbers.purchase_days_lifetime,
        purchase_days=numbers.purchase_days_window,
        purchases=numbers.purchases_window,
        net=str(numbers.net_window),
        contribution=str(numbers.contribution_window),
        yardstick=yardstick_answer(value),
    )


def yardstick_answer(value: Value) -> YardstickAnswer:
    """Return the cut points a value was read from."""
    yardstick = value.run.yardstick
    return YardstickAnswer(
        version=value.run.version,
        basis=yardstick.basis.value,
        as_of=yardstick.as_of,
        window_days=yardstick.window_days,
        currency=yardstick.currency,
        r_cuts=list(yardstick.r_cuts),
        f_cuts=list(yardstick.f_cuts),
        v_cuts=[str(cut) for cut in yardstick.v_cuts],
    )


def customer_answer(view: CustomerView, now: datetime, locale: Locale) -> CustomerAnswer:
    """Return the whole view of a customer as it is shown."""
    lifecycle = view.facts.get("lifecycle")
    return CustomerAnswer(
        id=view.customer_id,
        asked_id=view.asked_id,
        former_ids=list(view.former_ids),
        split_into=list(view.split_into),
        display_name=view.display_name,
        party=view.portrait.party,
        profile=dict(view.profile),
        attributes=attribute_answers(view.portrait.attributes),
        identifiers=[
            KnownByAnswer(
                type=item.type,
                scope=item.scope,
                value=item.value,
                state=item.state,
                records=item.records,
                assurance=Assurance.of_rank(item.assurance),
                first_seen_at=item.first_seen_at,
                last_seen_at=item.last_seen_at,
            )
            for item in view.known_by
        ],
        unusable=unusable_answers(view.unusable),
        records=[
            RecordAnswer(record_id=record, source=link.source, record_key=link.record_key)
            for record, link in view.records.items()
        ],
        relations=related_answers(view.portrait.related),
        gaps=view.gaps,
        restricted=view.snapshot.restricted,
        score=score_answer(view.customer_id, view.value, locale),
        lifecycle=lifecycle if isinstance(lifecycle, str) else None,
        open_complaint=open_complaint(view.snapshot.complaints),
        marketing_consent={
            channel.value: consent_state(view.snapshot.consents, MARKETING, channel, now).value
            for channel in Channel
        },
        last_contact_at=view.snapshot.last_contact_at,
    )


def figures_answer(figures: Figures) -> FiguresAnswer:
    """Return what records bought as it is shown."""
    return FiguresAnswer(
        first_purchase_on=figures.first_on,
        last_purchase_on=figures.last_on,
        purchase_days=figures.purchase_days,
        purchases=figures.purchases,
        net=str(figures.net),
    )


def _groups(groups: Mapping[CustomerId, Group]) -> list[GroupAnswer]:
    return [
        GroupAnswer(
            customer_id=customer,
            records=list(group.records),
            figures=figures_answer(group.figures),
        )
        for customer, group in groups.items()
    ]


def regrouped_answer(regrouped: Regrouped, *, preview: bool) -> RegroupedAnswer:
    """Return what a merge or split led to."""
    return RegroupedAnswer(
        preview=preview,
        customers=_groups(regrouped.customers),
        before=_groups(regrouped.before),
        merged_ids=list(regrouped.gone),
        contradictions=[
            ContradictionAnswer(kind=clash, customer_ids=[one, other])
            for clash, one, other in regrouped.overridden
        ],
    )
