"""What does the body of a request say?  The one place where bytes from outside become values.

JSON is read by orjson, which refuses NaN, Infinity, numbers too large for a double, lone
surrogates, a byte order mark and whatever is not UTF-8.  Refused here besides: U+0000 anywhere (the
database could not store it), integers that do not fit 64 bits (they would silently lose digits),
deep nesting, very many members or values, and a name given twice in one object: RFC 8259 leaves
open which counts, so that somebody before us may have judged the other.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable
from typing import Any, Final

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from app.api.admission.early import Fields
from app.api.edge import exchange_of
from app.problems import Malformed, TooLarge, UnsupportedMedia

JSON: Final = "application/json"
_ONLY_JSON: Final = frozenset({JSON})
_AS_MOST_SAY_IT: Final = JSON.encode()
DEEPEST: Final = 32
MOST_MEMBERS: Final = 128
MOST_VALUES: Final = 200_000
"""Four megabytes of brackets would keep everybody waiting; a thousand events have a fifth of it."""

ARRIVAL_LIMIT_S: Final = 5.0
"""For a body to arrive; who reads one says so to its exchange, which ends with a 408."""

_SHORT: Final = 16 * 1024
"""Too short for too many values; what a short text may hide is found in its bytes."""

_SUSPICIOUS: Final = re.compile(rb"\\u0000|(?:\A|[\[,:])\s*-?\d(?:[\d.]{18}|[\d.]*[eE])")
"""What a NUL, or a number that does not fit 64 bits, cannot be written without."""

_AS_IT_IS: Final = b"identity"
_GZIP: Final = b"gzip"
_GZIP_WINDOW: Final = zlib.MAX_WBITS + 16
_MOST: Final = 2**63 - 1
_CHARSETS: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})


class ReadRequest(Request):
    """A request whose body has been read, and judged, before the framework asks for it."""

    def __init__(self, request: Request, data: bytes, document: Any = None) -> None:
        """Stand for ``request``, with its body as bytes and as what they say.

        ``document`` is None where the route has other ways to read it than as JSON.
        """
        super().__init__(request.scope, request.receive)
        self.data = data
        self.document = document

    async def body(self) -> bytes:
        """Return the body as it arrived, inflated."""
        return self.data

    async def json(self) -> Any:
        """Return what it says."""
        return self.document


async def read_raw(request: Request, *, longest: int) -> ReadRequest:
    """Read the body of a route that reads what it says by itself.

    Raises:
        UnsupportedMedia, TooLarge, Malformed: as ``read_body`` tells.
    """
    return ReadRequest(request, await _read(request, longest))


async def read_json(request: Request, *, longest: int) -> ReadRequest:
    """Read the body of a route that takes JSON.

    Raises:
        UnsupportedMedia, TooLarge, Malformed: it is not JSON we can read.
    """
    fields = exchange_of(request.scope).fields
    if fields.get(b"content-type") != _AS_MOST_SAY_IT:
        refuse_media_type(fields, _ONLY_JSON)
    data = await _read(request, longest)
    return ReadRequest(request, data, parse_json(data))


def media_type_of(fields: Fields) -> str:
    """Return the content type in lower case and without parameters, or nothing."""
    return _content_type(fields).partition(";")[0].strip()


def _content_type(fields: Fields) -> str:
    return fields.get(b"content-type", b"").decode("latin-1").lower()


def refuse_media_type(fields: Fields, taken: frozenset[str]) -> str:
    """Return the content type.

    Raises:
        UnsupportedMedia: the route does not take it, or it comes in another character set.
    """
    media_type = media_type_of(fields)
    if media_type not in taken:
        raise UnsupportedMedia(f"send {' or '.join(sorted(taken))}")
    _, _, parameters = _content_type(fields).partition("charset=")
    if parameters.partition(";")[0].strip().strip('"') not in _CHARSETS:
        raise UnsupportedMedia("send UTF-8", code="unsupported-charset")
    return media_type


async def read_body(request: Request, *, longest: int) -> bytes:
    """Return the whole body, inflated if it came as gzip, ``longest`` bytes at most.

    One that was read before is the same again.

    Raises:
        TooLarge: it is longer, as it came or inflated.
        UnsupportedMedia, Malformed: it is compressed in another way, or damaged.
    """
    return request.data if isinstance(request, ReadRequest) else await _read(request, longest)


async def _read(request: Request, longest: int) -> bytes:
    told = exchange_of(request.scope).fields.get(b"content-encoding")
    encoding = _AS_IT_IS if told is None else told.strip().lower()
    if encoding not in {_AS_IT_IS, _GZIP}:
        raise UnsupportedMedia("send it as it is, or as gzip", code="unsupported-encoding")
    data = await _arrived(request.receive)
    return _inflated(data, longest) if encoding == _GZIP else data


async def _arrived(receive: Receive) -> bytes:
    """Return a body once all of its parts are here.

    Raises:
        ClientDisconnect: the rest does not come.
    """
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


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
        raise Malformed(f"the body is not JSON we can read: see {place}", code="not-json") from None
    if len(data) > _SHORT or _SUSPICIOUS.search(data) or _is_large(data):
        _refuse_unusable(document)
    _refuse_doubled_names(data, document)
    return document


def _is_large(data: bytes) -> bool:
    """Tell whether a text has brackets for more levels, or colons for more members, than allowed.

    Those within its texts count too: then it is looked at for nothing.
    """
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


def _inflated(data: bytes, longest: int) -> bytes:
    reader = zlib.decompressobj(_GZIP_WINDOW)
    try:
        inflated = reader.decompress(data, longest + 1)
    except zlib.error:
        raise Malformed("the body is not gzip", code="not-gzip") from None
    if len(inflated) > longest:
        raise TooLarge("the body is too long once inflated")
    if not reader.eof or reader.unused_data:
        raise Malformed("the body is not one whole gzip member", code="not-gzip")
    return inflated
