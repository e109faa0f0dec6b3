"""Who are the people that the documentation and the demonstration tell of?

Eight people with fixed numbers and fixed stories, the same under every seed, so that a printed
command always has something to show.  Their days are counted back from today.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from app.simulation.documents import (
    ERP,
    SHOP,
    Document,
    Line,
    Order,
    consent,
    crm_event,
    logged_in,
    moment,
    registered,
    seen,
    signed_up,
    sold,
)
from app.simulation.numbering import tax_id_of
from app.simulation.people import Person
from app.simulation.products import PRODUCTS

_TEN: Final = 10 * 60
_PRODUCT: Final = {product.sku: product for product in PRODUCTS}
_FIRST_DAY: Final = 720


@dataclass(frozen=True, slots=True)
class Protagonist:
    """A person with a story; the days are days ago, and everything not told did not happen."""

    person: Person
    story: str
    bought: tuple[int, ...] = ()
    basket: tuple[str, ...] = ("CAF-CERR-500",)
    online: bool = False
    registered: int = _FIRST_DAY
    visited: tuple[int, ...] = ()
    granted: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    complained: int | None = None
    boleto: int | None = None
    lead: int | None = None


def _person(number: int, name: str, birth_date: date, phone: str, **known: str) -> Person:
    given = {"tax_id": tax_id_of(number), "card": f"K-{4710 + number}"} | known
    return Person(
        key=f"P{number:08d}",
        name=name,
        birth_date=birth_date,
        postal_code="01310-100",
        code=f"C-{4710 + number}",
        phone=phone,
        **given,
    )


_SHARED_LINE: Final = "11953208814"

PROTAGONISTS: Final[Mapping[str, Protagonist]] = MappingProxyType(
    {
        "champion": Protagonist(
            _person(
                1,
                "Ana Maria de Souza",
                date(1984, 5, 2),
                "11987654321",
                tax_id="529.982.247-25",
                email="ana.souza@example.com",
                account="u-4711",
            ),
            "buys every eleven days in the shops and in the web shop, and likes to hear from us",
            bought=tuple(range(3, 700, 11)),
            basket=("CAF-CERR-500", "CAF-MOGI-250", "AZE-PORT-500"),
            visited=(4, 26),
            granted=("whatsapp", "email", "voice"),
        ),
        "slipping": Protagonist(
            _person(2, "Paulo Henrique Vieira", date(1971, 9, 18), "11954107723"),
            "came twice a week for a year and has not been seen for eleven months",
            bought=tuple(range(335, 700, 4)),
            basket=("CAF-SULM-1K", "QUE-CANA-400", "MEL-SILV-300"),
            granted=("voice", "whatsapp"),
        ),
        "complaining": Protagonist(
            _person(
                3,
                "Luciana Prado Nogueira",
                date(1990, 1, 27),
                "19951830462",
                email="luciana.nogueira@example.org",
                account="u-4713",
            ),
            "a good customer whose order came broken: her complaint is still open",
            bought=tuple(range(9, 600, 24)),
            basket=("XIC-CERA-04", "CAF-CAPS-30"),
            online=True,
            granted=("email", "whatsapp"),
            complained=4,
        ),
        "first_on_the_line": Protagonist(
            _person(4, "Helena Brandão Castro", date(1958, 3, 14), _SHARED_LINE),
            "shares one telephone with her husband",
            bought=tuple(range(8, 640, 25)),
            basket=("CHA-CAMO-60", "BIS-POLV-200"),
            granted=("voice",),
        ),
        "second_on_the_line": Protagonist(
            _person(5, "Otávio Castro", date(1955, 11, 30), _SHARED_LINE),
            "shares one telephone with his wife",
            bought=tuple(range(31, 640, 60)),
            basket=("CAF-CERR-500", "VEL-CERA-01"),
            denied=("voice",),
        ),
        "newcomer": Protagonist(
            _person(
                6,
                "Diego Fonseca Ramos",
                date(1998, 7, 8),
                "21952746190",
                email="diego.ramos@example.net",
                account="u-4716",
            ),
            "bought for the first time twelve days ago",
            bought=(12,),
            basket=("MOE-MANU-01", "CAF-SULM-1K"),
            online=True,
            registered=12,
            visited=(13, 5),
            granted=("email",),
        ),
        "prospect": Protagonist(
            _person(
                7,
                "Camila Rocha Teles",
                date(1993, 12, 4),
                "31955081347",
                email="camila.teles@example.com",
                account="u-4717",
                tax_id="",
            ),
            "looks around, asked to be called and has bought nothing yet",
            registered=20,
            visited=(19, 11, 2),
            granted=("email", "whatsapp", "voice"),
            lead=11,
        ),
        "waiting": Protagonist(
            _person(
                8,
                "Marcos Aurélio Pinto",
                date(1979, 4, 21),
                "41956432208",
                email="marcos.pinto@example.org",
                account="u-4718",
            ),
            "ordered two days ago and has not paid the boleto",
            bought=tuple(range(45, 500, 41)),
            basket=("SAB-AZEI-03", "PAN-LINH-03"),
            online=True,
            granted=("email", "whatsapp"),
            boleto=2,
        ),
    }
)


def documents_of(protagonist: Protagonist, today: date) -> list[Document]:
    """Return what the company's systems wrote down about a protagonist before today, in order."""
    told = [
        *_beginnings(protagonist, today),
        *_trade(protagonist, today),
        *_rest(protagonist, today),
    ]
    return sorted(told, key=lambda document: (document["time"], document["id"]))


