"""What becomes of a value between the wire and the house?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from app.api.wire import Moment

MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("told", "hours"),
    [
        ("2026-11-20T14:03:00-03:00", -3),
        ("2026-11-20T14:03:00+14:00", 14),
        ("2026-11-20T14:03:00-15:59", 0),
        ("2026-11-20T14:03:00+16:00", 0),
        ("2026-11-20T14:03:00-23:59", 0),
    ],
)
def test_an_offset_that_no_clock_has_is_left_out_and_the_instant_stays(
    told: str, hours: int
) -> None:
    read = MOMENT.validate_python(told)
    assert read.utcoffset() == timedelta(hours=hours)
    assert read.astimezone(UTC) == datetime.fromisoformat(told)
