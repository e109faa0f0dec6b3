"""How is one person forgotten?  Every row about their records goes; keyed tombstones stay.

What remains says that something once came under a keyed hash, and nothing about whom: enough to
keep a re-import from bringing the person back.  What they taught the counts stays, as it names
nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.access import queries as access
from app.database.transaction import Connection, SetGrew
from app.differentiate import queries as differentiate
from app.identify import queries as identify
from app.identify.merge import current_id
from app.interact import queries as interact
from app.ledger import queries as ledger
from app.personalise import queries as personalise
from app.vocabulary import CustomerId

EXPIRED_AT_ONCE: Final = 100
"""Anonymous customers forgotten in one transaction."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was forgotten, counted."""

    customer_id: CustomerId
    records: int
    identifiers: int


async def expire_idle(tx: Connection, before: datetime, now: datetime) -> int:
    """Forget customers made by asking alone and idle since ``before``; return how many.

    They may come back: an anonymous customer leaves no tombstone.
    """
    idle = await identify.idle_anonymous(tx, before, EXPIRED_AT_ONCE)
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
    current = await current_id(tx, customer)
    records = await identify.records_of(tx, current)
    locked = await identify.lock_components(tx, list(records), ())
    under_lock = await identify.records_of(tx, current)
    if not records or under_lock != records or not set(records.values()) <= locked:
        raise SetGrew  # merged away meanwhile: who answers to the id has to be asked again
    await personalise.forget_records(tx, records)
    touchpoints = await interact.forget_records(tx, records)
    await ledger.forget_records(tx, records, await identify.visits_of(tx, records))
    await differentiate.forget_records(tx, records, {current})
    freed = await identify.forget_records(tx, records)
    if not may_return:
        await identify.bury(tx, [record.bytes for record in records], "record", now)
        await identify.bury(tx, freed, "identifier", now)
    former = await identify.former_ids(tx, current)
    await access.erase_answers(tx, {current, *former, *records, *touchpoints})
    await identify.mark_erased(tx, current, now)
    return Erased(current, len(records), len(freed))
