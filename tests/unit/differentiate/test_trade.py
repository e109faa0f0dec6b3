"""What does each story about an order come to?  One story a test, told as facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from app.differentiate.trade import (
    TradeEntry,
    TradeFact,
    TradeKind,
    TradeStatus,
    order_groups,
    settle,
)
from app.vocabulary import RecordId

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = b"order-1"
ANA = RecordId(UUID(int=1))
BIA = RecordId(UUID(int=2))


def on(day: int) -> date:
    return (START + timedelta(days=day)).date()


def fact(kind: TradeKind, day: int, net: str | None = None, **more: Any) -> TradeFact:
    given: dict[str, Any] = {
        "event_key": f"{kind}@{day}".encode(),
        "kind": kind,
        "occurred_at": START + timedelta(days=day),
        "business_on": on(day),
        "order_key": ORDER,
        "record_id": ANA,
        "net": None if net is None else Decimal(net),
    }
    return TradeFact(**{**given, **more})


def sale(day: int, net: str | None = "100", status: str | None = "paid", **more: Any) -> TradeFact:
    known = None if status is None else TradeStatus(status)
    return fact(TradeKind.SALE, day, net, status=known, **more)


def refund(day: int, net: str | None = "30", **more: Any) -> TradeFact:
    return fact(TradeKind.REFUND, day, net, **more)


def cancellation(day: int, **more: Any) -> TradeFact:
    return fact(TradeKind.CANCELLATION, day, **more)


def payment(day: int, status: str = "paid", **more: Any) -> TradeFact:
    return fact(TradeKind.PAYMENT, day, status=TradeStatus(status), **more)


def told(*facts: TradeFact) -> list[tuple[date, RecordId | None, int, str]]:
    """Settle and show (day, record, purchases, net): what most stories are about."""
    return [(it.on, it.record_id, it.purchases, str(it.net)) for it in settle(facts)]


def test_no_facts_come_to_nothing() -> None:
    assert settle([]) == ()


def test_a_sale_is_a_purchase_on_its_day() -> None:
    costed = sale(0, "189.90", cost=Decimal("101.20"), discount=Decimal("10.00"))
    assert settle([costed]) == (
        TradeEntry(
            group_key=ORDER,
            record_id=ANA,
            on=on(0),
            purchases=1,
            net=Decimal("189.90"),
            cost=Decimal("101.20"),
            discount=Decimal("10.00"),
        ),
    )


def test_a_sale_without_a_status_was_booked() -> None:
    assert told(sale(0, status=None)) == [(on(0), ANA, 1, "100")]


@pytest.mark.parametrize("status", ["pending", "overdue", "failed"])
def test_an_unpaid_sale_counts_for_nothing(status: str) -> None:
    assert told(sale(0, status=status)) == []


@pytest.mark.parametrize("status", ["pending", "overdue", "failed"])
def test_a_payment_that_is_not_paid_confirms_nothing(status: str) -> None:
    assert told(sale(0, status="pending"), payment(3, status)) == []


def test_a_payment_confirms_a_pending_sale_on_the_sales_day() -> None:
    assert told(sale(0, status="pending"), payment(3)) == [(on(0), ANA, 1, "100")]


def test_a_payment_by_a_clock_that_is_behind_confirms_too() -> None:
    assert told(payment(-1), sale(0, status="pending")) == [(on(0), ANA, 1, "100")]


def test_a_late_instalment_does_not_undo_a_paid_order() -> None:
    assert told(sale(0, status="pending"), payment(1), payment(30, "overdue")) == [
        (on(0), ANA, 1, "100")
    ]


def test_the_same_orders_paid_sale_confirms_on_the_first_day() -> None:
    assert told(sale(0, "100", "pending"), sale(2, "90")) == [(on(0), ANA, 1, "90")]


def test_a_paid_sale_by_status_alone_keeps_the_money_told_before_it() -> None:
    assert told(sale(0, "100", "pending"), sale(2, None), sale(4, "120", "pending")) == [
        (on(0), ANA, 1, "100")
    ]
    assert told(sale(0, None), sale(2, "80", "pending")) == [(on(0), ANA, 1, "80")]
    assert told(sale(0, None)) == [(on(0), ANA, 1, "0")]


def test_the_latest_paid_restatement_gives_the_money() -> None:
    assert told(sale(0, "100"), sale(1, "110"), sale(2, "500", "pending")) == [
        (on(0), ANA, 1, "110")
    ]


def test_restatements_of_one_instant_are_told_apart_by_their_key() -> None:
    first, second = sale(0, "100", event_key=b"a"), sale(0, "120", event_key=b"b")
    assert told(second, first) == told(first, second) == [(on(0), ANA, 1, "120")]


def test_a_later_cancelled_restatement_cancels_and_a_later_paid_one_restores() -> None:
    assert told(sale(0), sale(1, status="cancelled")) == []
    assert told(sale(0), sale(1, status="cancelled"), sale(2, "70")) == [(on(0), ANA, 1, "70")]
    assert told(sale(0), sale(1, status="cancelled"), sale(2, "70", "pending")) == []


def test_the_record_is_that_of_the_earliest_sale_with_one() -> None:
    assert told(sale(0, record_id=None), sale(1, record_id=BIA), sale(2)) == [
        (on(0), BIA, 1, "100")
    ]
    assert told(sale(0, record_id=None), refund(1)) == [(on(0), None, 1, "70")]


def test_a_refund_counts_on_the_day_and_record_of_its_sale() -> None:
    assert told(sale(0), refund(9, "30", record_id=BIA)) == [(on(0), ANA, 1, "70")]


def test_a_refund_before_its_sale_counts_on_its_own_day_until_the_sale_counts() -> None:
    early = refund(9, "30", record_id=BIA)
    alone = [(on(9), BIA, 0, "-30")]
    assert told(early) == alone
    assert told(early, sale(0, status="pending")) == alone
    assert told(early, sale(0, status="pending"), payment(1)) == [(on(0), ANA, 1, "70")]


def test_a_full_refund_keeps_the_purchase_day_and_more_is_kept_exactly() -> None:
    assert told(sale(0), refund(1, "100")) == [(on(0), ANA, 1, "0")]
    assert told(sale(0), refund(1, "100"), refund(2, "50.01")) == [(on(0), ANA, 1, "-50.01")]


def test_goods_that_come_back_lower_the_cost() -> None:
    (entry,) = settle([sale(0, cost=Decimal(60)), refund(1, "50", cost=Decimal(30))])
    assert (entry.net, entry.cost) == (Decimal(50), Decimal(30))


def test_a_refund_of_no_stated_amount_says_nothing() -> None:
    assert told(refund(1, None)) == []


@pytest.mark.parametrize("net", [None, "10"])
def test_a_cancellation_takes_purchase_money_and_refunds_away(net: str | None) -> None:
    amount = None if net is None else Decimal(net)
    assert told(sale(0), refund(1), payment(1), cancellation(2, net=amount)) == []


def test_a_cancellation_is_final_whatever_its_time() -> None:
    assert told(cancellation(-1), sale(0), sale(5, "70")) == []
    assert told(cancellation(2)) == []


def test_a_paid_sale_of_no_money_is_a_purchase() -> None:
    assert told(sale(0, "0.00")) == [(on(0), ANA, 1, "0")]


def test_refunds_of_one_day_and_record_are_one_entry_and_others_are_not() -> None:
    second = refund(1, "2", event_key=b"x")
    hers = refund(1, "4", record_id=BIA, event_key=b"a")
    assert told(refund(1, "1"), second, hers, refund(3)) == [
        (on(1), ANA, 0, "-3"),
        (on(1), BIA, 0, "-4"),
        (on(3), ANA, 0, "-30"),
    ]


def test_a_fact_told_twice_counts_once() -> None:
    assert told(sale(0), sale(0), refund(1), refund(1)) == [(on(0), ANA, 1, "70")]


def test_one_event_with_two_contents_is_refused() -> None:
    with pytest.raises(ValueError, match="two contents"):
        settle([sale(0, "1"), sale(0, "2")])


def test_two_orders_are_not_settled_together() -> None:
    with pytest.raises(ValueError, match="several orders"):
        settle([sale(0), sale(1, order_key=b"order-2")])


Shape = dict[bytes, set[bytes]]


def groups(*facts: TradeFact) -> Shape:
    return {key: {fact.event_key for fact in order} for key, order in order_groups(facts).items()}


def test_facts_of_one_order_key_are_one_group() -> None:
    assert groups(sale(0), refund(1)) == {ORDER: {b"sale@0", b"refund@1"}}


def test_a_fact_without_an_order_goes_with_the_sale_it_refers_to() -> None:
    loose = refund(1, order_key=None, refers_key=b"sale@0")
    assert groups(loose, sale(0)) == {ORDER: {b"sale@0", b"refund@1"}}
    assert groups(loose, sale(0, order_key=None)) == {b"sale@0": {b"sale@0", b"refund@1"}}


def test_facts_that_wait_for_one_sale_wait_under_its_key() -> None:
    waiting = [
        loose(1, order_key=None, refers_key=b"sale@0") for loose in (refund, cancellation, payment)
    ]
    keys = {fact.event_key for fact in waiting}
    assert groups(*waiting) == {b"sale@0": keys}
    assert groups(*waiting, sale(0)) == {ORDER: {b"sale@0", *keys}}


def test_its_own_order_key_outweighs_a_reference() -> None:
    other = refund(1, order_key=b"order-2", refers_key=b"sale@0")
    assert set(groups(sale(0), other)) == {ORDER, b"order-2"}


def test_what_refers_to_nothing_stands_alone() -> None:
    assert groups(refund(1, order_key=None), sale(2, order_key=None)) == {
        b"refund@1": {b"refund@1"},
        b"sale@2": {b"sale@2"},
    }


def test_a_sale_without_an_order_is_nobodys_restatement() -> None:
    loose = sale(1, order_key=None, refers_key=b"sale@0")
    assert set(groups(sale(0), loose)) == {ORDER, b"sale@1"}
