"""Who are the company's customers?  Households of people, made of a seed and a number."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from app.simulation.names import CITIES, MEN, SURNAMES, WOMEN
from app.simulation.numbering import (
    ACCOUNT_STEP,
    CARD_STEP,
    CODE_STEP,
    code_of,
    landline_of,
    mobile_of,
    tax_id_of,
)

_EMAIL_DOMAINS: Final = ("example.com", "example.org", "example.net")  # RFC 2606: nobody's mailbox
_CITY_WEIGHTS: Final = tuple(city.weight for city in CITIES)
_SIZES: Final = (1, 2, 3, 4)
_SIZE_WEIGHTS: Final = (62, 25, 8, 5)
_SHARES_A_LINE: Final = 0.5
_PEOPLE_ON_A_LINE: Final = 2
_FIRST_BIRTH: Final = date(1946, 1, 1)
_BIRTH_DAYS: Final = 60 * 365


@dataclass(frozen=True, slots=True)
class Person:
    """One customer as the truth knows them.

    ``key`` names the person in the truth and nowhere else.  ``code``, ``account`` and ``card`` are
    the keys under which the ERP, the shop and the CRM know them; empty where they do not, as the
    identifiers are that the company never learnt.  ``phone`` is in digits with the area code.
    """

    key: str
    name: str
    birth_date: date
    postal_code: str
    code: str
    account: str = ""
    card: str = ""
    tax_id: str = ""
    phone: str = ""
    email: str = ""


def household(rng: Random, first_number: int) -> list[Person]:
    """Return one to four people who live together, numbered from ``first_number`` on.

    In half of the larger households two people give the landline as theirs.
    """
    city = rng.choices(CITIES, _CITY_WEIGHTS)[0]
    surname = rng.choice(SURNAMES)
    postal_code = f"{rng.randint(city.postal_code_from, city.postal_code_to):05d}-{_suffix(rng)}"
    size = rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
    shared = landline_of(first_number, city.area_code) if rng.random() < _SHARES_A_LINE else ""
    return [
        _person(
            rng,
            first_number + place,
            surname,
            postal_code,
            phone=shared
            if shared and size > 1 and place < _PEOPLE_ON_A_LINE
            else mobile_of(first_number + place, city.area_code),
        )
        for place in range(size)
    ]


def _suffix(rng: Random) -> str:
    return f"{rng.randrange(0, 1000, 10):03d}"


def _person(rng: Random, number: int, surname: str, postal_code: str, *, phone: str) -> Person:
    first = rng.choice(WOMEN if rng.random() < 0.56 else MEN)
    mother = rng.choice(SURNAMES)
    online = rng.random() < 0.55
    reachable = online or rng.random() < 0.4
    return Person(
        key=f"P{number:08d}",
        name=f"{first} {mother} {surname}",
        birth_date=_FIRST_BIRTH + timedelta(days=rng.randrange(_BIRTH_DAYS)),
        postal_code=postal_code,
        code=f"C-{code_of(number, CODE_STEP)}",
        account=f"u-{code_of(number, ACCOUNT_STEP)}" if online else "",
        card=f"K-{code_of(number, CARD_STEP)}" if rng.random() < 0.6 else "",
        tax_id=tax_id_of(number) if rng.random() < 0.92 else "",
        phone=phone,
        email=_email(rng, first, surname, number) if reachable else "",
    )


def _email(rng: Random, first: str, surname: str, number: int) -> str:
    return f"{fold(first)}.{fold(surname)}{number}@{rng.choice(_EMAIL_DOMAINS)}"


def fold(text: str) -> str:
    """Return the text in small letters without accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()


def written(phone: str, style: int) -> str:
    """Return a phone of digits as people write it, in one of three styles."""
    area, front, back = phone[:2], phone[2:-4], phone[-4:]
    return (f"({area}) {front}-{back}", phone, f"+55 {area} {front}-{back}")[style]
