"""How often does somebody buy, for how long, for how much, and what goes into the basket?

The models by which customer bases are described, so that what they should find is known: purchases
come by chance at a rate of one's own, spread as a gamma over people and thinned by season and
weekday; after each somebody may stop for good, with a probability of their own, spread as a beta
(BG/NBD: Fader, Hardie and Lee 2005); what is spent varies as a gamma about a mean of one's own,
spread as an inverse gamma (gamma-gamma: Fader and Hardie 2013).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Final

from app.simulation.products import CATEGORIES, PRODUCTS, Product, demand_for, demand_on

_MEAN_DEMAND: Final = 0.5  # of demand_on over a year
_PROSPECTS: Final = 0.06
_ONLINE_AT_ONCE: Final = 0.4
_RATE_SHAPE: Final = 1.2
_RATE_PER_DAY: Final = 0.62 / 30.4 / _RATE_SHAPE
_DROPOUT: Final = (0.75, 4.0)
_SPEND_SHAPE: Final = 5.5
_SPREAD: Final = (3.7, 4_600.0)
"""Of the inverse gamma: its shape, and its scale in cents."""
_LEAST_SPENT: Final = 500
_FAVOURITE_FACTOR: Final = 3
_MOST_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A product in a basket; money in cents of the customer's currency, after discount."""

    sku: str
    category: str
    quantity: int
    net_cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Habits:
    """How one person buys; ``dropout`` is the chance that a purchase was the last.

    ``online_from`` is when the account in the shop was opened, if there is one.
    ``spends_cents`` is what they spend on average, in the company's money.
    """

    joined_on: date
    online_from: date
    per_day: float
    dropout: float
    spends_cents: float
    online_ratio: float
    favourite: str
    is_prospect: bool = False


def draw_habits(rng: Random, from_on: date, until_on: date, *, online: bool) -> Habits:
    """Return habits that begin between two days, the second left out, more often early."""
    days = max((until_on - from_on).days, 1)
    joined_on = from_on + timedelta(days=int(days * rng.random() ** 1.4))
    is_prospect = rng.random() < _PROSPECTS
    waits = rng.randrange(90) if rng.random() >= _ONLINE_AT_ONCE and not is_prospect else 0
    return Habits(
        joined_on=joined_on,
        online_from=joined_on + timedelta(days=waits),
        per_day=rng.gammavariate(_RATE_SHAPE, _RATE_PER_DAY),
        dropout=rng.betavariate(*_DROPOUT),
        spends_cents=_SPEND_SHAPE * _SPREAD[1] / rng.gammavariate(_SPREAD[0], 1.0),
        online_ratio=rng.betavariate(2, 2) if online else 0.0,
        favourite=rng.choice(CATEGORIES),
        is_prospect=is_prospect,
    )


def purchase_days(rng: Random, habits: Habits, today: date) -> Iterator[tuple[date, bool]]:
    """Yield the days before today on which somebody buys, each with whether it is the last ever."""
    if habits.is_prospect:
        return
    day, elapsed = habits.joined_on, 0.0
    latest = (today - day).days - 1
    while day < today:
        is_last = rng.random() < habits.dropout
        yield day, is_last
        if is_last:
            return
        while True:
            elapsed += rng.expovariate(habits.per_day / _MEAN_DEMAND)
            if elapsed >= latest:
                return  # compared before it is a date: one in a million waits past the year 9999
            day = habits.joined_on + timedelta(days=1 + int(elapsed))
            if rng.random() < demand_on(day):
                break


def fill_basket(rng: Random, habits: Habits, day: date, worth: float) -> tuple[Line, ...]:
    """Return one to four products for what is spent this time; ``worth`` is a cent's of ours."""
    spent = max(rng.gammavariate(_SPEND_SHAPE, habits.spends_cents / _SPEND_SHAPE), _LEAST_SPENT)
    products = _choose(rng, habits, day)
    parts = [0.3 + rng.random() for _ in products]
    share = spent / sum(parts)
    return tuple(
        _line(product, share * part, worth) for product, part in zip(products, parts, strict=True)
    )


def _choose(rng: Random, habits: Habits, day: date) -> list[Product]:
    size = 1 + min(int(rng.expovariate(1 / 1.2)), _MOST_LINES - 1)
    until = _weights_until(habits.favourite, day.month)
    return list(dict.fromkeys(rng.choices(PRODUCTS, cum_weights=until, k=size)))


@cache
def _weights_until(favourite: str, month: int) -> tuple[float, ...]:
    return tuple(
        accumulate(
            product.weight
            * demand_for(product.category, month)
            * (_FAVOURITE_FACTOR if product.category == favourite else 1)
            for product in PRODUCTS
        )
    )


def _line(product: Product, cents: float, worth: float) -> Line:
    net = max(1, round(cents / worth))
    cost = net * product.cost_cents // product.price_cents
    quantity = max(1, round(cents / product.price_cents))
    return Line(product.sku, product.category, quantity, net, cost)
