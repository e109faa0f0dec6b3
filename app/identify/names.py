"""How are people's names taken apart, and what makes two records speak of one person by name?

Portuguese and Spanish names: one or two given names, surnames of both families in either order,
particles that come and go, and a suffix that tells father from son.  Surnames are a *set*: marriage
adds and drops, and countries order them differently.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Final

from app.identify.normalise.keys import is_generic_text, is_repeated
from app.identify.normalise.lists.names import (
    FILLER_BIRTH_DATES,
    FILLER_PHRASES,
    FILLER_WORDS,
    GIVEN_NAMES,
    NICKNAMES,
    PARTICLES,
    SUFFIXES,
    TITLES,
)
from app.identify.normalise.text import LONGEST_FOLDED, fold, words

__all__ = [
    "NICKNAMES",
    "PersonName",
    "fold",
    "formal_names",
    "is_generic_name",
    "parse_birth_date",
    "parse_name",
    "read_birth_date",
    "signature",
]

LONGEST_DISPLAY: Final = 200
OLDEST_YEARS: Final = 120
_LONGEST_DATE: Final = 40
_UNSHOWN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in folded parts, for comparison, and as it is shown.

    ``suffix`` is canonical ("junior" for Jr.); two different ones are strong evidence against.
    """

    display: str
    first: str = ""
    middles: tuple[str, ...] = ()
    surnames: frozenset[str] = frozenset()
    suffix: str = ""


def parse_name(text: str) -> PersonName:
    """Return the parts of a person's name; a name nobody has gives no parts.

    Shape: "SOUZA LIMA, Dra. Ana Maria de" and "Ana Maria de Souza Lima" give the same parts.  Given
    names after the first are ``middles`` as far as they are well known; the rest are surnames.
    """
    display = _display(text)
    if is_generic_name(text):
        return PersonName(display)
    tokens, suffix = _without_suffix(_in_order(text))
    named = [token for token in tokens if token not in PARTICLES]
    if not named:
        return PersonName(display, suffix=suffix)
    first, *rest = named
    middles = tuple(takewhile(GIVEN_NAMES.__contains__, rest))
    return PersonName(display, first, middles, frozenset(rest[len(middles) :]), suffix)


def is_generic_name(text: str) -> bool:
    """Tell whether a name is nobody's: empty, without letters, "TESTE", "CONSUMIDOR FINAL"."""
    spoken = words(text)
    letters = "".join(word for word in spoken if not word.isdecimal())
    if len(letters) <= 1 or is_repeated(letters, 3):
        return True
    folded = " ".join(spoken)
    if any(phrase in f" {folded} " for phrase in FILLER_PHRASES) or is_generic_text(folded):
        return True
    return all(word.rstrip("0123456789") in FILLER_WORDS for word in spoken if not word.isdecimal())


def signature(name: str | None, birth_date: date | None) -> str:
    """Return what distinguishes persons behind one contact point: folded first name | birth date.

    Shape: "ana|1984-05-02"; "ana|" or "|1984-05-02" when one is unknown or filler; "" when both
    are.  Records without a key and the holders of a value hang on this text: a change of its rule,
    or of ``fold``, ``TITLES`` or the filler lists, needs a new epoch.
    """
    first = parse_name(name).first if name else ""
    born = birth_date.isoformat() if birth_date else ""
    return f"{first}|{born}" if first or born else ""


def formal_names(first: str) -> frozenset[str]:
    """Return the folded first names that a folded first name or nickname may stand for."""
    return NICKNAMES.get(first, frozenset()) | {first}


def parse_birth_date(text: str, *, today: date) -> date | None:
    """Return a birth date that may be true, or None: evidence of nothing.

    Read are ISO 8601, with or without a time, ``yyyymmdd``, and day before month with ``/ - .``;
    years have four digits.  Refused are dates after today or more than 120 years before it, and
    what programs write for "unknown" (1900-01-01, 1899-12-30, 1970-01-01, …).
    """
    born = read_birth_date(text)
    if born is None:
        return None
    return born if born <= today and today.year - born.year <= OLDEST_YEARS else None


def read_birth_date(text: str) -> date | None:
    """Return the date written here; None for what programs write for "unknown"."""
    born = _as_date(fold(text)) if len(text) <= _LONGEST_DATE else None
    return None if born in FILLER_BIRTH_DATES else born


# ---------------------------------------------------------------- parts


def _display(text: str) -> str:
    shown = unicodedata.normalize("NFC", text[:LONGEST_FOLDED])
    clean = "".join(" " if unicodedata.category(c) in _UNSHOWN else c for c in shown)
    return " ".join(clean.split())[:LONGEST_DISPLAY].rstrip()


def _in_order(text: str) -> list[str]:
    """Return the words first name first, also when the surname stands before a comma."""
    before, _, after = text[:LONGEST_FOLDED].partition(",")
    family, given = _untitled(words(before)), _untitled(words(after))
    if not family or not given or given[0] in SUFFIXES:
        return family + given
    return given + family


def _untitled(spoken: list[str]) -> list[str]:
    """Drop the titles in front, unless nothing else is there."""
    titles = len(list(takewhile(TITLES.__contains__, spoken)))
    return spoken[titles:] or spoken


def _without_suffix(tokens: list[str]) -> tuple[list[str], str]:
    """Split "Filho", "Neto", "Jr." from the end of a name of two words or more."""
    if len(tokens) >= 2 and tokens[-1] in SUFFIXES:
        return tokens[:-1], SUFFIXES[tokens[-1]]
    return tokens, ""


def _as_date(text: str) -> date | None:
    day = text.replace("t", " ").partition(" ")[0]
    parts = day.replace("/", "-").replace(".", "-").split("-")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return None
    try:
        match [len(part) for part in parts]:
            case [8]:
                return date(int(day[:4]), int(day[4:6]), int(day[6:]))
            case [4, 1 | 2, 1 | 2]:
                return date(*map(int, parts))
            case [1 | 2, 1 | 2, 4]:
                return date(*map(int, reversed(parts)))
    except ValueError:
        return None
    return None
