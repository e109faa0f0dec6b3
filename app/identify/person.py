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

from app.identify.names import PersonName, formal_names, parse_name, read_birth_date
from app.identify.normalise.lists.names import GIVEN_NAMES

_SHORTEST_FUZZY: Final = 4
_MOST_SURNAMES: Final = 8
_REMEMBERED: Final = 20_000


class Level(StrEnum):
    """How far two records agree on something about their person."""

    SAME = "same"
    NEAR = "near"
    INITIAL = "initial"
    DIFFERENT = "different"
    ANOTHER_NAME = "another_name"
    ONE_SIDED = "one_sided"


FIRST_NAME_BITS: Final = {
    Level.SAME: 4.0,
    Level.NEAR: 2.0,
    Level.INITIAL: 1.0,
    Level.DIFFERENT: -7.0,
    Level.ANOTHER_NAME: -13.0,
}
"""``another_name``: both are well-known given names, so that neither is a nickname of the other."""

BIRTH_DATE_BITS: Final = {Level.SAME: 7.0, Level.NEAR: 2.0, Level.DIFFERENT: -10.0}
SURNAME_BITS: Final = {Level.SAME: 2.0, Level.DIFFERENT: -2.0}
SUFFIX_BITS: Final = {Level.DIFFERENT: -12.0, Level.ONE_SIDED: -10.0}
"""Father and son share everything else; the same birth date says that the suffix was left out."""

WEIGHTS: Final[Mapping[str, Mapping[Level, float]]] = {
    "first_name": FIRST_NAME_BITS,
    "birth_date": BIRTH_DATE_BITS,
    "surnames": SURNAME_BITS,
    "suffix": SUFFIX_BITS,
}
"""What each thing weighs, by its name in ``Agreement.levels``."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a record says of its person, ready for comparison; a person of no words is unknown."""

    first_names: frozenset[str] = frozenset()
    middles: frozenset[str] = frozenset()
    surnames: frozenset[str] = frozenset()
    suffix: str = ""
    born: date | None = None

    @property
    def is_known(self) -> bool:
        """Tell whether there is anything to judge by."""
        return bool(self.first_names) or self.born is not None


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
    firsts = frozenset(first for first in (parsed.first, social.first) if first)
    return Person(
        firsts,
        frozenset((*parsed.middles, *social.middles)),
        frozenset(sorted(parsed.surnames | social.surnames)[:_MOST_SURNAMES]),
        parsed.suffix or social.suffix,
        read_birth_date(birth_date) if birth_date else None,
    )


@lru_cache(maxsize=_REMEMBERED)
def compare(one: Person, other: Person) -> Agreement:
    """Return how far two persons agree; symmetric."""
    birth_date = _birth_dates(one.born, other.born)
    suffix = _suffixes(one, other)
    return Agreement(
        _first_names(one, other),
        birth_date,
        _surnames(one.surnames, other.surnames),
        None if birth_date is Level.SAME else suffix,
    )


def _first_names(one: Person, other: Person) -> Level | None:
    if not one.first_names or not other.first_names:
        return None
    ones, others = _formal(one.first_names), _formal(other.first_names)
    if ones & others:
        return Level.SAME
    pairs = [(a, b) for a in one.first_names for b in other.first_names]
    if any(_is_initial(a, b) for a, b in pairs):
        return Level.INITIAL
    if one.first_names & other.middles or other.first_names & one.middles:
        return Level.NEAR
    if any(a in GIVEN_NAMES and b in GIVEN_NAMES for a, b in pairs):
        return Level.ANOTHER_NAME
    return Level.NEAR if any(_is_typo(a, b) for a, b in pairs) else Level.DIFFERENT


def _formal(names: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(formal_names(name) for name in names))


def _is_initial(one: str, other: str) -> bool:
    return min(len(one), len(other)) == 1 and one[0] == other[0]


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


def _surnames(ones: frozenset[str], others: frozenset[str]) -> Level | None:
    """Compare surnames as sets: marriage adds and drops, and countries order them differently."""
    if not ones or not others:
        return None
    alike = ones & others or any(_is_typo(a, b) for a in ones for b in others)
    return Level.SAME if alike else Level.DIFFERENT


def _suffixes(one: Person, other: Person) -> Level | None:
    if one.suffix == other.suffix or not one.first_names or not other.first_names:
        return None
    return Level.DIFFERENT if one.suffix and other.suffix else Level.ONE_SIDED
