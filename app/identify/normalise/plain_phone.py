"""Is this plainly a subscriber's line?  The telephone plans of phonenumbers, asked at once.

Most numbers arrive as the plan has them: ``+5511987654321``, ``(11) 98765-4321``.  Of these the
library's answer follows from four of its patterns, which are put together once for each country.
Whatever could mean anything else (a trunk prefix, a carrier code, an extension, a service number,
a country code that several countries share) is not plain, and left to the library itself:
``test_identify_normalise`` holds that both always say the same.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

_PLAIN: Final = re.compile(r"(\+?)[0-9(][0-9 ().-]{6,24}", re.ASCII)
_BETWEEN: Final = str.maketrans("", "", " ().-")
_DIGITS_OF_A_CODE: Final = (2, 3, 1)
"""Most of the world has two; no code begins with another."""

_SERVICES: Final = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_NEVER: Final = r"(?!)"


class PlainLine(NamedTuple):
    """A fixed or mobile line: its digits as they were given, and as the plan has them."""

    digits: str
    code: int
    national: str


def plain_line(text: str, country: str) -> PlainLine | None:
    """Return the plain fixed or mobile line that a text is, or None.

    ``text`` is as it was given; without a plus it is read in ``country`` (ISO 3166, or nothing).
    None says nothing about the number: it may be a line all the same.
    """
    found = _PLAIN.fullmatch(text)
    if found is None:
        return None
    digits = text[found.end(1) :]
    if not digits.isdecimal():
        digits = digits.translate(_BETWEEN)
    if found[1]:
        return _with_code(digits)
    code = _code_of(country)
    return PlainLine(digits, code, digits) if _national(code).fullmatch(digits) else None


def _with_code(digits: str) -> PlainLine | None:
    for length in _DIGITS_OF_A_CODE:
        code = int(digits[:length] or 0)
        if code in COUNTRY_CODE_TO_REGION_CODE:
            national = digits[length:]
            is_line = digits[0] != "0" and _abroad(code).fullmatch(national)
            return PlainLine(digits, code, national) if is_line else None
    return None


@cache
def _code_of(country: str) -> int:
    """Return the code that this country alone has, or 0."""
    plan = PhoneMetadata.metadata_for_region(country, None) if country else None
    code = 0 if plan is None else plan.country_code or 0
    return code if _plan_of(code) is plan else 0


def _plan_of(code: int) -> Any | None:
    """Return the one plan of a country code; where several countries share it there is none."""
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, ())
    return PhoneMetadata.metadata_for_region(regions[0], None) if len(regions) == 1 else None


@cache
def _abroad(code: int) -> re.Pattern[str]:
    """Return the pattern of plain national numbers behind a plus and this code."""
    plan = _plan_of(code)
    return re.compile(_NEVER if plan is None else _not_prefixed(plan) + _lines(plan), re.ASCII)


@cache
def _national(code: int) -> re.Pattern[str]:
    """Return the pattern of plain numbers of the country with this code, written without it."""
    plan = _plan_of(code)
    abroad = f"(?!{plan.international_prefix})" if plan and plan.international_prefix else ""
    return re.compile(abroad + _abroad(code).pattern, re.ASCII)


def _not_prefixed(plan: Any) -> str:
    """Return a look ahead: no digit is a trunk prefix, nor a nought that has to be kept."""
    prefix = plan.national_prefix_for_parsing
    return "(?!0)" + (f"(?!(?:{prefix})(?<=[0-9]))" if prefix else "")


def _lines(plan: Any) -> str:
    others = "|".join(_of(each) for name in _SERVICES if (each := getattr(plan, name)))
    lines = "|".join(_of(each) for each in (plan.fixed_line, plan.mobile) if each)
    return f"(?!(?:{others or _NEVER})\\Z)(?={_of(plan.general_desc)}\\Z)(?:{lines or _NEVER})"


def _of(kind: Any) -> str:
    """Return the pattern of one kind of number, of the lengths it may have."""
    lengths = "|".join(f"[0-9]{{{length}}}" for length in kind.possible_length)
    ahead = f"(?=(?:{lengths})\\Z)" if lengths else ""
    return f"(?:{ahead}(?:{kind.national_number_pattern}))"
