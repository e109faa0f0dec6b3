"""What number, day or moment does a text in a file mean?

Each reader is made once for a file's notation and refuses whatever does not fit it: with a decimal
comma ``1.23`` is no number, it is not guessed to be 123 or 1,23.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final

_SIGNS: Final = {
    ("", "", ""): 1,
    ("+", "", ""): 1,
    ("-", "", ""): -1,
    ("", "-", ""): -1,
    ("", "", "-"): -1,
    ("(", "", ")"): -1,
}
_BLANKS: Final = str.maketrans("\u00a0\u202f", "  ")
"""Blanks that keep a number together on its line, as spreadsheets write them."""

_MONEY_PLACES: Final = 2
_EARLIEST_YEAR: Final = 1900

DATE_FORMATS: Final = {
    "yyyy-mm-dd": r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})",
    "yyyymmdd": r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
    "dd/mm/yyyy": r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})",
    "dd-mm-yyyy": r"(?P<day>[0-9]{1,2})-(?P<month>[0-9]{1,2})-(?P<year>[0-9]{4})",
    "dd.mm.yyyy": r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})",
    "mm/dd/yyyy": r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})",
}
"""The ways to write a day; each may be followed by a time of day and an offset."""

_TIME_OF_DAY: Final = (
    r"(?:[ T]+(?P<hour>[0-9]{1,2})[:h](?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r" *(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


class Unreadable(ValueError):
    """The text means nothing in this notation; never carries the text."""

    def __init__(self, code: str, detail: str) -> None:
        """Take a code for programs and half a sentence for people."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


def number_reader(
    decimal: str, thousands: str | None, currency_sign: str | None = None
) -> Callable[[str], Decimal]:
    """Return a reader of numbers with these marks.

    Understood: a sign before or after, accountants' brackets, and before or after the number the
    one currency sign that the file has; another one is refused, as it says another currency.
    Thousands are read only in groups of three.
    """
    grouped = rf"[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+|" if thousands else ""
    money = f"(?:{re.escape(currency_sign)})?" if currency_sign else ""
    pattern = re.compile(
        rf"(?P<before>[-+(]?) *{money} *(?P<inner>-?)(?P<whole>{grouped}[0-9]{{1,15}})?"
        rf"(?:{re.escape(decimal)}(?P<part>[0-9]{{1,9}}))? *{money} *(?P<after>[-)]?)"
    )

    def read(text: str) -> Decimal:
        found = pattern.fullmatch(text.translate(_BLANKS))
        sign = _SIGNS.get((found["before"], found["inner"], found["after"])) if found else None
        if not found or not sign or not (found["whole"] or found["part"]):
            raise Unreadable("not-a-number", f"is not a number written like {_shown(decimal)}")
        whole = (found["whole"] or "0").replace(thousands or " ", "")
        return sign * Decimal(f"{whole}.{found['part'] or '0'}")

    return read


def _shown(decimal: str) -> str:
    return f"1234{decimal}50"


def money_text(amount: Decimal) -> str:
    """Return the amount in plain digits with at least two decimals and none of them idle."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(_MONEY_PLACES, -exponent) if isinstance(exponent, int) else _MONEY_PLACES
    return f"{amount + 0:.{places}f}"


def decimal_text(amount: Decimal) -> str:
    """Return the amount in plain digits without idle zeros."""
    return f"{amount.normalize() + 0:f}"


def whole_number(amount: Decimal) -> int:
    """Return the number, refusing a part of one."""
    if amount != amount.to_integral_value():
        raise Unreadable("not-an-integer", "is not a whole number")
    return int(amount)


def date_reader(formats: Iterable[str]) -> Callable[[str], date]:
    """Return a reader of days in these formats; a time of day beside the day is left aside."""
    patterns = _patterns(formats)

    def read(text: str) -> date:
        found = _match(patterns, text)
        try:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
        except ValueError:
            raise Unreadable("not-a-date", "is not a day of the calendar") from None

    return read


def instant_reader(formats: Iterable[str], zone: tzinfo, at: time) -> Callable[[str], datetime]:
    """Return a reader of moments: local to ``zone`` unless the text brings its offset.

    A day without a time of day is that day ``at`` this hour.  Of an hour that a clock change
    repeats, the first is meant.
    """
    patterns = _patterns(formats)

    def read(text: str) -> datetime:
        found = _match(patterns, text)
        try:
            moment = _moment(found, zone, at)
        except (ValueError, OverflowError):
            raise Unreadable("not-a-time", "is not a moment of the calendar") from None
        if moment.year < _EARLIEST_YEAR:
            raise Unreadable("too-early", f"is before {_EARLIEST_YEAR}")
        return moment

    return read


def _patterns(formats: Iterable[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(DATE_FORMATS[name] + _TIME_OF_DAY) for name in formats)


def _match(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str]:
    for pattern in patterns:
        if found := pattern.fullmatch(text):
            return found
    raise Unreadable("not-a-date", "is not written in one of the file's date formats")


def _moment(found: re.Match[str], zone: tzinfo, at: time) -> datetime:
    year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    if found["hour"] is None:
        return datetime.combine(date(year, month, day), at, zone)
    return datetime(
        year,
        month,
        day,
        int(found["hour"]),
        int(found["minute"]),
        int(found["second"] or 0),
        int((found["fraction"] or "")[:6].ljust(6, "0")),
        tzinfo=_offset(found["offset"]) if found["offset"] else zone,
    )


def _offset(text: str) -> timezone:
    if text == "Z":
        return timezone(timedelta())
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))
