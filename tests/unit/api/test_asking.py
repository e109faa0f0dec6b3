"""Does a guess at what a caller would answer count as a number of its own?"""

from __future__ import annotations

from uuid import uuid4

import pytest

from app.access.authenticate import Client
from app.access.number_budget import NumberBudget
from app.access.scopes import Scope
from app.api.asking import asking
from app.api.event_document import IdentifierDocument
from app.api.said_document import SaidDocument
from app.identify.resolve import FITS_NOBODY, MatchState
from app.problems import TooMany
from app.vocabulary import IdentifierType

BUDGET = 5
SHARED = [IdentifierDocument(type=IdentifierType.PHONE, value="(11) 98765-4321")]
IVR = Client(uuid4(), "ivr", frozenset({Scope.IDENTITY_READ}), None)


def guesses(names: list[str | None], reason: str) -> int:
    """Ask about one number with each name in turn; return how many guesses were answered."""
    budget = NumberBudget(BUDGET, b"a secret for tests")
    for answered, name in enumerate(names):
        said = None if name is None else SaidDocument(first_name=name)
        try:
            question = asking(budget, IVR, SHARED, said)
        except TooMany:
            return answered
        question.answered(MatchState.SHARED, reason)
    return len(names)


def test_names_guessed_on_a_shared_line_end_at_the_budget() -> None:
    names: list[str | None] = [f"Nome{n}" for n in range(50)]
    assert guesses(names, FITS_NOBODY) <= BUDGET


@pytest.mark.parametrize("name", [None, "Ana"])
def test_the_same_question_again_costs_nothing(name: str | None) -> None:
    """The control: no other number, no other name."""
    assert guesses([name] * 50, FITS_NOBODY) == 50
