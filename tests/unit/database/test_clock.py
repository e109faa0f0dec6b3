"""Do the clocks tell aware instants in UTC?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.database.clock import FixedClock, SystemClock


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_a_fixed_clock_stands_until_it_is_moved() -> None:
    brasilia = timezone(timedelta(hours=-3))
    clock = FixedClock(datetime(2026, 11, 20, 12, 0, tzinfo=brasilia))
    assert clock.now() == clock.now() == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.advance(timedelta(days=1)) == datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


def test_a_naive_moment_is_no_instant() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 11, 20))  # noqa: DTZ001
