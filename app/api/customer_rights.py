"""`/v1/customers/{id}`: what somebody may ask of us about their own data.

See docs/rights.md: consent, restriction and hold, erasure; correction and export are beside this.
"""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.api.audit import TheActor
from app.api.dependencies import Now, TheExchange, TheHouse
from app.api.event_data import ConsentData
from app.api.problem_details import problem_response, promised
from app.api.route import new_router
from app.api.subject_rectification import word_of
from app.api.subject_requests import due_for, today_of
from app.api.wire import Answer, Day, Document
from app.api.writing import TheWrite, nothing, written
from app.flows import subject_facts
from app.flows.erasure import Erased
from app.flows.subject_erasure import Asking, Delayed, erase_when_asked
from app.flows.subject_facts import Consent
from app.flows.subject_restraint import (
    Order,
    Restraint,
    RestraintKind,
    RestraintReason,
    lift,
    reasons_for,
    restrain,
    restraints_of,
)
from app.problems import Conflict, Fault, InvalidInput
from app.vocabulary import CustomerId

router = new_router("data-subject rights")

MOST_CONSENTS: Final = 50

_ERASED: Final = promised(HTTPStatus.GONE)
_HELD: Final = promised(HTTPStatus.GONE, HTTPStatus.CONFLICT)


class ConsentsDocument(Document):
    """A person's word on purposes and channels."""

    consents: Annotated[list[ConsentData], Field(min_length=1, max_length=MOST_CONSENTS)]


class ConsentsAnswer(Answer):
    """Whose word was taken, and on how many purposes and channels."""

    customer_id: UUID
    taken: int


class RestraintDocument(Document):
    """What may not be done with this customer's data, why, and until when."""

    kind: RestraintKind
    reason: RestraintReason
    ends_on: Day | None = Field(
        default=None, description="the last day; a hold needs one, a restriction may be open"
    )


class RestraintAnswer(Answer):
    """One restraint on a customer's records."""

    restraint_id: UUID
    kind: RestraintKind
    reason: RestraintReason
    in_force: bool
    starts_at: datetime
    ends_on: date | None
    actor: str
    lifted_at: datetime | None
    lifted_by: str | None


class RestraintsAnswer(Answer):
    """Every restraint there was, oldest first."""

    items: list[RestraintAnswer]


@router.put(
    "/v1/customers/{customer_id}/consents", responses=_ERASED, response_model=ConsentsAnswer
)
async def put_consents(
    customer_id: UUID,
    told: ConsentsDocument,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
) -> Response:
    """Take a person's word on purposes and channels; the latest word on each holds."""
    consents = [
        Consent(
            each.purpose,
            None if each.channel is None else each.channel.value,
            each.status,
            each.legal_basis,
            each.text_version,
            each.proof,
            each.expires_at,
        )
        for each in told.consents
    ]
    word = word_of(house, actor, now)
    return await write(
        lambda tx: subject_facts.consent(tx, CustomerId(customer_id), consents, word),
        lambda current: written(ConsentsAnswer(customer_id=current, taken=len(consents))),
    )


@router.get("/v1/customers/{customer_id}/restraints", responses=_ERASED)
async def list_restraints(customer_id: UUID, house: TheHouse, now: Now) -> RestraintsAnswer:
    """Return what restrains the use or the erasure of a customer's data, and what once did."""
    found = await house.database.read(lambda tx: restraints_of(tx, CustomerId(customer_id)))
    today = today_of(house, now)
    return RestraintsAnswer(items=[_restraint(each, today) for each in found])


@router.post(
    "/v1/customers/{customer_id}/restraints",
    status_code=HTTPStatus.CREATED,
    responses=_ERASED,
    response_model=RestraintAnswer,
)
async def place_restraint(
    customer_id: UUID,
    told: RestraintDocument,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
) -> Response:
    """Restrict the use of a customer's data, or hold their erasure until a day."""
    today = today_of(house, now)
    _refuse_meaningless(told, today)
    order = Order(told.kind, told.reason, told.ends_on, actor)
    return await write(
        lambda tx: restrain(tx, CustomerId(customer_id), order, now),
        lambda placed: written(_restraint(placed, today), HTTPStatus.CREATED),
    )


@router.delete(
    "/v1/customers/{customer_id}/restraints/{restraint_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=_ERASED,
)
async def lift_restraint(
    customer_id: UUID, restraint_id: UUID, write: TheWrite, actor: TheActor, now: Now
) -> Response:
    """Lift a restraint; tell the person before a restriction is lifted (GDPR art. 18(3))."""
    return await write(
        lambda tx: lift(tx, CustomerId(customer_id), restraint_id, actor, now), nothing
    )


@router.delete("/v1/customers/{customer_id}", status_code=HTTPStatus.NO_CONTENT, responses=_HELD)
async def erase_customer(
    customer_id: UUID,
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    exchange: TheExchange,
    now: Now,
) -> Response:
    """Forget a customer; a re-import does not bring them back.

    A hold refuses it (409 `legal-hold`): the request is in the register, and is carried out on the
    day after the hold ends.
    """
    asking = Asking(now, today_of(house, now), due_for(house, now), actor)

    def answer(done: Erased | Delayed) -> Response:
        if isinstance(done, Erased):
            return nothing()
        # The request was entered: so this is an answer after a commit and no exception.
        return problem_response(_held(done), exchange.request_id)

    return await write(
        lambda tx: erase_when_asked(tx, CustomerId(customer_id), asking, house.keyed_hash), answer
    )


def _held(delayed: Delayed) -> Conflict:
    hold = delayed.hold
    fault = Fault("", hold.reason.value, f"holds until {hold.ends_on} included")
    return Conflict(
        f"a hold keeps this customer's data until {hold.ends_on}; the request is registered and"
        " will be carried out on the day after",
        code="legal-hold",
        faults=(fault,),
    )


def _refuse_meaningless(told: RestraintDocument, today: date) -> None:
    if told.reason not in reasons_for(told.kind):
        known = ", ".join(sorted(reasons_for(told.kind)))
        fault = Fault("/reason", "wrong-reason", f"one of {known}")
        raise InvalidInput("this kind of restraint has other reasons", faults=(fault,))
    if told.ends_on is None and told.kind is RestraintKind.HOLD:
        fault = Fault("/ends_on", "missing", "the last day of the hold")
        raise InvalidInput("no hold is for ever: say when it ends", faults=(fault,))
    if told.ends_on is not None and told.ends_on < today:
        fault = Fault("/ends_on", "past-day", "lies in the past")
        raise InvalidInput("a restraint ends today or later", faults=(fault,))


def _restraint(restraint: Restraint, today: date) -> RestraintAnswer:
    return RestraintAnswer(
        restraint_id=restraint.restraint_id,
        kind=restraint.kind,
        reason=restraint.reason,
        in_force=restraint.holds(today),
        starts_at=restraint.starts_at,
        ends_on=restraint.ends_on,
        actor=restraint.actor,
        lifted_at=restraint.lifted_at,
        lifted_by=restraint.lifted_by,
    )
