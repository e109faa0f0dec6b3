"""`/v1/subject-requests`: what people asked of us about their own data, and by when it is due."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from app.api.dependencies import House, Now, TheClient, TheHouse
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.wire import Answer, Document, Moment
from app.api.writing import TheWrite, written
from app.flows import subject_register as register
from app.flows.subject_deadline import due_on
from app.flows.subject_register import (
    Refusal,
    RequestKind,
    RequestState,
    SubjectRequest,
    Verdict,
)
from app.problems import Fault, InvalidInput
from app.vocabulary import CustomerId

router = new_router("data-subject rights")

PAGE: Final = 50
MOST_ON_PAGE: Final = 200

_ERASED: Final = promised(HTTPStatus.GONE)
_CLOSED: Final = promised(HTTPStatus.CONFLICT)


class RequestDocument(Document):
    """Somebody asked something of us about their own data; no words are taken, only codes."""

    kind: RequestKind
    customer_id: UUID | None = Field(default=None, description="null: nobody we know")
    received_at: Moment | None = Field(default=None, description="null: now")


class ClosingDocument(Document):
    """Where a request stands now; a refusal has a reason."""

    state: Literal["in_progress", "done", "refused"]
    reason: Refusal | None = None


class RequestAnswer(Answer):
    """One request of the register."""

    request_id: UUID
    kind: RequestKind
    customer_id: UUID | None = Field(description="null: nobody we know, or not any more")
    received_at: datetime
    due_on: date
    overdue: bool
    state: RequestState
    reason: str | None = Field(description="why refused, or which hold an erasure waits for")
    waits_until: date | None = Field(description="the last day of that hold")
    received_by: str
    closed_at: datetime | None
    closed_by: str | None


class RequestsAnswer(Answer):
    """A page of the register; ``next`` goes on where it ends."""

    items: list[RequestAnswer]
    next: str | None


@router.get("/v1/subject-requests")
async def list_requests(
    house: TheHouse,
    now: Now,
    state: RequestState | None = None,
    overdue: Annotated[bool, Query(description="only open ones past their day")] = False,  # noqa: FBT002 (a query parameter)
    limit: Annotated[int, Query(ge=1, le=MOST_ON_PAGE)] = PAGE,
    cursor: UUID | None = None,
) -> RequestsAnswer:
    """Return the register, the request entered last first, a page at a time."""
    today = today_of(house, now)
    late = today if overdue else None
    found = await house.database.read(lambda tx: register.requests(tx, state, late, cursor, limit))
    return RequestsAnswer(
        items=[request_answer(each, today) for each in found],
        next=str(found[-1].request_id) if len(found) == limit else None,
    )


@router.post(
    "/v1/subject-requests",
    status_code=HTTPStatus.CREATED,
    responses=_ERASED | promised(HTTPStatus.NOT_FOUND),
    response_model=RequestAnswer,
)
async def enter_request(
    told: RequestDocument, house: TheHouse, write: TheWrite, client: TheClient, now: Now
) -> Response:
    """Enter a request; the day it is due on follows from the law of the deployment's country."""
    received_at = told.received_at or now
    if received_at > now:
        fault = Fault("/received_at", "future-time", "lies in the future")
        raise InvalidInput("nothing is received in the future", faults=(fault,))
    customer = None if told.customer_id is None else CustomerId(told.customer_id)
    due = due_for(house, received_at)
    request = register.received(told.kind, customer, received_at, due, client.name)
    today = today_of(house, now)
    return await write(
        lambda tx: register.receive(tx, request, house.keyed_hash),
        lambda entered: written(request_answer(entered, today), HTTPStatus.CREATED),
    )


@router.post("/v1/subject-requests/{request_id}", responses=_CLOSED, response_model=RequestAnswer)
async def move_request(
    request_id: UUID,
    told: ClosingDocument,
    house: TheHouse,
    write: TheWrite,
    client: TheClient,
    now: Now,
) -> Response:
    """Say where a request stands now: at work, done, or refused with a reason."""
    verdict = Verdict(RequestState(told.state), told.reason, client.name)
    today = today_of(house, now)
    return await write(
        lambda tx: register.move(tx, request_id, verdict, now),
        lambda moved: written(request_answer(moved, today)),
    )


def due_for(house: House, received_at: datetime) -> date:
    """Return the day by which what was received then has to be answered here."""
    settings = house.settings
    received_on = received_at.astimezone(settings.zone).date()
    return due_on(received_on, settings.country, settings.subject_request_days)


def request_answer(request: SubjectRequest, today: date) -> RequestAnswer:
    """Return a request as it is shown."""
    return RequestAnswer(
        request_id=request.request_id,
        kind=request.kind,
        customer_id=request.customer_id,
        received_at=request.received_at,
        due_on=request.due_on,
        overdue=request.is_overdue(today),
        state=request.state,
        reason=request.reason,
        waits_until=request.waits_until,
        received_by=request.received_by,
        closed_at=request.closed_at,
        closed_by=request.closed_by,
    )


def today_of(house: House, now: datetime) -> date:
    """Return the business day it is here."""
    return now.astimezone(house.settings.zone).date()
