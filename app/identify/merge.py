"""What do people decide about identity, and how is it undone?  By deciding again.

A merge says that these records are one customer, a split that these sides are not.  Both are facts
that every later clustering obeys; neither rewrites a fact or loses an id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.statements import statement
from app.database.transaction import Connection, SetGrew
from app.identify import queries
from app.identify.attach import Attached, relink
from app.identify.decisions import DecisionKind, PeoplesDecision, by_people
from app.identify.rivals import Clash, clashes_between
from app.problems import Conflict, Gone, InvalidInput, NotFound
from app.vocabulary import ComponentId, CustomerId, RecordId

Against = tuple[Clash, CustomerId, CustomerId]
"""What speaks against two customers being one, and which; the older id first."""

RETRACT: Final = statement("app.identify", "retract")
DECIDED_RECORDS: Final = statement("app.identify", "decided_records")


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


async def against_merge(tx: Connection, customers: Collection[CustomerId]) -> list[Against]:
    """Return what speaks against these being one customer, pair by pair, without any value.

    Raises:
        NotFound, Gone: an id was never given out, or has been erased.
        SetGrew: a customer won or lost records meanwhile.
    """
    current = sorted({await current_id(tx, customer) for customer in customers})
    await _lock_records(tx, current)
    held = {each: await queries.records_of(tx, each) for each in current}
    components = {component for records in held.values() for component in records.values()}
    content = await queries.component_content(tx, components, ())
    decisions = await queries.decisions_about(tx, content.records)
    _, sides = by_people(frozenset(content.records), decisions)
    return [
        (clash, one, other)
        for one, other in combinations(current, 2)
        for clash in clashes_between(
            frozenset(held[one]), frozenset(held[other]), content.links, sides
        )
    ]


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


async def keep_apart(
    tx: Connection, customers: Sequence[CustomerId], word: Word, now: datetime
) -> Attached:
    """Say that customers are not one, as they are now: whatever comes later keeps them apart.

    Raises:
        NotFound, Gone: an id was never given out, or has been erased.
        InvalidInput: fewer than two different customers are named.
    """
    current = sorted({await current_id(tx, customer) for customer in customers})
    if len(current) < 2:
        raise InvalidInput("one customer is not apart from itself", code="nothing-to-split")
    locked, _ = await _lock_records(tx, current)
    sides = {
        record: number
        for number, customer in enumerate(current)
        for record in await queries.records_of(tx, customer)
    }
    return await _decide(tx, DecisionKind.SPLIT, sides, locked, word, now)


async def take_back(tx: Connection, decision_id: UUID, word: Word, now: datetime) -> Attached:
    """Undo a person's decision: the records are what the facts and the other decisions say.

    Raises:
        SetGrew: a record it names moved meanwhile.
        Gone: none of the records it named is here any more.
    """
    asked = {"identity_decision_id": decision_id}
    records = {RecordId(row.record_id) for row in await tx.execute(DECIDED_RECORDS, asked)}
    if not records:
        raise Gone("the records this was decided about have been erased")
    locked = await _lock_still(tx, records)
    await tx.execute(RETRACT, asked | {"actor": word.actor, "now": now})
    return await relink(tx, locked, (), now, cause="undo", cause_id=decision_id)


async def look_again(tx: Connection, records: Collection[RecordId], now: datetime) -> Attached:
    """Cluster the components of these records once more: their reviews are judged anew.

    Raises:
        SetGrew: a record moved meanwhile.
    """
    return await relink(tx, await _lock_still(tx, records), (), now, cause="review")


async def _lock_still(tx: Connection, records: Collection[RecordId]) -> set[ComponentId]:
    locked = await queries.lock_components(tx, records, ())
    found = await queries.located(tx, records, ())
    if not found.components <= locked:
        raise SetGrew
    return locked


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