def _beginnings(told: Protagonist, today: date) -> Iterator[Document]:
    at = moment(today - timedelta(days=told.registered), _TEN - 60)
    if told.bought:
        yield registered(told.person, at, 0)
    if told.person.account:
        yield signed_up(told.person, at, with_phone=told.lead is not None)
    for status, channels in (("granted", told.granted), ("denied", told.denied)):
        for channel in channels:
            yield consent(told.person, at, channel, status)


def _trade(told: Protagonist, today: date) -> Iterator[Document]:
    for number, days in enumerate(sorted(told.bought, reverse=True), start=1):
        yield sold(_order(told, number, today - timedelta(days=days)), told.person)
    if told.boleto is not None:
        order = _order(told, len(told.bought) + 1, today - timedelta(days=told.boleto))
        yield sold(replace(order, method="boleto"), told.person, status="pending")


def _order(told: Protagonist, number: int, day: date) -> Order:
    return Order(
        id=f"{told.person.key[1:]}{number:03d}",
        at=moment(day, _TEN + number % 7 * 60),
        lines=tuple(_line(sku) for sku in told.basket),
        source=SHOP if told.online else ERP,
        store="WEB" if told.online else "SP-01",
        seller="" if told.online else "V7",
    )


def _line(sku: str) -> Line:
    product = _PRODUCT[sku]
    return Line(sku, product.category, 1, product.price_cents, product.cost_cents)


def _rest(told: Protagonist, today: date) -> Iterator[Document]:
    person = told.person
    for days in told.visited:
        visit, at = f"v-{person.account}-{days}", moment(today - timedelta(days=days), 20 * 60)
        yield logged_in(person, visit, at, stitch=True)
        sku = PRODUCTS[days % len(PRODUCTS)].sku
        page = {"page": f"/produto/{sku}", "products": [sku]}
        yield seen(visit, at + timedelta(seconds=40), 1, page)
    if told.complained is not None:
        at = moment(today - timedelta(days=told.complained), _TEN)
        yield crm_event("complaint", f"CASE-{person.key[1:]}-1", person, at, _complaint(at.date()))
    if told.lead is not None:
        at = moment(today - timedelta(days=told.lead), _TEN)
        data = {"stage": "qualified", "fit": "0.9", "intent": "0.8", "call_requested": True}
        yield crm_event("lead", f"LEA-{person.key[1:]}", person, at, data)


def _complaint(opened_on: date) -> Document:
    return {
        "case_id": f"CASE-{opened_on:%Y%m%d}-3",
        "status": "opened",
        "topic": "damaged_product",
        "severity": "high",
        "due_on": (opened_on + timedelta(days=7)).isoformat(),
    }
