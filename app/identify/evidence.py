"""What does it weigh when two records name the same thing?

Exact evidence only: an identifier of some type, held by both.  Weights are bits, the logarithm to
base two of how much likelier "same customer" becomes (Fellegi and Sunter 1969); they and the limits
are frozen in the epoch, so the partition is a function of the set of facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.vocabulary import Identifier, IdentifierKey, IdentifierType, Party, RecordId

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


@dataclass(frozen=True, slots=True)
class Link:
    """One record names one identifier, seen first and last at some time (see ``attach``)."""

    record_id: RecordId
    key: IdentifierKey
    type: IdentifierType
    scope: str
    party: Party


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


def is_veto(link: Link) -> bool:
    """Return whether two different values of this identifier keep two records apart.

    True for tax ids only: one person has one CPF, one company one CNPJ, while the owner of a small
    company may well have both.
    """
    return link.type is IdentifierType.TAX_ID and link.party is not Party.UNKNOWN


def probability(bits: float) -> float:
    """Return the match probability of a weight in bits at even prior odds."""
    return 1.0 / (1.0 + float(2.0**-bits))
