"""`/v1/reviews`: what somebody should look at, and what they said who looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Annotated, Any, Final, NoReturn
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from app.access import audit
from app.access.audit import Act, ActKind
from app.api.audit import TheActor, seen
from app.api.customer_document import (
    FiguresAnswer,
    RegroupedAnswer,
    figures_answer,
    regrouped_answer,
)
from app.api.dependencies import Now, TheHouse, TheLocale
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer, Document, Flag, Text
from app.api.writing import TheWrite, written
from app.database.transaction import Connection
from app.flows.review import Decided, decide
from app.flows.review_queue import Outcome, Place, Queued, queue
from app.flows.review_wording import sentence_of
from app.identify.doubt import DoubtKind
from app.identify.merge import Word
from app.identify.reviews import Review, ReviewState, Verdict
from app.problems import Fault, InvalidInput
from app.vocabulary import Locale

router = new_router("reviews")

PAGE: Final = 20
_CONTRADICTED: Final = promised(HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.CONFLICT)


class VerdictDocument(Document):
    """What somebody says who looked at a review."""

    verdict: Verdict
    reason: Text | None = None
    shown: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")] | None = Field(
        default=None, description="`shown` of the review that was looked at: 409 if it changed"
    )
    preview: Flag = Field(default=False, description="show what would happen, and change nothing")


class InvolvedRecordAnswer(Answer):
    """One source's record of a customer involved."""

    record_id: UUID
    source: str


class InvolvedAnswer(Answer):
    """A customer that a review is about."""

    customer_id: UUID
    display_name: str | None
    records: list[InvolvedRecordAnswer]


class PossibleCustomerAnswer(Answer):
    """A customer there would be, and what it would have bought."""

    records: list[UUID]
    figures: FiguresAnswer


class PossibleAnswer(Answer):
    """Where each verdict leads, as far as the customers involved go."""

    same: list[PossibleCustomerAnswer]
    different: list[PossibleCustomerAnswer]


class VerdictAnswer(Answer):
    """The last verdict: which, whose, why and when."""

    verdict: Verdict
    actor: str
    reason: str | None
    decided_at: datetime


class ReviewAnswer(Answer):
    """A review as it stands: a code with parameters, and the same as a sentence."""

    id: UUID
    kind: DoubtKind
    state: ReviewState
    sentence: str
    details: dict[str, Any]
    uncertainty: float = Field(description="0 is hardly a question, 1 is even odds")
    shown: str = Field(description="changes when the evidence does; give it back with a verdict")
    opened_at: datetime
    said: VerdictAnswer | None


class QueuedAnswer(ReviewAnswer):
    """A review in the queue, with who is involved and where each verdict leads."""

    stake: str = Field(description="net bought by the customers involved")
    customers: list[InvolvedAnswer]
    outcomes: PossibleAnswer


class ReviewsAnswer(Answer):
    """Reviews, what is most worth a look first; ``next`` goes on where this page ends."""

    items: list[QueuedAnswer]
    next: str | None


class DecidedAnswer(Answer):
    """A review after a verdict; ``regrouped`` is what it led to, null where nobody moved."""

    preview: bool
    review: ReviewAnswer
    regrouped: RegroupedAnswer | None


