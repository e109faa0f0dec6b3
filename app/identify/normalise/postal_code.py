"""Where does someone live, as far as a postal code tells?  One way of writing per country."""

from __future__ import annotations

from string import ascii_uppercase, digits
from typing import Final

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_repeated
from app.identify.normalise.text import readable

_LONGEST: Final = 32
_ALPHANUMERIC: Final = frozenset(ascii_uppercase + digits)
_FILLER: Final = frozenset({"12345678", "1234567"})

_LENGTHS: Final = {
    "AR": (4, 8),
    "BR": (8,),
    "CL": (7,),
    "CO": (6,),
    "CR": (5,),
    "DO": (5,),
    "EC": (6,),
    "ES": (5,),
    "GT": (5,),
    "MX": (5,),
    "PE": (5,),
    "PT": (7, 4),
    "PY": (6, 4),
    "SV": (4,),
    "UY": (5,),
    "VE": (4,),
}
"""Characters of a code (Universal Postal Union); Argentina's long form has letters."""
_LOSES_ZERO: Final = frozenset({"BR", "ES", "MX"})
"""Codes that begin with zero and come back from spreadsheets one short."""


def postal_code(text: str, *, country: str) -> str | None:
    """Return the code as upper-case letters and digits, or None when it is none of that country.

    Filler (00000-000, 99999-999) is None: it is evidence of nothing.  A country we have no form for
    keeps 3 to 10 letters and digits.
    """
    seen = readable(text, longest=_LONGEST, form="NFKC")
    if isinstance(seen, Fault):
        return None
    code = "".join(c for c in seen.upper() if c.isalnum())
    lengths = _LENGTHS.get(country, tuple(range(3, 11)))
    if country in _LOSES_ZERO and len(code) == lengths[0] - 1:
        code = f"0{code}"
    if len(code) not in lengths or not _ALPHANUMERIC.issuperset(code):
        return None
    has_letters = not code.isdecimal() and country in _LENGTHS
    if has_letters and not _is_argentine(code, country):
        return None
    return None if _is_filler(code) else code


def _is_filler(code: str) -> bool:
    """Tell 00000 and 99999, and any one digit where codes are so long that none is real."""
    return code in _FILLER or (is_repeated(code, 4) and (code[0] in "09" or len(code) >= 7))


def _is_argentine(code: str, country: str) -> bool:
    """Tell Argentina's long form: a province's letter, four digits, three letters."""
    return country == "AR" and code[0].isalpha() and code[1:5].isdecimal() and code[5:].isalpha()
