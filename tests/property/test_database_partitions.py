"""Does every UUIDv7 fall into the month in which it was made?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from app.database.partitions import Month, month_bounds, partition_name, smallest_uuid7

MOMENTS = st.datetimes(
    datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip
MILLISECOND = timedelta(milliseconds=1)


def made_at(moment: datetime, salt: int) -> UUID:
    """Return any of the UUIDv7 of a moment's millisecond."""
    chance = ((1 << 74) - 1) & salt
    high, low = chance >> 62, chance & ((1 << 62) - 1)
    return UUID(int=smallest_uuid7(moment).int | high << 64 | low)


@given(MOMENTS, st.integers(0, (1 << 74) - 1))
def test_an_id_lies_between_the_bounds_of_its_month(moment: datetime, salt: int) -> None:
    first, end = month_bounds(Month.of(moment))
    assert first <= made_at(moment, salt) < end


@given(MOMENTS)
def test_months_follow_on_without_gap_or_overlap(moment: datetime) -> None:
    month = Month.of(moment)
    assert month_bounds(month)[1] == month_bounds(month.later(1))[0]
    assert month.later(13).later(-13) == month


@given(MOMENTS, st.integers(0, (1 << 74) - 1))
def test_the_smallest_is_the_smallest_and_a_millisecond_earlier_is_smaller(
    moment: datetime, salt: int
) -> None:
    assert smallest_uuid7(moment) <= made_at(moment, salt)
    assert made_at(moment - MILLISECOND, salt) < smallest_uuid7(moment)


def test_it_is_a_uuid_of_version_7() -> None:
    example = UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")  # RFC 9562, A.6
    found = smallest_uuid7(datetime.fromisoformat("2022-02-22T14:22:22-05:00"))
    assert (found.version, found.variant) == (example.version, example.variant)
    assert found.hex[:12] == example.hex[:12]


def test_of_an_instant_before_all_ids_it_is_the_first_of_all() -> None:
    first = smallest_uuid7(datetime.fromisoformat("1970-01-01T00:00:00Z"))
    assert smallest_uuid7(datetime.fromisoformat("1920-07-07T21:28:40Z")) == first


def test_the_library_agrees() -> None:
    made = uuid7()
    first, end = month_bounds(Month.of(datetime.now(UTC)))
    assert first <= made < end


def test_a_sender_in_another_zone_is_in_the_month_of_utc() -> None:
    late = datetime.fromisoformat("2026-11-30T23:30:00-03:00")
    assert Month.of(late) == Month(2026, 12)
    assert partition_name("event", Month.of(late)) == "event_y2026m12"
