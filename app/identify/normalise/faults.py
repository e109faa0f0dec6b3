"""What can be wrong with an identifier?  Stable machine codes, never translated, never renamed."""

from __future__ import annotations

from enum import StrEnum


class Fault(StrEnum):
    """Why a value is no evidence; it is kept with this code and a person may correct it."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    CONTROL_CHARACTER = "control_character"
    """A control character, a lone surrogate or a line break inside the value."""
    PLACEHOLDER = "placeholder"
    """Typed to get past a form: 99999-9999, nao@tem.com, "consumidor final"."""
    WITHHELD = "withheld"
    """The caller or the network hides the number."""
    NOT_A_PHONE = "not_a_phone"
    """Nothing in it can be read as a number to dial."""
    INVALID = "invalid"
    """It can be read, and no such number or address can exist."""
    INCOMPLETE = "incomplete"
    """A real part of one: a phone without its area code, an RFC without its last three."""
    CHECK_DIGIT = "check_digit"
    UNSUPPORTED_COUNTRY = "unsupported_country"
    """We do not know how this country numbers its taxpayers."""
    MISSING_SCOPE = "missing_scope"
    """A code without its source, or a document without its scheme, could be anybody's."""
