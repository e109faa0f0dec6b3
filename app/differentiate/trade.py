"""What do the facts about one order mean together?  The order is the unit of trade.

A sale, its restatements, payments, refunds and cancellation arrive late, twice and in any order, so
nothing here is added to or taken from a running number: the facts of an order are settled again,
whole, whenever one more is known.  The result is a function of their set, never of their arrival.

* The order's day is that of its earliest sale fact, its record that of the earliest with a record.
* Sale facts of one order are restatements.  One that is paid (or has no status: it was booked) or
  cancelled is a word on the order, and the last word holds.  Any other is waiting, and becomes paid
  by a payment for the order, whichever restatement that names and whatever the two clocks say: the
  one of a payment provider may be behind.  A payment failed or overdue says nothing by itself (an
  instalment of a sale already paid may be late), and one that fails after it was paid is told as a
  refund or a cancellation.
* A refund counts against the day and record of its sale once that counts; until then on its own.
  The purchase day stays: they did come and buy.  Refunds beyond the sale's amount are kept exactly
  and never clamped: the books have them, and the customer's value falls below zero.
* A cancellation takes everything away, refunds included (a return is often told as both, and would
  count twice), whatever amount it carries and whatever time: part of an order is given back by a
  refund, and an order is opened again under a new id.
* A paid sale of no money is a purchase: a free sample fetched is a visit, and V shows its worth.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from app.vocabulary import RecordId, value_type

_NOTHING: Final = Decimal(0)


class TradeKind(StrEnum):
    """The event types that speak of an order."""

    SALE = "sale"
    REFUND = "refund"
    CANCELLATION = "cancellation"
    PAYMENT = "payment"


class TradeStatus(StrEnum):
    """How far a sale or a payment has come."""

    PENDING = "pending"
    PAID = "paid"
    OVERDUE = "overdue"
    FAILED = "failed"
    CANCELLED = "cancelled"


_BOOKED: Final = (None, TradeStatus.PAID)
"""A sale that says so counts, until another fact of its order says otherwise."""


@value_type(kw_only=True)
class TradeFact:
    """One event about trade, as it came, in the deployment's currency.

    Keys are keyed hashes: ``event_key`` of the event's own id, ``order_key`` of (source, order id),
    ``refers_key`` the event key of the sale it speaks of.  ``occurred_at`` is UTC; ``business_on``
    was fixed when written.  Amounts of a refund are positive: ``net`` given back, ``cost`` of the
    goods that came back, ``discount`` taken back.  An amount that is None is not stated.
    """

    event_key: bytes
    kind: TradeKind
    occurred_at: datetime
    business_on: date
    order_key: bytes | None = None
    refers_key: bytes | None = None
    status: TradeStatus | None = None
    record_id: RecordId | None = None
    net: Decimal | None = None
    cost: Decimal | None = None
    discount: Decimal | None = None


@value_type(kw_only=True)
class TradeEntry:
    """What one order brings to one record on one day; without a record it counts in totals only.

    ``group_key`` is the order's key, or what stands for it (see ``order_groups``).
    """

    group_key: bytes
    record_id: RecordId | None
    on: date
    purchases: int
    net: Decimal
    cost: Decimal
    discount: Decimal


Settlement: TypeAlias = tuple[TradeEntry, ...]
"""One order's entries by day, at most one for each (record, day); empty counts for nothing."""


def order_groups(facts: Iterable[TradeFact]) -> dict[bytes, list[TradeFact]]:
    """Part facts into orders, each fact once and each group by time.

    A fact belongs to its order key.  Without one a sale stands alone under its own event key, and
    any other fact goes with the sale it refers to.  While that sale is unknown the reference itself
    is the key, so that facts that wait for the same sale wait together, and a sale without an order
    finds them under its own key.  What refers to nothing stands alone.

    Raises:
        ValueError: one event key has two contents.
    """
    once = _once(facts)
    group_of_sale = {fact.event_key: fact.order_key or fact.event_key for fact in _sales(once)}
    groups: dict[bytes, list[TradeFact]] = {}
    for fact in once:
        groups.setdefault(_group_key(fact, group_of_sale), []).append(fact)
    return groups


def settle(facts: Collection[TradeFact]) -> Settlement:
    """Return what one order's facts bring to which record and day; the rules stand at the top.

    Raises:
        ValueError: the facts are of several orders, or one event key has two contents.
    """
    groups = order_groups(facts)
    if len(groups) > 1:
        raise ValueError("the facts of several orders are not settled together")
    return next((settle_group(key, order) for key, order in groups.items()), ())


