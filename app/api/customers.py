"""`/v1/customers`: who they are, what they are worth, how they became one, and people's word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, NoReturn
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.api.audit import TheActor, seen
from app.api.customer_document import (
    CustomerAnswer,
    HappeningAnswer,
    RegroupedAnswer,
    ScoreAnswer,
    TimelineAnswer,
    customer_answer,
    regrouped_answer,
    score_answer,
)
from app.api.dependencies import House, Now, TheHouse, TheLocale
from app.api.explain_document import ExplainAnswer, explain_answer
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Day, Document, Flag, Moment, Text
from app.api.writing import TheWrite, written
from app.database.transaction import Connection
from app.flows import customer_view
from app.flows.identity_decision import Regrouped, merge_customers, split_customer
from app.flows.identity_explain import explained
from app.identify.merge import Word
from app.problems import Fault, InvalidInput
from app.vocabulary import CustomerId, RecordId

router = new_router("customers")

_ERASED: Final = promised(HTTPStatus.GONE)
_CONTRADICTED: Final = promised(HTTPStatus.GONE, HTTPStatus.CONFLICT)
_NOT_THERE: Final = promised(HTTPStatus.GONE, HTTPStatus.NOT_FOUND)

PAGE: Final = 50
MOST_ON_PAGE: Final = 200
MOST_CUSTOMERS: Final = 50
MOST_RECORDS: Final = 1_000


class MergeDocument(Document):
    """These customers are one person, says somebody who knows."""

    customer_ids: Annotated[list[UUID], Field(min_length=2, max_length=MOST_CUSTOMERS)]
    reason: Text | None = None
    preview: Flag = Field(default=False, description="show what would happen, and change nothing")


Side = Annotated[list[UUID], Field(min_length=1, max_length=MOST_RECORDS)]


class SplitDocument(Document):
    """These records are somebody else; each list becomes a customer of its own."""

    sides: Annotated[list[Side], Field(min_length=1, max_length=MOST_CUSTOMERS)]
    reason: Text | None = None
    preview: Flag = Field(default=False, description="show what would happen, and change nothing")


class _OnlyAPreview(Exception):
    """Carries what would happen out of a transaction that is then undone."""

    def __init__(self, regrouped: Regrouped) -> None:
        self.regrouped = regrouped


@router.get("/v1/customers/{customer_id}", responses=_ERASED)
async def get_customer(
    customer_id: UUID, house: TheHouse, actor: TheActor, now: Now, locale: TheLocale
) -> CustomerAnswer:
    """Return the whole view of a customer; a merged id answers with its survivor."""
    asked, zone = CustomerId(customer_id), house.settings.zone
    rank = house.settings.sources_by_rank
    view = await house.database.read(lambda tx: customer_view.view(tx, asked, zone, now, rank))
    fields = sorted({*view.profile, *(known.type for known in view.known_by)})
    await seen(
        house, Act(actor, ActKind.CUSTOMER_SEEN, now, view.customer_id, fields=tuple(fields))
    )
    return customer_answer(view, now, locale)


@router.get("/v1/customers/{customer_id}/score", responses=_ERASED)
async def get_score(
    customer_id: UUID, house: TheHouse, now: Now, locale: TheLocale, at: Day | None = None
) -> ScoreAnswer:
    """Return a customer's worth with its cut points; `at` looks at a past day.

    A past day is read against the yardstick of now, from the facts that are dated up to it.
    """
    today = now.astimezone(house.settings.zone).date()
    if at is not None and at > today:
        fault = Fault("query/at", "future-day", "lies in the future")
        raise InvalidInput("worth is known up to today", code="future-day", faults=(fault,))
    current, value = await house.database.read(
        lambda tx: customer_view.scored(tx, CustomerId(customer_id), today, at)
    )
    return score_answer(current, value, locale)


@router.get("/v1/customers/{customer_id}/explain", responses=_ERASED)
async def explain_customer(
    customer_id: UUID,
    house: TheHouse,
    actor: TheActor,
    now: Now,
    locale: TheLocale,
    against: UUID | None = None,
    at: Moment | None = None,
) -> ExplainAnswer:
    """Say how these records became one customer: why, how, and who it was `at` a moment.

    `against` names another customer and asks why that one is not the same.
    """
    asked = CustomerId(customer_id)
    other = None if against is None else CustomerId(against)
    told = await house.database.read(lambda tx: explained(tx, asked, other, at))
    await seen(house, Act(actor, ActKind.CUSTOMER_EXPLAINED, now, told.customer_id))
    return explain_answer(told, locale)


@router.get("/v1/customers/{customer_id}/timeline", responses=_ERASED)
async def get_timeline(
    customer_id: UUID,
    house: TheHouse,
    actor: TheActor,
    now: Now,
    limit: Annotated[int, Query(ge=1, le=MOST_ON_PAGE)] = PAGE,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> TimelineAnswer:
    """Return every contact and fact, newest first, a page at a time."""
    before = None if cursor is None else _place_of(cursor)
    items = await house.database.read(
        lambda tx: customer_view.told(tx, CustomerId(customer_id), before, limit)
    )
    await seen(house, Act(actor, ActKind.TIMELINE_SEEN, now, CustomerId(customer_id)))
    last = items[-1] if len(items) == limit else None
    return TimelineAnswer(
        items=[HappeningAnswer(**item) for item in items],
        next=None if last is None else _cursor(last),
    )


@router.post("/v1/customers/merge", responses=_NOT_THERE, response_model=RegroupedAnswer)
async def merge_the_customers(
    told: MergeDocument, house: TheHouse, write: TheWrite, actor: TheActor, now: Now
) -> Response:
    """Make customers one; the oldest id survives and the others answer with it for ever.

    `contradictions` says what speaks against it: two tax ids of one kind, or that people said they
    are two.  People may join what no rule would, so look at the preview first.
    """
    ids = [CustomerId(each) for each in told.customer_ids]
    word = Word(actor.name, told.reason)

    async def merge(tx: Connection) -> Regrouped:
        regrouped = await merge_customers(tx, ids, word, now)
        return await _noted(tx, actor, ActKind.CUSTOMERS_MERGED, ids, regrouped, now)

    return await (_preview(house, merge) if told.preview else write(merge, _for_good))


@router.post(
    "/v1/customers/{customer_id}/split", responses=_CONTRADICTED, response_model=RegroupedAnswer
)
async def split_the_customer(
    customer_id: UUID,
    told: SplitDocument,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
) -> Response:
    """Take records out of a customer; to restore a merged id's records is to revive the id."""
    sides = [[RecordId(record) for record in side] for side in told.sides]
    asked, word = CustomerId(customer_id), Word(actor.name, told.reason)

    async def split(tx: Connection) -> Regrouped:
        regrouped = await split_customer(tx, asked, sides, word, now)
        return await _noted(tx, actor, ActKind.CUSTOMER_SPLIT, [asked], regrouped, now)

    return await (_preview(house, split) if told.preview else write(split, _for_good))


