"""Are equal contents told apart exactly, with counters only for what repeats?"""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.connectors.ordinals import Ordinals, digest_of


def taken(contents: list[str], file_bytes: int = 0) -> list[tuple[str, int]]:
    ordinals = Ordinals(file_bytes)
    for content in contents:
        ordinals.foresee(digest_of([content]))
    return [(content, ordinals.take(digest_of([content]))) for content in contents]


@given(st.lists(st.sampled_from("abcdefgh")))
def test_the_nth_of_a_content_is_number_n(contents: list[str]) -> None:
    expected = {(content, n) for content, count in Counter(contents).items() for n in range(count)}
    found = taken(contents)
    assert len(found) == len(expected)
    assert set(found) == expected


def test_chance_collisions_cost_a_counter_and_never_a_wrong_number() -> None:
    crowded = [str(number) for number in range(200_000)]  # in a filter of 65,536 places
    assert {ordinal for _, ordinal in taken(crowded)} == {0}


def test_only_what_repeats_is_held() -> None:
    ordinals = Ordinals(40 * 10_000)
    digests = [digest_of([str(number)]) for number in range(10_000)]
    for digest in [*digests, digests[0]]:
        ordinals.foresee(digest)
    for digest in [*digests, digests[0]]:
        ordinals.take(digest)
    held = len(ordinals._counts)
    assert 1 <= held < 500


def test_the_parts_of_a_content_are_framed() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])
    assert digest_of(["a", ""]) != digest_of(["a"])
