"""Is an order's settlement a function of the set of its facts, whatever came first or twice?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from random import Random
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.differentiate.trade import (
    Settlement,
    TradeFact,
    TradeKind,
    TradeStatus,
    order_groups,
    settle,
)
from app.vocabulary import RecordId

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = b"order"
RECORDS = (None, RecordId(UUID(int=1)), RecordId(UUID(int=2)))
NOTHING = Decimal(0)

amounts = st.none() | st.integers(0, 50_000).map(lambda cents: Decimal(cents) / 100)


def told(event: int, kind: TradeKind, hours: int, **more: object) -> TradeFact:
    at = START + timedelta(hours=hours)
    given: dict[str, object] = {"order_key": ORDER, **more}
    return TradeFact(
        event_key=bytes([event]),
        kind=kind,
        occurred_at=at,
        business_on=at.date(),
        **given,  # type: ignore[arg-type]
    )


@st.composite
def orders(
    draw: st.DrawFn, most: int = 6, least: int = 0, order_keys: Sequence[bytes | None] = (ORDER,)
) -> list[TradeFact]:
    """Draw the facts of an order: few instants, so that ties and clocks behind do occur."""
    return [
        told(
            event,
            draw(st.sampled_from(TradeKind)),
            draw(st.integers(0, 5)) * 12,
            order_key=draw(st.sampled_from(order_keys)),
            refers_key=draw(st.none() | st.integers(0, most).map(lambda key: bytes([key]))),
            status=draw(st.none() | st.sampled_from(TradeStatus)),
            record_id=draw(st.sampled_from(RECORDS)),
            net=draw(amounts),
            cost=draw(amounts),
        )
        for event in range(draw(st.integers(least, most)))
    ]


Settle = Callable[[Sequence[TradeFact]], object]


def assert_free_of_arrival(settled: Settle, facts: Sequence[TradeFact]) -> None:
    results = [settled(arrival) for arrival in permutations(facts)]
    assert all(result == results[0] for result in results)


@given(orders(least=4))
@settings(max_examples=10, deadline=None)
def test_every_arrival_of_an_orders_facts_gives_the_same_settlement(facts: list[TradeFact]) -> None:
    assert_free_of_arrival(settle, facts)


def test_every_arrival_of_a_whole_story_gives_the_same_settlement() -> None:
    """An unpaid sale, changed, paid, given back twice: by its order and by its event."""
    sold = {"status": TradeStatus.PENDING, "cost": Decimal(50)}
    story = [
        told(1, TradeKind.SALE, 0, net=Decimal(100), record_id=None, **sold),
        told(2, TradeKind.SALE, 12, net=Decimal(120), record_id=RECORDS[1], **sold),
        told(3, TradeKind.PAYMENT, 72, status=TradeStatus.PAID),
        told(4, TradeKind.PAYMENT, 96, status=TradeStatus.OVERDUE),
        told(5, TradeKind.REFUND, 200, net=Decimal(40), record_id=RECORDS[2]),
        told(6, TradeKind.REFUND, 0, net=Decimal(20), order_key=None, refers_key=bytes([1])),
    ]
    assert_free_of_arrival(settle, story)
    (entry,) = settle(story)
    assert (entry.on, entry.record_id) == (START.date(), RECORDS[1])
    assert (entry.purchases, entry.net, entry.cost) == (1, Decimal(60), Decimal(50))


@given(orders(most=12), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_so_does_a_shuffle_of_many(facts: list[TradeFact], random: Random) -> None:
    shuffled = random.sample(facts, len(facts))
    assert settle(shuffled) == settle(facts)


@settings(max_examples=50)
@given(orders(most=12, order_keys=(None, ORDER, b"other")), st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_arrival_and_hold_each_fact_once(
    facts: list[TradeFact], random: Random
) -> None:
    groups = order_groups(facts)
    assert order_groups(random.sample(facts, len(facts)) + facts) == groups
    assert sorted(it.event_key for order in groups.values() for it in order) == sorted(
        it.event_key for it in facts
    )
    for key, order in groups.items():
        assert set(order_groups(order)) == {key}


@given(orders(), st.data())
def test_a_replay_changes_nothing(facts: list[TradeFact], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=8)) if facts else []
    assert settle([*facts, *again]) == settle(facts)


@given(orders(most=4), st.integers(0, 9), amounts, st.integers(0, 9), amounts)
def test_a_refund_before_its_sale_equals_a_refund_after_it(
    others: list[TradeFact], sold: int, price: Decimal, returned: int, back: Decimal
) -> None:
    sale = told(100, TradeKind.SALE, sold, status=TradeStatus.PAID, net=price, record_id=RECORDS[1])
    loose = told(101, TradeKind.REFUND, returned, net=back, order_key=None, refers_key=bytes([100]))
    assert settle([loose, *others, sale]) == settle([sale, *others, loose])


@given(st.integers(0, 9), amounts, st.integers(0, 90))
def test_a_refund_stands_on_its_own_until_its_sale_comes(
    sold: int, back: Decimal, returned: int
) -> None:
    sale = told(100, TradeKind.SALE, sold, net=Decimal(9), record_id=RECORDS[1])
    refund = told(101, TradeKind.REFUND, returned, net=back, record_id=RECORDS[2])
    assert all(
        (it.on, it.record_id, it.purchases) == (refund.business_on, RECORDS[2], 0)
        for it in settle([refund])
    )
    assert [(it.on, it.record_id, it.net) for it in settle([refund, sale])] == [
        (sale.business_on, RECORDS[1], 9 - (back or NOTHING))
    ]


def expected_net(facts: Sequence[TradeFact]) -> Decimal:
    """Return what is left of an order: its last price less what was given back."""
    paid = any(it.kind is TradeKind.PAYMENT and it.status is TradeStatus.PAID for it in facts)
    words = {None, TradeStatus.PAID, TradeStatus.CANCELLED, *(TradeStatus if paid else ())}
    sales = [it for it in facts if it.kind is TradeKind.SALE and it.status in words]
    last = max(sales, key=lambda it: (it.occurred_at, it.event_key), default=None)
    if any(it.kind is TradeKind.CANCELLATION for it in facts):
        return NOTHING
    if last is not None and last.status is TradeStatus.CANCELLED:
        return NOTHING
    price = NOTHING if last is None else last.net or NOTHING
    return price - sum((it.net or NOTHING for it in facts if it.kind is TradeKind.REFUND), NOTHING)


def net_of(settlement: Settlement) -> Decimal:
    return sum((entry.net for entry in settlement), NOTHING)


@given(orders(most=8))
def test_no_money_is_lost_or_made(facts: list[TradeFact]) -> None:
    priced = [replace(it, net=it.net or NOTHING) for it in facts]
    assert net_of(settle(priced)) == expected_net(priced)


@given(orders())
def test_an_order_is_one_purchase_at_most_and_each_place_has_one_entry(
    facts: list[TradeFact],
) -> None:
    entries = settle(facts)
    assert sum(entry.purchases for entry in entries) in {0, 1}
    places = [(entry.group_key, entry.record_id, entry.on) for entry in entries]
    assert len(set(places)) == len(places)


def settled_on_arrival(arrival: Sequence[TradeFact]) -> dict[date, Decimal]:
    """Keep running totals by day: what we do not do, as a refund finds its sale or does not."""
    sold_on: date | None = None
    totals: dict[date, Decimal] = defaultdict(Decimal)
    for it in arrival:
        if it.kind is TradeKind.SALE:
            sold_on = sold_on or it.business_on
            totals[sold_on] += it.net or NOTHING
        else:
            totals[sold_on or it.business_on] -= it.net or NOTHING
    return totals


def test_running_totals_fail_the_same_test() -> None:
    """Negative control: what depends on arrival is noticed, and so is what a replay changes."""
    sale = told(1, TradeKind.SALE, 0, net=Decimal(100))
    refund = told(2, TradeKind.REFUND, 50, net=Decimal(30))
    assert_free_of_arrival(settle, [sale, refund])
    with pytest.raises(AssertionError):
        assert_free_of_arrival(settled_on_arrival, [sale, refund])
    assert settled_on_arrival([sale, sale]) != settled_on_arrival([sale])
