"""Which of the things said of a person say nothing?  A name that is none, a birth nobody had.

Such a value is told back with its fault and stays in the event it came with; it is no fact about
anybody: it never shows, is never spoken, closes no gap and is no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from app.identify.names import is_generic_company, is_generic_name, parse_birth_date
from app.identify.normalise.faults import Fault

PERSON_NAMES: Final = frozenset({"name", "social_name"})
COMPANY_NAMES: Final = frozenset({"company_name", "trade_name"})
NAMES: Final = PERSON_NAMES | COMPANY_NAMES
BIRTH_DATE: Final = "birth_date"

_NONE: Final[Mapping[str, Fault]] = MappingProxyType({})


def fault_of(attribute: str, value: str, said_on: date) -> Fault | None:
    """Return why a value of a profile says nothing, or None where it may be true.

    ``placeholder``: a name nobody has; ``invalid``: no date, or one that is not plausible for a
    person heard of on the day it was said (``names.parse_birth_date``).
    """
    if attribute in NAMES:
        return Fault.PLACEHOLDER if _is_no_name(attribute, value) else None
    if attribute == BIRTH_DATE:
        return None if parse_birth_date(value, today=said_on) else Fault.INVALID
    return None


def faults_in(profile: Mapping[str, str], said_on: date) -> Mapping[str, Fault]:
    """Return the attributes of a profile that say nothing, and why; empty for a good one."""
    if not profile:
        return _NONE
    found = {name: fault_of(name, value, said_on) for name, value in profile.items()}
    return {name: fault for name, fault in found.items() if fault is not None}


def with_names(profile: Mapping[str, str]) -> Mapping[str, str]:
    """Return a profile without names nobody has: what it is shown and spoken from."""
    unnamed = {name for name in NAMES & profile.keys() if _is_no_name(name, profile[name])}
    if not unnamed:
        return profile
    return {name: value for name, value in profile.items() if name not in unnamed}


def _is_no_name(attribute: str, value: str) -> bool:
    return is_generic_name(value) if attribute in PERSON_NAMES else is_generic_company(value)
