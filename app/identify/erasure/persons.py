"""Whose is an identifier of somebody erased, when it comes again?  Theirs, if their name comes too.

A telephone or an address may be somebody else's by now, so its tombstone alone says little.  A
second one stands for the identifier together with the first name it was told with.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from app.identify.holders import Token, first_name_in
from app.vocabulary import IdentifierKey

_BYTES: Final = 16
_PURPOSE: Final = b"idip named at"


def named_at(key: IdentifierKey, token: Token | None) -> bytes | None:
    """Return what stands for a first name told with an identifier; None where none was told.

    Made of two keyed hashes: without the deployment's secret it tells nothing.
    """
    name = None if token is None else first_name_in(token)
    if name is None:
        return None
    return blake2b(key + name, digest_size=_BYTES, person=_PURPOSE).digest()
