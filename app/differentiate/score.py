"""What is a customer worth, and how does a sale get into that?

A sale is booked by settling its order again, whole, and re-reading what hangs on it: entries, day
buckets, the customer's cache.  An order that nobody knew has nothing to take back, and is added to
its bucket.  A score is a pure function of those numbers, a frozen yardstick and a day, computed
when it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.differentiate import queries
from app.differentiate.classes import CustomerClass, class_of
from app.differentiate.queries import ActiveRun, SentMoney, StoredFact
from app.differentiate.rfv import CustomerNumbers, Rfv, score
from app.differentiate.segments import Segment, segment_of
from app.differentiate.trade import (
    Settlement,
    TradeFact,
    TradeKind,
    order_groups,
    settle_group,
)
from app.differentiate.yardstick import freeze
from app.vocabulary import CustomerId, RecordId, ScoringRunId, value_type


@value_type()
class Value:
    """A customer's worth on a day, with the numbers and the yardstick it was read from."""

    numbers: CustomerNumbers
    rfv: Rfv | None
    segment: Segment
    abc: CustomerClass | None
    run: ActiveRun
    on: date


@dataclass(frozen=True, slots=True)
class Orders:
    """Locked orders, and by order every fact of theirs, those of this transaction among them.

    ``filed`` is what those come to that nobody knew: their lock has written it already.
    """

    claimed: frozenset[bytes]
    groups: Mapping[bytes, Sequence[TradeFact]]
    filed: Mapping[bytes, Settlement]

    @property
    def records(self) -> frozenset[RecordId]:
        """Return every record whose numbers these orders may change."""
        facts = chain.from_iterable(self.groups.values())
        return frozenset(fact.record_id for fact in facts if fact.record_id is not None)


async def claim(
    tx: Connection,
    told: Sequence[TradeFact],
    sent: Mapping[bytes, SentMoney],
    awaited: Collection[bytes],
) -> Orders:
    """Lock the orders that these facts belong to and file the facts with all known of them.

    The facts' event keys, and those they refer to, must be claimed already: that is what keeps a
    refund and its sale from passing each other.  ``awaited`` are the event keys that somebody
    referred to before they came: only they may have facts that wait for them.  A refund may turn
    out to belong to an order it does not name; then that order is locked as well and read again.
    Most orders are one sale that nobody has spoken of before: these are filed by the lock itself,
    and not written twice.
    """
    sales = _sale_keys(told, awaited)
    alone = order_groups(told)
    meant = {group: settle_group(group, facts) for group, facts in alone.items()}
    claimed: set[bytes] = set()
    known: set[bytes] = set()
    wanted = set(alone)
    groups: Mapping[bytes, Sequence[TradeFact]] = alone
    stored: dict[bytes, StoredFact] = {}
    while not wanted <= claimed:
        new = {group: next(iter(meant.get(group, ())), None) for group in wanted - claimed}
        known |= await queries.claim_orders(tx, new)
        claimed |= wanted
        found = await queries.trade_facts(tx, claimed, sales)
        stored = {item.fact.event_key: item for item in found}
        # All that was found may be gone when the next order is locked: erased while we waited.
        groups = order_groups([*(item.fact for item in found), *told]) if found else alone
        wanted = {item.group_key for item in found} | groups.keys()
    placed = [StoredFact(group, fact) for group, members in groups.items() for fact in members]
    moved = [item for item in placed if _is_new_or_moved(item, stored)]
    await queries.write_trade_facts(tx, moved, sent)
    filed = {
        group: meant[group]
        for group, members in groups.items()
        if group not in known and members == alone.get(group) and len(meant[group]) < 2
    }
    return Orders(frozenset(claimed), groups, filed)


async def book(tx: Connection, orders: Orders) -> set[RecordId]:
    """Settle the orders again with what was told; return the records whose buckets changed."""
    entries = {
        group: settle_group(group, facts)
        for group, facts in orders.groups.items()
        if group not in orders.filed
    }
    filed = [entry for meant in orders.filed.values() for entry in meant]
    return await queries.write_entries(tx, orders.claimed - orders.filed.keys(), entries, filed)


async def claim_left(tx: Connection, records: Collection[RecordId]) -> Orders:
    """Lock the orders that these records told of; return them as they stand without these.

    Raises:
        SetGrew: one came or went between our look and our lock.
    """
    seen = await queries.orders_of(tx, records)
    if not seen:
        return Orders(frozenset(), {}, {})
    await queries.claim_orders(tx, dict.fromkeys(seen))
    stored = await queries.facts_beside(tx, records)
    if {item.group_key for item in stored} != seen:
        raise SetGrew
    gone = frozenset(records)
    left = order_groups(item.fact for item in stored if item.fact.record_id not in gone)
    return Orders(frozenset(seen), left, {})


async def book_left(tx: Connection, orders: Orders) -> set[RecordId]:
    """Settle orders by the facts that are left; return the records whose buckets changed.

    A fact that went with a sale which is no more waits again, under what it refers to.
    """
    left = [StoredFact(group, fact) for group, facts in orders.groups.items() for fact in facts]
    if left:
        await queries.write_trade_facts(tx, left, {})
    return await book(tx, orders)


def value_of(numbers: CustomerNumbers, run: ActiveRun, today: date) -> Value:
    """Read a customer's numbers against the yardstick as of a day."""
    rfv = score(numbers, run.yardstick, today)
    abc = None if rfv is None else class_of(numbers.contribution_window, run.yardstick.abc)
    return Value(numbers, rfv, segment_of(rfv), abc, run, today)


async def value(
    tx: Connection, customer: CustomerId, today: date, until: date | None = None
) -> Value:
    """Return a customer's worth as of a day; with ``until`` as if nothing had come after it."""
    run = await queries.active_run(tx)
    window_days = run.yardstick.window_days
    numbers = await queries.numbers_of(tx, customer, today, window_days, until)
    return value_of(numbers, run, today)


async def freeze_run(
    tx: Connection, *, as_of: date, window_days: int, currency: str, now: datetime
) -> queries.StoredRun:
    """Measure the customers and freeze the cut points as a new draft."""
    version = await queries.next_version(tx)
    yardstick = freeze(
        await queries.population(tx, as_of, window_days),
        as_of=as_of,
        window_days=window_days,
        currency=currency,
        version=version,
    )
    run_id = ScoringRunId(uuid7())
    await queries.write_run(tx, run_id, version, yardstick, now)
    return queries.StoredRun(run_id, version, "draft", yardstick, now, None)


def _sale_keys(told: Collection[TradeFact], awaited: Collection[bytes]) -> set[bytes]:
    """Return the event keys of the sales of which something may be stored: referred to, ever."""
    sales = {fact.event_key for fact in told if fact.kind is TradeKind.SALE}
    referred = {fact.refers_key for fact in told if fact.refers_key is not None}
    return referred.union(sales.intersection(awaited))


def _is_new_or_moved(item: StoredFact, stored: Mapping[bytes, StoredFact]) -> bool:
    before = stored.get(item.fact.event_key)
    return before is None or before.group_key != item.group_key