def settle_group(group_key: bytes, order: Sequence[TradeFact]) -> Settlement:
    """Return what ``settle`` does for an order just as ``order_groups`` has parted it."""
    first = order[0]
    # Most orders are one sale: there is nothing to weigh up.
    if len(order) == 1 and first.kind is TradeKind.SALE and first.status in _BOOKED:
        return (_sale_entry(group_key, first, first.business_on, first.record_id),)
    sales = _sales(order)
    word = _last_word(sales, is_paid=_has_payment(order))
    if _is_cancelled(order, word):
        return ()
    refunds = [fact for fact in order if fact.kind is TradeKind.REFUND]
    if word is None:
        alone = [_refund_entry(group_key, it, it.business_on, it.record_id) for it in refunds]
        return _by_place(alone)
    on, record_id = sales[0].business_on, _record_of(sales)
    given_back = [_refund_entry(group_key, it, on, record_id) for it in refunds]
    return _by_place([_sale_entry(group_key, _priced(sales, word), on, record_id), *given_back])


def _last_word(sales: Sequence[TradeFact], *, is_paid: bool) -> TradeFact | None:
    """Return the latest sale fact that decides the order; None while all of them wait."""
    decided = (None, TradeStatus.PAID, TradeStatus.CANCELLED)
    return next((sale for sale in reversed(sales) if is_paid or sale.status in decided), None)


def _is_cancelled(order: Iterable[TradeFact], word: TradeFact | None) -> bool:
    if word is not None and word.status is TradeStatus.CANCELLED:
        return True
    return any(fact.kind is TradeKind.CANCELLATION for fact in order)


def _has_payment(order: Iterable[TradeFact]) -> bool:
    return any(fact.kind is TradeKind.PAYMENT and fact.status is TradeStatus.PAID for fact in order)


def _record_of(sales: Iterable[TradeFact]) -> RecordId | None:
    return next((sale.record_id for sale in sales if sale.record_id is not None), None)


def _priced(sales: Sequence[TradeFact], word: TradeFact) -> TradeFact:
    """Return the fact that states the money: the last word or, where it states none, the nearest.

    A source may confirm an order by its status alone, with the amounts told before (or still to be
    told under an earlier time): the latest statement up to the word, else the first one after it.
    """
    after = sales.index(word) + 1
    nearest = (*reversed(sales[:after]), *sales[after:])
    return next((sale for sale in nearest if sale.net is not None), word)


def _sale_entry(
    group_key: bytes, money: TradeFact, on: date, record_id: RecordId | None
) -> TradeEntry:
    return TradeEntry(
        group_key=group_key,
        record_id=record_id,
        on=on,
        purchases=1,
        net=money.net or _NOTHING,
        cost=money.cost or _NOTHING,
        discount=money.discount or _NOTHING,
    )


def _refund_entry(
    group_key: bytes, refund: TradeFact, on: date, record_id: RecordId | None
) -> TradeEntry:
    return TradeEntry(
        group_key=group_key,
        record_id=record_id,
        on=on,
        purchases=0,
        net=-(refund.net or _NOTHING),
        cost=-(refund.cost or _NOTHING),
        discount=-(refund.discount or _NOTHING),
    )


def _by_place(entries: Sequence[TradeEntry]) -> Settlement:
    """Add up entries of the same record and day, by day; what comes to nothing is left out."""
    if len(entries) == 1:  # most orders are one sale
        return tuple(entry for entry in entries if _says_something(entry))
    places: dict[tuple[date, str], TradeEntry] = {}
    for entry in entries:
        place = (entry.on, str(entry.record_id or ""))
        places[place] = _sum(places[place], entry) if place in places else entry
    return tuple(places[place] for place in sorted(places) if _says_something(places[place]))


def _sum(one: TradeEntry, other: TradeEntry) -> TradeEntry:
    return replace(
        one,
        purchases=one.purchases + other.purchases,
        net=one.net + other.net,
        cost=one.cost + other.cost,
        discount=one.discount + other.discount,
    )


def _says_something(entry: TradeEntry) -> bool:
    return any((entry.purchases, entry.net, entry.cost, entry.discount))


def _sales(facts: Iterable[TradeFact]) -> list[TradeFact]:
    return [fact for fact in facts if fact.kind is TradeKind.SALE]


def _group_key(fact: TradeFact, group_of_sale: dict[bytes, bytes]) -> bytes:
    if fact.order_key is not None:
        return fact.order_key
    if fact.kind is TradeKind.SALE or fact.refers_key is None:
        return fact.event_key
    return group_of_sale.get(fact.refers_key, fact.refers_key)


def _once(facts: Iterable[TradeFact]) -> list[TradeFact]:
    """Return each event once, by time and then by key: the one order every rule here relies on."""
    known: dict[bytes, TradeFact] = {}
    for fact in facts:
        held = known.setdefault(fact.event_key, fact)
        if held is not fact and held != fact:
            raise ValueError("one event key has two contents")
    return sorted(known.values(), key=lambda fact: (fact.occurred_at, fact.event_key))
