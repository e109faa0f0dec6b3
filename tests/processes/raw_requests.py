"""Which bytes make two readers see two requests?  Each case, and the answers it has to have.

``SMUGGLED`` is a request that would leave a trace.  A case ends in one of two ways: the connection
is closed, or it goes on and answers what is asked next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.access.keys import RANDOM_BYTES, new_key

HOST: Final = b"Host: idip.test\r\n"
KEY: Final = new_key(bytes(RANDOM_BYTES)).encode()
"""Stands for a client key with every scope, and is as long as one."""

AUTH: Final = b"Authorization: Bearer " + KEY + b"\r\n"
TYPE: Final = b"Content-Type: application/json\r\n"
BODY: Final = b'{"identifiers": []}'
ASK: Final = b"POST /v1/identity/resolve HTTP/1.1\r\n" + HOST + AUTH + TYPE
GET: Final = b"GET /livez HTTP/1.1\r\n" + HOST
CHUNKED: Final = b"Transfer-Encoding: chunked\r\n"

TRACE: Final = "smuggled"
_KEY_ORDER: Final = b'{"client": "smuggled", "scopes": ["events:write"]}'


def _length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


def _chunk(body: bytes, extension: bytes = b"") -> bytes:
    return b"%x%b\r\n%b\r\n" % (len(body), extension, body)


LAST: Final = b"0\r\n\r\n"
CHUNKS: Final = _chunk(BODY) + LAST
SMUGGLED: Final = (
    b"POST /v1/keys HTTP/1.1\r\n" + HOST + AUTH + TYPE + _length(_KEY_ORDER) + b"\r\n" + _KEY_ORDER
)


@dataclass(frozen=True, slots=True)
class Case:
    """What is sent, the statuses it has to bring, and whether the connection goes on after them."""

    name: str
    sent: bytes
    statuses: tuple[int, ...]
    goes_on: bool = False


def cases() -> Iterator[Case]:
    """Yield every case."""
    yield from _refused(_lengths() | _chunkings() | _heads() | _lines())
    yield from _too_large()
    yield from _understood()


def _refused(sent: dict[str, bytes]) -> Iterator[Case]:
    for name, request in sent.items():
        yield Case(name, request, (400,))


def _lengths() -> dict[str, bytes]:
    """Where does the body end?  Two answers to that, or none."""
    two = _length(BODY)
    given = {
        "plus": b"+19",
        "negative": b"-1",
        "hexadecimal": b"0x13",
        "exponent": b"1e1",
        "a list": b"19, 19",
        "two numbers": b"19 19",
        "nothing": b"",
        "over 64 bits": b"18446744073709551635",
    }
    lengths = {
        f"Content-Length: {name}": b"Content-Length: " + value + b"\r\n"
        for name, value in given.items()
    }
    lengths |= {
        "Content-Length and Transfer-Encoding": two + CHUNKED,
        "Transfer-Encoding and Content-Length": CHUNKED + two,
        "Content-Length twice, equal": two + two,
        "Content-Length twice": two + b"Content-Length: 0\r\n",
        "Transfer-Encoding: xchunked": two + b"Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: identity": two + b"Transfer-Encoding: identity\r\n",
        "Transfer-Encoding: chunked, identity": b"Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked, chunked": b"Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding twice": CHUNKED + b"Transfer-Encoding: identity\r\n",
        "Transfer-Encoding after a vertical tab": b"Transfer-Encoding: \x0bchunked\r\n",
        "Transfer-Encoding and a space": b"Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding folded": b"Transfer-Encoding:\r\n chunked\r\n" + two,
        "Transfer-Encoding in quotes": b'Transfer-Encoding: "chunked"\r\n',
    }
    body = CHUNKS + SMUGGLED
    refused = {name: ASK + fields + b"\r\n" + body for name, fields in lengths.items()}
    old = ASK.replace(b"HTTP/1.1", b"HTTP/1.0")
    refused["Transfer-Encoding in HTTP/1.0"] = old + CHUNKED + b"\r\n" + body
    return refused


def _chunkings() -> dict[str, bytes]:
    """Where does a chunk end?"""
    bodies = {
        "chunk of negative size": b"-13\r\n" + BODY + b"\r\n" + LAST,
        "chunk with a plus": b"+13\r\n" + BODY + b"\r\n" + LAST,
        "chunk with 0x": b"0x13\r\n" + BODY + b"\r\n" + LAST,
        "chunk of no number": b"G\r\n" + BODY + b"\r\n" + LAST,
        "chunk without a size": b"\r\n" + BODY + b"\r\n" + LAST,
        "chunk over 64 bits": b"10000000000000013\r\n" + BODY + b"\r\n" + LAST,
        "chunk longer than it says": b"5\r\n" + BODY + b"\r\n" + LAST,
        "chunk after a space": b" 13\r\n" + BODY + b"\r\n" + LAST,
        "space after a chunk's size": b"13 \r\n" + BODY + b"\r\n" + LAST,
        "chunk ended by LF": b"13\n" + BODY + b"\n0\n\n",
        "chunk's extension ended by LF": b"13;a\n" + BODY + b"\r\n" + LAST,
        "NUL in an extension": b"13;\x00=1\r\n" + BODY + b"\r\n" + LAST,
        "last chunk ended by LF": _chunk(BODY) + b"0\n\n",
        "a trailer that folds": _chunk(BODY) + b"0\r\nX: 1\r\n 2\r\n\r\n",
    }
    return {name: ASK + CHUNKED + b"\r\n" + body + SMUGGLED for name, body in bodies.items()}


def _heads() -> dict[str, bytes]:
    """What is a header field, and whose is the request?"""
    fields = {
        "a folded field": b"X-A: 1\r\n 2\r\n",
        "a space before the colon": b"X-A : 1\r\n",
        "no colon": b"X-A\r\n",
        "no name": b": 1\r\n",
        "NUL in a value": b"X-A: a\x00b\r\n",
        "NUL in a name": b"X-\x00A: b\r\n",
        "CR in a value": b"X-A: a\rX-B: b\r\n",
        "LF at the end of a field": b"X-A: a\n",
        "a name of other letters": "X-Á: 1\r\n".encode(),
        "Host twice": HOST,
        "Authorization twice": AUTH,
        "Authorization twice, not equal": b"Authorization: Bearer idip_other\r\n",
        "Content-Type twice": b"Content-Type: text/plain\r\n",
        "X-API-Key twice": (b"X-API-Key: " + KEY + b"\r\n") * 2,
    }
    told = {name: ASK + field + _length(BODY) + b"\r\n" + BODY for name, field in fields.items()}
    told["no Host"] = ASK.replace(HOST, b"") + _length(BODY) + b"\r\n" + BODY
    told["a space before the first field"] = GET.replace(HOST, b" " + HOST) + b"\r\n"
    return told


def _lines() -> dict[str, bytes]:
    """What is the first line?"""
    return {
        "HTTP/0.9": b"GET /livez\r\n",
        "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "HTTP/1.2": b"GET /livez HTTP/1.2\r\n" + HOST + b"\r\n",
        "HTTP/9.9": b"GET /livez HTTP/9.9\r\n" + HOST + b"\r\n",
        "another protocol": b"GET /livez ICE/1.0\r\n" + HOST + b"\r\n",
        "LF for CRLF": GET.replace(b"\r", b"") + b"\n",
        "a space in the path": b"GET /livez now HTTP/1.1\r\n" + HOST + b"\r\n",
        "NUL in the path": b"GET /live\x00z HTTP/1.1\r\n" + HOST + b"\r\n",
        "no path": b"GET  HTTP/1.1\r\n" + HOST + b"\r\n",
        "no method of HTTP": b"G=T /livez HTTP/1.1\r\n" + HOST + b"\r\n",
        "CONNECT": b"CONNECT idip.test:443 HTTP/1.1\r\n" + HOST + b"\r\n" + SMUGGLED,
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        "noise": bytes(range(128, 256)) * 8,
    }


def _too_large() -> Iterator[Case]:
    large = {
        "a field of 1 MB": GET + b"X-A: " + b"a" * 1_000_000 + b"\r\n\r\n",
        "a name of 1 MB": GET + b"a" * 1_000_000 + b": 1\r\n\r\n",
        "a path of 1 MB": b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
        "fields of 20 KB": GET + b"".join(b"X-%d: %b\r\n" % (n, b"a" * 400) for n in range(50)),
        "20,000 fields": GET + b"X: 1\r\n" * 20_000 + b"\r\n",
        "101 fields": GET + b"X: 1\r\n" * 100 + b"\r\n",
        "20,000 trailers": (
            ASK + CHUNKED + b"\r\n" + _chunk(BODY) + b"0\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n"
        ),
    }
    for name, request in large.items():
        yield Case(name, request, (431,))


def _understood() -> Iterator[Case]:
    """What looks odd and has one meaning."""
    asked = ASK + _length(BODY) + b"\r\n" + BODY
    upgrade = b"Connection: Upgrade\r\nUpgrade: "
    yield Case("100 fields", GET + b"X: 1\r\n" * 99 + b"\r\n", (200,), goes_on=True)
    yield Case("chunks", ASK + CHUNKED + b"\r\n" + CHUNKS, (200,), goes_on=True)
    yield Case(
        "CHUNKED", ASK + b"TRANSFER-ENCODING:\tCHUNKED\r\n\r\n" + CHUNKS, (200,), goes_on=True
    )
    yield Case(
        "an extension of 100 KB",
        ASK + CHUNKED + b"\r\n" + _chunk(BODY, b";a=" + b"b" * 100_000) + LAST,
        (200,),
        goes_on=True,
    )
    yield Case(
        "credentials in a trailer",
        ASK.replace(AUTH, b"") + CHUNKED + b"\r\n" + _chunk(BODY) + b"0\r\n" + AUTH + b"\r\n",
        (401,),
        goes_on=True,
    )
    yield Case(
        "a request in a body nobody reads",
        GET + _length(SMUGGLED) + b"\r\n" + SMUGGLED,
        (200,),
        goes_on=True,
    )
    yield Case(
        "a request in a body nobody may send",
        ASK.replace(AUTH, b"") + _length(SMUGGLED) + b"\r\n" + SMUGGLED,
        (401,),
        goes_on=True,
    )
    yield Case(
        "absolute form",
        GET.replace(b"/livez", b"http://other.test/livez") + b"\r\n",
        (200,),
        goes_on=True,
    )
    yield Case("two at once", asked + asked, (200, 200), goes_on=True)
    yield Case("noise after a body", asked + b"\x00\x01 noise\r\n\r\n" + SMUGGLED, (200, 400))
    yield Case("a bad head after two", asked + asked + GET + b"X : 1\r\n\r\n", (200, 200, 400))
    yield Case(
        "a bad body after one",
        asked + ASK + CHUNKED + b"\r\n-1\r\n" + SMUGGLED,
        (200, 400),
    )
    yield Case(
        "Expect: 100-continue",
        ASK + b"Expect: 100-continue\r\n" + _length(BODY) + b"\r\n" + BODY,
        (100, 200),
        goes_on=True,
    )
    yield Case("HTTP/1.0", GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n" + SMUGGLED, (200,))
    yield Case("Connection: close", GET + b"Connection: close\r\n\r\n" + SMUGGLED, (200,))
    yield Case("h2c", GET + upgrade + b"h2c\r\n\r\n" + SMUGGLED, (200,))
    yield Case("websocket", GET + upgrade + b"websocket\r\n\r\n" + SMUGGLED, (200,))
    yield Case(
        "websocket with a body",
        ASK + upgrade + b"websocket\r\n" + _length(BODY) + b"\r\n" + BODY + SMUGGLED,
        (200,),
    )
