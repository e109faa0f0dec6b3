"""What is a value of each type: as a fact in memory, and as a literal in a document?

Strict both ways.  JSONLogic's own coercion ("1" == 1, null < 1) makes a missing consent true; here
a value of another type is no value at all.  Numbers are JSON numbers of at most 15 significant
digits, which a double carries exactly; money is a decimal string to the cent, as in the surface.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

Value: TypeAlias = bool | Decimal | str | date | datetime | frozenset[str]
Literal: TypeAlias = bool | int | float | str

MAX_TEXT: Final = 200
_DIGITS: Final = 15
_LARGEST: Final = 10**_DIGITS
_SMALLEST_EXPONENT: Final = -_DIGITS
_MONEY: Final = re.compile(r"-?[0-9]{1,13}(\.[0-9]{1,2})?")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)


class FieldType(StrEnum):
    """What a rule may do with a fact follows from its type."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"
    INSTANT = "instant"
    TEXT_SET = "text_set"


def _boolean(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float):
        return Decimal(repr(value)) if math.isfinite(value) else None
    return _money(value)


def _money(value: object) -> Decimal | None:
    # A float is refused: whoever computed money in floats has already lost the cent.
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _date(value: object) -> date | None:
    return value if isinstance(value, date) and not isinstance(value, datetime) else None


def _instant(value: object) -> datetime | None:
    return value if isinstance(value, datetime) and value.utcoffset() is not None else None


def _text_set(value: object) -> frozenset[str] | None:
    if not isinstance(value, frozenset | set | list | tuple):
        return None
    return frozenset(value) if all(isinstance(item, str) for item in value) else None


READERS: Final[Mapping[FieldType, Callable[[object], Value | None]]] = {
    FieldType.BOOLEAN: _boolean,
    FieldType.NUMBER: _number,
    FieldType.MONEY: _money,
    FieldType.TEXT: _text,
    FieldType.DATE: _date,
    FieldType.INSTANT: _instant,
    FieldType.TEXT_SET: _text_set,
}


def read_fact(kind: FieldType, value: object) -> Value | None:
    """Return a fact as a value of its type, or None: a fact of another type is not known.

    A number may come as Decimal, int or finite float; money as Decimal or int only; an instant must
    be aware; a set may come as any collection of texts.
    """
    return READERS[kind](value)


def _number_literal(document: object) -> Decimal | None:
    if isinstance(document, int) and not isinstance(document, bool) and abs(document) >= _LARGEST:
        return None  # before Decimal(): turning a million digits into a number takes minutes
    number = _number(document)
    if number is None:
        return None
    number = number.normalize()
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return None
    fits = len(digits) <= _DIGITS and exponent >= _SMALLEST_EXPONENT and abs(number) < _LARGEST
    return number + 0 if fits else None


def _money_literal(document: object) -> Decimal | None:
    if not isinstance(document, str) or not _MONEY.fullmatch(document):
        return None
    return Decimal(document) + Decimal("0.00")


def _text_literal(document: object) -> str | None:
    if not isinstance(document, str) or not 1 <= len(document) <= MAX_TEXT:
        return None
    # Neither a lone surrogate nor NUL can reach PostgreSQL, so neither may reach a rule.
    storable = "\x00" not in document and not any("\ud800" <= c <= "\udfff" for c in document)
    return document if storable else None


def _date_literal(document: object) -> date | None:
    if not isinstance(document, str) or not _DATE.fullmatch(document):
        return None
    try:
        return date.fromisoformat(document)
    except ValueError:
        return None


def _instant_literal(document: object) -> datetime | None:
    if not isinstance(document, str) or not _INSTANT.fullmatch(document):
        return None
    try:
        return datetime.fromisoformat(document.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_LITERALS: Final[Mapping[FieldType, Callable[[object], Value | None]]] = {
    FieldType.BOOLEAN: _boolean,
    FieldType.NUMBER: _number_literal,
    FieldType.MONEY: _money_literal,
    FieldType.TEXT: _text_literal,
    FieldType.DATE: _date_literal,
    FieldType.INSTANT: _instant_literal,
    FieldType.TEXT_SET: _text_literal,
}


def read_literal(kind: FieldType, document: object) -> Value | None:
    """Return what a rule compares a field of this type with, or None if it is no such literal.

    A set is compared with one of its members, so its literal is a text.
    """
    return _LITERALS[kind](document)


def write_literal(kind: FieldType, value: Value) -> Literal:
    """Return the one way a literal is written.

    ``read_literal(kind, write_literal(kind, value)) == value`` for every value that it gave.
    """
    match value:
        case bool() | str():
            return value
        case Decimal():
            return _write_decimal(kind, value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            raise TypeError("a set is not a literal")


def _write_decimal(kind: FieldType, value: Decimal) -> Literal:
    if kind is FieldType.MONEY:
        return f"{value:.2f}"
    return int(value) if value == value.to_integral_value() else float(value)
