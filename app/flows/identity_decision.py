"""What follows when a person merges or splits customers?  Nothing is rewritten, all is re-read.

A preview is the same work in a transaction that is not kept: what it shows is what would happen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from uuid_utils.compat import uuid7

from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify.attach import Attached
from app.identify.merge import Word, merge, split
from app.vocabulary import CustomerId, RecordId


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The customers that there are now, each with its records, and the ids that moved."""

    customers: dict[CustomerId, list[RecordId]]
    gone: list[CustomerId]


async def merge_customers(
    tx: Connection, customers: Collection[CustomerId], word: Word, now: datetime
) -> Regrouped:
    """Make customers one and re-read their numbers."""
    return await _settle(tx, await merge(tx, customers, word, now), now)


async def split_customer(
    tx: Connection,
    customer: CustomerId,
    sides: Sequence[Collection[RecordId]],
    word: Word,
    now: datetime,
) -> Regrouped:
    """Take records out of a customer and re-read the numbers of what there is now."""
    return await _settle(tx, await split(tx, customer, sides, word, now), now)


async def _settle(tx: Connection, attached: Attached, now: datetime) -> Regrouped:
    changed = attached.changed
    await differentiate.refresh_stats(tx, changed, now)
    told = [
        OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})
        for customer in sorted(changed)
    ]
    await outbox.put(tx, told)
    groups: dict[CustomerId, list[RecordId]] = {}
    for record, customer in sorted(attached.customers.items()):
        groups.setdefault(customer, []).append(record)
    return Regrouped(groups, sorted(changed - groups.keys()))
