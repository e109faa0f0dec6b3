"""When does a round of cleaning begin, go on, or have to be left alone?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.flows.cleaning import Stand
from app.flows.cleaning_broom import Cleaned
from app.flows.cleaning_round import Known, Round, cleaning, counting
from app.flows.cleaning_steps import Step
from app.identify.normalise import VERSION

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAYS = 7
OPEN = Round(UUID(int=1), VERSION, Step.PROFILES, Stand(Step.CUSTOMERS, "x"), NOW, NOW)
RESTED = Known(None, NOW - timedelta(days=1), NOW, VERSION)
WORKING = replace(RESTED, present=OPEN)


@pytest.mark.parametrize(
    ("known", "every_days", "due"),
    [
        pytest.param(RESTED, DAYS, None, id="rested"),
        pytest.param(replace(RESTED, last_began_at=None), DAYS, Step.PROFILES, id="never"),
        pytest.param(RESTED, 1, Step.PROFILES, id="the days are over"),
        pytest.param(RESTED, 0, None, id="switched off"),
        pytest.param(WORKING, DAYS, OPEN, id="goes on"),
        pytest.param(WORKING, 0, None, id="switched off meanwhile"),
        pytest.param(
            replace(RESTED, rules_in_use=VERSION - 1), DAYS, Step.IDENTIFIERS, id="newer rules"
        ),
        pytest.param(
            replace(WORKING, present=replace(OPEN, rules=VERSION - 1), rules_in_use=VERSION - 1),
            DAYS,
            Step.IDENTIFIERS,
            id="newer rules amid a round",
        ),
        pytest.param(
            replace(WORKING, present=replace(OPEN, rules=VERSION + 1)),
            DAYS,
            None,
            id="a newer release is at it",
        ),
        pytest.param(
            replace(RESTED, last_began_at=None, rules_in_use=VERSION + 1),
            DAYS,
            None,
            id="a newer release read everything",
        ),
    ],
)
def test_a_whole_round(known: Known, every_days: int, due: Round | Step | None) -> None:
    assert cleaning(known, NOW, every_days) == due


@pytest.mark.parametrize("every_days", [0, DAYS])
def test_a_count_is_due_once_a_day(every_days: int) -> None:
    assert counting(RESTED, NOW, every_days) is None
    assert counting(replace(RESTED, counted_at=None), NOW, every_days) is Step.QUALITY
    yesterday = replace(RESTED, counted_at=NOW - timedelta(days=1))
    assert counting(yesterday, NOW, every_days) is Step.QUALITY
    assert counting(replace(yesterday, present=OPEN), NOW, every_days) is OPEN


def test_what_was_found_adds_up_and_is_read_back_without_what_only_others_count() -> None:
    one = Cleaned(components=2, quality={"customers": 1})
    both = one.plus(Cleaned(components=3, records_moved=1, quality={"customers": 4, "new": 1}))
    assert both == Cleaned(components=5, records_moved=1, quality={"customers": 5, "new": 1})
    assert Cleaned.of({"components": 5, "of another release": 1}) == Cleaned(components=5)
