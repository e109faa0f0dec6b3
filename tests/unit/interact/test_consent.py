"""May we, for this purpose, on this channel, now?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from app.interact.consent import (
    MARKETING,
    RESEARCH,
    ConsentFact,
    ConsentState,
    ConsentStatus,
    consent_state,
    deciding_fact,
)
from app.vocabulary import Channel

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
YES, NO, WITHDRAWN = ConsentStatus.GRANTED, ConsentStatus.DENIED, ConsentStatus.WITHDRAWN
GRANTED, DENIED, UNKNOWN = ConsentState.GRANTED, ConsentState.DENIED, ConsentState.UNKNOWN


def said(
    status: ConsentStatus,
    days_ago: float,
    channel: Channel | None = Channel.EMAIL,
    *,
    expires_in_days: float | None = None,
    key: str = "k",
    purpose: str = MARKETING,
) -> ConsentFact:
    expires = None if expires_in_days is None else NOW + timedelta(days=expires_in_days)
    return ConsentFact(purpose, channel, status, NOW - timedelta(days=days_ago), key, expires)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], UNKNOWN),
        ([said(YES, 1)], GRANTED),
        ([said(NO, 1)], DENIED),
        ([said(WITHDRAWN, 1)], DENIED),
        ([said(YES, 2), said(WITHDRAWN, 1)], DENIED),
        ([said(YES, 1), said(WITHDRAWN, 2)], GRANTED),
        ([said(YES, 1), said(NO, 1)], DENIED),
        ([said(YES, 1, Channel.VOICE)], UNKNOWN),
        ([said(YES, 1, purpose=RESEARCH)], UNKNOWN),
        ([said(YES, 1, None)], GRANTED),
        ([said(NO, 2, None), said(YES, 1)], GRANTED),
        ([said(NO, 1, None), said(YES, 2)], DENIED),
        ([said(YES, 1, expires_in_days=0)], UNKNOWN),
        ([said(YES, 1, expires_in_days=0.01)], GRANTED),
        ([said(NO, 2, None), said(YES, 1, expires_in_days=-0.5)], DENIED),
        ([said(NO, 1, expires_in_days=-0.5)], DENIED),
        ([said(YES, -0.1)], UNKNOWN),
        ([said(YES, 1), said(NO, -0.1)], DENIED),
    ],
)
def test_the_latest_word_holds(facts: list[ConsentFact], expected: ConsentState) -> None:
    for order in permutations(facts):
        assert consent_state(order, MARKETING, Channel.EMAIL, NOW) is expected


def test_the_deciding_fact_is_the_same_in_any_order() -> None:
    twins = [said(NO, 1, key="a"), said(NO, 1, key="b"), said(YES, 1, key="c")]
    deciding = {
        fact.key
        for order in permutations(twins)
        if (fact := deciding_fact(order, MARKETING, Channel.EMAIL, NOW)) is not None
    }
    assert deciding == {"b"}
