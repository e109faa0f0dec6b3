"""What did each customer really bring, counted by the company's own bookkeeper?

Counted from the orders as they were made up, and not from the events that tell of them: whoever
counts the events must come to the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from app.simulation.documents import Order, money
from app.simulation.habits import Line
from app.simulation.places import HOME_ZONE, Country


@dataclass(frozen=True, slots=True)
class Trade:
    """An order and what became of it; ``named`` is whether the company was told whose it is."""

    order: Order
    paid_at: datetime | None
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    returned: tuple[Line, ...] = ()
    named: bool = True

    def counts_on(self, end: datetime) -> date | None:
        """Return the business day of the order, None where it came to nothing before ``end``."""
        if self.order.at >= end or self.paid_at is None or self.paid_at >= end:
            return None
        if self.cancelled_at is not None and self.cancelled_at < end:
            return None
        return self.order.at.astimezone(HOME_ZONE).date()

    def worth(self, end: datetime) -> tuple[int, int]:
        """Return revenue and cost in the company's cents, less what came back before ``end``."""
        country = self.order.country
        net, cost = _base(self.order.lines, country)
        if self.refunded_at is None or self.refunded_at >= end:
            return net, cost
        back, cost_back = _base(self.returned, country)
        return net - back, cost - cost_back


def _base(lines: tuple[Line, ...], country: Country) -> tuple[int, int]:
    net, cost = sum(line.net_cents for line in lines), sum(line.cost_cents for line in lines)
    return _cents(net, country), _cents(cost, country)


def _cents(amount: int, country: Country) -> int:
    return int((amount * country.rate).quantize(Decimal(1), ROUND_HALF_EVEN))


def balance(trades: Iterable[Trade], end: datetime) -> dict[str, Any]:
    """Return what the truth says of a customer's value, amounts as decimal strings.

    ``unnamed_net`` is what they spent without being named at the till; the rest leaves it out.
    """
    net = cost = unnamed = purchases = 0
    days: set[date] = set()
    for trade in trades:
        on = trade.counts_on(end)
        if on is None:
            continue
        revenue, spent = trade.worth(end)
        if not trade.named:
            unnamed += revenue
            continue
        net, cost, purchases = net + revenue, cost + spent, purchases + 1
        days.add(on)
    return {
        "net": money(net),
        "cost": money(cost),
        "unnamed_net": money(unnamed),
        "purchases": purchases,
        "purchase_days": len(days),
        "first_on": min(days).isoformat() if days else None,
        "last_on": max(days).isoformat() if days else None,
    }
