"""What does it weigh when two records name the same thing?

Exact evidence only: an identifier of some type, held by both.  Weights are bits, the logarithm to
base two of how much likelier "same customer" becomes (Fellegi and Sunter 1969); they and the limits
are frozen in the epoch, so the partition is a function of the set of facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log2
from typing import Final

from app.vocabulary import Identifier, IdentifierKey, IdentifierType, Party, RecordId, value_type

BITS: Final = {
    IdentifierType.CUSTOMER_CODE: 20.0,
    IdentifierType.TAX_ID: 20.0,
    IdentifierType.LOGIN: 18.0,
    IdentifierType.LOYALTY: 16.0,
    IdentifierType.DOCUMENT: 14.0,
    IdentifierType.EMAIL: 11.0,
    IdentifierType.SOCIAL: 11.0,
    IdentifierType.PHONE: 9.0,
}
"""Weight of an exact agreement: judgement, until an epoch is trained on labelled pairs."""

VISIT_BITS: Final = 10.0
"""Weight of a visit inside a span that a login opened."""

STRENGTH_ORDER: Final = (
    IdentifierType.TAX_ID,
    IdentifierType.DOCUMENT,
    IdentifierType.LOGIN,
    IdentifierType.LOYALTY,
    IdentifierType.CUSTOMER_CODE,
    IdentifierType.EMAIL,
    IdentifierType.PHONE,
)
"""Which identifier names a record that its source gave no key: the strongest it came with."""

_NEVER_JOINS: Final = frozenset(
    {
        IdentifierType.VISIT,
        IdentifierType.ORDER_ID,
        IdentifierType.PROTOCOL,
        IdentifierType.WHATSAPP,
    }
)


JOIN_BITS: Final = 6.0
"""From here on two records are one customer: 64 times likelier than not (judgement)."""

LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

FOR_GOOD: Final = datetime(9999, 12, 31, tzinfo=UTC)
"""When a link was denied that no naming opens again: none is told later than that."""


@dataclass(frozen=True, slots=True)
class CustomerLimit:
    """So many values of a kind one customer may have, ever or first named within so many days."""

    most: int
    within_days: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Past which numbers a value or a record is nobody's; frozen in the epoch.

    ``holders`` counts distinct persons by type; ``nameless`` counts records one source keeps under
    keys of its own and knows no name of; ``largest`` is the customer above which weak evidence has
    to be stronger; ``quiet_days`` without a sign, and then somebody else, is a recycled number.
    ``customer`` is what one customer may have of a kind before somebody should look.
    """

    holders: Mapping[IdentifierType, int]
    nameless: int
    persons_of_a_record: int
    largest: int
    quiet_days: int
    customer: Mapping[IdentifierType, CustomerLimit]


_A_YEAR: Final = 365

LIMITS: Final = Limits(
    holders={
        IdentifierType.PHONE: 20,
        IdentifierType.EMAIL: 12,
        IdentifierType.SOCIAL: 12,
        IdentifierType.LOYALTY: 12,
        IdentifierType.DOCUMENT: 12,
        IdentifierType.LOGIN: 12,
        IdentifierType.TAX_ID: 12,
    },
    nameless=30,
    persons_of_a_record=20,
    largest=100,
    quiet_days=180,
    customer={
        IdentifierType.TAX_ID: CustomerLimit(1),
        IdentifierType.LOGIN: CustomerLimit(1),
        IdentifierType.LOYALTY: CustomerLimit(3),
        IdentifierType.EMAIL: CustomerLimit(5, _A_YEAR),
        IdentifierType.PHONE: CustomerLimit(5, _A_YEAR),
    },
)
"""The limits of the first epoch (judgement); an epoch's model may freeze others (``limits``)."""


@value_type()
class Link:
    """One record names one identifier, seen first and last at some time (see ``attach``).

    ``unnamed`` says that it was named at least once without a person's name beside it,
    ``withdrawn`` that the person said for good that it is not theirs, and ``beside`` that it is a
    company's number on the record of one of its contact persons (``parties``).
    """

    record_id: RecordId
    key: IdentifierKey
    type: IdentifierType
    scope: str
    party: Party
    verified: bool = False
    unnamed: bool = False
    first_seen_at: datetime = LONG_AGO
    last_seen_at: datetime = LONG_AGO
    withdrawn: bool = False
    beside: bool = False


def joins(identifier: Identifier) -> bool:
    """Return whether two records that hold this identifier speak of the same customer.

    A role address (``contato@``) is the company's: everybody who works there may give it, so it
    finds and never joins.
    """
    if not identifier.identifies or identifier.type in _NEVER_JOINS:
        return False
    return not (identifier.type is IdentifierType.EMAIL and identifier.party is Party.COMPANY)


def bits_of(kind: IdentifierType) -> float:
    """Return the weight of an exact agreement on an identifier of this type, in bits."""
    return BITS.get(kind, 0.0)


def bits_held_by(kind: IdentifierType, holders: int) -> float:
    """Return the weight of a value that so many persons hold: each doubling costs a bit."""
    return bits_of(kind) - (log2(holders) if holders > 1 else 0.0)


def is_veto(link: Link) -> bool:
    """Return whether two different values of this identifier keep two records apart.

    True for tax ids only: one person has one CPF, one company one CNPJ, while the owner of a small
    company may well have both, and a contact person may speak for several companies.
    """
    is_whose = link.party is not Party.UNKNOWN and not link.beside
    return link.type is IdentifierType.TAX_ID and is_whose


def is_company_id(link: Link) -> bool:
    """Return whether this is a company's tax id, whoever names it."""
    return link.type is IdentifierType.TAX_ID and link.party is Party.COMPANY
