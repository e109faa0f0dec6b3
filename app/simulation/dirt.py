"""What goes wrong when a company writes its customers down, and how often?

Each kind of dirt has a name, which the truth gives for every record it touched, and a rate, which
is the share of its occasions on which it happens.  The rates shipped are judgement, not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.simulation.chance import Chance

EVERY: Final = "all"


class Cause(StrEnum):
    """Why a record does not say plainly whose it is; the comment names the occasion."""

    TYPO_KEYBOARD = "typo_keyboard"
    """A neighbouring key: an account of the shop, typed by its owner."""
    TYPO_TRANSPOSITION = "typo_transposition"
    """Two letters or digits changed places: a card of the CRM, typed by an agent."""
    TYPO_OCR = "typo_ocr"
    """A letter read as its look-alike: a client of the ERP, scanned from a form."""
    ACCENTS_LOST = "accents_lost"
    """A name without its accents, often in capitals: a record whose name has any."""
    NICKNAME = "nickname"
    """A short form: an account or a card of somebody whose name has one."""
    SOCIAL_NAME = "social_name"
    """Another first name than the papers': a person."""
    HOUSEHOLD_LINE = "household_line"
    """Two people give the landline they share: a household of two or more."""
    RECEPTION_DESK = "reception_desk"
    """The switchboard of the employer: a card of somebody who works for a customer of ours."""
    MARRIAGE = "marriage"
    """A surname that changed: one of a Brazilian couple."""
    FATHER_AND_SON = "father_and_son"
    """Name, address and telephone of the father: a household of a father and a grown son."""
    RECYCLED_NUMBER = "recycled_number"
    """A number given up and, after a quiet time, somebody else's: one person in four."""
    PLACEHOLDER = "placeholder"
    """Something typed to get past a form: a client of the ERP or a card of the CRM."""
    ROLE_EMAIL = "role_email"
    """The address of the employer's desk: an account of somebody who works for a customer."""
    ALIAS_EMAIL = "alias_email"
    """An address the platform made up: a buyer on the marketplace."""
    DEFAULT_CLIENT = "default_client"
    """Booked on the till's default client: a sale at the till to somebody we know."""
    TILL_PHONE = "till_phone"
    """The shop's own telephone, as the till insists on one: a sale at the till."""
    WRONG_TAX_ID = "wrong_tax_id"
    """The tax id of a relative: a client of the ERP who does not live alone."""
    COMPANY_CONTACT = "company_contact"
    """Also a contact of the employer, under its telephone and mailbox: who works for a customer."""
    DUPLICATE_ACCOUNT = "duplicate_account"
    """A second account, or a second client code, in one source: a person who has a first."""
    OTHER_CONTACT = "other_contact"
    """Another telephone and mailbox than elsewhere: a card of the CRM."""


RATES: Final[Mapping[Cause, float]] = {
    Cause.TYPO_KEYBOARD: 0.03,
    Cause.TYPO_TRANSPOSITION: 0.03,
    Cause.TYPO_OCR: 0.03,
    Cause.ACCENTS_LOST: 0.3,
    Cause.NICKNAME: 0.12,
    Cause.SOCIAL_NAME: 0.01,
    Cause.HOUSEHOLD_LINE: 0.4,
    Cause.RECEPTION_DESK: 0.15,
    Cause.MARRIAGE: 0.05,
    Cause.FATHER_AND_SON: 0.15,
    Cause.RECYCLED_NUMBER: 0.06,
    Cause.PLACEHOLDER: 0.05,
    Cause.ROLE_EMAIL: 0.05,
    Cause.ALIAS_EMAIL: 0.7,
    Cause.DEFAULT_CLIENT: 0.2,
    Cause.TILL_PHONE: 0.03,
    Cause.WRONG_TAX_ID: 0.02,
    Cause.COMPANY_CONTACT: 0.2,
    Cause.DUPLICATE_ACCOUNT: 0.04,
    Cause.OTHER_CONTACT: 0.1,
}
"""A company that never cleaned up; judgement."""

CLEAN: Final[Mapping[Cause, float]] = dict.fromkeys(Cause, 0.0)

TIDY: Final[Mapping[Cause, float]] = {
    **CLEAN,
    Cause.HOUSEHOLD_LINE: 0.5,
    Cause.ACCENTS_LOST: 0.05,
    Cause.NICKNAME: 0.05,
    Cause.DEFAULT_CLIENT: 0.15,
    Cause.OTHER_CONTACT: 0.03,
}
"""The company of the demonstration: life, and hardly any mistakes."""


@dataclass(frozen=True, slots=True)
class Dirt:
    """What befalls whom; the same under the same seed, and never less at a higher rate."""

    chance: Chance
    rates: Mapping[Cause, float]

    def strikes(self, cause: Cause, *occasion: object) -> bool:
        """Tell whether this occasion goes wrong: never at rate 0, always at rate 1."""
        rate = self.rates[cause]
        return rate > 0 and self.chance.unit("dirt", cause, *occasion) < rate


def read_rates(given: Iterable[tuple[str, object]]) -> dict[Cause, float]:
    """Return the shipped rates with those that are given; ``all`` sets every one, in its turn.

    Raises:
        ValueError: a name that no dirt has, or a rate that is not from 0 to 1.
    """
    rates = dict(RATES)
    for name, told in given:
        rate = _ratio(name, told)
        if name == EVERY:
            rates = dict.fromkeys(Cause, rate)
        else:
            rates[_cause(name)] = rate
    return rates


def _cause(name: str) -> Cause:
    try:
        return Cause(name)
    except ValueError:
        known = ", ".join((EVERY, *Cause))
        raise ValueError(f"there is no dirt of this name; there are {known}") from None


def _ratio(name: str, told: object) -> float:
    try:
        rate = float(str(told))
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 1:
        raise ValueError(f"{name}: a rate is a number from 0 to 1")
    return rate
