"""How often does somebody buy, for how long, and what goes into the basket?

The classic picture of a customer base: everybody buys at a rate of their own (gamma), random from
day to day (Poisson, thinned by season and weekday), and one day stops for good (exponential).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from app.simulation.documents import Line
from app.simulation.products import CATEGORIES, PRODUCTS, demand_on

HISTORY_DAYS: Final = 730
_MEAN_DEMAND: Final = 0.5  # of demand_on over a year
_PROSPECTS: Final = 0.06
_ONLINE_AT_ONCE: Final = 0.4
_ONCE: Final = 0.2
_RATE_SHAPE: Final = 1.2
_RATE_PER_DAY: Final = 0.55 / 30.4 / _RATE_SHAPE
_MEAN_STAY_DAYS: Final = 620.0
_FAVOURITE_FACTOR: Final = 3


@dataclass(frozen=True, slots=True)
class Habits:
    """How one person buys; ``left_on`` is when they stopped, which nobody told the company.

    ``online_from`` is when the account in the shop was opened, if there is one.
    """

    joined_on: date
    online_from: date
    left_on: date
    per_day: float
    online_ratio: float
    generosity: float
    favourite: str
    is_prospect: bool = False


def draw_habits(rng: Random, today: date, *, online: bool) -> Habits:
    """Return habits that begin somewhere in the 24 months before today, more often early."""
    joined_on = today - timedelta(days=1 + int(HISTORY_DAYS * (1 - rng.random() ** 1.4)))
    stays = 0.0 if rng.random() < _ONCE else rng.expovariate(1 / _MEAN_STAY_DAYS)
    is_prospect = rng.random() < _PROSPECTS
    waits = 0 if is_prospect or rng.random() < _ONLINE_AT_ONCE else rng.randrange(90)
    return Habits(
        joined_on=joined_on,
        online_from=joined_on + timedelta(days=waits),
        left_on=joined_on + timedelta(days=int(stays)),
        per_day=rng.gammavariate(_RATE_SHAPE, _RATE_PER_DAY),
        online_ratio=rng.betavariate(2, 2) if online else 0.0,
        generosity=rng.lognormvariate(0, 0.5),
        favourite=rng.choice(CATEGORIES),
        is_prospect=is_prospect,
    )


def purchase_days(rng: Random, habits: Habits, today: date) -> Iterator[date]:
    """Yield the days before today on which somebody buys: the first, and then as they please."""
    if habits.is_prospect:
        return
    yield habits.joined_on
    last = min(habits.left_on, today - timedelta(days=1))
    elapsed = 0.0
    while True:
        elapsed += rng.expovariate(habits.per_day / _MEAN_DEMAND)
        day = habits.joined_on + timedelta(days=1 + int(elapsed))
        if day > last:
            return
        if rng.random() < demand_on(day):
            yield day


def _weights(favourite: str) -> tuple[int, ...]:
    return tuple(
        product.weight * (_FAVOURITE_FACTOR if product.category == favourite else 1)
        for product in PRODUCTS
    )


_WEIGHTS: Final = {category: _weights(category) for category in CATEGORIES}


def fill_basket(rng: Random, habits: Habits, *, discount: bool) -> tuple[Line, ...]:
    """Return one to five products; a discount is a tenth off every line."""
    size = 1 + min(int(rng.expovariate(1 / (0.4 + 0.9 * habits.generosity))), 4)
    chosen = dict.fromkeys(rng.choices(PRODUCTS, _WEIGHTS[habits.favourite], k=size))
    lines = []
    for product in chosen:
        quantity = 1 + (rng.random() < 0.25) + (rng.random() < 0.05 * habits.generosity)
        full = product.price_cents * quantity
        net = full * 9 // 10 if discount else full
        cost = product.cost_cents * quantity
        lines.append(Line(product.sku, product.category, quantity, net, cost))
    return tuple(lines)
