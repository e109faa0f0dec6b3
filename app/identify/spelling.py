"""Is it the same first name, written another way?  Luiz and Luis, Thiago and Tiago, Pepe and José.

Portuguese and Spanish spelling has changed more often than registries have, and who types a name
hears it.  Rules fold what is only spelling; tables hold what no rule finds.  Neither touches the
last vowel: Paulo and Paula, Mario and Maria, João and Joana are different people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app.identify.normalise.lists.given_names import FIRST_NAMES, GIVEN_NAMES
from app.identify.normalise.lists.name_variants import EQUIVALENTS, NICKNAMES, SPELLINGS

_REMEMBERED: Final = 20_000

_RULES: Final = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"ph", "f"),  # Raphael
        (r"^chr", "cr"),  # Christina
        (r"w", "v"),  # Walter
        (r"y", "i"),  # Yuri, Ygor, Dany
        (r"(?<![cln])h|^h|h$", ""),  # Thiago, Helena, Sarah; not ch, lh, nh
        (r"([a-z])\1+", r"\1"),  # Anna, Isabella
        (r"c?qu(?=[ei])|ck", "k"),  # Jacqueline, Enrique
        (r"k(?![eiy])", "c"),  # Karla, Erik
        (r"ct(?=[aeiou])", "t"),  # Victor, Octavio
        (r"g(?=[ei])", "j"),  # Gerson, Jerson
        (r"(?<!^)z", "s"),  # Luiz, Tereza
        (r"m$", "n"),  # Yasmim, Joaquim
    )
)
"""Each shortens a name or takes a letter for good, so that repeating them comes to an end."""

_LONGEST_NAME: Final = 40


@lru_cache(maxsize=_REMEMBERED)
def spelling(name: str) -> str:
    """Return what all spellings of a folded first name have in common.

    Spelling it twice is spelling it once; names of one letter or another script stay as they are.
    """
    spelt = _ruled(name)
    return _SPELT.get(spelt, spelt)


@lru_cache(maxsize=_REMEMBERED)
def formal_names(first: str) -> frozenset[str]:
    """Return the names, spelt alike, that a folded first name or nickname may stand for.

    Two first names are one where these meet: Luiz and Luis, Chico and Francisco, Jordi and Jorge.
    """
    spelt = spelling(first)
    names = {spelt} | _NICKNAMES.get(spelt, frozenset())
    return frozenset().union(names, *(_EQUIVALENT.get(name, frozenset()) for name in names))


def is_given_name(word: str) -> bool:
    """Tell whether a folded word after a first name is another given name and no surname."""
    return word in GIVEN_NAMES or spelling(word) in _GIVEN


def is_first_name(word: str) -> bool:
    """Tell whether a folded word is a well-known first name, in any spelling."""
    return word in FIRST_NAMES or spelling(word) in _FIRST


def is_nickname(word: str) -> bool:
    """Tell whether a folded word is a known short form of a first name, in any spelling."""
    return spelling(word) in _NICKNAMES


def _ruled(name: str) -> str:
    """Return a name after all rules, again and again until none changes it any more."""
    if not 2 <= len(name) <= _LONGEST_NAME or not name.isascii():
        return name
    ruled = name
    for pattern, put in _RULES:
        ruled = pattern.sub(put, ruled)
    return name if ruled == name else _ruled(ruled)


def _meant(table: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Return a table of folded words with its words and their meanings spelt alike."""
    found: dict[str, frozenset[str]] = {}
    for word, names in table.items():
        meant = frozenset(map(spelling, names))
        found[spelling(word)] = found.get(spelling(word), frozenset()) | meant
    return found


_SPELT: Final = {_ruled(variant): _ruled(name) for variant, name in SPELLINGS.items()}
_NICKNAMES: Final = _meant(NICKNAMES)
_EQUIVALENT: Final = _meant(
    {
        variant: frozenset({name})
        for name, variants in EQUIVALENTS.items()
        for variant in variants.split()
    }
)
_GIVEN: Final = frozenset(map(spelling, GIVEN_NAMES))
_FIRST: Final = frozenset(map(spelling, FIRST_NAMES))
