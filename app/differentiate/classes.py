"""Which customers hold the money?  Class A, B or C of the customer ABC.

The population is sorted by value once, when a run is frozen, and leaves two money thresholds; from
then on one customer is classed by two comparisons.  Not the ERP's ABC, which is of products.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Final

A_SHARE_PERCENT: Final = 80
B_SHARE_PERCENT: Final = 95


class CustomerClass(StrEnum):
    """A holds the first 80 % of the value, B the next 15 %, C the rest and all who bring none."""

    A = "A"
    B = "B"
    C = "C"


@dataclass(frozen=True, slots=True)
class AbcThresholds:
    """The least value of a class A customer and of a class B one, in the run's currency."""

    a_from: Decimal
    b_from: Decimal

    def __post_init__(self) -> None:
        if not (self.a_from.is_finite() and self.b_from.is_finite()):
            raise ValueError("a threshold is a finite amount")
        if not 0 <= self.b_from <= self.a_from:
            raise ValueError("class A begins at or above class B, and both at or above nothing")


def class_of(value: Decimal, thresholds: AbcThresholds) -> CustomerClass:
    """Return the class of one customer; a value of nothing or less is always C."""
    if value <= 0:
        return CustomerClass.C
    if value >= thresholds.a_from:
        return CustomerClass.A
    return CustomerClass.B if value >= thresholds.b_from else CustomerClass.C


def thresholds_of(values: Iterable[Decimal]) -> AbcThresholds:
    """Find the thresholds that part a population by the share of value held before each customer.

    Customers come best first; those of equal value come together, so they share a class.  The share
    *before* decides, hence the best customer is always A, even one who holds everything.  With no
    positive value both thresholds are 0: the first customer to bring any will be the best, an A.
    """
    best_first = sorted((value for value in values if value > 0), reverse=True)
    total = sum(best_first, Decimal(0))
    before = a_from = b_from = Decimal(0)
    for value, equals in groupby(best_first):
        if before * 100 < total * A_SHARE_PERCENT:
            a_from = value
        if before * 100 < total * B_SHARE_PERCENT:
            b_from = value
        before += sum(equals, Decimal(0))
    return AbcThresholds(a_from=a_from, b_from=b_from)
