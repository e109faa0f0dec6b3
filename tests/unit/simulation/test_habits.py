"""When does somebody buy, and does it end?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from app.simulation.habits import draw_habits, purchase_days

TODAY = date(2026, 12, 1)
JOINED = date(2024, 12, 1)


def test_who_hardly_ever_buys_again_buys_once() -> None:
    """A company of a million has people whose next purchase no calendar holds."""
    habits = draw_habits(Random(1), JOINED, TODAY, online=True)
    seldom = replace(habits, per_day=1e-12, dropout=0.0, is_prospect=False)
    assert list(purchase_days(Random(1), seldom, TODAY)) == [(seldom.joined_on, False)]


def test_who_buys_often_buys_before_today() -> None:
    habits = draw_habits(Random(1), JOINED, TODAY, online=True)
    often = replace(habits, per_day=1.0, dropout=0.0, is_prospect=False)
    days = [day for day, _ in purchase_days(Random(1), often, TODAY)]
    assert len(days) > 100
    assert sorted(days) == days
    assert days[-1] < TODAY
