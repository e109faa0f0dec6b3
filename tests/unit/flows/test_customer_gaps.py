"""What is missing of a customer, and what is not?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from app.flows.cleaning_quality import STALE_AFTER
from app.flows.customer_gaps import Gap, gaps_of
from app.identify.rows import KnownBy
from app.vocabulary import Party

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FULL = frozenset({"name", "birth_date"})


def known(kind: str, state: str = "active", ago: timedelta = timedelta()) -> KnownBy:
    return KnownBy(kind, "", "…", state, 1, 2, NOW - ago, NOW - ago)


EVERY = [known("phone"), known("email"), known("tax_id")]


def test_of_a_stranger_everything_is_missing() -> None:
    everything = [gap for gap in Gap if gap is not Gap.STALE_CONTACT_POINTS]
    assert gaps_of([], (), Party.UNKNOWN, NOW) == everything


def test_who_is_known_has_no_gaps() -> None:
    assert gaps_of(EVERY, FULL, Party.PERSON, NOW) == []


def test_a_value_of_many_closes_no_gap() -> None:
    by_many = [known("phone", "generic"), *EVERY[1:]]
    assert gaps_of(by_many, FULL, Party.PERSON, NOW) == [Gap.PHONE]


@pytest.mark.parametrize(("party", "gaps"), [(Party.PERSON, [Gap.BIRTH_DATE]), (Party.COMPANY, [])])
def test_a_company_was_never_born(party: Party, gaps: list[Gap]) -> None:
    assert gaps_of(EVERY, {"trade_name"}, party, NOW) == gaps


def test_one_fresh_contact_point_is_enough() -> None:
    long_ago = STALE_AFTER + timedelta(days=1)
    old = [known("phone", ago=long_ago), known("tax_id"), known("email", ago=long_ago)]
    assert gaps_of(old, FULL, Party.PERSON, NOW) == [Gap.STALE_CONTACT_POINTS]
    assert gaps_of([*old, known("phone", ago=STALE_AFTER)], FULL, Party.PERSON, NOW) == []
