"""What happens between a firm of the neighbourhood and the company?  It orders, again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Final

from app.simulation.accounts import identifier
from app.simulation.books import Trade
from app.simulation.documents import Account, Order, boleto, moment, opened, sold
from app.simulation.habits import Habits, draw_habits, fill_basket, purchase_days
from app.simulation.neighbourhood import Firm
from app.simulation.places import COUNTRIES
from app.simulation.stories import CLOSES, OPENS, Tale
from app.simulation.world import World

_BUYS_MORE: Final = 6.0
"""What a firm spends at once, and how often it orders, beside a person."""


@dataclass(frozen=True, slots=True)
class FirmsTale:
    """A firm's dealings, its account in the ERP, and whether it goes on buying."""

    tale: Tale
    account: Account
    joined_on: date
    left_on: date | None


def tale_of_firm(world: World, firm: Firm) -> FirmsTale:
    """Return everything the ERP wrote down about a firm before today."""
    rng = world.chance.dice("firm", firm.key)
    habits = _as_a_firm(draw_habits(rng, world.start, world.today, online=False))
    account = _account(firm, habits)
    country = COUNTRIES[firm.country]
    tale = Tale([opened(account, moment(habits.joined_on, 8 * 60, country.zone))], [], [])
    left_on: date | None = None
    for nth, (day, is_last) in enumerate(purchase_days(rng, habits, world.today), start=1):
        _order(rng, firm, habits, (nth, day), tale)
        left_on = day if is_last else None
    return FirmsTale(tale, account, habits.joined_on, left_on)


def _as_a_firm(habits: Habits) -> Habits:
    return replace(
        habits,
        is_prospect=False,
        per_day=habits.per_day * _BUYS_MORE,
        spends_cents=habits.spends_cents * _BUYS_MORE,
        dropout=habits.dropout / _BUYS_MORE,
    )


def _account(firm: Firm, habits: Habits) -> Account:
    contacts = (
        *identifier("phone", firm.phone.written(0), firm.country),
        *identifier("email", firm.email),
    )
    return Account(
        source=COUNTRIES[firm.country].erp,
        key=firm.code,
        opened_on=habits.joined_on,
        profile={
            "company_name": firm.name,
            "trade_name": firm.trade_name,
            "postal_code": firm.postal_code,
        },
        told=(*identifier("tax_id", firm.tax_id, firm.country, always=True), *contacts),
        contacts=contacts,
    )


def _order(rng: Random, firm: Firm, habits: Habits, nth_day: tuple[int, date], tale: Tale) -> None:
    """Order on account: a firm is invoiced, and pays ten days later."""
    (nth, day), country = nth_day, COUNTRIES[firm.country]
    order = Order(
        id=f"F{firm.number}{nth:04d}",
        at=moment(day, rng.randrange(OPENS, CLOSES), country.zone),
        lines=fill_basket(rng, habits, day, float(country.rate)),
        source=country.erp,
        country=country,
        seller=f"V{rng.randint(1, 14)}",
        method="invoice",
        status="pending",
    )
    paid_at = moment(day, 10 * 1440 + OPENS, country.zone)
    tale.told += [sold(order, firm.code, []), boleto(order, firm.code, paid_at, "paid")]
    tale.trades.append(Trade(order, paid_at))
