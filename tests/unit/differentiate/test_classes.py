"""Does the customer ABC follow the share held before each customer, ties together?"""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.differentiate.classes import AbcThresholds, CustomerClass, class_of, thresholds_of


def classes(*amounts: str) -> str:
    values = [Decimal(amount) for amount in amounts]
    thresholds = thresholds_of(values)
    return "".join(class_of(value, thresholds) for value in values)


def test_the_share_before_the_customer_decides() -> None:
    assert classes("5", "50", "15", "30") == "CABA"  # before each: 95, 0, 80, 50 of 100
    assert classes("50", "29", "16", "4", "1") == "AAACC"  # 0, 50, 79, 95, 99


def test_one_customer_who_holds_everything_is_an_a() -> None:
    assert classes("100") == "A"
    assert classes("1000000", "1") == "AC"


def test_equal_values_share_a_class_even_across_the_border() -> None:
    assert classes(*["10"] * 10) == "A" * 10


def test_nothing_or_less_is_c_and_takes_no_share() -> None:
    assert classes("0", "-50", "10") == "CCA"


def test_in_a_population_without_value_the_first_to_bring_any_is_the_best() -> None:
    thresholds = thresholds_of([Decimal(0), Decimal(-3)])
    assert thresholds == AbcThresholds(a_from=Decimal(0), b_from=Decimal(0))
    assert class_of(Decimal("0.01"), thresholds) is CustomerClass.A
    assert class_of(Decimal(0), thresholds) is CustomerClass.C


def test_a_new_value_is_read_against_frozen_thresholds() -> None:
    thresholds = AbcThresholds(a_from=Decimal("100.00"), b_from=Decimal("10.00"))
    amounts = ("100.00", "99.99", "10.00", "9.99", "-1")
    assert [class_of(Decimal(it), thresholds) for it in amounts] == ["A", "B", "B", "C", "C"]


@pytest.mark.parametrize(
    ("a_from", "b_from"), [("1", "2"), ("1", "-1"), ("NaN", "1"), ("2", "NaN")]
)
def test_thresholds_that_contradict_themselves_are_refused(a_from: str, b_from: str) -> None:
    with pytest.raises(ValueError, match=r"class A begins|finite"):
        AbcThresholds(a_from=Decimal(a_from), b_from=Decimal(b_from))
