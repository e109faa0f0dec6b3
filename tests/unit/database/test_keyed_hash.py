"""Is a keyed hash HMAC-SHA-256 to the letter?  What is stored was found by it, and must stay so."""

from __future__ import annotations

import hmac
from uuid import UUID

import pytest

from app.database.keyed_hash import KEY_BYTES, KeyedHash

SECRETS = [bytes(range(32)), b"k" * 64, b"k" * 65, bytes(200)]
"""As short as may be, a block of SHA-256, a byte more (then its hash is the key), and far more."""

SAID = [("event",), ("event", ""), ("event", "erp", "NF-1"), ("a", b"\x00" * 300, "São\ud800")]


def by_the_book(secret: bytes, *parts: str | bytes) -> bytes:
    data = [p.encode("utf-8", "surrogatepass") if isinstance(p, str) else p for p in parts]
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in data)
    return hmac.digest(secret, framed, "sha256")[:KEY_BYTES]


@pytest.mark.parametrize("secret", SECRETS, ids=len)
@pytest.mark.parametrize("said", SAID)
def test_a_digest_is_that_of_the_standard_library(
    secret: bytes, said: tuple[str, str | bytes]
) -> None:
    keyed_hash = KeyedHash(secret)
    domain, *parts = said
    assert keyed_hash.digest(domain, *parts) == by_the_book(secret, *said)
    assert keyed_hash.digest(domain, *parts) == by_the_book(secret, *said), "nothing is carried on"
    assert keyed_hash.digest(domain, *parts) != by_the_book(b"x" * 32, *said)


def test_a_key_known_for_ever_is_still_the_same() -> None:
    keyed_hash = KeyedHash(bytes(range(32)))
    assert keyed_hash.digest("identifier", "phone", "", "+5511987654321").hex() == (
        "2b369624c2dcf117da0126e351c985b4"
    )
    assert keyed_hash.uuid("record", "erp", "key", "C-4711") == UUID(
        "927e3c3e-c881-8eb3-b611-e3cfb7671a8f"
    )


def test_parts_are_framed_and_domains_apart() -> None:
    keyed_hash = KeyedHash(bytes(range(32)))
    assert keyed_hash.digest("d", "ab", "c") != keyed_hash.digest("d", "a", "bc")
    assert keyed_hash.digest("d", "a") != keyed_hash.digest("e", "a")


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyedHash(bytes(31))
    assert "00" not in repr(KeyedHash(bytes(32)))
