"""Which question tells candidates apart?  One whose answers differ, asked openly.

The agent asks it and does not offer the answers: on a shared line a name read out is a secret told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from app.identify.names import formal_names, read_birth_date
from app.identify.person import person
from app.vocabulary import CustomerId


class Question(StrEnum):
    """What to ask, the easiest to answer and the least intimate first."""

    FIRST_NAME = "first_name"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    TAX_ID = "tax_id"


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a candidate that a question could bring out; folded, never shown."""

    known: Mapping[Question, frozenset[str]]


DEFAULT: Final = Question.TAX_ID


def question_among(candidates: Mapping[CustomerId, Traits]) -> Question:
    """Return the question that tells most pairs of candidates apart; the first listed of equals."""
    told_apart = {
        question: _told_apart(
            [each.known.get(question, frozenset()) for each in candidates.values()]
        )
        for question in Question
    }
    best = max(Question, key=lambda question: told_apart[question])
    return best if told_apart[best] else DEFAULT


def trait(attribute: str, value: str) -> tuple[Question, Collection[str]]:
    """Return which question brings out a stored value, and the answers that would be right."""
    match attribute:
        case "name":
            said = person(value, None)
            return Question.FIRST_NAME, frozenset().union(*map(formal_names, said.first_names))
        case "birth_date":
            born = read_birth_date(value)
            return Question.BIRTH_DATE, () if born is None else (born.isoformat(),)
        case _:
            return Question(attribute), (value,)


def _told_apart(values: Collection[frozenset[str]]) -> int:
    return sum(bool(a and b and a.isdisjoint(b)) for a, b in combinations(values, 2))
