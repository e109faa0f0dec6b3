"""What follows when a person merges or splits customers?  Nothing is rewritten, all is re-read.

A preview is the same work in a transaction that is not kept: what it shows is what would happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from uuid_utils.compat import uuid7

from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.flows.event_intake import CUSTOMER_CHANGED
from app.flows.record_groups import Figures, figures_of
from app.identify.attach import Attached
from app.identify.merge import Against, Word, against_merge, merge, split
from app.vocabulary import CustomerId, RecordId


@dataclass(frozen=True, slots=True)
class Group:
    """A customer's records and what they bought together."""

    records: list[RecordId]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Regrouped:
    """The customers that there are now and that there were, and the ids that moved.

    ``overridden`` is what spoke against it: people may join what the rules never would.
    """

    customers: dict[CustomerId, Group]
    before: dict[CustomerId, Group]
    gone: list[CustomerId]
    overridden: Sequence[Against] = ()


async def merge_customers(
    tx: Connection, customers: Collection[CustomerId], word: Word, now: datetime
) -> Regrouped:
    """Make customers one, re-read their numbers, and say what speaks against it."""
    against = await against_merge(tx, customers)
    regrouped = await settle(tx, await merge(tx, customers, word, now), now)
    return replace(regrouped, overridden=against)


async def split_customer(
    tx: Connection,
    customer: CustomerId,
    sides: Sequence[Collection[RecordId]],
    word: Word,
    now: datetime,
) -> Regrouped:
    """Take records out of a customer and re-read the numbers of what there is now."""
    return await settle(tx, await split(tx, customer, sides, word, now), now)


async def settle(tx: Connection, attached: Attached, now: datetime) -> Regrouped:
    """Re-read the numbers of who won or lost records, tell others, and say what there is now."""
    changed = attached.changed
    await differentiate.refresh_stats(tx, changed, now)
    told = [
        OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})
        for customer in sorted(changed)
    ]
    await outbox.put(tx, told)
    after = _by_customer(attached.customers)
    before = _by_customer(_customers_before(attached))
    figures = await figures_of(tx, [*after.values(), *before.values()])
    groups = [
        Group(records, found)
        for records, found in zip([*after.values(), *before.values()], figures, strict=True)
    ]
    return Regrouped(
        dict(zip(after, groups[: len(after)], strict=True)),
        dict(zip(before, groups[len(after) :], strict=True)),
        sorted(changed - after.keys()),
    )


def _customers_before(attached: Attached) -> dict[RecordId, CustomerId]:
    """Return whose each record was; one that is new was nobody's."""
    was = dict(attached.customers)
    for move in attached.moves:
        if move.came_from is None:
            was.pop(move.record_id)
        else:
            was[move.record_id] = move.came_from
    return was


def _by_customer(held: Mapping[RecordId, CustomerId]) -> dict[CustomerId, list[RecordId]]:
    groups: dict[CustomerId, list[RecordId]] = defaultdict(list)
    for record, customer in sorted(held.items()):
        groups[customer].append(record)
    return dict(groups)
