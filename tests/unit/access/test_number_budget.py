"""How many numbers may a key ask about, and what does a refusal tell?"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from app.access.number_budget import MOST_KNOWN, NumberBudget
from app.problems import TooMany

IVR, SHOP = UUID(int=1), UUID(int=2)
LIMIT = 60

Ask = Callable[..., bool]


@pytest.fixture
def budget() -> NumberBudget:
    return NumberBudget(LIMIT, b"a secret for tests")


def asks(
    budget: NumberBudget, *numbers: str, at_s: float = 0.0, known: bool = False, key: UUID = IVR
) -> bool:
    """Ask about numbers and tell whether that was answered."""
    try:
        question = budget.ask(key, [("phone", number) for number in numbers], at_s)
    except TooMany:
        return False
    question.answered(at_s, known=known)
    return True


def test_a_list_of_strangers_ends_at_the_budget(budget: NumberBudget) -> None:
    assert sum(asks(budget, f"55119{n:08}") for n in range(1_000)) == LIMIT


def test_a_number_asked_about_before_costs_nothing(budget: NumberBudget) -> None:
    for n in range(LIMIT):
        assert asks(budget, f"11 9876{n:04}")
    assert not asks(budget, "another")
    assert asks(budget, "(11) 9876-0007")
    assert asks(budget, "1198760007")


def test_known_and_unknown_are_refused_alike(budget: NumberBudget) -> None:
    assert asks(budget, "known", known=True)
    for n in range(2 * LIMIT):
        asks(budget, f"{n}")
    assert not asks(budget, "somebody's", known=True)
    assert not asks(budget, "nobody's")


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5, 1.0])
def test_a_call_centre_whose_callers_are_often_customers_is_never_stopped(
    budget: NumberBudget, share: float
) -> None:
    every = round(1 / share)
    for n in range(6_000):
        assert asks(budget, f"55119{n:08}", at_s=n * 0.01, known=n % every == 0), n


def test_a_guesser_who_is_sometimes_right_is_stopped_all_the_same(budget: NumberBudget) -> None:
    answered = sum(asks(budget, f"55119{n:08}", known=n % 500 == 0) for n in range(10_000))
    assert answered < 2 * LIMIT


def test_guesses_hidden_behind_a_known_number_count(budget: NumberBudget) -> None:
    asked = 0
    for n in range(1_000):
        if not asks(budget, "mine", *(f"{n}-{m}" for m in range(9)), known=True):
            break
        asked += 9
    assert asked <= LIMIT + 4 + 9


def test_after_a_minute_there_is_room_again(budget: NumberBudget) -> None:
    for n in range(LIMIT):
        asks(budget, f"{n}", at_s=float(n))
    with pytest.raises(TooMany) as refused:
        budget.ask(IVR, [("phone", "x")], 59.5)
    assert refused.value.retry_after_s == 1
    assert asks(budget, "x", at_s=60.0)
    assert not asks(budget, "y", at_s=60.0)


def test_every_key_has_its_own(budget: NumberBudget) -> None:
    for n in range(LIMIT):
        asks(budget, f"{n}")
    assert not asks(budget, "x")
    assert asks(budget, "x", key=SHOP)


def test_what_was_never_answered_does_not_count(budget: NumberBudget) -> None:
    for n in range(10 * LIMIT):
        budget.ask(IVR, [("phone", f"{n}")], 0.0)
    assert asks(budget, "x")


def test_a_stranger_who_became_a_customer_counts_as_one(budget: NumberBudget) -> None:
    asks(budget, "ana")
    asks(budget, "ana", known=True)
    asked = budget._asked[IVR]
    assert (len(asked.known), len(asked.unknown)) == (1, 0)


def test_no_number_is_kept(budget: NumberBudget) -> None:
    asks(budget, "5511987654321")
    kept = b"".join(budget._asked[IVR].unknown)
    assert len(kept) == 16
    assert b"987654321" not in kept


def test_memory_has_an_end(budget: NumberBudget) -> None:
    for n in range(MOST_KNOWN + 100):
        asks(budget, f"{n}", known=True)
    assert len(budget._asked[IVR].known) == MOST_KNOWN


def test_a_refusal_does_not_say_what_was_asked(budget: NumberBudget) -> None:
    for n in range(LIMIT):
        asks(budget, f"{n}")
    with pytest.raises(TooMany) as refused:
        budget.ask(IVR, [("phone", "5511987654321")], 0.0)
    assert "987654321" not in refused.value.detail
    assert refused.value.reason == "number-budget-used-up"


def test_zero_sets_no_limit() -> None:
    assert not NumberBudget(0, b"a secret for tests").is_set
