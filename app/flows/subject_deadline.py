"""By when must a request of a person about their own data be answered?  Pure."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final

DAYS_OF: Final = {"BR": 15}
"""Countries whose law counts in days: LGPD art. 19 II, fifteen for the full declaration."""


def due_on(received_on: date, country: str, days: int | None = None) -> date:
    """Return the last day for an answer: after ``days`` where the deployment sets them.

    Else by the law of its country; where that is not known here, one month (GDPR art. 12(3)), which
    ends on the same day of the next month or on its last (Regulation 1182/71, art. 3(2)c).
    """
    allowed = days if days is not None else DAYS_OF.get(country)
    return _a_month_after(received_on) if allowed is None else received_on + timedelta(allowed)


def _a_month_after(day: date) -> date:
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
