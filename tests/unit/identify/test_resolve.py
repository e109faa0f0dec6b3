"""Who is it, of those that hold what was given?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from app.identify.resolve import MatchState, Resolution, judge
from app.identify.rows import Holding
from app.identify.telling import Question, Traits, question_among, trait
from app.vocabulary import (
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    RecordId,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ANA, BIA, CLEO = (CustomerId(UUID(int=n)) for n in (1, 2, 3))


def held(
    customer: CustomerId,
    kind: IdentifierType,
    *,
    state: str = "active",
    anonymous: bool = False,
    days_ago: tuple[int, int] = (30, 0),
    assurance: int = 2,
) -> Holding:
    first, last = (NOW - timedelta(days=days) for days in days_ago)
    record = RecordId(UUID(int=customer.int + 100))
    component = ComponentId(UUID(int=9))
    key = IdentifierKey(kind.value.encode())
    return Holding(
        key, kind, state, customer, component, anonymous, record, 1, assurance, first, last
    )


def asked(*kinds: IdentifierType, identifies: bool = True) -> dict[IdentifierKey, Identifier]:
    return {
        IdentifierKey(kind.value.encode()): Identifier(kind, "", "x", identifies=identifies)
        for kind in kinds
    }


PHONE, EMAIL, TAX_ID = IdentifierType.PHONE, IdentifierType.EMAIL, IdentifierType.TAX_ID


def judged(*holdings: Holding) -> Resolution:
    """Return the judgement, the same in whatever order the rows come."""
    kinds = asked(*{each.type for each in holdings})
    found = [judge(rows, kinds) for rows in permutations(holdings)]
    assert all(each == found[0] for each in found)
    return found[0]


def test_nobody_has_it() -> None:
    assert judge([], asked(PHONE)).state is MatchState.UNKNOWN


def test_one_has_it() -> None:
    found = judged(held(ANA, PHONE))
    assert found.state is MatchState.KNOWN
    assert found.customer is not None
    assert found.customer.customer_id == ANA
    assert 0.99 < found.customer.confidence < 1


def test_several_have_the_very_same() -> None:
    found = judged(held(ANA, PHONE), held(BIA, PHONE))
    assert found.state is MatchState.SHARED
    assert found.customer is None
    assert sum(each.confidence for each in found.candidates) < 1


def test_whoever_was_seen_last_stands_first_among_equals() -> None:
    found = judged(held(ANA, PHONE, days_ago=(30, 9)), held(BIA, PHONE, days_ago=(30, 1)))
    assert [each.customer_id for each in found.candidates] == [BIA, ANA]


def test_what_was_given_points_to_two() -> None:
    found = judged(held(ANA, PHONE), held(BIA, EMAIL))
    assert found.state is MatchState.AMBIGUOUS


def test_a_second_identifier_tells_who_of_those_on_the_line() -> None:
    found = judged(held(ANA, PHONE), held(BIA, PHONE), held(BIA, TAX_ID))
    assert found.state is MatchState.KNOWN
    assert found.customer is not None
    assert found.customer.customer_id == BIA


def test_the_former_holder_of_a_number_weighs_nothing() -> None:
    old, new = held(ANA, PHONE, days_ago=(900, 400)), held(BIA, PHONE, days_ago=(100, 0))
    found = judged(old, new)
    assert found.state is MatchState.KNOWN
    assert found.customer is not None
    assert found.customer.customer_id == BIA
    assert [each.holders for each in found.customer.evidence] == [2], "no name is spoken there"
    recent = judged(held(ANA, PHONE, days_ago=(900, 200)), new)
    assert recent.state is MatchState.SHARED, "a silence of a hundred days recycles no number"


def test_a_value_of_many_is_blocked_and_says_so() -> None:
    found = judged(held(ANA, PHONE, state="generic"))
    assert found.state is MatchState.BLOCKED
    assert found.weightless == (PHONE,)
    assert judge([], asked(PHONE, identifies=False)).state is MatchState.BLOCKED


def test_a_value_of_many_beside_one_of_somebodys_own() -> None:
    found = judged(held(ANA, PHONE, state="generic"), held(BIA, EMAIL))
    assert found.state is MatchState.KNOWN
    assert judge([held(ANA, PHONE, state="generic")], asked(PHONE, EMAIL)).state is (
        MatchState.UNKNOWN
    )


def test_whoever_only_asked_is_nobody_yet() -> None:
    found = judged(held(ANA, PHONE, anonymous=True))
    assert found.state is MatchState.UNKNOWN
    assert judged(held(ANA, PHONE, anonymous=True), held(BIA, PHONE)).state is MatchState.KNOWN


def traits(**known: str) -> Traits:
    attributes = {"name": "name", "born": "birth_date", "code": "postal_code", "tax": "tax_id"}
    found = dict(trait(attributes[each], value) for each, value in known.items())
    return Traits({question: frozenset(said) for question, said in found.items()})


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([traits(name="Ana Souza"), traits(name="Bruno Souza")], Question.FIRST_NAME),
        ([traits(name="Chico Dias"), traits(name="Francisco Dias")], Question.TAX_ID),
        (
            [traits(name="José", born="1950-01-01"), traits(name="Jose", born="1980-02-02")],
            Question.BIRTH_DATE,
        ),
        ([traits(code="01310100"), traits(code="20040002")], Question.POSTAL_CODE),
        ([traits(), traits()], Question.TAX_ID),
    ],
)
def test_the_question_is_one_whose_answers_differ(
    candidates: list[Traits], expected: Question
) -> None:
    assert question_among(dict(zip((ANA, BIA, CLEO), candidates, strict=False))) is expected
