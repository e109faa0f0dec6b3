"""Which line is this?  Any way of writing or dialling a number → E.164 (ITU-T), or why not.

A number must be *valid* in its country's plan, not only possible.  Readings are tried from the most
trusted to the most repaired one and the first that is valid wins, so that a repair never touches a
number that is right as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_text, is_repeated
from app.identify.normalise.lists.phones import (
    ASCENDING,
    BRAZILIAN_COMPANY_PREFIXES,
    WITHHELD,
    WITHHELD_DIGITS,
)
from app.identify.normalise.plain_phone import plain_line
from app.identify.normalise.text import readable, words
from app.vocabulary import Identifier, IdentifierType, RawIdentifier

_LONGEST: Final = 256
"""Characters of a SIP name-address with its parameters; longer is no number."""
_LONGEST_NUMBER: Final = 64
_ENOUGH_DIGITS: Final = 8
"""After this many, a letter or a slash begins an extension, a remark or a second number."""
_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_ENDS_A_NUMBER: Final = frozenset("/;,|")
_SCHEMES: Final = frozenset({"tel", "sip", "sips", "callto", "wa", "whatsapp"})
_NOT_LINES: Final = frozenset({"lid", "g.us", "newsletter", "broadcast"})
"""Hosts of WhatsApp ids whose digits are no telephone number."""

_IDENTIFYING: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.VOIP,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
    },
)
_SHORTEST_WITH_AREA: Final = {"BR": 10, "MX": 10, "AR": 10}


def phone(raw: RawIdentifier, country: str) -> Identifier | Fault:
    """Return the line as ``+`` and digits, the same for a call and for WhatsApp.

    Toll-free, shared-cost, premium, company-wide and short numbers are contact points that identify
    nobody; a short number carries its country code ("+55190").  Of two numbers in one field the
    first counts, and extensions are dropped: they are the switch's, not the network's.
    """
    plain = plain_line(raw.value, country)
    if plain is None:
        return _deciphered(raw, country)
    return _filler(plain.digits) or _judged(plain.code, plain.national, is_a_line=True)


def _deciphered(raw: RawIdentifier, country: str) -> Identifier | Fault:
    text = readable(raw.value, longest=_LONGEST, form="NFKC")
    number = text if isinstance(text, Fault) else _spelt(text)
    if isinstance(number, Fault):
        return number
    digits = _digits(number)
    is_whatsapp = raw.type is IdentifierType.WHATSAPP
    return _filler(digits) or _dialled(number, digits, country, is_whatsapp=is_whatsapp)


def _dialled(number: str, digits: str, country: str, *, is_whatsapp: bool) -> Identifier | Fault:
    for reading in _readings(number, digits, country, is_whatsapp=is_whatsapp):
        line = _parsed(reading, country)
        kind = PhoneNumberType.UNKNOWN if line is None else phonenumbers.number_type(line)
        if line is not None and kind != PhoneNumberType.UNKNOWN:
            national = phonenumbers.national_significant_number(line)
            return _judged(line.country_code or 0, national, is_a_line=kind in _IDENTIFYING)
    line = _parsed(number, country)
    if line is None:
        return Fault.NOT_A_PHONE
    if phonenumbers.is_valid_short_number(line):
        short = phonenumbers.format_number(line, PhoneNumberFormat.E164)
        return _identifier(short, identifies=False)
    return _why_invalid(number, digits, country)


def _judged(code: int, national: str, *, is_a_line: bool) -> Identifier | Fault:
    short_plan = code == 1 or len(national) <= _ENOUGH_DIGITS
    if is_repeated(national[-7:], 7) and short_plan:
        return Fault.PLACEHOLDER
    is_fixed_brazilian = code == 55 and len(national) == 10
    is_company = is_fixed_brazilian and national[2:6] in BRAZILIAN_COMPANY_PREFIXES
    return _identifier(f"+{code}{national}", identifies=is_a_line and not is_company)


def _identifier(value: str, *, identifies: bool) -> Identifier:
    return Identifier(IdentifierType.PHONE, "", value, identifies=identifies)


def _why_invalid(number: str, digits: str, country: str) -> Fault:
    if digits[2:] in ASCENDING:  # behind an area code
        return Fault.PLACEHOLDER
    is_local = not _has_plus(number) and len(digits) < _SHORTEST_WITH_AREA.get(country, 0)
    return Fault.INCOMPLETE if is_local and len(digits) >= _ENOUGH_DIGITS else Fault.INVALID


# ---------------------------------------------------------------- what stands around a number


def _spelt(text: str) -> str | Fault:
    """Return the part of the text that spells a number, or why there is none."""
    user = _user_part(text)
    spoken = " ".join(words(user))
    if spoken in WITHHELD:
        return Fault.WITHHELD
    if is_generic_text(spoken):
        return Fault.PLACEHOLDER
    number = _first_number(user)
    has_digits = any(c.isdecimal() for c in number)
    if not has_digits or len(number) > _LONGEST_NUMBER or _host(text) in _NOT_LINES:
        return Fault.NOT_A_PHONE
    return number


def _user_part(text: str) -> str:
    """Return what stands before the ``@`` of a SIP, tel or WhatsApp address, or the text itself."""
    _, bracket, inside = text.partition("<")
    address = inside.partition(">")[0] if bracket else text
    scheme, colon, rest = address.partition(":")
    if colon and scheme.strip().lower() in _SCHEMES:
        address = rest
    user, at, _ = address.partition("@")
    if at or address is rest:
        user = user.partition(";")[0]
    return (user.partition(":")[0] if at else user).replace("%2B", "+").replace("%2b", "+")


def _host(text: str) -> str:
    return text.partition("@")[2].strip("> ").lower()


def _first_number(text: str) -> str:
    """Return the text up to where the first number ends."""
    seen = 0
    for place, character in enumerate(text):
        if character.isdecimal():
            seen += 1
        elif seen >= _ENOUGH_DIGITS and (character.isalpha() or character in _ENDS_A_NUMBER):
            return text[:place]
    return text


def _digits(number: str) -> str:
    """Return the digits, of whatever script, as ASCII; the library goes letter by letter."""
    if number.isascii():
        return _NO_DIGITS.sub("", number)
    return phonenumbers.normalize_digits_only(number)


def _has_plus(number: str) -> bool:
    before = next((i for i, c in enumerate(number) if c.isdecimal()), 0)
    return "+" in number[:before]


def _filler(digits: str) -> Fault | None:
    """Return what tells that these digits are nobody's number, or None."""
    if digits in WITHHELD_DIGITS:
        return Fault.WITHHELD
    is_counted = not digits.strip("0") or digits in ASCENDING
    is_one_digit = is_repeated(digits, 6) or is_repeated(digits[-8:], 8)
    return Fault.PLACEHOLDER if is_counted or is_one_digit else None


