"""Is a base as large as its label, or refused?"""

from __future__ import annotations

import argparse

import pytest

from benchmarks.__main__ import sizes


def test_sizes_are_told_in_thousands_and_millions() -> None:
    assert sizes("10k,120k,1M,20000") == [10_000, 120_000, 1_000_000, 20_000]


@pytest.mark.parametrize("text", ["15k", "10k,15k", "0", "5000", "", "10k,", "-10k", "1.5M", "1G"])
def test_a_size_that_no_copies_make_is_refused_and_not_rounded(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="multiple"):
        sizes(text)
