"""How do the company's systems write down what happened?  One function for each kind of event.

Five kinds of system: the ERP of each country knows people by client code and tax id, the shop by
account, e-mail and visit, the CRM by card, the marketplace by buyer, and tills and switches have no
key of their own.  What they say are documents of the public interface.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Final

from app.simulation.dirt import Cause
from app.simulation.habits import Line
from app.simulation.places import COUNTRIES, HOME, Country

Document = dict[str, Any]
Told = tuple[datetime, Document]
"""An event with its instant, to be put in order."""

ERP: Final = COUNTRIES[HOME].erp
SHOP: Final = "shop.web"
CRM: Final = "crm"
MARKETPLACE: Final = "marketplace"
SWITCH: Final = "pbx"
NOBODY: Final = "CONSUMIDOR FINAL"
"""The till's default client."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one source writes down about somebody under a key of its own.

    ``told`` are the identifiers given when it was opened, ``contacts`` those repeated later on.
    """

    source: str
    key: str
    opened_on: date
    profile: Document
    told: tuple[Document, ...] = ()
    contacts: tuple[Document, ...] = ()
    causes: frozenset[Cause] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Order:
    """A basket at the till or in the shop: what is sold, when, where and how it is paid."""

    id: str
    at: datetime
    lines: tuple[Line, ...]
    source: str
    country: Country
    store: str = "SP-01"
    seller: str = ""
    method: str = "pix"
    installments: int = 1
    discount_cents: int = 0
    freight_cents: int = 0
    status: str = "paid"

    @property
    def event_id(self) -> str:
        """Return the id of the sale's event: the number of the fiscal document."""
        return f"NF-{self.id}"

    @property
    def net_cents(self) -> int:
        """Return what the customer pays for the goods."""
        return sum(line.net_cents for line in self.lines)

    @property
    def cost_cents(self) -> int:
        """Return what the goods cost."""
        return sum(line.cost_cents for line in self.lines)


def moment(day: date, minute: int, zone: tzinfo = COUNTRIES[HOME].zone) -> datetime:
    """Return a minute of a day by the clocks of a place."""
    return datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)


def money(cents: int) -> str:
    """Return an amount as the interface writes it."""
    return f"{cents // 100}.{cents % 100:02d}"


def event(kind: str, source: str, event_id: str, at: datetime, **parts: Any) -> Told:
    """Return an event document; parts that are empty are left out, ``data`` never is."""
    given = {name: value for name, value in parts.items() if value or name == "data"}
    return at, {"id": event_id, "source": source, "type": kind, "time": at.isoformat()} | given


def opened(account: Account, at: datetime, event_id: str = "") -> Told:
    """Return how a source first writes somebody down, or writes them anew under another id."""
    return event(
        "profile",
        account.source,
        event_id or f"CAD-{account.key}",
        at,
        record_key=account.key,
        identifiers=list(account.told),
        profile=account.profile,
        data={},
    )


def sold(order: Order, key: str, shown: list[Document], profile: Document | None = None) -> Told:
    """Return a sale, with the record key the till was given or what it was shown instead."""
    return event(
        "sale",
        order.source,
        order.event_id,
        order.at,
        record_key=key,
        identifiers=shown,
        profile=profile or {},
        data={
            "order_id": order.id,
            "status": order.status,
            **_amounts(order, order.lines),
            "discount": money(order.discount_cents),
            "freight": money(order.freight_cents),
            "store": order.store,
            **({"seller": order.seller} if order.seller else {}),
            "payment": {"method": order.method, "installments": order.installments},
            "lines": [_line(line) for line in order.lines],
        },
    )


def _amounts(order: Order, lines: tuple[Line, ...]) -> Document:
    country = order.country
    rate = {} if country.code == HOME else {"rate": str(country.rate)}
    return {
        "currency": country.currency,
        **rate,
        "net": money(sum(line.net_cents for line in lines)),
        "cost": money(sum(line.cost_cents for line in lines)),
    }


def _line(line: Line) -> Document:
    return {
        "sku": line.sku,
        "category": line.category,
        "quantity": str(line.quantity),
        "net": money(line.net_cents),
        "cost": money(line.cost_cents),
    }


def _of_order(
    kind: str, order: Order, key: str, at: datetime, data: Document, mark: str = ""
) -> Told:
    return event(
        kind,
        order.source,
        f"{kind[:3].upper()}{mark}-{order.id}",
        at,
        record_key=key,
        data={"refers_to": {"source": order.source, "id": order.event_id}, **data},
    )


def refunded(order: Order, key: str, at: datetime, lines: tuple[Line, ...]) -> Told:
    """Return that some of the lines came back and their money with them."""
    data = {"order_id": order.id, **_amounts(order, lines)}
    return _of_order("refund", order, key, at, data)


def cancelled(order: Order, key: str, at: datetime) -> Told:
    """Return that the order was taken back whole."""
    amounts = _amounts(order, order.lines)
    del amounts["cost"]
    return _of_order("cancellation", order, key, at, {"order_id": order.id, **amounts})


def boleto(order: Order, key: str, at: datetime, status: str) -> Told:
    """Return that the bank has the money of an order that was waiting for it, or has it not."""
    due_on = (order.at + timedelta(days=3)).date().isoformat()
    mark = "" if status == "paid" else "-DUE"
    return _of_order("payment", order, key, at, {"status": status, "due_on": due_on}, mark)


def seen(visit: str, at: datetime, number: int, data: Document) -> Told:
    """Return a page seen in a visit of the shop, by whoever sits there."""
    identifiers = [{"type": "visit", "value": visit}]
    return event("navigation", SHOP, f"PG-{visit}-{number}", at, identifiers=identifiers, data=data)


def logged_in(account: Account, visit: str, at: datetime, *, stitch: bool) -> Told:
    """Return that a visit proved whose it is, and whether its pages may be held with the person."""
    mailbox = [told for told in account.contacts if told["type"] == "email"]
    return event(
        "login",
        SHOP,
        f"LOG-{visit}",
        at,
        record_key=account.key,
        identifiers=[{"type": "visit", "value": visit}, *mailbox],
        data={"stitch": stitch},
    )


def noted(kind: str, event_id: str, account: Account, at: datetime, data: Document) -> Told:
    """Return what an agent or a form notes down about somebody."""
    return event(
        kind,
        account.source,
        event_id,
        at,
        record_key=account.key,
        identifiers=list(account.contacts),
        data=data,
    )


def consent(number: str, account: Account, at: datetime, channel: str, status: str) -> Told:
    """Return a yes or no to marketing on one channel."""
    data = {
        "purpose": "marketing",
        "channel": channel,
        "status": status,
        "legal_basis": "consent",
        "text_version": "2024-06",
        "proof": "signed at registration",
    }
    return noted("consent", f"CON-P{number}-{channel}", account, at, data)
