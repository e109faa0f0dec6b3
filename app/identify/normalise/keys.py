"""Does a key or a word stand for no customer in particular?  The till's default client.

A sale under such a key is accepted, counts in totals, and belongs to nobody.
"""

from __future__ import annotations

from typing import Final

from app.identify.normalise.lists.keys import GENERIC_PHRASES, GENERIC_WORDS
from app.identify.normalise.lists.tax_ids import PLACEHOLDERS
from app.identify.normalise.text import words

_SHORTEST_NINES: Final = 5
_SHORTEST_REPEAT: Final = 8
_TAX_PLACEHOLDERS: Final = frozenset().union(*PLACEHOLDERS.values())
_FIRST_WORDS: Final = frozenset(phrase.partition(" ")[0] for phrase in GENERIC_PHRASES)


def is_generic_record_key(key: str) -> bool:
    """Tell whether a source's key means no one in particular: "consumidor final", "000000".

    An empty key is generic.  Zeros are, whatever their number, nines from five on, any other digit
    from eight on ("11111" is customer 11,111), and the tax ids that authorities give to unnamed
    buyers.  Defaults a source made up itself ("1") are learnt, not known.
    """
    spoken = words(key)
    if not spoken:
        return True
    return _is_filler_number("".join(spoken)) or is_generic_text(" ".join(spoken))


def is_generic_text(folded: str) -> bool:
    """Tell whether folded words, one space between them, say that there is no value."""
    if folded in GENERIC_WORDS or " " not in folded:
        return folded in GENERIC_WORDS or folded in GENERIC_PHRASES
    if _FIRST_WORDS.isdisjoint(folded.split(" ")):
        return False
    padded = f" {folded} "
    return any(f" {phrase} " in padded for phrase in GENERIC_PHRASES)


def is_repeated(text: str, shortest: int) -> bool:
    """Tell whether a text is one character, ``shortest`` times or more."""
    return len(text) >= shortest and text == text[0] * len(text)


def _is_filler_number(compact: str) -> bool:
    if not compact.strip("0"):
        return True
    if compact.isdecimal() and is_repeated(compact, _SHORTEST_REPEAT):
        return True
    nines = is_repeated(compact, _SHORTEST_NINES) and compact[0] == "9"
    return nines or compact.upper() in _TAX_PLACEHOLDERS
