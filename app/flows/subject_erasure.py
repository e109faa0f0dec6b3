"""Somebody asks to be forgotten: may they be, now, and if not, when?

Every erasure is in the register.  A hold refuses it for as long as it lasts; the request then waits
there, and the worker carries it out on the day after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.erasure import Erased, Leaving, forget, hold_leaving
from app.flows.subject_register import (
    RequestKind,
    RequestState,
    SubjectRequest,
    enter,
    received,
    request_of,
    requests_about,
    settle,
)
from app.flows.subject_restraint import Restraint, longest_hold, restraints_on
from app.identify import queries as identify
from app.vocabulary import CustomerId

DUE = statement("app.flows", "subject_erasures_due")

WORKER: Final = Actor("worker")
"""Who closes a request that nobody closed by hand."""


@dataclass(frozen=True, slots=True)
class Asking:
    """When somebody asks to be forgotten, by when that is due, and who passes it on."""

    now: datetime
    today: date
    due_on: date
    actor: Actor


@dataclass(frozen=True, slots=True)
class Delayed:
    """A hold keeps the records; the request waits in the register."""

    request_id: UUID
    hold: Restraint


async def erase_when_asked(
    tx: Connection, customer: CustomerId, asking: Asking, keyed_hash: KeyedHash
) -> Erased | Delayed:
    """Forget a customer, or have the request wait for the hold that ends last.

    An open request for it is closed by this; without one, one is entered.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased before.
    """
    leaving = await hold_leaving(tx, customer)
    request = await _request(tx, leaving.held.customer_id, asking, keyed_hash)
    return await _carry_out(tx, leaving, request, asking)


async def carry_out_due(tx: Connection, now: datetime, today: date) -> int:
    """Carry out one erasure whose hold has ended; return how many there were: one, or none."""
    row = (await tx.execute(DUE, {"today": today})).one_or_none()
    if row is None:
        return 0
    request = request_of(row)
    if request.customer_id is None:
        raise AssertionError("an erasure without a customer is never due")
    leaving = await hold_leaving(tx, request.customer_id)
    await _carry_out(tx, leaving, request, Asking(now, today, request.due_on, WORKER))
    return 1


async def _carry_out(
    tx: Connection, leaving: Leaving, request: SubjectRequest, asking: Asking
) -> Erased | Delayed:
    now, client, customer = asking.now, asking.actor.name, leaving.held.customer_id
    hold = longest_hold(await restraints_on(tx, customer), asking.today)
    if hold is not None:
        state, reason = RequestState.IN_PROGRESS, hold.reason.value
        await settle(tx, request, state, client, now, reason=reason, waits_until=hold.ends_on)
        return Delayed(request.request_id, hold)
    await settle(tx, request, RequestState.DONE, client, now)
    await audit.note(tx, Act(asking.actor, ActKind.CUSTOMER_ERASED, now, customer))
    return await forget(tx, leaving, now)


async def _request(
    tx: Connection, current: CustomerId, asking: Asking, keyed_hash: KeyedHash
) -> SubjectRequest:
    ids = {current, *await identify.former_ids(tx, current)}
    found = next(
        (
            each
            for each in await requests_about(tx, ids)
            if each.kind is RequestKind.ERASURE and each.closed_at is None
        ),
        None,
    )
    if found is not None:
        return found
    new = received(RequestKind.ERASURE, current, asking.now, asking.due_on, asking.actor.name)
    return await enter(tx, new, keyed_hash)
