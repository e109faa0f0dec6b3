"""Against which borders are customers read?  The content of one immutable scoring run.

Borders are frozen when a run is made and never drift by themselves: a customer who did nothing does
not change segment because others bought.  Recency alone moves, with time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, Self, TypeVar

from app.differentiate.classes import AbcThresholds, thresholds_of
from app.differentiate.rfv import CustomerNumbers, days_between

FEWEST_BUYERS: Final = 500
FEWEST_REPEAT_BUYERS: Final = 100
SHORTEST_WINDOW_DAYS: Final = 90
LONGEST_WINDOW_DAYS: Final = 1095

_Number = TypeVar("_Number", int, Decimal)


class Basis(StrEnum):
    """Where the borders come from: shipped with the product, or quantiles of the company's own."""

    SHIPPED = "shipped"
    QUANTILES = "quantiles"


def _check_cuts(cuts: Sequence[_Number], *, count: int, least: int | None = None) -> None:
    if len(cuts) != count:
        raise ValueError("there is one cut point fewer than there are scores")
    if any(right < left for left, right in pairwise(cuts)):
        raise ValueError("cut points never descend")
    if least is not None and cuts[0] < least:
        raise ValueError("a cut point lies below the least value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """Frozen borders: a value is above a cut point only if strictly greater.

    ``r_cuts`` are four ascending day counts, ``f_cuts`` three purchase-day counts that part repeat
    buyers into 2 to 5 (1 is kept for at most one purchase day), ``v_cuts`` four amounts in
    ``currency``.  Equal neighbours are allowed: then a score between them is never given.
    ``version`` numbers the run; 0 belongs to none.

    Raises:
        ValueError: the borders contradict themselves or the window is out of range.
    """

    version: int
    basis: Basis
    as_of: date
    window_days: int
    currency: str
    r_cuts: tuple[int, ...]
    f_cuts: tuple[int, ...]
    v_cuts: tuple[Decimal, ...]
    abc: AbcThresholds
    customers_count: int
    buyers_count: int
    repeat_buyers_count: int

    def __post_init__(self) -> None:
        if not SHORTEST_WINDOW_DAYS <= self.window_days <= LONGEST_WINDOW_DAYS:
            raise ValueError("a window has 90 to 1095 days")
        if not all(cut.is_finite() for cut in self.v_cuts):
            raise ValueError("a cut point is a finite amount")
        _check_cuts(self.r_cuts, count=4, least=0)
        _check_cuts(self.f_cuts, count=3, least=2)
        _check_cuts(self.v_cuts, count=4)

    def as_json(self) -> dict[str, object]:
        """Return what a run stores: JSON types only, money as text so that no cent is lost."""
        return {
            "version": self.version,
            "basis": self.basis.value,
            "as_of": self.as_of.isoformat(),
            "window_days": self.window_days,
            "currency": self.currency,
            "r_cuts": list(self.r_cuts),
            "f_cuts": list(self.f_cuts),
            "v_cuts": [str(cut) for cut in self.v_cuts],
            "class_a_from": str(self.abc.a_from),
            "class_b_from": str(self.abc.b_from),
            "customers_count": self.customers_count,
            "buyers_count": self.buyers_count,
            "repeat_buyers_count": self.repeat_buyers_count,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a run back, equal to the one stored.

        Raises:
            KeyError: a part is missing.
            ValueError: a part is not what a yardstick is made of.
        """
        return cls(
            version=int(document["version"]),
            basis=Basis(document["basis"]),
            as_of=date.fromisoformat(document["as_of"]),
            window_days=int(document["window_days"]),
            currency=str(document["currency"]),
            r_cuts=tuple(int(cut) for cut in document["r_cuts"]),
            f_cuts=tuple(int(cut) for cut in document["f_cuts"]),
            v_cuts=tuple(Decimal(cut) for cut in document["v_cuts"]),
            abc=AbcThresholds(
                a_from=Decimal(document["class_a_from"]), b_from=Decimal(document["class_b_from"])
            ),
            customers_count=int(document["customers_count"]),
            buyers_count=int(document["buyers_count"]),
            repeat_buyers_count=int(document["repeat_buyers_count"]),
        )


SHIPPED: Final = Yardstick(
    version=0,
    basis=Basis.SHIPPED,
    as_of=date(2026, 1, 1),
    window_days=365,
    currency="BRL",
    r_cuts=(30, 90, 180, 270),
    f_cuts=(2, 3, 5),
    v_cuts=(Decimal(100), Decimal(300), Decimal(800), Decimal(2000)),
    abc=AbcThresholds(a_from=Decimal(800), b_from=Decimal(300)),
    customers_count=0,
    buyers_count=0,
    repeat_buyers_count=0,
)
"""The borders of a company too small to have quantiles of its own: a frequent-purchase retailer's,
by judgement and not by measurement.  The last R cut lies inside the window, so that a strong
customer who fell silent can still be told from one who was never strong."""

_POWER_OF_TEN: Final[Mapping[str, int]] = MappingProxyType(
    {"ARS": 2, "CLP": 2, "COP": 3, "CRC": 2, "DOP": 1, "MXN": 1, "PYG": 3, "UYU": 1}
)
"""Magnitude of prices beside the real's, by purchasing power, where it differs: amounts that are
judgement anyway need no closer rate, and without it everyone in Santiago would score V 5."""


def shipped(*, as_of: date, currency: str, window_days: int = 365, version: int = 0) -> Yardstick:
    """Return ``SHIPPED`` for a deployment; amounts keep their digits and take its magnitude."""
    scale = Decimal(10) ** _POWER_OF_TEN.get(currency, 0)
    return replace(
        SHIPPED,
        version=version,
        as_of=as_of,
        currency=currency,
        window_days=window_days,
        v_cuts=tuple(cut * scale for cut in SHIPPED.v_cuts),
        abc=AbcThresholds(a_from=SHIPPED.abc.a_from * scale, b_from=SHIPPED.abc.b_from * scale),
    )


def freeze(
    population: Iterable[CustomerNumbers],
    *,
    as_of: date,
    currency: str,
    window_days: int = 365,
    version: int = 0,
) -> Yardstick:
    """Make the borders of a run from a population, or a random sample of it, counted as of a day.

    Every cut point is a quantile of those who bought in the window: of the lapsed there may be any
    number, and their zeros would push all borders beyond the reach of the living.  F is cut among
    those with two purchase days or more.  With fewer than 500 buyers given, the shipped borders
    hold; with 500 and fewer than 100 repeat buyers, the shipped F cuts.

    Raises:
        ValueError: a customer was counted in another window.
    """
    customers = tuple(population)
    if any(numbers.window_days != window_days for numbers in customers):
        raise ValueError("the population was counted in another window")
    buyers = tuple(numbers for numbers in customers if numbers.purchase_days_window > 0)
    repeats = tuple(numbers for numbers in buyers if numbers.purchase_days_window > 1)
    fixed = replace(
        shipped(as_of=as_of, currency=currency, window_days=window_days, version=version),
        customers_count=len(customers),
        buyers_count=len(buyers),
        repeat_buyers_count=len(repeats),
    )
    return fixed if len(buyers) < FEWEST_BUYERS else _measured(fixed, buyers, repeats)


def _measured(
    fixed: Yardstick, buyers: tuple[CustomerNumbers, ...], repeats: tuple[CustomerNumbers, ...]
) -> Yardstick:
    f_cuts = fixed.f_cuts
    if len(repeats) >= FEWEST_REPEAT_BUYERS:
        f_cuts = quantile_cuts((numbers.purchase_days_window for numbers in repeats), parts=4)
    return replace(
        fixed,
        basis=Basis.QUANTILES,
        r_cuts=quantile_cuts(
            (days_between(n.last_on, fixed.as_of) for n in buyers if n.last_on), parts=5
        ),
        f_cuts=f_cuts,
        v_cuts=quantile_cuts((numbers.contribution_window for numbers in buyers), parts=5),
        abc=thresholds_of(numbers.contribution_window for numbers in buyers),
    )


def quantile_cuts(values: Iterable[_Number], *, parts: int) -> tuple[_Number, ...]:
    """Return the ``parts - 1`` cut points that part the values evenly, ties kept together.

    The k-th is the least value that k / parts of all values do not exceed: always one that occurs,
    never interpolated, the same as PostgreSQL's ``percentile_disc`` (type 1 of Hyndman and Fan
    1996, "Sample quantiles in statistical packages").

    Raises:
        ValueError: there are no values.
    """
    ascending = sorted(values)
    if not ascending:
        raise ValueError("nothing has no quantiles")
    ranks = (-(-k * len(ascending) // parts) for k in range(1, parts))
    return tuple(ascending[rank - 1] for rank in ranks)
