"""What may stand in a body?  The types every document of the surface is made of.

Text is bounded and printable, money is a decimal string (a binary float has no cents), instants
carry their offset, nothing is coerced, and a field not known here is refused rather than dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)

PRINTABLE: Final = r"^[^\x00-\x1F\x7F]*$"
YEARS: Final = range(1900, 2200)

ONE: Final = "(one)"
MANY: Final = "(many)"
"""Marks of a body that may be one document or an array of them; see ``one_or_many``."""


def one_or_many(value: object) -> str:
    """Tell by which of the two a body is read, so that its faults are those of what was sent."""
    return MANY if isinstance(value, list) else ONE


_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})?"
)
"""RFC 3339, and more kindly without seconds; without its offset it is told so by its type."""

_FURTHEST_OFFSET: Final = timedelta(hours=15)
"""No clock is further from UTC, and PostgreSQL reads none of 16 hours, as RFC 3339 allows: such an
instant is taken for what it is, without its offset."""

T = TypeVar("T")


class Document(BaseModel):
    """A body, or a part of one: what is not known is refused, and input is never echoed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Answer(BaseModel):
    """An answer, or a part of one: every field is always there, so none has a default."""

    model_config = ConfigDict(frozen=True)


def _text(longest: int) -> Any:
    return StringConstraints(strict=True, min_length=1, max_length=longest, pattern=PRINTABLE)


Code = Annotated[str, _text(64)]
Given = Annotated[str, StringConstraints(strict=True, max_length=2_000, pattern=PRINTABLE)]
"""A value as some switch or form gave it, empty and overlong too: it is judged, not refused."""
Text = Annotated[str, _text(200)]
LongText = Annotated[str, _text(2_000)]
Currency = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Z]{2}$")]

Flag = StrictBool
Count = Annotated[StrictInt, Field(ge=0, le=1_000_000_000)]


def _decimal_text(pattern: str, description: str) -> tuple[Any, Any]:
    shape = re.compile(pattern)

    def read(value: object) -> Decimal:
        if isinstance(value, Decimal):
            return value
        if not isinstance(value, str) or not shape.fullmatch(value):
            raise ValueError(description)
        return Decimal(value)

    schema = {"type": "string", "pattern": f"^{pattern}$", "description": description}
    return BeforeValidator(read), WithJsonSchema(schema)


_money = _decimal_text(r"-?[0-9]{1,14}(\.[0-9]{1,2})?", "a decimal string with at most two places")
_price = _decimal_text(
    r"[0-9]{1,14}(\.[0-9]{1,2})?", "a decimal string of zero or more, two places"
)
_rate = _decimal_text(r"[0-9]{1,8}(\.[0-9]{1,8})?", "a decimal string with at most eight places")
_ratio = _decimal_text(
    r"(0{1,8}(\.[0-9]{1,8})?|0{0,7}1(\.0{1,8})?)",
    "a decimal string from 0 to 1, at most eight places",
)
_quantity = _decimal_text(r"-?[0-9]{1,10}(\.[0-9]{1,6})?", "a decimal string, at most six places")

Money = Annotated[Decimal, *_money]
"""An amount with a sign."""
Price = Annotated[Decimal, *_price]
"""An amount of zero or more."""
Rate = Annotated[Decimal, *_rate, Field(gt=0)]
Ratio = Annotated[Decimal, *_ratio]
"""A share of one."""
Quantity = Annotated[Decimal, *_quantity]


def _moment(value: object) -> object:
    if isinstance(value, datetime):
        return value
    moment = _read(lambda text: datetime.fromisoformat(text.upper()), value, _INSTANT)
    if moment is None:
        raise ValueError("an instant is written as in RFC 3339, with its offset")
    if moment.year not in YEARS:
        raise ValueError("an instant lies between the years 1900 and 2200")
    offset = moment.utcoffset()
    if offset is not None and abs(offset) > _FURTHEST_OFFSET:
        return moment.astimezone(UTC)
    return moment


def _day(value: object) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    day = _read(date.fromisoformat, value, _DATE)
    if day is None:
        raise ValueError("a date is written YYYY-MM-DD")
    return day


def _read(read: Callable[[str], T], value: object, shape: re.Pattern[str]) -> T | None:
    """Read a text of the right shape; the library's own complaint would quote it."""
    if not isinstance(value, str) or not shape.fullmatch(value):
        return None
    try:
        return read(value)
    except ValueError:
        return None


Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]
