"""What is a key, and is an answer the same once it has been sealed and opened?"""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from app.access.idempotency import (
    KeyedRequest,
    _mentioned,
    _opened,
    _sealed,
    key_among,
)
from app.database.keyed_hash import KeyedHash
from app.problems import Malformed

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)
SEAL = b"sixteen bytes or"


@given(PRINTABLE)
def test_every_printable_key_can_be_sent_quoted(key: str) -> None:
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    assert key_among([f'"{escaped}"']) == key


@pytest.mark.parametrize("key", ["a", "x" * 255, "8e03978e-40d5-43dd-bc93-6894a57f9324", "a:b/c;d"])
def test_a_key_need_not_be_quoted(key: str) -> None:
    assert key_among([key]) == key_among([f'"{key}"']) == key
    assert key_among([f" {key}\t"]) == key


@pytest.mark.parametrize(
    "values",
    [
        [""],
        ['""'],
        ["x" * 256],
        [f'"{"x" * 256}"'],
        ["a", "b"],
        ["a, b"],
        ["a b"],
        ['"a'],
        ['a"'],
        ['"a"b"'],
        ['"a\\b"'],
        ['"a";v=1'],
        ["ação"],
        ['"ação"'],
        ["a\x7f"],
        ['"a\tb"'],
    ],
    ids=repr,
)
def test_what_is_no_key_is_refused_and_not_repeated(values: list[str]) -> None:
    with pytest.raises(Malformed) as refused:
        key_among(values)
    assert refused.value.reason == "malformed-idempotency-key"
    assert refused.value.detail == "send one Idempotency-Key"


def test_without_the_header_there_is_no_key() -> None:
    assert key_among([]) is None


@given(st.binary(max_size=300))
def test_what_was_sealed_is_opened(body: bytes) -> None:
    assert _opened(_sealed(body, SEAL), SEAL) == body


def test_no_two_seals_of_the_same_answer_are_alike() -> None:
    body = bytes(64)
    assert _sealed(body, SEAL)[16:] != _sealed(body, SEAL)[16:]
    with pytest.raises(InvalidTag):
        _opened(_sealed(body, SEAL), SEAL[::-1])


def test_requests_differ_by_client_key_and_every_part(keyed_hash: KeyedHash) -> None:
    first = KeyedRequest.of(keyed_hash, "erp", "k", "POST", "/v1/keys", b"{}")
    assert KeyedRequest.of(keyed_hash, "erp", "k", "POST", "/v1/keys", b"{}") == first
    for client, key in (("erp", "l"), ("shop", "k"), ("er", "pk")):
        other = KeyedRequest.of(keyed_hash, client, key, "POST", "/v1/keys", b"{}")
        assert other.key_hash != first.key_hash
        assert other.seal != first.seal
        assert other.fingerprint == first.fingerprint
    assert KeyedRequest.of(keyed_hash, "erp", "k", "POST", "/v1/keys{", b"}") != first


def test_every_id_in_an_answer_is_found() -> None:
    one, two = UUID(int=1), UUID("0195a8f0-0000-7000-8000-00000000000a")
    body = f'{{"a":"{one}","b":["{two}","{one}"],"c":"{two}0"}}'.encode()
    assert _mentioned(body) == {one, two}
