"""Are a customer's numbers and scores what the words say, at every border?"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.differentiate.rfv import (
    CustomerNumbers,
    Rfv,
    frequency_score,
    next_change_on,
    numbers_change_on,
    numbers_of,
    recency_score,
    score,
    value_score,
)
from app.differentiate.yardstick import SHIPPED
from app.vocabulary import PurchaseDay

TODAY = date(2026, 11, 20)


def bought(days_ago: int, net: str = "10", *, purchases: int = 1, cost: str = "0") -> PurchaseDay:
    return PurchaseDay(TODAY - timedelta(days=days_ago), purchases, Decimal(net), Decimal(cost))


def numbers(*days: PurchaseDay) -> CustomerNumbers:
    return numbers_of(days, TODAY, window_days=365)


def test_two_baskets_on_one_day_are_one_purchase_day_over_all_records() -> None:
    both = numbers(bought(3, purchases=2), bought(3), bought(9))
    assert (both.purchase_days_window, both.purchases_window) == (2, 4)
    assert both.net_window == Decimal(30)


def test_a_refund_on_its_own_day_brings_money_and_no_day() -> None:
    refunded = numbers(bought(9, "10"), bought(2, "-4", purchases=0, cost="-1"))
    assert refunded.last_on == TODAY - timedelta(days=9)
    assert refunded.purchase_days_lifetime == 1
    assert refunded.net_window == Decimal(6)
    assert refunded.contribution_window == Decimal(7)


def test_the_window_has_today_and_the_days_before_it() -> None:
    inside = numbers(bought(364, "1"), bought(365, "2"), bought(729, "4"), bought(730, "8"))
    assert inside.net_window == Decimal(1)
    assert inside.net_previous == Decimal(6)
    assert inside.purchase_days_window == 1
    assert inside.purchase_days_lifetime == 4


def test_a_day_ahead_of_today_counts_and_is_no_days_ago() -> None:
    ahead = numbers(bought(-1))
    assert ahead.purchase_days_window == 1
    assert score(ahead, SHIPPED, TODAY) == Rfv(5, 1, 1)


def test_who_never_bought_is_a_prospect_even_with_money() -> None:
    assert score(numbers(), SHIPPED, TODAY) is None
    assert score(numbers(bought(2, "-4", purchases=0)), SHIPPED, TODAY) is None


def test_numbers_of_another_window_are_refused() -> None:
    with pytest.raises(ValueError, match="different windows"):
        score(numbers_of([bought(1)], TODAY, window_days=90), SHIPPED, TODAY)


@pytest.mark.parametrize(
    ("days", "r"), [(0, 5), (30, 5), (31, 4), (90, 4), (91, 3), (180, 3), (181, 2), (271, 1)]
)
def test_recency_at_its_borders(days: int, r: int) -> None:
    assert recency_score(days, (30, 90, 180, 270)) == r


@pytest.mark.parametrize(
    ("days", "f"), [(0, 1), (1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5), (99, 5)]
)
def test_frequency_at_its_borders(days: int, f: int) -> None:
    assert frequency_score(days, (2, 3, 5)) == f


def test_frequency_one_is_kept_for_one_day_whatever_the_cuts() -> None:
    assert frequency_score(1, (2, 2, 2)) == 1
    assert frequency_score(2, (2, 2, 2)) == 2
    assert frequency_score(3, (2, 2, 2)) == 5


@pytest.mark.parametrize(
    ("amount", "v"), [("-5", 1), ("100", 1), ("100.01", 2), ("800.00", 3), ("2000.01", 5)]
)
def test_value_at_its_borders(amount: str, v: int) -> None:
    assert value_score(Decimal(amount), SHIPPED.v_cuts) == v


def test_a_lapsed_customer_keeps_the_lowest_scores_and_stays_a_customer() -> None:
    assert score(numbers(bought(400, "9000")), SHIPPED, TODAY) == Rfv(1, 1, 1)


def test_recency_falls_by_time_alone_on_the_day_foretold() -> None:
    seen = numbers(bought(0))
    changes = []
    on = next_change_on(seen, SHIPPED, TODAY)
    while on is not None:
        changes.append((on - TODAY).days)
        on = next_change_on(seen, SHIPPED, on)
    assert changes == [31, 91, 181, 271]


def test_a_customer_on_the_border_falls_tomorrow() -> None:
    assert next_change_on(numbers(bought(30)), SHIPPED, TODAY) == TODAY + timedelta(days=1)


def test_nothing_more_changes_for_the_lost_and_for_prospects() -> None:
    assert next_change_on(numbers(bought(271)), SHIPPED, TODAY) is None
    assert next_change_on(numbers(), SHIPPED, TODAY) is None


def test_a_purchase_ahead_of_today_falls_in_its_own_time() -> None:
    ahead = numbers(bought(-1))
    assert next_change_on(ahead, SHIPPED, TODAY) == TODAY + timedelta(days=32)


def test_the_window_moves_past_its_oldest_bucket() -> None:
    days = [bought(100), bought(10), bought(500)]
    assert numbers_change_on(days, TODAY, 365) == TODAY + timedelta(days=730 - 500)
    assert numbers_change_on([bought(800)], TODAY, 365) is None
