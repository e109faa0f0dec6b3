"""Who are the company's customers, and what is there to be known of each?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from app.simulation.names import Name
from app.simulation.numbering import (
    ACCOUNT_STEP,
    BUYER_STEP,
    CARD_STEP,
    CODE_STEP,
    Phone,
    code_of,
    mobile,
)
from app.simulation.papers import Born, document, plain, tax_id
from app.simulation.places import City, Country

_EMAIL_DOMAINS: Final = ("example.com", "example.org", "example.net")  # RFC 2606: nobody's mailbox
_FIRST_BIRTH: Final = date(1946, 1, 1)
_ONLINE: Final = 0.55
_HAS_EMAIL: Final = 0.4
_HAS_CARD: Final = 0.6
_BUYS_ON_MARKETPLACE: Final = 0.15
_HAS_TAX_ID: Final = {"BR": 0.92, "MX": 0.5}
_MOSTLY: Final = 0.8


@dataclass(frozen=True, slots=True)
class Person:
    """One customer as the truth knows them.

    ``key`` names the person in the truth and nowhere else.  ``code``, ``account``, ``card`` and
    ``buyer`` are the keys under which the ERP, the shop, the CRM and the marketplace know them;
    empty where they do not, as ``tax_id`` and ``email`` are where there is none to be told.
    """

    key: str
    country: str
    name: Name
    birth_date: date
    is_woman: bool
    postal_code: str
    mobile: Phone
    other_mobile: Phone
    code: str
    account: str = ""
    card: str = ""
    buyer: str = ""
    tax_id: str = ""
    document: tuple[str, str] = ("", "")
    email: str = ""
    other_email: str = ""

    @property
    def number(self) -> str:
        """Return the number in the key, to make ids of."""
        return self.key[1:]


@dataclass(frozen=True, slots=True)
class Sketch:
    """What a household says of a member before the rest is drawn."""

    number: int
    name: Name
    is_woman: bool
    born_from: int
    born_to: int
    is_child: bool = False


def draw_person(rng: Random, sketch: Sketch, country: Country, city: City, postal: str) -> Person:
    """Return the person; the order of the draws is the person's for ever."""
    number, name = sketch.number, sketch.name
    born_on = _birth_date(rng, sketch)
    online = rng.random() < _ONLINE
    reachable = rng.random() < _HAS_EMAIL or online
    born = Born(number, name, born_on, sketch.is_woman)
    has_card, has_buyer = rng.random() < _HAS_CARD, rng.random() < _BUYS_ON_MARKETPLACE
    has_tax_id = rng.random() < _HAS_TAX_ID.get(country.code, _MOSTLY)
    domain = rng.choice(_EMAIL_DOMAINS)
    return Person(
        key=f"P{number:08d}",
        country=country.code,
        name=name,
        birth_date=born_on,
        is_woman=sketch.is_woman,
        postal_code=postal,
        mobile=mobile(2 * number - 1, country.code, city.area_code),
        other_mobile=mobile(2 * number, country.code, city.area_code),
        code=f"C-{code_of(number, CODE_STEP)}",
        account=f"u-{code_of(number, ACCOUNT_STEP)}" if online else "",
        card=f"K-{code_of(number, CARD_STEP)}" if has_card else "",
        buyer=f"B-{code_of(number, BUYER_STEP)}" if has_buyer else "",
        tax_id=tax_id(country.code, born) if has_tax_id else "",
        document=document(country.code, born),
        email=f"{_local(name)}{number}@{domain}" if reachable else "",
        other_email=f"{plain(name.first)[0]}{_surname(name)}{number}@{domain}",
    )


def _birth_date(rng: Random, sketch: Sketch) -> date:
    years = rng.uniform(sketch.born_from, sketch.born_to) - _FIRST_BIRTH.year
    return _FIRST_BIRTH + timedelta(days=int(365.25 * years))


def _local(name: Name) -> str:
    return f"{plain(name.first)}.{_surname(name)}"


def _surname(name: Name) -> str:
    return plain(name.family[-1]).replace(" ", "")
