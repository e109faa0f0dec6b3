"""What do people decide about identity, and how is it undone?  By deciding again.

A merge says that these records are one customer, a split that these sides are not.  Both are facts
that every later clustering obeys; neither rewrites a fact or loses an id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.identify import queries
from app.identify.attach import Attached, relink
from app.identify.cluster import DecisionKind, PeoplesDecision
from app.problems import Conflict, Gone, InvalidInput, NotFound
from app.vocabulary import ComponentId, CustomerId, RecordId


@dataclass(frozen=True, slots=True)
class Word:
    """Who decides, and why."""

    actor: str
    reason: str | None


async def merge(
    tx: Connection, customers: Collection[CustomerId], word: Word, now: datetime
) -> Attached:
    """Make the customers one; the oldest id survives and the others answer with it.

    Raises:
        NotFound, Gone: an id was never given out, or has been erased.
        InvalidInput: fewer than two different customers are named.
    """
    current = {await current_id(tx, customer) for customer in customers}
    if len(current) < 2:
        raise InvalidInput("a merge needs two different customers", code="nothing-to-merge")
    locked, records = await _lock_records(tx, current)
    sides = dict.fromkeys(records, 0)
    return await _decide(tx, DecisionKind.MERGE, sides, locked, word, now)


async def split(
    tx: Connection,
    customer: CustomerId,
    sides: Sequence[Collection[RecordId]],
    word: Word,
    now: datetime,
) -> Attached:
    """Take the sides out of a customer, each a customer of its own; what is not named stays.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
        InvalidInput: a side is empty or names a record twice.
        Conflict: a record is not the customer's (any more), or nothing would stay.
    """
    current = await current_id(tx, customer)
    locked, records = await _lock_records(tx, {current})
    taken = [record for side in sides for record in side]
    if not taken or not all(sides) or len(set(taken)) != len(taken):
        raise InvalidInput("each side needs records, and none may be named twice", code="sides")
    if not set(taken) <= records:
        raise Conflict("a record named here does not belong to this customer", code="not-a-record")
    if set(taken) == records and len(sides) == 1:
        raise Conflict("a split has to leave something behind", code="nothing-to-split")
    chosen = dict.fromkeys(records, 0) | {
        record: number for number, side in enumerate(sides, start=1) for record in side
    }
    return await _decide(tx, DecisionKind.SPLIT, chosen, locked, word, now)


async def current_id(tx: Connection, customer: CustomerId) -> CustomerId:
    """Return the customer that answers to this id now.

    Raises:
        NotFound: the id was never given out.
        Gone: its person asked to be erased.
    """
    found = await queries.find_customer(tx, customer)
    if found is None:
        raise NotFound("no customer has this id")
    if found.erased_at is not None:
        raise Gone("this customer has been erased")
    return found.current_customer_id


async def _lock_records(
    tx: Connection, customers: Collection[CustomerId]
) -> tuple[set[ComponentId], set[RecordId]]:
    """Lock the customers' components and return their records as they are under the lock.

    Raises:
        SetGrew: a customer won or lost records meanwhile: who answers to its id has to be asked
            again.
    """
    seen = {each: await queries.records_of(tx, each) for each in sorted(customers)}
    records = {record for held in seen.values() for record in held}
    locked = await queries.lock_components(tx, records, ())
    under_lock = {each: await queries.records_of(tx, each) for each in sorted(customers)}
    if under_lock != seen or not all(seen.values()):
        raise SetGrew
    return locked, records


async def _decide(
    tx: Connection,
    kind: DecisionKind,
    sides: dict[RecordId, int],
    locked: Collection[ComponentId],
    word: Word,
    now: datetime,
) -> Attached:
    decision = PeoplesDecision(uuid7(), now, kind, sides)
    await queries.write_decision(tx, decision, actor=word.actor, reason=word.reason)
    return await relink(tx, locked, (), now, cause=kind.value, cause_id=decision.decision_id)
