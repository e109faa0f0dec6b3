"""What does a sender's value mean, however it was written?  Raw identifier → canonical, or a fault.

Two values that reach the same contact point become equal; two that do not stay apart; what is
nobody's is never evidence.  Any text of any length is answered in bounded time, and normalising
twice is normalising once.  Changing a rule here changes who matches whom: it needs a new epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from app.identify.normalise.code import code
from app.identify.normalise.document import document, meant
from app.identify.normalise.email import email
from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_record_key
from app.identify.normalise.phone import phone
from app.identify.normalise.postal_code import postal_code
from app.identify.normalise.tax_id import tax_id
from app.identify.normalise.text import country_code
from app.vocabulary import Faulty, Identifier, IdentifierType, RawIdentifier

__all__ = [
    "VERSION",
    "Fault",
    "advice",
    "is_generic_record_key",
    "normalise",
    "postal_code",
    "warm_up",
]

VERSION: Final = 1
"""Stored with what was derived; raised with every change of a rule or a list in this package."""

_READERS: Final[Mapping[IdentifierType, Callable[[RawIdentifier, str], Identifier | Fault]]] = {
    IdentifierType.PHONE: phone,
    IdentifierType.WHATSAPP: phone,
    IdentifierType.EMAIL: email,
    IdentifierType.TAX_ID: tax_id,
    IdentifierType.DOCUMENT: document,
    IdentifierType.SOCIAL: code,
    IdentifierType.CUSTOMER_CODE: code,
    IdentifierType.VISIT: code,
    IdentifierType.LOYALTY: code,
    IdentifierType.LOGIN: code,
    IdentifierType.ORDER_ID: code,
    IdentifierType.PROTOCOL: code,
}


def normalise(raw: RawIdentifier, *, country: str) -> Identifier | Faulty:
    """Return the canonical identifier, or the raw one with what is wrong with it; never raises.

    Shape: ``country`` is the deployment's, used where the sender named none.  A consumer looks at
    ``identifies`` (may this be evidence at all?) and at ``party`` (a COMPANY's identifier joins
    records of a company, never two persons).
    """
    issuer = country_code(raw.country) or country_code(country)
    read = _READERS[raw.type](raw, issuer)
    return Faulty(raw, read.value) if isinstance(read, Fault) else read


def advice(faulty: Faulty, *, country: str) -> str:
    """Return what to tell the sender of a value that is no evidence; the value is not in it."""
    issuer = country_code(faulty.raw.country) or country_code(country)
    scheme = meant(faulty.raw, issuer)
    if scheme is None:
        return "is not used as evidence"
    return f'is not used as evidence: send it as type "document" with scheme "{scheme}"'


def warm_up(*countries: str) -> None:
    """Load the numbering plans of some countries, so that the first call of the day pays nothing.

    The library reads a plan when a number of it is first seen, a few milliseconds each.
    """
    for country in countries:
        for number in ("1", "2345678901"):
            normalise(RawIdentifier(IdentifierType.PHONE, number, country), country=country)