# ---------------------------------------------------------------- ways to read it


def _readings(number: str, digits: str, country: str, *, is_whatsapp: bool) -> Iterator[str]:
    """Yield what may have been meant, most trusted first; at most about ten."""
    if _has_plus(number):
        yield number
        yield from _repaired_abroad(digits)
        return
    if digits.startswith("00"):
        # Before the library's own reading: in Brazil "0055 34 9…" is also prefix 00 + carrier 55 +
        # Spain, and a person who types 0055 means Brazil.
        yield f"+{digits[2:]}"
        yield from _repaired_abroad(digits[2:])
    yield number
    code, repair = _REPAIRS.get(country, ("", None))
    if repair is not None:
        yield from (f"+{code}{national}" for national in repair(digits))
        if digits.startswith(code):
            yield from _repaired_abroad(digits)
    if is_whatsapp:  # its ids always carry the country code, without the plus
        yield f"+{digits}"
        yield from _repaired_abroad(digits)


def _repaired_abroad(digits: str) -> Iterator[str]:
    for code, repair in _REPAIRS.values():
        if digits.startswith(code):
            yield from (f"+{code}{national}" for national in repair(digits[len(code) :]))


def _brazilian(digits: str) -> Iterator[str]:
    """Drop trunk zero and carrier codes ("0 15 11 …", "021 15 11 …"); add the ninth digit.

    Mobile numbers got a leading 9 from 2012 to 2016 (Anatel, resolution 553/2010); old lists have
    area code + eight digits starting 6–9, WhatsApp ids of many areas still do.
    """
    bare = digits.lstrip("0")
    carriers = len(bare) - (11 if len(bare) % 2 else 10)
    if bare != digits and carriers in (2, 4):
        bare = bare[carriers:]
    yield bare
    if len(bare) == 10 and bare[2] in "6789":
        yield f"{bare[:2]}9{bare[2:]}"


def _mexican(digits: str) -> Iterator[str]:
    """Drop the mobile and long-distance prefixes that ended in 2019 (IFT): 1, 01, 044, 045."""
    if digits[:-10] in ("1", "01", "044", "045"):
        yield digits[-10:]


_REPAIRS: Final = {"BR": ("55", _brazilian), "MX": ("52", _mexican)}


def _parsed(reading: str, country: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(reading, country)
    except NumberParseException:
        return None
