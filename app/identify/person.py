"""Do two records speak of one person?  What their names and birth dates say, in bits.

A telephone or an e-mail is often a household's, a desk's, or somebody else's by now: whoever shares
one is judged by first name and birth date before they become one customer.  Bits are as in
``evidence``: the logarithm to base two of how much likelier "same person" becomes (Fellegi and
Sunter 1969); the values here are judgement, until an epoch is trained on labelled pairs.  What is
not known weighs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from app.identify.names import PersonName, parse_name, read_birth_date
from app.identify.normalise.lists.given_names import CROSSED_NAMES
from app.identify.spelling import formal_names, is_first_name, spelling

_SHORTEST_FUZZY: Final = 4
_MOST_GIVEN: Final = 4
_MOST_SURNAMES: Final = 8
_BOTH: Final = 2
"""Surnames of a whole name: one of each parent."""
_REMEMBERED: Final = 20_000


class Level(StrEnum):
    """How far two records agree on something about their person."""

    SAME = "same"
    NEAR = "near"
    INITIAL = "initial"
    DIFFERENT = "different"
    ANOTHER_NAME = "another_name"
    ONE_SIDED = "one_sided"
    OF_TWINS = "of_twins"


FIRST_NAME_BITS: Final = {
    Level.SAME: 4.0,
    Level.NEAR: 2.0,
    Level.INITIAL: 1.0,
    Level.DIFFERENT: -7.0,
    Level.ANOTHER_NAME: -13.0,
}
"""``another_name``: both are well-known given names, so that neither is a nickname of the other; or
each has a second given name and these differ: brothers are called João Pedro and João Paulo.
"""

_AGREEING: Final = frozenset({Level.SAME, Level.NEAR, Level.INITIAL})
_BORN_ALIKE: Final = frozenset({Level.SAME, Level.NEAR})

BIRTH_DATE_BITS: Final = {
    Level.SAME: 7.0,
    Level.NEAR: 2.0,
    Level.OF_TWINS: 0.0,
    Level.DIFFERENT: -10.0,
}
"""``of_twins``: the same or nearly, beside names of two people (ADR 20)."""

SURNAME_BITS: Final = {Level.SAME: 2.0, Level.DIFFERENT: -2.0, Level.ANOTHER_NAME: -10.0}
"""``another_name``: father and son of one first name, Pérez García and Pérez Ruiz."""

SUFFIX_BITS: Final = {Level.DIFFERENT: -12.0, Level.ONE_SIDED: -10.0}
"""Father and son share everything else; the same birth date says that the suffix was left out."""

WEIGHTS: Final[Mapping[str, Mapping[Level, float]]] = {
    "first_name": FIRST_NAME_BITS,
    "birth_date": BIRTH_DATE_BITS,
    "surnames": SURNAME_BITS,
    "suffix": SUFFIX_BITS,
}
"""What each thing weighs, by its name in ``Agreement.levels``."""


Given = tuple[str, ...]
"""The given names of one name, the first first; never empty."""

Surnames = tuple[str, ...]
"""The surnames of one name in the order they were written; never empty."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a record says of its person, ready for comparison; a person of no words is unknown."""

    given_names: frozenset[Given] = frozenset()
    surnames: frozenset[Surnames] = frozenset()
    suffix: str = ""
    born: date | None = None

    @property
    def first_names(self) -> frozenset[str]:
        """Return the first of the given names they go by."""
        return frozenset(given[0] for given in self.given_names)

    @property
    def is_known(self) -> bool:
        """Tell whether there is anything to judge by."""
        return bool(self.given_names) or self.born is not None


