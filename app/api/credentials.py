"""Which key does a request carry?  Three ways, as some switches can set no header of their own.

Authorization: Bearer idip_…
X-API-Key: idip_…
Authorization: Basic …      the key as user or as password (``https://idip_…@host/``)
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Final

from starlette.datastructures import Headers

from app.problems import Unauthenticated

_LONGEST: Final = 512
_OURS: Final = "idip_"
_NONE: Final = ""


def key_in(headers: Headers) -> str:
    """Return the one key that the headers carry; it may come in more than one of them.

    Raises:
        Unauthenticated: there is none, or two that differ: whose request would it be?
    """
    keys = set(_keys(headers))
    if not keys:
        raise Unauthenticated("send a client key, as `Authorization: Bearer` or `X-API-Key`")
    if len(keys) > 1:
        raise Unauthenticated("the credentials contradict each other", code="several-keys")
    return keys.pop()


def _keys(headers: Headers) -> Iterator[str]:
    """Yield every key; credentials we cannot read are a key that is none, not the lack of one."""
    yield from headers.getlist("x-api-key")
    for value in headers.getlist("authorization"):
        scheme, _, credentials = value.strip().partition(" ")
        if scheme.lower() == "basic":
            yield from _basic(credentials.strip())
        else:
            yield credentials.strip() if scheme.lower() == "bearer" else _NONE


def _basic(credentials: str) -> Iterator[str]:
    """Yield user and password, each if it is meant to be a key (RFC 7617)."""
    if len(credentials) > _LONGEST:
        yield _NONE
        return
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    user, _, password = text.partition(":")
    keys = [part for part in (user, password) if part.startswith(_OURS)]
    yield from keys or [_NONE]
