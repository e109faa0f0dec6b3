"""What do we take for JSON, and is it what everybody else reads in it?"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.json_text import DEEPEST, MOST_MEMBERS, MOST_VALUES, parse_json
from app.problems import Malformed, TooLarge

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(-1e15, 1e15, allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=30,
)


@given(JSON)
def test_what_is_read_is_what_was_written(document: Any) -> None:
    assert parse_json(json.dumps(document).encode()) == document
    assert parse_json(json.dumps(document, ensure_ascii=False, indent=1).encode()) == document


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(Malformed):
        assert parse_json(data) == json.loads(data)


def nested(depth: int, inside: bytes = b"") -> bytes:
    return b"[" * depth + inside + b"]" * depth


@pytest.mark.parametrize("inside", [b"", b"1", b'"x"'])
def test_nesting_is_taken_up_to_its_limit_exactly(inside: bytes) -> None:
    parse_json(nested(DEEPEST, inside))
    with pytest.raises(Malformed, match="nested"):
        parse_json(nested(DEEPEST + 1, inside))


def members(count: int) -> bytes:
    return json.dumps({f"m{number}": number for number in range(count)}).encode()


def test_members_are_taken_up_to_their_limit_exactly() -> None:
    parse_json(members(MOST_MEMBERS))
    with pytest.raises(TooLarge, match="members"):
        parse_json(members(MOST_MEMBERS + 1))


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 0, -0.0, 1e18, 1e-300])
def test_numbers_that_fit_keep_their_value(number: float) -> None:
    assert parse_json(json.dumps([number]).encode()) == [number]


@pytest.mark.parametrize("number", ["9223372036854775808", "-9223372036854775809", "1e19", "1e400"])
def test_numbers_that_do_not_fit_are_refused(number: str) -> None:
    with pytest.raises(Malformed):
        parse_json(f'{{"a": [{number}]}}'.encode())
    with pytest.raises(Malformed):
        parse_json(f" {number}".encode())


@pytest.mark.parametrize("document", ['"\\u0000"', '{"a": ["\\u0000"]}', '{"\\u0000": 1}'])
def test_what_the_database_cannot_store_is_refused_wherever_it_stands(document: str) -> None:
    with pytest.raises(Malformed, match=r"U\+0000"):
        parse_json(document.encode())


def test_a_backslash_before_u0000_is_only_a_backslash() -> None:
    assert parse_json(b'"\\\\u0000"') == "\\u0000"


def test_a_refusal_says_where_and_never_what() -> None:
    with pytest.raises(Malformed) as refused:
        parse_json(b'{"tax_id":\n "529.982.247-25", }')
    assert "line 2" in refused.value.detail
    assert "529" not in refused.value.detail


@pytest.mark.parametrize("unit", ["[]", '""', "{}", '{"a":[]}', "1", "null"])
def test_a_body_of_nothing_but_brackets_is_not_gone_through(unit: str) -> None:
    few, many = [unit] * (MOST_VALUES // 4), [unit] * MOST_VALUES
    parse_json(f"[{','.join(few)}]".encode())
    with pytest.raises(TooLarge, match="too many values"):
        parse_json(f"[{','.join(many)}]".encode())


# --- a name given twice -----------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", ":", "a:", "::", '"', "\\u003a", "é"])
MEMBERS = st.recursive(
    st.none() | st.integers(0, 9) | NAMES,
    lambda inner: st.lists(st.tuples(NAMES, inner), max_size=4) | st.tuples(inner, inner),
    max_leaves=12,
)
"""JSON before it is written: a list of pairs is an object, in which a name may come twice."""


def as_text(value: Any, colon: str) -> str:
    if isinstance(value, list):
        members = (f"{as_text(name, colon)}: {as_text(part, colon)}" for name, part in value)
        return f"{{{', '.join(members)}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(as_text(part, colon) for part in value)}]"
    written = json.dumps(value)
    return written.replace(":", colon) if isinstance(value, str) else written


def names_one_twice(value: Any) -> bool:
    if isinstance(value, list):
        names = [name for name, _ in value]
        return len(set(names)) < len(names) or any(names_one_twice(part) for _, part in value)
    return isinstance(value, tuple) and any(names_one_twice(part) for part in value)


@given(MEMBERS, st.sampled_from([":", "\\u003a", "\\u003A"]))
def test_a_name_given_twice_is_refused_and_nothing_else_is(value: Any, colon: str) -> None:
    try:
        parse_json(as_text(value, colon).encode())
        refused = False
    except Malformed as problem:
        refused = problem.reason == "doubled-name"
    assert refused == names_one_twice(value)
