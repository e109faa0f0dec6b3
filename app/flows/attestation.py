"""What is an agent's word worth?  It says who is on the line; secrets need more than a name.

A check counts where we hold what it was compared with (``identity_checks``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CALLER_ID: Final = "caller_id"
"""How sure a number alone makes: anybody may be holding the telephone."""

ATTESTED: Final = "attested"
"""How sure an agent's word makes."""

_ANSWERS_NEEDED: Final = 2


class Check(StrEnum):
    """What an agent compared with what we know, before saying that it is this customer."""

    FIRST_NAME = "first_name"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    TAX_ID = "tax_id"
    DOCUMENT = "document"
    LAST_PURCHASE = "last_purchase"
    ONE_TIME_CODE = "one_time_code"


@dataclass(frozen=True, slots=True)
class Attested:
    """An agent said that it is this customer, and what that rests on."""

    verified_by: frozenset[Check]

    @property
    def may_disclose(self) -> bool:
        """Return whether secrets may be told: a code they received, or two things only they know.

        A household shares names, birthdays and drawers: one answer is no proof (judgement).
        """
        if Check.ONE_TIME_CODE in self.verified_by:
            return True
        return len(self.verified_by - {Check.FIRST_NAME}) >= _ANSWERS_NEEDED
