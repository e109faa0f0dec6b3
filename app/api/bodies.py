"""What does the body of a request say?  The one place where its bytes become values."""

from __future__ import annotations

import zlib
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from app.api.admission.early import Fields
from app.api.edge import exchange_of
from app.json_text import parse_json
from app.problems import Malformed, TooLarge, UnsupportedMedia

JSON: Final = "application/json"
_ONLY_JSON: Final = frozenset({JSON})
_AS_MOST_SAY_IT: Final = JSON.encode()
ARRIVAL_LIMIT_S: Final = 5.0
"""For a body to arrive; who reads one says so to its exchange, which ends with a 408."""

_AS_IT_IS: Final = b"identity"
_GZIP: Final = b"gzip"
_GZIP_WINDOW: Final = zlib.MAX_WBITS + 16
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
