"""How do the company's systems write down what happened?  One function for each kind of event.

Three systems: the ERP knows people by client code and tax id, the shop by account, e-mail and
visit, the CRM by card, phone and e-mail.  What they say are documents of the public interface.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

from app.simulation.people import Person, written

Document = dict[str, Any]

ERP: Final = "erp.sao-paulo"
SHOP: Final = "shop.web"
CRM: Final = "crm"
NOBODY: Final = "CONSUMIDOR FINAL"
"""The till's default client."""

BRASILIA: Final = timezone(timedelta(hours=-3))
"""Without daylight saving time since 2019."""


@dataclass(frozen=True, slots=True)
class Line:
    """A product in a basket; money in cents, after discount."""

    sku: str
    category: str
    quantity: int
    net_cents: int
    cost_cents: int


@dataclass(frozen=True, slots=True)
class Order:
    """A basket at the till or in the shop: what is sold, when, where and how it is paid."""

    id: str
    at: datetime
    lines: tuple[Line, ...]
    source: str = ERP
    store: str = "SP-01"
    seller: str = ""
    method: str = "pix"
    installments: int = 1
    discount_cents: int = 0
    freight_cents: int = 0

    @property
    def event_id(self) -> str:
        """Return the id of the sale's event: the number of the fiscal document."""
        return f"NF-{self.id}"

    @property
    def net_cents(self) -> int:
        """Return what the customer pays for the goods."""
        return sum(line.net_cents for line in self.lines)


def moment(day: date, minute: int) -> datetime:
    """Return a minute of a day in the company's own time."""
    return datetime(day.year, day.month, day.day, tzinfo=BRASILIA) + timedelta(minutes=minute)


def money(cents: int) -> str:
    """Return an amount as the interface writes it."""
    return f"{cents // 100}.{cents % 100:02d}"


def event(kind: str, source: str, event_id: str, at: datetime, **parts: Any) -> Document:
    """Return an event document; parts that are empty are left out, ``data`` never is."""
    given = {name: value for name, value in parts.items() if value or name == "data"}
    return {"id": event_id, "source": source, "type": kind, "time": at.isoformat()} | given


def registered(person: Person, at: datetime, style: int) -> Document:
    """Return how the ERP first writes a customer down."""
    return event(
        "profile",
        ERP,
        f"CAD-{person.code}",
        at,
        record_key=person.code,
        identifiers=_tax_id(person) + _phone(person, style),
        profile={
            "name": person.name,
            "birth_date": person.birth_date.isoformat(),
            "postal_code": person.postal_code,
        },
        data={},
    )


def signed_up(person: Person, at: datetime, *, with_phone: bool) -> Document:
    """Return how the shop opens an account."""
    return event(
        "profile",
        SHOP,
        f"ACC-{person.account}",
        at,
        record_key=person.account,
        identifiers=_email(person) + (_phone(person, 2) if with_phone else []),
        profile={"name": person.name},
        data={},
    )


def sold(order: Order, person: Person | None, *, status: str = "paid", by: str = "key") -> Document:
    """Return a sale; ``by`` tells what the till was given: key, tax_id or phone.

    Nobody (None) is the till's default client.
    """
    return event(
        "sale",
        order.source,
        order.event_id,
        order.at,
        record_key=_record_key(order, person, by),
        identifiers=_shown(person, by) if person else [],
        profile={} if person else {"name": NOBODY},
        data={
            "order_id": order.id,
            "status": status,
            "currency": "BRL",
            "net": money(order.net_cents),
            "discount": money(order.discount_cents),
            "freight": money(order.freight_cents),
            "cost": money(sum(line.cost_cents for line in order.lines)),
            "store": order.store,
            **({"seller": order.seller} if order.seller else {}),
            "payment": {"method": order.method, "installments": order.installments},
            "lines": [_line(line) for line in order.lines],
        },
    )


def _record_key(order: Order, person: Person | None, by: str) -> str:
    if person is None:
        return NOBODY
    if by != "key":
        return ""
    return person.account if order.source == SHOP else person.code


def _shown(person: Person, by: str) -> list[Document]:
    if by == "phone":
        return _phone(person, 1)
    return _tax_id(person) if by == "tax_id" else []


def _line(line: Line) -> Document:
    return {
        "sku": line.sku,
        "category": line.category,
        "quantity": str(line.quantity),
        "net": money(line.net_cents),
        "cost": money(line.cost_cents),
    }


def _of_order(kind: str, order: Order, person: Person, at: datetime, data: Document) -> Document:
    return event(
        kind,
        order.source,
        f"{kind[:3].upper()}-{order.id}",
        at,
        record_key=_record_key(order, person, "key"),
        data={"refers_to": {"source": order.source, "id": order.event_id}, **data},
    )


def refunded(order: Order, person: Person, at: datetime, lines: tuple[Line, ...]) -> Document:
    """Return that some of the lines came back and their money with them."""
    net, cost = (sum(line.net_cents for line in lines), sum(line.cost_cents for line in lines))
    data = {"order_id": order.id, "currency": "BRL", "net": money(net), "cost": money(cost)}
    return _of_order("refund", order, person, at, data)


def cancelled(order: Order, person: Person, at: datetime) -> Document:
    """Return that the order was taken back whole."""
    data = {"order_id": order.id, "currency": "BRL", "net": money(order.net_cents)}
    return _of_order("cancellation", order, person, at, data)


def boleto_paid(order: Order, person: Person, at: datetime) -> Document:
    """Return that the bank has the money of an order that was waiting for it."""
    due_on = (order.at + timedelta(days=3)).date().isoformat()
    return _of_order("payment", order, person, at, {"status": "paid", "due_on": due_on})


def seen(visit: str, at: datetime, number: int, data: Document) -> Document:
    """Return a page seen in a visit of the shop, by whoever sits there."""
    identifiers = [{"type": "visit", "value": visit}]
    return event("navigation", SHOP, f"PG-{visit}-{number}", at, identifiers=identifiers, data=data)


def logged_in(person: Person, visit: str, at: datetime, *, stitch: bool) -> Document:
    """Return that a visit proved whose it is, and whether its pages may be held with the person."""
    return event(
        "login",
        SHOP,
        f"LOG-{visit}",
        at,
        record_key=person.account,
        identifiers=[{"type": "visit", "value": visit}, *_email(person)],
        data={"stitch": stitch},
    )


def crm_event(kind: str, event_id: str, person: Person, at: datetime, data: Document) -> Document:
    """Return what an agent or a form of the CRM notes down about a person."""
    identifiers = _phone(person, 0) + _email(person)
    parts = {"record_key": person.card, "identifiers": identifiers, "data": data}
    return event(kind, CRM, event_id, at, **parts)


def consent(person: Person, at: datetime, channel: str, status: str) -> Document:
    """Return a yes or no to marketing on one channel."""
    data = {
        "purpose": "marketing",
        "channel": channel,
        "status": status,
        "legal_basis": "consent",
        "text_version": "2024-06",
        "proof": "signed at registration",
    }
    return crm_event("consent", f"CON-{person.key}-{channel}", person, at, data)


def _tax_id(person: Person) -> list[Document]:
    if not person.tax_id:
        return []
    return [{"type": "tax_id", "value": person.tax_id, "country": "BR"}]


def _phone(person: Person, style: int) -> list[Document]:
    return [{"type": "phone", "value": written(person.phone, style)}] if person.phone else []


def _email(person: Person) -> list[Document]:
    return [{"type": "email", "value": person.email}] if person.email else []
