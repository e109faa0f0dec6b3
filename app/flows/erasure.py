"""How is one person forgotten?  Every row about their records goes; keyed tombstones stay.

    lock       what they told, its orders, what they are known by, and the components of all who
               told of these orders: the one order of locks
    forget     all that hangs on their records
    book       the orders anew, as what is left of them means

What remains says that something once came under a keyed hash, and nothing about whom: enough to
keep a re-import from bringing the person back.  What they taught the counts stays, as it names
nobody; so do the pseudonymous rows of the identity log.  Whether somebody may be erased at all is
asked before (``subject_erasure``); what a restore brings back is erased again (``erasure_ledger``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from uuid_utils.compat import uuid7

from app.access import queries as access
from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.statements import statement
from app.database.transaction import Connection, SetGrew
from app.differentiate import queries as differentiate
from app.differentiate import score
from app.differentiate.score import Orders
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify import queries as identify
from app.identify.attach import relink
from app.identify.erasure import queries as forgetting
from app.identify.merge import current_id
from app.interact import queries as interact
from app.ledger import queries as ledger
from app.personalise import queries as personalise
from app.vocabulary import ComponentId, CustomerId, RecordId

EXPIRED_AT_ONCE: Final = 100
"""Anonymous customers forgotten in one transaction."""

FORGET_MARKS = statement("app.flows", "subject_forget_marks")
MARK_ERASED = statement("app.flows", "subject_mark_erased")
VISITS_LEFT = statement("app.flows", "subject_visits_left")


@dataclass(frozen=True, slots=True)
class Erased:
    """What was forgotten, counted."""

    customer_id: CustomerId
    records: int
    identifiers: int


@dataclass(frozen=True, slots=True)
class Held:
    """A customer's records under the locks of their components."""

    customer_id: CustomerId
    records: frozenset[RecordId]
    components: frozenset[ComponentId]


@dataclass(frozen=True, slots=True)
class Leaving:
    """A held customer who goes, and the locked orders they told of as they stand without them."""

    held: Held
    orders: Orders


async def expire_idle(tx: Connection, before: datetime, now: datetime) -> int:
    """Forget customers made by asking alone and idle since ``before``; return how many.

    They may come back: an anonymous customer leaves no tombstone.
    """
    idle = await forgetting.idle_anonymous(tx, before, EXPIRED_AT_ONCE)
    records = [record for each in idle for record in await identify.records_of(tx, each)]
    # All of them together, or the facts of the second would be locked after the first's component.
    await lock_leaving(tx, records)
    for customer in idle:
        await erase(tx, customer, now, may_return=True)
    return len(idle)


async def erase(
    tx: Connection, customer: CustomerId, now: datetime, *, may_return: bool = False
) -> Erased:
    """Forget a customer: facts, decisions, identifiers that nobody else holds, all in one go.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased before.
    """
    return await forget(tx, await hold_leaving(tx, customer), now, may_return=may_return)


async def hold_still(tx: Connection, customer: CustomerId) -> Held:
    """Lock a customer, so that no record joins or leaves it before this transaction ends.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    current = await current_id(tx, customer)
    records = await identify.records_of(tx, current)
    locked = await identify.lock_components(tx, list(records), ())
    return await _held(tx, current, records, locked)


async def hold_leaving(tx: Connection, customer: CustomerId) -> Leaving:
    """Lock a customer to be forgotten, with all they told and who shares orders with them.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    current = await current_id(tx, customer)
    records = await identify.records_of(tx, current)
    orders, locked = await lock_leaving(tx, records)
    return Leaving(await _held(tx, current, records, locked), orders)


async def lock_leaving(
    tx: Connection, records: Collection[RecordId]
) -> tuple[Orders, set[ComponentId]]:
    """Lock all that forgetting these records touches, in the order in which intake does (ADR 5).

    Returned are the orders they told of, as they stand without them, and the components of all who
    told of these.

    Raises:
        SetGrew: there are more of either by now.
    """
    await ledger.lock_told(tx, records)
    orders = await score.claim_left(tx, records)
    await forgetting.lock_named(tx, records)
    all_told = {*records, *orders.records}
    locked = await identify.lock_components(tx, all_told, ())
    found = await identify.located(tx, all_told, ())
    told = await differentiate.orders_of(tx, records)
    if told != orders.claimed or not found.components <= locked:
        raise SetGrew
    return orders, locked


async def _held(
    tx: Connection,
    current: CustomerId,
    records: Mapping[RecordId, ComponentId],
    locked: AbstractSet[ComponentId],
) -> Held:
    under_lock = await identify.records_of(tx, current)
    if not records or under_lock != records or not set(records.values()) <= locked:
        raise SetGrew  # merged away meanwhile: who answers to the id has to be asked again
    return Held(current, frozenset(records), frozenset(records.values()))


async def forget(
    tx: Connection, leaving: Leaving, now: datetime, *, may_return: bool = False
) -> Erased:
    """Forget a locked customer; without ``may_return`` tombstones keep a re-import out."""
    held = leaving.held
    persons = await forgetting.persons_at(tx, held.records)
    holders = {held.customer_id}
    freed = await forget_records(tx, held.records, leaving.orders, held.components, holders, now)
    if not may_return:
        await forgetting.bury(tx, [record.bytes for record in held.records], "record", now)
        await forgetting.bury(tx, freed | persons, "identifier", now)
    return Erased(held.customer_id, len(held.records), len(freed))


async def forget_records(
    tx: Connection,
    records: Collection[RecordId],
    orders: Orders,
    locked: Collection[ComponentId],
    holders: AbstractSet[CustomerId],
    now: datetime,
) -> set[bytes]:
    """Forget records of locked components; return the keys of identifiers and visits nobody holds.

    ``orders`` are locked, and as they stand without these records; ``holders`` are the customers
    who held them.  An id minted for one of them is erased; what was with them and stays is put
    together anew, without what they told.
    """
    await personalise.forget_records(tx, records)
    touchpoints = await interact.forget_records(tx, records)
    visits = await forgetting.visits_of(tx, records)
    await ledger.forget_records(tx, records, visits)
    await differentiate.forget_records(tx, records, holders)
    booked = await score.book_left(tx, orders)
    freed = await forgetting.forget_records(tx, records)
    left = await tx.execute(VISITS_LEFT, {"visit_keys": sorted(visits)})
    marked = await tx.execute(MARK_ERASED, {"record_ids": list(records), "now": now})
    erased = {CustomerId(row.customer_id) for row in marked}
    marks = {"record_ids": list(records), "customer_ids": sorted(erased)}
    await tx.execute(FORGET_MARKS, marks)
    await access.erase_answers(tx, {*erased, *records, *touchpoints})
    await _regroup_the_rest(tx, locked, holders - erased, booked, now)
    return {bytes(key) for key in (*freed, *visits)} - {row.visit_key for row in left}


async def _regroup_the_rest(
    tx: Connection,
    locked: Collection[ComponentId],
    holders: AbstractSet[CustomerId],
    booked: Collection[RecordId],
    now: datetime,
) -> None:
    """Cluster what is left in the components: the state is a function of the facts that are."""
    rest = await relink(tx, locked, (), now, cause="erasure")
    buyers = await identify.located(tx, booked, ())
    changed = rest.changed | holders | {place.customer_id for place in buyers.places.values()}
    await differentiate.refresh_stats(tx, changed, now)
    await outbox.put(
        tx,
        [
            OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})
            for customer in sorted(changed)
        ],
    )