NOBODY: Final = Person()


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two persons compare, thing by thing; None where one of them is silent."""

    first_name: Level | None
    birth_date: Level | None
    surnames: Level | None
    suffix: Level | None

    @property
    def bits(self) -> float:
        """Return what all of it weighs together."""
        weights = (
            (self.first_name, FIRST_NAME_BITS),
            (self.birth_date, BIRTH_DATE_BITS),
            (self.surnames, SURNAME_BITS),
            (self.suffix, SUFFIX_BITS),
        )
        return sum(bits.get(level, 0.0) for level, bits in weights if level is not None)

    @property
    def levels(self) -> dict[str, Level]:
        """Return how they compare in what neither is silent about, by name."""
        found = {
            "first_name": self.first_name,
            "birth_date": self.birth_date,
            "surnames": self.surnames,
            "suffix": self.suffix,
        }
        return {thing: level for thing, level in found.items() if level is not None}


@lru_cache(maxsize=_REMEMBERED)
def person(name: str | None, birth_date: str | None, social_name: str | None = None) -> Person:
    """Return the person a record speaks of; filler names and dates say nothing.

    A social name stands beside the registered one: whoever gives either gives the same person.
    """
    parsed = parse_name(name) if name else PersonName("")
    social = parse_name(social_name) if social_name else PersonName("")
    both = (parsed, social)
    return Person(
        frozenset(each.given[:_MOST_GIVEN] for each in both if each.given),
        frozenset(each.surnames[:_MOST_SURNAMES] for each in both if each.surnames),
        parsed.suffix or social.suffix,
        read_birth_date(birth_date) if birth_date else None,
    )


@lru_cache(maxsize=_REMEMBERED)
def compare(one: Person, other: Person) -> Agreement:
    """Return how far two persons agree; symmetric."""
    first_name = _first_names(one, other)
    birth_date = _birth_dates(one.born, other.born)
    surnames = _surnames(one.surnames, other.surnames)
    if surnames is Level.ANOTHER_NAME and first_name not in _AGREEING:
        surnames = Level.SAME  # brothers, cousins: their first names say who they are
    suffix = None if birth_date is Level.SAME else _suffixes(one, other)
    if first_name is Level.ANOTHER_NAME and birth_date in _BORN_ALIKE:
        birth_date = Level.OF_TWINS
    return Agreement(first_name, birth_date, surnames, suffix)


def _first_names(one: Person, other: Person) -> Level | None:
    """Compare given names; who goes by two names is judged by the one that agrees best."""
    levels = [_given_names(a, b) for a in one.given_names for b in other.given_names]
    return max(levels, key=FIRST_NAME_BITS.__getitem__, default=None)


def _given_names(one: Given, other: Given) -> Level:
    """Compare two names' given names: whose second is silent goes with any, as João João Pedro."""
    first, second = one[0], other[0]
    if _is_alike(first, second):
        is_part = _is_within(one[1:], other[1:]) or _is_within(other[1:], one[1:])
        return Level.SAME if is_part or _is_alike(one[1], other[1]) else Level.ANOTHER_NAME
    if _is_initial(first, second):
        return Level.INITIAL
    if _may_leave_out(one, other) or _may_leave_out(other, one):
        return Level.NEAR
    if is_first_name(first) and is_first_name(second):
        return Level.ANOTHER_NAME
    return Level.NEAR if _is_mistyped(first, second) else Level.DIFFERENT


def _is_alike(one: str, other: str) -> bool:
    return not formal_names(one).isdisjoint(formal_names(other))


def _may_leave_out(few: Given, many: Given) -> bool:
    """Tell whether somebody of many given names may go by these few: Ana Paula by Paula.

    María José does not go by José, nor José María by María: those may be whom they married.
    """
    return _is_within(few, many) and (many[:2] not in CROSSED_NAMES or few[0] != many[1])


def _is_within(few: Given, many: Given) -> bool:
    """Tell whether some names are the others with some left out, in the same order."""
    rest = iter(many)
    return all(any(_is_alike(name, each) for each in rest) for name in few)


def _is_initial(one: str, other: str) -> bool:
    return min(len(one), len(other)) == 1 and one[0] == other[0]


def _is_mistyped(one: str, other: str) -> bool:
    """Tell whether one first name is a slip for the other; the last vowel tells Zuleide's sex."""
    if one[:-1] == other[:-1] and {one[-1], other[-1]} == {"a", "o"}:
        return False
    return _is_typo(one, other)


def _is_typo(one: str, other: str) -> bool:
    """Tell whether one slip of the finger lies between two words that are not short."""
    if min(len(one), len(other)) < _SHORTEST_FUZZY:
        return False
    return DamerauLevenshtein.distance(one, other, score_cutoff=1) <= 1


def _birth_dates(one: date | None, other: date | None) -> Level | None:
    if one is None or other is None:
        return None
    if one == other:
        return Level.SAME
    swapped = (one.year, one.day, one.month) == (other.year, other.month, other.day)
    digits = zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)
    return Level.NEAR if swapped or sum(a != b for a, b in digits) == 1 else Level.DIFFERENT


def _surnames(ones: frozenset[Surnames], others: frozenset[Surnames]) -> Level | None:
    """Compare surnames as sets: marriage adds and drops, and countries order them differently.

    Only where both give the surnames of both parents, and one parent's is the same in the same
    place and the other's is not, do father and son speak: in Spain they share the first, in Brazil
    the last.  Who marries there keeps a surname and moves it.
    """
    levels = [_surnames_of(one, other) for one in ones for other in others]
    return max(levels, key=SURNAME_BITS.__getitem__, default=None)


def _surnames_of(one: Surnames, other: Surnames) -> Level:
    if len(one) == len(other) == _BOTH:
        same = [_is_same_surname(a, b) for a, b in zip(one, other, strict=True)]
        if any(same) and not all(same):
            return Level.ANOTHER_NAME
    alike = any(_is_same_surname(a, b) for a in one for b in other)
    return Level.SAME if alike else Level.DIFFERENT


def _is_same_surname(one: str, other: str) -> bool:
    return spelling(one) == spelling(other) or _is_initial(one, other) or _is_typo(one, other)


def _suffixes(one: Person, other: Person) -> Level | None:
    if one.suffix == other.suffix or not one.given_names or not other.given_names:
        return None
    return Level.DIFFERENT if one.suffix and other.suffix else Level.ONE_SIDED
