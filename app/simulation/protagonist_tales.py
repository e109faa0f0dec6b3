"""How do the company's systems tell the stories of the protagonists?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from app.simulation.accounts import identifier
from app.simulation.books import Trade
from app.simulation.dirt import Cause
from app.simulation.documents import (
    CRM,
    ERP,
    SHOP,
    Account,
    Document,
    Order,
    Told,
    consent,
    logged_in,
    moment,
    noted,
    opened,
    seen,
    sold,
)
from app.simulation.habits import Line
from app.simulation.places import COUNTRIES, HOME
from app.simulation.products import PRODUCTS
from app.simulation.protagonists import SHARED_LINE, Protagonist
from app.simulation.stories import Tale

_TEN: Final = 10 * 60
_PRODUCT: Final = {product.sku: product for product in PRODUCTS}


@dataclass(frozen=True, slots=True)
class _Accounts:
    """A protagonist's records; but for a line that two share, nothing went wrong in them."""

    erp: Account
    shop: Account
    card: Account

    def all(self, told: Protagonist) -> list[Account]:
        """Return those that their story opens."""
        erp = [self.erp] if told.bought else []
        shop = [self.shop] if told.person.account else []
        return [*erp, *shop, self.card]


def documents_of(protagonist: Protagonist, today: date) -> list[Document]:
    """Return what the company's systems wrote down about a protagonist before today, in order."""
    told = tale_of(protagonist, today)[0].told
    ordered = sorted(told, key=lambda each: (each[0], each[1]["id"]))
    return [document for _, document in ordered]


def tale_of(protagonist: Protagonist, today: date) -> tuple[Tale, list[Account], date]:
    """Return a protagonist's tale, the accounts that tell it, and since when they are known."""
    since = today - timedelta(days=protagonist.registered)
    accounts, tale = _accounts(protagonist, since), Tale([], [], [])
    tale.told += _beginnings(protagonist, accounts, since)
    for order in _orders(protagonist, today):
        key = accounts.shop.key if protagonist.online else accounts.erp.key
        tale.told.append(sold(order, key, []))
        tale.trades.append(Trade(order, order.at if order.status == "paid" else None))
    tale.told += _rest(protagonist, accounts, today)
    return tale, accounts.all(protagonist), since


def _accounts(told: Protagonist, since: date) -> _Accounts:
    person = told.person
    phone = identifier("phone", person.mobile.written(0))
    email = identifier("email", person.email)
    name = {"name": str(person.name)}
    born = {"birth_date": person.birth_date.isoformat(), "postal_code": person.postal_code}
    papers = identifier("tax_id", person.tax_id, always=True)
    gives_phone = identifier("phone", person.mobile.written(2)) if told.lead is not None else ()
    is_shared = person.mobile.written(1) == SHARED_LINE
    causes = frozenset({Cause.HOUSEHOLD_LINE} if is_shared else ())
    return _Accounts(
        erp=Account(ERP, person.code, since, name | born, (*papers, *phone), causes=causes),
        shop=Account(SHOP, person.account, since, name, (*email, *gives_phone), email),
        card=Account(CRM, person.card, since, name, (), (*phone, *email), causes),
    )


def _beginnings(told: Protagonist, accounts: _Accounts, since: date) -> Iterator[Told]:
    at = moment(since, _TEN - 60)
    for account in accounts.all(told):
        if account.source != CRM:
            yield opened(account, at)
    for status, channels in (("granted", told.granted), ("denied", told.denied)):
        for channel in channels:
            yield consent(told.person.number, accounts.card, at, channel, status)


def _orders(told: Protagonist, today: date) -> Iterator[Order]:
    for number, days in enumerate(sorted(told.bought, reverse=True), start=1):
        yield _order(told, number, today - timedelta(days=days))
    if told.boleto is not None:
        order = _order(told, len(told.bought) + 1, today - timedelta(days=told.boleto))
        yield replace(order, method="boleto", status="pending")


def _order(told: Protagonist, number: int, day: date) -> Order:
    return Order(
        id=f"{told.person.number}{number:03d}",
        at=moment(day, _TEN + number % 7 * 60),
        lines=tuple(_line(sku) for sku in told.basket),
        source=SHOP if told.online else ERP,
        country=COUNTRIES[HOME],
        store="WEB" if told.online else "SP-01",
        seller="" if told.online else "V7",
    )


def _line(sku: str) -> Line:
    product = _PRODUCT[sku]
    return Line(sku, product.category, 1, product.price_cents, product.cost_cents)


def _rest(told: Protagonist, accounts: _Accounts, today: date) -> Iterator[Told]:
    person = told.person
    if told.confirmed is not None:
        at = moment(today - timedelta(days=told.confirmed), _TEN)
        yield opened(accounts.erp, at, f"CAD-{accounts.erp.key}-2")
    for days in told.visited:
        visit, at = f"v-{person.account}-{days}", moment(today - timedelta(days=days), 20 * 60)
        yield logged_in(accounts.shop, visit, at, stitch=True)
        sku = PRODUCTS[days % len(PRODUCTS)].sku
        page = {"page": f"/produto/{sku}", "products": [sku]}
        yield seen(visit, at + timedelta(seconds=40), 1, page)
    if told.complained is not None:
        at = moment(today - timedelta(days=told.complained), _TEN)
        case = _complaint(at.date())
        yield noted("complaint", f"CASE-{person.number}-1", accounts.card, at, case)
    if told.lead is not None:
        at = moment(today - timedelta(days=told.lead), _TEN)
        data = {"stage": "qualified", "fit": "0.9", "intent": "0.8", "call_requested": True}
        yield noted("lead", f"LEA-{person.number}", accounts.card, at, data)


def _complaint(opened_on: date) -> Document:
    return {
        "case_id": f"CASE-{opened_on:%Y%m%d}-3",
        "status": "opened",
        "topic": "damaged_product",
        "severity": "high",
        "due_on": (opened_on + timedelta(days=7)).isoformat(),
    }
