"""Are borders frozen from quantiles, ties safe, and kept to the cent?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.differentiate.classes import AbcThresholds
from app.differentiate.rfv import CustomerNumbers
from app.differentiate.yardstick import (
    SHIPPED,
    Basis,
    Yardstick,
    freeze,
    quantile_cuts,
    shipped,
)

AS_OF = date(2026, 11, 20)


def customer(days_ago: int = 10, purchase_days: int = 1, net: str = "10") -> CustomerNumbers:
    last_on = AS_OF - timedelta(days=days_ago)
    return CustomerNumbers(
        window_days=365,
        first_on=last_on,
        last_on=last_on,
        purchase_days_lifetime=max(1, purchase_days),
        purchase_days_window=purchase_days,
        purchases_window=purchase_days,
        net_window=Decimal(net),
        cost_window=Decimal(0),
    )


def frozen(population: list[CustomerNumbers]) -> Yardstick:
    return freeze(population, as_of=AS_OF, currency="BRL", version=3)


def test_quantiles_are_values_that_occur() -> None:
    assert quantile_cuts(range(1, 11), parts=5) == (2, 4, 6, 8)
    assert quantile_cuts([7], parts=5) == (7, 7, 7, 7)
    assert quantile_cuts([Decimal("1.10"), Decimal("9.90")], parts=4) == (
        Decimal("1.10"),
        Decimal("1.10"),
        Decimal("9.90"),
    )
    with pytest.raises(ValueError, match="no quantiles"):
        quantile_cuts([], parts=5)


def test_fewer_than_500_buyers_have_the_shipped_borders_and_their_own_counts() -> None:
    small = frozen([customer(purchase_days=2)] * 499 + [customer(purchase_days=0)] * 9)
    assert small.basis is Basis.SHIPPED
    assert (small.r_cuts, small.v_cuts, small.abc) == (SHIPPED.r_cuts, SHIPPED.v_cuts, SHIPPED.abc)
    assert (small.customers_count, small.buyers_count, small.repeat_buyers_count) == (508, 499, 499)
    assert (small.as_of, small.version) == (AS_OF, 3)


def test_500_buyers_have_borders_of_their_own() -> None:
    own = frozen(
        [customer(days_ago=i % 100, purchase_days=1 + i % 6, net=str(i)) for i in range(500)]
    )
    assert own.basis is Basis.QUANTILES
    assert own.r_cuts == (19, 39, 59, 79)
    assert own.v_cuts == (Decimal(99), Decimal(199), Decimal(299), Decimal(399))
    assert own.f_cuts == (3, 4, 5)
    assert own.abc.a_from > own.abc.b_from > 0


def test_few_repeat_buyers_keep_the_shipped_frequency_borders() -> None:
    rare = frozen([customer()] * 450 + [customer(purchase_days=9)] * 99)
    assert rare.basis is Basis.QUANTILES
    assert rare.f_cuts == SHIPPED.f_cuts


def test_the_lapsed_do_not_move_the_borders() -> None:
    living = [customer(days_ago=i % 100, purchase_days=1 + i % 6, net=str(i)) for i in range(500)]
    lapsed = [customer(days_ago=900, purchase_days=0, net="0")] * 5000
    alone, together = frozen(living), frozen(living + lapsed)
    assert together == replace(alone, customers_count=5500)


def test_numbers_of_another_window_are_refused() -> None:
    with pytest.raises(ValueError, match="another window"):
        freeze([customer()], as_of=AS_OF, currency="BRL", window_days=90)


def test_shipped_amounts_have_the_magnitude_of_the_currency() -> None:
    assert shipped(as_of=AS_OF, currency="BRL").v_cuts == SHIPPED.v_cuts
    assert shipped(as_of=AS_OF, currency="EUR").v_cuts == SHIPPED.v_cuts
    chile = shipped(as_of=AS_OF, currency="CLP")
    assert chile.v_cuts[0] == Decimal(10_000)
    assert chile.abc == AbcThresholds(a_from=Decimal(80_000), b_from=Decimal(30_000))


def test_a_run_is_stored_and_read_back_to_the_cent() -> None:
    cents = replace(SHIPPED, v_cuts=tuple(Decimal(f"{i}.10") for i in range(4)))
    stored = json.loads(json.dumps(cents.as_json()))
    assert stored["v_cuts"] == ["0.10", "1.10", "2.10", "3.10"]
    assert Yardstick.from_json(stored) == cents


@pytest.mark.parametrize(
    "wrong",
    [
        {"window_days": 89},
        {"window_days": 1096},
        {"r_cuts": (30, 20, 40, 50)},
        {"r_cuts": (-1, 20, 40, 50)},
        {"r_cuts": (1, 2, 3)},
        {"f_cuts": (1, 2, 3)},
        {"v_cuts": (Decimal("NaN"), Decimal(1), Decimal(2), Decimal(3))},
    ],
    ids=str,
)
def test_borders_that_contradict_themselves_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"window|descend|fewer|below|finite"):
        replace(SHIPPED, **wrong)  # type: ignore[arg-type]
