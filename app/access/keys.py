"""What does a client key look like, and how is one recognised without being kept?

    idip_4fKq0ZtB7mXa_c1mJ…43 letters and digits…Qz8AbCdEf
    └──┘ └──────────┘ └─────────────────────────┘└────┘
    ours  looked up    256 random bits            checksum

A scanner for leaked secrets finds it by its shape.  The checksum (CRC-32, as of many vendors' keys)
lets a mistyped key be refused before the database is asked; it is no secret and protects nothing.
What is stored is a keyed hash: with the whole table and no deployment secret, nobody can call.
"""

from __future__ import annotations

import re
import string
import zlib
from typing import Final

from app.database.keyed_hash import KeyedHash

RANDOM_BYTES: Final = 41
"""32 for the secret (256 bits) and 9 for the part it is looked up by."""

_SECRET_BYTES: Final = 32
_SECRET_LENGTH: Final = 43
_LOOK_UP_LENGTH: Final = 12
_CHECKSUM_LENGTH: Final = 6
_DIGITS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SHAPE: Final = re.compile(r"(idip_[0-9A-Za-z]{12})_[0-9A-Za-z]{43}[0-9A-Za-z]{6}", re.ASCII)


def new_key(randomness: bytes) -> str:
    """Return the text of a key made of ``RANDOM_BYTES`` bytes nobody can guess."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a key is made of {RANDOM_BYTES} random bytes")
    secret, look_up = randomness[:_SECRET_BYTES], randomness[_SECRET_BYTES:]
    body = f"idip_{_base62(look_up, _LOOK_UP_LENGTH)}_{_base62(secret, _SECRET_LENGTH)}"
    return body + _checksum(body)


def prefix_of(text: str) -> str | None:
    """Return the part a key is looked up by and shown as, or None if this is no key of ours."""
    shape = _SHAPE.fullmatch(text)
    body, checksum = text[:-_CHECKSUM_LENGTH], text[-_CHECKSUM_LENGTH:]
    return shape[1] if shape is not None and _checksum(body) == checksum else None


def hash_of(keyed_hash: KeyedHash, text: str) -> bytes:
    """Return what is stored in place of the key."""
    return keyed_hash.digest("client key", text)


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()).to_bytes(4, "big"), _CHECKSUM_LENGTH)


def _base62(data: bytes, length: int) -> str:
    """Write bytes as a number of that many digits; what does not fit is cut off at the front."""
    number = int.from_bytes(data, "big")
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
