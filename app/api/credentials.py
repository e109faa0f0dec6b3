"""Which key does a request carry?  Three ways, as some switches can set no header of their own.

Authorization: Bearer idip_…
X-API-Key: idip_…
Authorization: Basic …      the key as user or as password (``https://idip_…@host/``)

One way at a time (RFC 6750, 2): of two, a proxy may have judged the one and we the other.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Final

from app.problems import Malformed, Unauthenticated

_LONGEST: Final = 512
_OURS: Final = "idip_"
_NONE: Final = ""
_NAMES: Final = frozenset({b"authorization", b"x-api-key"})


def key_in(fields: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the one key that the header fields of a request carry, their names in lower case.

    Raises:
        Unauthenticated: there is none.
        Malformed: there are credentials twice, the same or not: whose request would it be?
    """
    given = [
        _key_of(value.decode("latin-1")) if name == b"authorization" else value.decode("latin-1")
        for name, value in fields
        if name in _NAMES
    ]
    if not given:
        raise Unauthenticated("send a client key, as `Authorization: Bearer` or `X-API-Key`")
    if len(given) > 1:
        raise Malformed("send a client key once, in one header", code="several-keys")
    return given[0]


def _key_of(authorization: str) -> str:
    """Return the key; credentials we cannot read are a key that is none, not the lack of one."""
    scheme, _, credentials = authorization.strip().partition(" ")
    match scheme.lower():
        case "bearer":
            return credentials.strip()
        case "basic":
            return _basic(credentials.strip())
        case _:
            return _NONE


def _basic(credentials: str) -> str:
    """Return the key among user and password (RFC 7617).

    Raises:
        Malformed: both are meant to be keys, and differ.
    """
    if len(credentials) > _LONGEST:
        return _NONE
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        return _NONE
    user, _, password = text.partition(":")
    keys = {part for part in (user, password) if part.startswith(_OURS)}
    if len(keys) > 1:
        raise Malformed("user and password are two keys: send one", code="several-keys")
    return keys.pop() if keys else _NONE
