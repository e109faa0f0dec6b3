"""How is a personal value found without being kept?  By its keyed hash (HMAC-SHA-256, RFC 2104).

Source ids, record keys and identifiers are looked up by hash, so that a table of keys, a tombstone
or an index page says nothing to someone who has the table and not the key.  The parts are framed by
their length: ("ab", "c") and ("a", "bc") differ.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Final
from uuid import UUID

KEY_BYTES: Final = 16
_SHORTEST_SECRET: Final = 32
_LENGTH_BYTES: Final = 8
_BLOCK_BYTES: Final = 64
_INNER_PAD: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER_PAD: Final = bytes(byte ^ 0x5C for byte in range(256))


def _as_plain_uuid(raw: bytes) -> UUID:
    return UUID(bytes=raw)


class KeyedHash:
    """Hashes of one deployment; the secret never leaves this object.

    It keeps the two states that have read the secret, and copies them: an event takes half a dozen
    digests, and to work the secret in anew each time takes most of their time.  They are hashlib's
    own, as ``hmac`` wraps each of its steps in Python, which takes more than the hashing.
    """

    __slots__ = ("_as_uuid", "_inner", "_outer")

    def __init__(self, secret: bytes, as_uuid: Callable[[bytes], UUID] = _as_plain_uuid) -> None:
        """Take the deployment's secret, 32 bytes or more, and what makes a UUID of 16 bytes.

        Raises:
            ValueError: the secret is too short to be one.
        """
        if len(secret) < _SHORTEST_SECRET:
            raise ValueError("the secret key needs at least 32 bytes")
        if len(secret) > _BLOCK_BYTES:
            secret = sha256(secret).digest()
        block = secret.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER_PAD))
        self._outer = sha256(block.translate(_OUTER_PAD))
        self._as_uuid = as_uuid

    def __repr__(self) -> str:
        return "KeyedHash(…)"

    def digest(self, domain: str, *parts: str | bytes) -> bytes:
        """Return 16 bytes for the parts, different in every domain of use."""
        framed = _frame(domain)
        for part in parts:
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            framed += len(data).to_bytes(_LENGTH_BYTES, "big") + data
        inner = self._inner.copy()
        inner.update(framed)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:KEY_BYTES]

    def uuid(self, domain: str, *parts: str | bytes) -> UUID:
        """Return the digest as a UUID version 8 (RFC 9562, 5.8): the same parts, the same id."""
        raw = bytearray(self.digest(domain, *parts))
        raw[6] = (raw[6] & 0x0F) | 0x80
        raw[8] = (raw[8] & 0x3F) | 0x80
        return self._as_uuid(bytes(raw))


@lru_cache(maxsize=128)
def _frame(domain: str) -> bytes:
    """Return a domain of use, framed; there are some dozens, all written in our code."""
    data = domain.encode()
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data
