"""How are people's names taken apart, and what makes two records speak of one person by name?

Portuguese and Spanish names: one or two given names, surnames of both families in either order,
particles that come and go, and a suffix that tells father from son.  Surnames are a *set*: marriage
adds and drops, and countries order them differently.
"""

from __future__ import annotations

import re
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
    PARTICLES,
    SUFFIXES,
    TITLES,
)
from app.identify.normalise.text import LONGEST_FOLDED, fold, words
from app.identify.spelling import formal_names, is_given_name

__all__ = [
    "PersonName",
    "fold",
    "formal_names",
    "is_generic_company",
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
_SHORTEST_REPEAT: Final = 3
_TELLING: Final = 2
"""So many given names tell people apart, João Pedro from João Paulo; a third is often left out."""

_EMAIL: Final = re.compile(r"[^\s@]@[^\s@]+\.[^\s@]")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name in folded parts, for comparison, and as it is shown.

    ``surnames`` are in the order they were written; ``suffix`` is canonical ("junior" for Jr.): two
    different ones are strong evidence against.
    """

    display: str
    first: str = ""
    middles: tuple[str, ...] = ()
    surnames: tuple[str, ...] = ()
    suffix: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """Return the given names, the first first; none of a name nobody has."""
        return (self.first, *self.middles) if self.first else ()


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
    middles = tuple(takewhile(is_given_name, rest))
    return PersonName(display, first, middles, tuple(rest[len(middles) :]), suffix)


def is_generic_name(text: str) -> bool:
    """Tell whether a name is nobody's: "TESTE", "CONSUMIDOR FINAL", a number, an e-mail, "xxx"."""
    spoken = words(text)
    letters = "".join(word for word in spoken if not word.isdecimal())
    if len(letters) <= 1 or all(is_repeated(word, _SHORTEST_REPEAT) for word in spoken):
        return True
    return is_repeated(letters, _SHORTEST_REPEAT) or _is_filler(text, spoken)


def is_generic_company(text: str) -> bool:
    """Tell whether a company's name is none: as of people, but "3M" and "99" are companies."""
    spoken = words(text)
    return not spoken or _is_filler(text, spoken)


def signature(name: str | None, birth_date: date | None) -> str:
    """Return what distinguishes persons behind one contact point: folded given names | birth date.

    Shape: "ana|1984-05-02"; of several well-known given names the first two, "joao pedro|"; "ana|"
    or "|1984-05-02" when one is unknown or filler; "" when both are.  Records without a key and the
    holders of a value hang on this text: a change of its rule, or of ``fold``, ``TITLES`` or the
    lists of names and fillers, needs a new epoch.
    """
    given = " ".join(parse_name(name).given[:_TELLING]) if name else ""
    born = birth_date.isoformat() if birth_date else ""
    return f"{given}|{born}" if given or born else ""


def parse_birth_date(text: str, *, today: date) -> date | None:
    """Return a birth date that may be true, or None: evidence of nothing.

    Read are ISO 8601, with or without a time, ``yyyymmdd``, and day before month with ``/ - .``;
    years have four digits.  Refused is what programs write for "unknown" (1900-01-01, 1899-12-30,
    1970-01-01, …), and what nobody heard of ``today`` can have been born on: that day or later, as
    forms that ask for a date offer today's, or more than 120 years before.
    """
    born = read_birth_date(text)
    if born is None:
        return None
    return born if born < today and today.year - born.year <= OLDEST_YEARS else None


def read_birth_date(text: str) -> date | None:
    """Return the date written here; None for what programs write for "unknown"."""
    born = _as_date(fold(text)) if len(text) <= _LONGEST_DATE else None
    return None if born in FILLER_BIRTH_DATES else born


# ---------------------------------------------------------------- parts


def _is_filler(text: str, spoken: list[str]) -> bool:
    """Tell whether a text is typed to get past a form, or is no name but an address."""
    head = text[:LONGEST_FOLDED]
    if _EMAIL.search(head) or _ADDRESS.match(head.lstrip()):
        return True
    folded = " ".join(spoken)
    if any(phrase in f" {folded} " for phrase in FILLER_PHRASES) or is_generic_text(folded):
        return True
    named = (word for word in spoken if not word.isdecimal())
    fillers = [word.rstrip("0123456789") in FILLER_WORDS or word in TITLES for word in named]
    return bool(fillers) and all(fillers)


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