@router.get("/v1/reviews")
async def list_reviews(
    house: TheHouse,
    actor: TheActor,
    now: Now,
    locale: TheLocale,
    kind: DoubtKind | None = None,
    state: ReviewState = ReviewState.OPEN,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> ReviewsAnswer:
    """Return what somebody should look at: by value at stake times uncertainty, page by page."""
    after = None if cursor is None else _place_of(cursor)
    found = await house.database.read(lambda tx: queue(tx, [state], kind, after, PAGE))
    shown = {each.customer_id: item.review.review_id for item in found for each in item.involved}
    acts = [
        Act(actor, ActKind.CUSTOMER_SEEN, now, customer, subject=review, fields=("name",))
        for customer, review in sorted(shown.items())
    ]
    if acts:
        await seen(house, *acts)
    last = found[-1] if len(found) == PAGE else None
    return ReviewsAnswer(
        items=[_queued(item, locale) for item in found],
        next=None if last is None else f"{last.rank}~{last.review.review_id}",
    )


class _OnlyAPreview(Exception):
    """Carries what would happen out of a transaction that is then undone."""

    def __init__(self, decided: Decided) -> None:
        self.decided = decided


@router.post("/v1/reviews/{review_id}", responses=_CONTRADICTED, response_model=DecidedAnswer)
async def decide_review(
    review_id: UUID,
    told: VerdictDocument,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
    locale: TheLocale,
) -> Response:
    """Carry out a verdict: it sticks whatever comes later, and `undo` takes it back.

    The same verdict again changes nothing; another one is 409 until the first is undone.
    """
    word = Word(actor.name, told.reason)
    shown = None if told.shown is None else bytes.fromhex(told.shown)

    async def decided(tx: Connection) -> Decided:
        done = await decide(tx, review_id, told.verdict, word, now, shown)
        await audit.note(tx, *_acts(done))
        return done

    def _acts(done: Decided) -> list[Act]:
        reason = told.verdict.value
        regrouped = done.regrouped
        touched = sorted({*regrouped.customers, *regrouped.before}) if regrouped else [None]
        return [
            Act(actor, ActKind.REVIEW_DECIDED, now, each, subject=review_id, reason=reason)
            for each in touched
        ]

    async def undone(tx: Connection) -> NoReturn:
        raise _OnlyAPreview(await decided(tx))

    if not told.preview:
        return await write(decided, lambda done: written(_decided(done, locale, preview=False)))
    try:
        await house.database.write(undone)
    except _OnlyAPreview as preview:
        return written(_decided(preview.decided, locale, preview=True))


def _decided(done: Decided, locale: Locale, *, preview: bool) -> DecidedAnswer:
    regrouped = done.regrouped
    return DecidedAnswer(
        preview=preview,
        review=ReviewAnswer(**_review(done.review, locale)),
        regrouped=None if regrouped is None else regrouped_answer(regrouped, preview=preview),
    )


def _queued(item: Queued, locale: Locale) -> QueuedAnswer:
    return QueuedAnswer(
        **_review(item.review, locale),
        stake=str(item.stake),
        customers=[
            InvolvedAnswer(
                customer_id=each.customer_id,
                display_name=each.name,
                records=[
                    InvolvedRecordAnswer(record_id=record, source=source)
                    for record, source in each.records.items()
                ],
            )
            for each in item.involved
        ],
        outcomes=PossibleAnswer(same=_outcomes(item.same), different=_outcomes(item.different)),
    )


def _outcomes(found: Sequence[Outcome]) -> list[PossibleCustomerAnswer]:
    return [
        PossibleCustomerAnswer(records=list(each.records), figures=figures_answer(each.figures))
        for each in found
    ]


def _review(review: Review, locale: Locale) -> dict[str, Any]:
    return {
        "id": review.review_id,
        "kind": review.kind,
        "state": review.state,
        "sentence": sentence_of(review, locale),
        "details": review.details,
        "uncertainty": review.uncertainty,
        "shown": review.fingerprint.hex(),
        "opened_at": review.opened_at,
        "said": _said(review),
    }


def _said(review: Review) -> VerdictAnswer | None:
    if review.verdict is None or review.actor is None or review.decided_at is None:
        return None
    return VerdictAnswer(
        verdict=review.verdict,
        actor=review.actor,
        reason=review.reason,
        decided_at=review.decided_at,
    )


def _place_of(cursor: str) -> Place:
    rank, _, review_id = cursor.partition("~")
    try:
        return Place(_decimal(rank), UUID(review_id))
    except (InvalidOperation, ValueError):
        fault = Fault("/cursor", "not-a-cursor", "use `next` of the page before, as it is")
        raise InvalidInput(
            "this is no cursor of ours", code="not-a-cursor", faults=(fault,)
        ) from None


def _decimal(text: str) -> Decimal:
    found = Decimal(text)
    if not found.is_finite():
        raise ValueError("a rank is a number")
    return found
