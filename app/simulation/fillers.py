"""What do people type where they have nothing to say?  Data only; some could be somebody's."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final

_PHONES: Final[Mapping[str, tuple[str, ...]]] = {
    "BR": ("(11) 99999-9999", "99999-9999", "(11) 91234-5678", "(11) 98765-4320", "1111111111"),
    "ES": ("600000000", "666666666", "999999999", "612345678"),
    "MX": ("5555555555", "5512345678", "0000000000"),
    "AR": ("1111111111", "11 15 1234-5678", "11 4444-4444"),
    "CO": ("3000000000", "3111111111", "3101234567"),
    "CL": ("999999999", "912345678", "222222222"),
    "PE": ("999999999", "987654321", "900000000"),
}
_EMAILS: Final = ("nao@tem.com", "naotem@example.com", "sem@email.com", "x@x.com", "no@tiene.com")
_BIRTH_DATES: Final = ("1900-01-01", "1970-01-01", "2000-01-01")
_TAX_IDS: Final[Mapping[str, tuple[str, ...]]] = {
    "BR": ("111.111.111-11", "123.456.789-09", "000.000.000-00"),
    "ES": ("00000000T", "12345678Z"),
    "MX": ("XAXX010101000",),
    "AR": ("20-11111111-2", "99999999"),
    "CO": ("222222222222",),
    "CL": ("66.666.666-6", "11.111.111-1"),
    "PE": ("10111111111", "00000000000"),
}


def filler_of(rng: Random, what: str, country: str) -> str:
    """Return what stands in a field of a record that ought to hold a value."""
    told = {
        "phone": _PHONES[country],
        "email": _EMAILS,
        "birth_date": _BIRTH_DATES,
        "tax_id": _TAX_IDS[country],
    }
    return rng.choice(told[what])
