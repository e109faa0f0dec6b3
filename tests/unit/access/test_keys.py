"""Is a key unguessable, recognisable, and refused without the database when it is mistyped?"""

from __future__ import annotations

import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.keys import RANDOM_BYTES, hash_of, new_key, prefix_of
from app.database.keyed_hash import KeyedHash

KEY = new_key(bytes(range(RANDOM_BYTES)))


@given(st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES))
def test_every_key_has_the_shape_that_scanners_look_for(randomness: bytes) -> None:
    text = new_key(randomness)
    assert re.fullmatch(r"idip_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}", text)
    assert prefix_of(text) == text[:17]


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_different_secrets_make_different_keys(one: bytes, other: bytes) -> None:
    rest = bytes(RANDOM_BYTES - 32)
    assert (new_key(one + rest) == new_key(other + rest)) == (one == other)


@pytest.mark.parametrize("place", range(len(KEY)))
def test_one_wrong_character_anywhere_is_noticed(place: int) -> None:
    wrong = "x" if KEY[place] != "x" else "y"
    assert prefix_of(KEY[:place] + wrong + KEY[place + 1 :]) is None


@pytest.mark.parametrize(
    "text", ["", "idip_", KEY[:-1], KEY + "0", KEY + "\n", " " + KEY, KEY.upper(), "ключ" * 20]
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert prefix_of(text) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    assert prefix_of(text) is None


def test_too_little_chance_makes_no_key() -> None:
    with pytest.raises(ValueError, match="random bytes"):
        new_key(b"too short")


def test_what_is_stored_says_nothing_without_the_secret() -> None:
    key = new_key(secrets.token_bytes(RANDOM_BYTES))
    ours, theirs = KeyedHash(b"a" * 32), KeyedHash(b"b" * 32)
    assert hash_of(ours, key) == hash_of(ours, key)
    assert hash_of(ours, key) != hash_of(theirs, key)
    assert len(hash_of(ours, key)) * 8 == 128
