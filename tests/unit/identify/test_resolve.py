"""Who is it, of those that hold what was given?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest

from app.flows.moment import SPEAK_NAME_FROM
from app.identify.resolve import DENIED_BEFORE, MatchState, Resolution, by_answers, judge
from app.identify.rows import Holding
from app.identify.telling import Question, Traits, question_among, trait
from app.identify.weighing import faded
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
    found = [judge(rows, kinds, NOW) for rows in permutations(holdings)]
    assert all(each == found[0] for each in found)
    return found[0]


def traits(**known: str) -> Traits:
    attributes = {"name": "name", "born": "birth_date", "code": "postal_code", "tax": "tax_id"}
    found = dict(trait(attributes[each], value) for each, value in known.items())
    return Traits({question: frozenset(said) for question, said in found.items()})


def test_nobody_has_it() -> None:
    assert judge([], asked(PHONE), NOW).state is MatchState.UNKNOWN


def test_where_nothing_was_given_nothing_is_blocked() -> None:
    """As of a caller who hides their number, once whom an agent named was said to be another."""
    assert judge([], {}, NOW).state is MatchState.UNKNOWN
    assert judge([], asked(PHONE, identifies=False), NOW).state is MatchState.BLOCKED  # the control


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
    then = judge([old, new], asked(PHONE), NOW - timedelta(days=101))
    assert then.customer is not None
    assert then.customer.customer_id == ANA, "it was hers before it changed hands"
    recent = judged(held(ANA, PHONE, days_ago=(900, 200)), new)
    assert recent.state is MatchState.SHARED, "a silence of a hundred days recycles no number"


@pytest.mark.parametrize(
    ("kind", "days", "may_be_named"),
    [(PHONE, 180, True), (PHONE, 365, True), (PHONE, 730, False), (TAX_ID, 3_650, True)],
)
def test_who_was_not_seen_with_a_number_for_long_is_less_sure(
    kind: IdentifierType, days: int, *, may_be_named: bool
) -> None:
    found = judged(held(ANA, kind, days_ago=(days + 30, days)))
    assert found.state is MatchState.KNOWN
    assert found.customer is not None
    assert (found.customer.confidence >= SPEAK_NAME_FROM) is may_be_named


def test_silence_fades_a_bit_a_period_and_never_all() -> None:
    year = timedelta(days=360)
    assert [faded(PHONE, 9.0, year * n) for n in (0, 0.5, 1, 2, 50)] == [9.0, 9.0, 8.0, 6.0, 1.0]
    assert faded(PHONE, 0.0, year) == 0.0, "who had it before somebody else has nothing to lose"


def test_silence_takes_nobodys_state() -> None:
    silent = held(BIA, PHONE, days_ago=(1_000, 900))
    found = judged(held(ANA, PHONE, days_ago=(1_000, 0)), silent)
    assert found.state is MatchState.SHARED
    ana, bia = found.candidates
    assert ana.confidence > bia.confidence


def test_who_was_said_not_to_have_it_is_told_from_a_stranger() -> None:
    denied = replace(held(ANA, PHONE), denied=True)
    found = judged(denied)
    assert (found.state, found.reason) == (MatchState.UNKNOWN, DENIED_BEFORE)
    assert judged(denied, held(BIA, PHONE)).state is MatchState.KNOWN
    assert judged(replace(denied, anonymous=True)).reason == "not_seen_before"


SHARED = (held(ANA, PHONE), held(BIA, PHONE))


def answered(known: dict[CustomerId, Traits], **said: str) -> Resolution:
    return by_answers(judged(*SHARED), known, traits(**said))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"name": "Ana"}, ANA),
        ({"name": "Bia", "born": "1980-01-01"}, BIA),
        ({"name": "Beatriz"}, BIA),
        ({"tax": "2"}, BIA),
        ({"name": "Carlos"}, None),
        ({"code": "01310100"}, None),
        ({}, None),
    ],
)
def test_an_answer_tells_who_it_is_where_it_fits_one(
    said: dict[str, str], expected: CustomerId | None
) -> None:
    known = {
        ANA: traits(name="Ana Lima", born="1950-01-01", tax="1", code="01310100"),
        BIA: traits(name="Bia Lima", born="1980-01-01", tax="2", code="01310-100"),
    }
    found = answered(known, **said)
    assert (found.customer and found.customer.customer_id) == expected
    assert found.state is (MatchState.KNOWN if expected else MatchState.SHARED)


def test_an_answer_may_fit_who_is_silent_no_better() -> None:
    """One candidate is contradicted, of the other nothing is known: that is no answer."""
    found = answered({ANA: traits(name="Ana"), BIA: traits()}, name="Carlos")
    assert found.customer is None
    fitting = answered({ANA: traits(name="Ana"), BIA: traits()}, name="Ana")
    assert fitting.customer is not None
    assert fitting.told_by == (Question.FIRST_NAME,)


def test_a_value_of_many_is_blocked_and_says_so() -> None:
    found = judged(held(ANA, PHONE, state="generic"))
    assert found.state is MatchState.BLOCKED
    assert found.weightless == (PHONE,)
    assert judge([], asked(PHONE, identifies=False), NOW).state is MatchState.BLOCKED


def test_a_value_of_many_beside_one_of_somebodys_own() -> None:
    found = judged(held(ANA, PHONE, state="generic"), held(BIA, EMAIL))
    assert found.state is MatchState.KNOWN
    assert judge([held(ANA, PHONE, state="generic")], asked(PHONE, EMAIL), NOW).state is (
        MatchState.UNKNOWN
    )


def test_whoever_only_asked_is_nobody_yet() -> None:
    found = judged(held(ANA, PHONE, anonymous=True))
    assert found.state is MatchState.UNKNOWN
    assert judged(held(ANA, PHONE, anonymous=True), held(BIA, PHONE)).state is MatchState.KNOWN


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        ([traits(name="Ana Souza"), traits(name="Bruno Souza")], Question.FIRST_NAME),
        ([traits(name="Chico Dias"), traits(name="Francisco Dias")], None),
        ([traits(name="Chico"), traits(name="Francisco", tax="1")], Question.TAX_ID),
        ([traits(name="Chico", born="1950-01-01"), traits(name="Bia")], Question.FIRST_NAME),
        ([traits(), traits(born="1950-01-01", code="01310100")], Question.BIRTH_DATE),
        (
            [traits(name="José", born="1950-01-01"), traits(name="Jose", born="1980-02-02")],
            Question.BIRTH_DATE,
        ),
        ([traits(code="01310100"), traits(code="20040002")], Question.POSTAL_CODE),
        ([traits(), traits()], None),
    ],
)
def test_the_question_is_one_whose_answers_differ(
    candidates: list[Traits], expected: Question | None
) -> None:
    assert question_among(dict(zip((ANA, BIA, CLEO), candidates, strict=False))) is expected
