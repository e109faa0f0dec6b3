"""What would somebody send who wants to break us?  Bodies that no client of good will sends."""

from __future__ import annotations

from typing import Final

DEEP: Final = 900

HOSTILE: Final[dict[str, bytes]] = {
    # no JSON
    "nothing": b"",
    "blank": b" \n\t ",
    "text": b"hello",
    "cut short": b'{"id": "1", ',
    "two documents": b"{}{}",
    "a comma too many": b"[1,]",
    "single quotes": b"{'id': 1}",
    "a comment": b"{} // really",
    "XML": b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
    "a form": b"id=1&type=sale",
    "random bytes": bytes(range(256)),
    # not the JSON of everybody
    "NaN": b'{"net": NaN}',
    "Infinity": b'{"net": Infinity}',
    "minus Infinity": b'{"net": -Infinity}',
    "1e400": b'{"net": 1e400}',
    "plus sign": b'{"net": +1}',
    "leading zero": b'{"net": 01}',
    "hexadecimal": b'{"net": 0x10}',
    # numbers
    "over 64 bits": b'{"count": 18446744073709551616}',
    "over 63 bits": b'{"count": 9223372036854775808}',
    "under 64 bits": b'{"count": -9223372036854775809}',
    "5,000 digits": b'{"count": ' + b"9" * 5000 + b"}",
    "1e300": b'{"count": 1e300}',
    "very small": b'{"count": 1e-400}',
    # text
    "NUL escaped": b'{"id": "a\\u0000b"}',
    "NUL raw": b'{"id": "a\x00b"}',
    "NUL in a name": b'{"a\\u0000": 1}',
    "a raw line feed": b'{"id": "a\nb"}',
    "lone high surrogate": b'{"id": "\\ud800"}',
    "lone low surrogate": b'{"id": "\\udc00"}',
    "surrogate in UTF-8": b'{"id": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"id": "\xc0\xaf"}',
    "cut UTF-8": b'{"id": "\xe2\x82"}',
    "latin-1": b'{"id": "S\xe3o"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"id": "1"}'.encode("utf-16"),
    "UTF-32": '{"id": "1"}'.encode("utf-32"),
    "a megabyte of text": b'{"id": "' + b"a" * 1_000_000 + b'"}',
    "right to left": '{"id": "\u202eevil"}'.encode(),
    # shape
    "deep arrays": b"[" * DEEP + b"]" * DEEP,
    "deeper than any stack": b"[" * 100_000,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "33 deep in data": b'{"data": ' + b"[" * 33 + b"]" * 33 + b"}",
    "very many members": b"{" + b",".join(b'"k%d":1' % n for n in range(100_000)) + b"}",
    "very many items": b"[" + b",".join([b"{}"] * 2_000) + b"]",
    "very many numbers": b"[" + b",".join([b"1"] * 200_000) + b"]",
    "the same name twice": b'{"id": "1", "id": "2"}',
    "names of Python": b'{"__class__": {"__init__": 1}, "__proto__": {}}',
    # other than an object
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "a string": b'"sale"',
    "an array of nulls": b"[null, null]",
    "an array in an array": b"[[]]",
    # SQL, formats, paths
    "SQL": b'{"id": "\'; DROP TABLE api_key; --"}',
    "a template": b'{"id": "{{7*7}} ${7*7} %(x)s {0}"}',
    "a path": b'{"id": "../../../etc/passwd"}',
    "too long": b" " * (4 * 1024 * 1024 + 1),
}
