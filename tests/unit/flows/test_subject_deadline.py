"""By when must a request of a person about their own data be answered?"""

from __future__ import annotations

from datetime import date

import pytest

from app.flows.subject_deadline import due_on


@pytest.mark.parametrize(
    ("received", "country", "due"),
    [
        (date(2026, 11, 20), "BR", date(2026, 12, 5)),
        (date(2026, 11, 20), "ES", date(2026, 12, 20)),
        (date(2026, 12, 31), "PT", date(2027, 1, 31)),
        (date(2027, 1, 31), "ES", date(2027, 2, 28)),
        (date(2028, 1, 31), "ES", date(2028, 2, 29)),
    ],
)
def test_the_law_of_the_country_says_when(received: date, country: str, due: date) -> None:
    assert due_on(received, country) == due


def test_a_deployment_may_set_its_own_number_of_days() -> None:
    assert due_on(date(2026, 11, 20), "ES", 10) == date(2026, 11, 30)
