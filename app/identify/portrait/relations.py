"""How do customers who share a contact point stand to each other?

They were kept apart (``sides``): what they share says that they live or work together, not that
they are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.vocabulary import Party

_CNPJ_ROOT: Final = 8
"""Of the 14 characters of a CNPJ the first eight name the company, the rest the branch."""


class Relation(StrEnum):
    """What one customer is to the other."""

    HOUSEHOLD = "household"
    COLLEAGUE = "colleague"
    WORKS_AT = "works_at"
    CONTACT_PERSON = "contact_person"
    BRANCH = "branch"
    SAME_CONTACT_POINT = "same_contact_point"


@dataclass(frozen=True, slots=True)
class Member:
    """What is known of a customer that tells relations; texts are folded.

    ``company_ids`` are a company's own tax ids, or those of the companies a person speaks for.
    """

    party: Party
    surnames: frozenset[str] = frozenset()
    postal_codes: frozenset[str] = frozenset()
    company_ids: frozenset[str] = frozenset()


def relation_of(one: Member, other: Member) -> Relation:
    """Return what ``other`` is to ``one``, given that they share something.

    A company's counterpart is its contact person; two people beside one company's tax id are
    colleagues; else two of one surname or one postal code live together; two companies of one CNPJ
    root are branches of one.
    """
    match one.party, other.party:
        case Party.COMPANY, Party.COMPANY:
            same = _roots(one) & _roots(other)
            return Relation.BRANCH if same else Relation.SAME_CONTACT_POINT
        case Party.COMPANY, _:
            return Relation.CONTACT_PERSON
        case _, Party.COMPANY:
            return Relation.WORKS_AT
        case _ if one.company_ids & other.company_ids:
            return Relation.COLLEAGUE
        case _:
            alike = one.surnames & other.surnames or one.postal_codes & other.postal_codes
            return Relation.HOUSEHOLD if alike else Relation.SAME_CONTACT_POINT


def _roots(company: Member) -> frozenset[str]:
    return frozenset(each[:_CNPJ_ROOT] for each in company.company_ids)
