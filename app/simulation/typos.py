"""How are texts mistyped and misread?  A text with something to change is changed."""

from __future__ import annotations

import unicodedata
from random import Random
from typing import Final

_KEYBOARD: Final = ("qwertyuiop", "asdfghjklç", "zxcvbnm")
_NEIGHBOURS: Final = {
    key: row[max(place - 1, 0) : place] + row[place + 1 : place + 2]
    for row in _KEYBOARD
    for place, key in enumerate(row)
}
_LOOK_ALIKE: Final = {
    "a": "o",
    "e": "c",
    "g": "q",
    "i": "l",
    "l": "1",
    "m": "rn",
    "n": "h",
    "o": "0",
    "s": "5",
    "u": "v",
}


def neighbouring_key(rng: Random, text: str) -> str:
    """Hit the key beside one of the letters, not the first."""
    return _replaced(rng, text, {key: rng.choice(beside) for key, beside in _NEIGHBOURS.items()})


def misread(rng: Random, text: str) -> str:
    """Read one of the letters, not the first, as its look-alike."""
    return _replaced(rng, text, _LOOK_ALIKE)


def swapped(rng: Random, text: str) -> str:
    """Let two neighbouring letters or digits that differ change places, not the first."""
    places = [
        place
        for place in range(1, len(text) - 1)
        if text[place].isalnum() and text[place + 1].isalnum()
        if text[place].lower() != text[place + 1].lower()
    ]
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def without_accents(text: str) -> str:
    """Return the text as a system writes it that knows no accents."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")


def _replaced(rng: Random, text: str, by: dict[str, str]) -> str:
    places = [place for place, letter in enumerate(text) if place and letter in by]
    if not places:
        return text
    place = rng.choice(places)
    return text[:place] + by[text[place]] + text[place + 1 :]
