"""What does JSON from outside say, in a request or in a file?

It is read by orjson, which refuses NaN, Infinity, numbers too large for a double, lone surrogates,
a byte order mark and whatever is not UTF-8.  Refused here besides: U+0000 anywhere (the database
could not store it), integers that do not fit 64 bits (they would silently lose digits), deep
nesting, very many members or values, and a name given twice in one object: RFC 8259 leaves open
which counts, so that somebody before us may have judged the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from app.problems import Malformed, TooLarge

DEEPEST: Final = 32
MOST_MEMBERS: Final = 128
MOST_VALUES: Final = 200_000
"""Four megabytes of brackets would keep everybody waiting; a thousand events have a fifth of it."""

_SHORT: Final = 16 * 1024
"""Too short for too many values; what a short text may hide is found in its bytes."""

_NUL: Final = b"\\u0000"
_LARGE: Final = re.compile(rb"[\[,:]\s*-?\d(?:[\d.]{18}|[\d.]*[eE])")
"""What a NUL, or a number behind something that does not fit 64 bits, cannot be written without.

Two searches, the second with a set of bytes to begin with: as one they take four times as long.
"""

_MOST: Final = 2**63 - 1


def parse_json(data: bytes) -> Any:
    """Return what JSON text says.

    Raises:
        Malformed: it is not JSON, or says what no value of ours can be; where, never what.
        TooLarge: an object has too many members.
    """
    if not data:
        raise Malformed("there is no body", code="empty-body")
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Malformed(f"it is not JSON we can read: see {place}", code="not-json") from None
    if len(data) > _SHORT or _may_be_unusable(data):
        _refuse_unusable(document)
    _refuse_doubled_names(data, document)
    return document


def _may_be_unusable(data: bytes) -> bool:
    """Tell whether a text could have a NUL, a number too large, or too many levels or members.

    What stands within its texts counts too: then it is looked at for nothing.
    """
    if _NUL in data or _LARGE.search(b":" + data):
        return True
    levels = data.count(b"[") + data.count(b"{")
    return levels > DEEPEST or data.count(b":") > MOST_MEMBERS


def _refuse_unusable(document: Any) -> None:
    level: list[Any] = [[document]]
    seen = 0
    for _ in range(DEEPEST + 1):
        seen += sum(map(len, level))
        if seen > MOST_VALUES:
            raise TooLarge("there are too many values in it", code="too-many-values")
        deeper: list[Any] = []
        for whole in level:
            if type(whole) is dict:
                _judge(("".join(whole),), deeper)
                _judge(whole.values(), deeper)
            else:
                _judge(whole, deeper)
        if not deeper:
            return
        level = deeper
    raise Malformed(f"values are nested more than {DEEPEST} deep", code="too-deep")


def _refuse_doubled_names(data: bytes, document: Any) -> None:
    """Raise Malformed if something was told that reading dropped.

    Each member has one colon outside of texts, and texts are kept with theirs: written again, a
    document has as many as came unless a member is missing.  That costs a twentieth of the reading;
    only where a text may hold a colon that is not written as one is every object looked at.
    """
    if b"\\u003" in data:
        json.loads(data, object_pairs_hook=_once_each)
    elif orjson.dumps(document).count(b":") != data.count(b":"):
        raise _doubled()


def _once_each(members: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in members}) != len(members):
        raise _doubled()


def _doubled() -> Malformed:
    return Malformed("an object has the same name twice", code="doubled-name")


def _judge(values: Iterable[Any], deeper: list[Any]) -> None:
    """Judge each value by itself, and add to ``deeper`` those with more inside.

    What JSON gives has exactly these types, and a large array has tens of thousands of values.
    """
    for value in values:
        kind = type(value)
        if kind is str:
            if "\0" in value:
                raise Malformed("U+0000 stands in a text", code="nul-character")
        elif kind is dict:
            if len(value) > MOST_MEMBERS:
                raise TooLarge("an object has too many members", code="too-many-members")
            deeper.append(value)
        elif kind is list:
            deeper.append(value)
        elif (kind is int or kind is float) and abs(value) > _MOST:
            raise Malformed("a number does not fit 64 bits", code="number-too-large")