Regroup = Callable[[Connection], Awaitable[Regrouped]]


async def _noted(
    tx: Connection,
    actor: Actor,
    kind: ActKind,
    asked: Iterable[CustomerId],
    regrouped: Regrouped,
    now: datetime,
) -> Regrouped:
    """Note what was done to each customer that it touched, those that are gone included."""
    touched = sorted({*asked, *regrouped.customers, *regrouped.gone})
    await audit.note(tx, *(Act(actor, kind, now, customer) for customer in touched))
    return regrouped


def _for_good(regrouped: Regrouped) -> Response:
    return written(regrouped_answer(regrouped, preview=False))


async def _preview(house: House, work: Regroup) -> Response:
    """Do the work and undo it: what it shows is what would happen, to the last id.

    It changes nothing, so a key that came with it is still unused.
    """

    async def undone(tx: Connection) -> NoReturn:
        raise _OnlyAPreview(await work(tx))

    try:
        await house.database.write(undone)
    except _OnlyAPreview as preview:
        return written(regrouped_answer(preview.regrouped, preview=True))


def _cursor(last: Mapping[str, Any]) -> str:
    """Return the place after an item; in UTC as ``Z``, as a plus in a query is read as a blank."""
    return f"{last['at'].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}~{last['id']}"


def _place_of(cursor: str) -> tuple[datetime, str]:
    at, _, last_id = cursor.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fault = Fault("query/cursor", "not-a-cursor", "use `next` of the page before, as it is")
        raise InvalidInput("this is no cursor of ours", code="not-a-cursor", faults=(fault,))
    return moment, last_id
