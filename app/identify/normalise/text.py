"""How is any text made fit to be looked at?  Capped before it is parsed, then folded.

Unicode's normal forms take quadratic time on long runs of combining marks, and the parsers behind
us were not written for a megabyte: nothing here looks at more than a bounded prefix.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

from app.identify.normalise.faults import Fault

LONGEST_FOLDED: Final = 1_000
"""Characters that ``fold`` looks at and gives back; the rest is dropped."""

_WORD: Final = re.compile(r"[^\W_]+")
"""Letters and digits of any script: to ``re`` a word has an underscore more than ``isalnum``."""
_HIDDEN: Final = frozenset({"Cf"})
_FORBIDDEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DROPPED: Final = frozenset({"Mn", "Mc", "Me", "Cf", "Cs"})

_MARKS: Final = re.compile("[\u0300-\u036f]+")
"""The accents of European languages, taken off their letters; all of them are category Mn."""

_APOSTROPHES: Final = str.maketrans(
    # What people type for the one of D'Ávila; Unicode would take the acute accent for a space.
    dict.fromkeys("\u00b4`\u2018\u2019\u02bc\u02b9\u2032", "'"),
)
_PLAIN: Final = str.maketrans(
    # Letters that Unicode does not take apart into a letter and a mark, dashes, the dot of l·l.
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u00b7": "",
        "\u0131": "i",
        "æ": "ae",
        "ð": "d",
        "đ": "d",
        "ħ": "h",
        "ł": "l",
        "ŋ": "n",
        "ɲ": "n",
        "ø": "o",
        "œ": "oe",
        "þ": "th",
        "ŧ": "t",
    },
)


def readable(text: str, *, longest: int, form: Literal["NFC", "NFKC"] = "NFC") -> str | Fault:
    """Return the text trimmed, composed and without invisible characters, or what is wrong with it.

    Bidirectional marks and zero-width spaces come along when a number is copied from a phone; they
    are dropped.  Control characters, lone surrogates and line breaks inside are refused.
    """
    if len(text) > longest:
        return Fault.TOO_LONG
    if not (text.isascii() and text.isprintable()):
        seen = "".join(c for c in text if unicodedata.category(c) not in _HIDDEN)
        text = unicodedata.normalize(form, seen).strip()
        if any(unicodedata.category(c) in _FORBIDDEN for c in text):
            return Fault.CONTROL_CHARACTER
    return text.strip() or Fault.EMPTY


def country_code(text: str | None) -> str:
    """Return an ISO 3166 alpha-2 code in capitals, or nothing when the text is none."""
    if not text:
        return ""
    code = text[:8].strip().upper()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""


def caseless(text: str) -> str:
    """Return the text without case, composed: "Ana" and "ANA" are the same login."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", folded).strip()


def fold(text: str) -> str:
    """Return the text without case, accents, marks and extra space: "João  ÅSTRÖM" → "joao astrom".

    Latin letters become ASCII; letters of other scripts stay, without their marks.  Folding twice
    is folding once.  Bulk training and serving both compare folded text only, as two libraries that
    count bytes or characters would otherwise disagree on every accent.
    """
    text = text[:LONGEST_FOLDED]
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().replace("`", "'").split())
    seen = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
    plain = unicodedata.normalize("NFKD", seen.casefold().translate(_PLAIN))
    kept = _MARKS.sub("", plain)
    if not (kept.isascii() and kept.isprintable()):
        kept = "".join(_visible(c) for c in kept)
    return " ".join(kept.split())[:LONGEST_FOLDED].rstrip()


def words(text: str) -> list[str]:
    """Return the folded words of a text: an apostrophe glues, any other sign separates."""
    return _WORD.findall(fold(text).replace("'", ""))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _DROPPED:
        return ""
    return " " if category == "Cc" else character
