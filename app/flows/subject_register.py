"""Who asked what of us about their own data, by when is it due, and what came of it?

The register holds codes, dates and names of clients, and no words: there is nothing in it to
erase.  Once a person is erased their customer id leaves it; a keyed pseudonym stays.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.merge import current_id
from app.problems import Conflict, InvalidInput, NotFound
from app.vocabulary import CustomerId

ADD = statement("app.flows", "subject_request_add")
MOVE = statement("app.flows", "subject_request_move")
FIND = statement("app.flows", "subject_request_find")
PAGE = statement("app.flows", "subject_requests")
ABOUT = statement("app.flows", "subject_requests_about")


class RequestKind(StrEnum):
    """What was asked for: GDPR arts. 15 to 21, LGPD art. 18."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    PORTABILITY = "portability"


class RequestState(StrEnum):
    """Where it stands; the last two close it."""

    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    REFUSED = "refused"


CLOSED: Final = frozenset({RequestState.DONE, RequestState.REFUSED})


class Refusal(StrEnum):
    """Why a request may be refused; a code, as words would be about somebody."""

    NOT_IDENTIFIED = "not_identified"
    NOT_ENTITLED = "not_entitled"
    NOTHING_HELD = "nothing_held"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGAL_CLAIM = "legal_claim"
    RIGHTS_OF_OTHERS = "rights_of_others"
    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SubjectRequest:
    """One request; ``customer_id`` is None where it is about nobody we know, or not any more.

    ``reason`` is a ``Refusal``, or the reason of the hold that an erasure waits for.
    """

    request_id: UUID
    kind: RequestKind
    customer_id: CustomerId | None
    received_at: datetime
    due_on: date
    state: RequestState
    reason: str | None
    waits_until: date | None
    received_by: str
    closed_at: datetime | None
    closed_by: str | None

    def is_overdue(self, today: date) -> bool:
        """Return whether it should have been answered by now; what waits for a hold need not."""
        waits = self.waits_until is not None and today <= self.waits_until
        return self.closed_at is None and self.due_on < today and not waits


async def enter(tx: Connection, request: SubjectRequest, keyed_hash: KeyedHash) -> SubjectRequest:
    """Enter a request in the register."""
    customer = request.customer_id
    key = None if customer is None else keyed_hash.digest("subject", str(customer))
    await tx.execute(ADD, {**asdict(request), "subject_key": key})
    return request


def received(
    kind: RequestKind, customer: CustomerId | None, at: datetime, due_on: date, client: str
) -> SubjectRequest:
    """Return a request as it comes in."""
    return SubjectRequest(
        request_id=uuid7(),
        kind=kind,
        customer_id=customer,
        received_at=at,
        due_on=due_on,
        state=RequestState.RECEIVED,
        reason=None,
        waits_until=None,
        received_by=client,
        closed_at=None,
        closed_by=None,
    )


async def receive(tx: Connection, request: SubjectRequest, keyed_hash: KeyedHash) -> SubjectRequest:
    """Enter a request, under the id that answers for its customer now.

    Raises:
        NotFound, Gone: the customer's id was never given out, or has been erased.
    """
    customer = request.customer_id
    current = None if customer is None else await current_id(tx, customer)
    return await enter(tx, replace(request, customer_id=current), keyed_hash)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where somebody says that a request stands now."""

    state: RequestState
    reason: Refusal | None
    client: str


async def move(tx: Connection, request_id: UUID, verdict: Verdict, now: datetime) -> SubjectRequest:
    """Say where a request stands now; a closed one stays as it is.

    Raises:
        NotFound: there is no such request.
        Conflict: it is closed; or an erasure is called done whose customer is still there.
        InvalidInput: a refusal has no reason, or something else has one.
    """
    if (verdict.reason is None) == (verdict.state is RequestState.REFUSED):
        raise InvalidInput("a refusal, and nothing else, has a reason", code="refusal-reason")
    row = (await tx.execute(FIND, {"request_id": request_id})).one_or_none()
    if row is None:
        raise NotFound("there is no such request")
    found = request_of(row)
    if found.closed_at is not None:
        raise Conflict("this request is closed; enter a new one", code="request-closed")
    is_done = verdict.state is RequestState.DONE
    if is_done and found.kind is RequestKind.ERASURE and found.customer_id is not None:
        raise Conflict(
            "the customer is still here: DELETE /v1/customers/{id} erases them and closes this",
            code="not-erased",
        )
    return await settle(tx, found, verdict.state, verdict.client, now, reason=verdict.reason)


async def settle(
    tx: Connection,
    request: SubjectRequest,
    state: RequestState,
    client: str,
    now: datetime,
    *,
    reason: str | None = None,
    waits_until: date | None = None,
) -> SubjectRequest:
    """Write where a request stands now."""
    closed = state in CLOSED
    moved = replace(
        request,
        state=state,
        reason=reason,
        waits_until=waits_until,
        closed_at=now if closed else None,
        closed_by=client if closed else None,
    )
    await tx.execute(MOVE, asdict(moved))
    return moved


async def requests(
    tx: Connection,
    state: RequestState | None,
    overdue_on: date | None,
    before: UUID | None,
    most: int,
) -> list[SubjectRequest]:
    """Return a page of the register, the request entered last first."""
    rows = await tx.execute(
        PAGE, {"state": state, "overdue_on": overdue_on, "before": before, "most": most}
    )
    return [request_of(row) for row in rows]


async def requests_about(tx: Connection, customers: Collection[CustomerId]) -> list[SubjectRequest]:
    """Return the requests about a customer, by its current and former ids, oldest first."""
    rows = await tx.execute(ABOUT, {"customer_ids": sorted(customers)})
    return [request_of(row) for row in rows]


def request_of(row: Any) -> SubjectRequest:
    """Read a row that carries the columns of ``subject_requests.sql``."""
    customer = row.customer_id
    return SubjectRequest(
        request_id=UUID(bytes=row.request_id.bytes),
        kind=RequestKind(row.kind),
        customer_id=None if customer is None else CustomerId(UUID(bytes=customer.bytes)),
        received_at=row.received_at,
        due_on=row.due_on,
        state=RequestState(row.state),
        reason=row.reason,
        waits_until=row.waits_until,
        received_by=row.received_by,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
    )
