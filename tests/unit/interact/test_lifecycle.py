"""Where does a customer stand, and does silence ever help?"""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.interact.lifecycle import Lifecycle, PurchaseRhythm, lifecycle


@pytest.mark.parametrize(
    ("days", "first", "silence", "expected"),
    [
        (0, None, None, Lifecycle.PROSPECT),
        (1, 0, 0, Lifecycle.NEW),
        (1, 90, 90, Lifecycle.NEW),
        (1, 91, 91, Lifecycle.SLIPPING),
        (2, 90, 10, Lifecycle.NEW),
        (3, 200, 180, Lifecycle.GROWING),
        (3, 200, 181, Lifecycle.SLIPPING),
        (5, 364, 30, Lifecycle.GROWING),
        (4, 365, 30, Lifecycle.ESTABLISHED),
        (3, 365, 30, Lifecycle.GROWING),
        (11, 410, 80, Lifecycle.SLIPPING),
        (11, 410, 66, Lifecycle.ESTABLISHED),
        (100, 400, 30, Lifecycle.ESTABLISHED),
        (100, 400, 31, Lifecycle.SLIPPING),
        (20, 900, 365, Lifecycle.DORMANT),
        (20, 900, 729, Lifecycle.DORMANT),
        (20, 900, 730, Lifecycle.LOST),
    ],
)
def test_the_borders(
    days: int, first: int | None, silence: int | None, expected: Lifecycle
) -> None:
    assert lifecycle(PurchaseRhythm(days, first, silence)) is expected


HEALTH = {
    Lifecycle.NEW: 3,
    Lifecycle.GROWING: 3,
    Lifecycle.ESTABLISHED: 3,
    Lifecycle.SLIPPING: 2,
    Lifecycle.DORMANT: 1,
    Lifecycle.LOST: 0,
}


@given(st.integers(1, 50), st.integers(0, 1500), st.integers(0, 1500), st.integers(0, 400))
def test_silence_never_makes_a_customer_healthier(
    days: int, first: int, silence: int, more: int
) -> None:
    silence, longer = min(silence, first), min(silence + more, first)
    before = lifecycle(PurchaseRhythm(days, first, silence))
    after = lifecycle(PurchaseRhythm(days, first, longer))
    assert HEALTH[after] <= HEALTH[before]


def test_the_usual_gap_needs_two_purchase_days() -> None:
    assert PurchaseRhythm(1, 10, 10).usual_gap_days is None
    assert PurchaseRhythm(5, 100, 20).usual_gap_days == Decimal(20)
