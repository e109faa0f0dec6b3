"""Which question tells candidates apart, and whom does the answer fit?

A question whose answers differ, asked openly: the agent does not offer the answers, as on a shared
line a name read out is a secret told.  An answer is weighed as the same thing is between records;
it finds nobody by itself and is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, product
from typing import Final

from app.identify.evidence import BITS
from app.identify.names import formal_names, read_birth_date
from app.identify.normalise import normalise, postal_code
from app.identify.person import compare, person
from app.vocabulary import CustomerId, Faulty, IdentifierType, RawIdentifier


class Question(StrEnum):
    """What to ask, the easiest to answer and the least intimate first."""

    FIRST_NAME = "first_name"
    BIRTH_DATE = "birth_date"
    POSTAL_CODE = "postal_code"
    TAX_ID = "tax_id"


@dataclass(frozen=True, slots=True)
class Traits:
    """What a question could bring out of a candidate, or did of a caller; folded, never shown."""

    known: Mapping[Question, frozenset[str]] = field(repr=False)


NOTHING_SAID: Final = Traits({})

POSTAL_CODE_BITS: Final = 3.0
"""What a postal code says for or against: a household has one, and people move (judgement)."""

_ONE_ONLY: Final = (Question.TAX_ID, Question.BIRTH_DATE, Question.FIRST_NAME, Question.POSTAL_CODE)
"""What to ask where one candidate alone has an answer, the surest first."""


def question_among(
    candidates: Mapping[CustomerId, Traits], answered: Collection[Question] = ()
) -> Question | None:
    """Return the question that tells most pairs of candidates apart; the first listed of equals.

    Where none does, what some of them have and others lack: the right answer is theirs.  None
    where all are silent, or alike in all that they say.
    """
    open_ones = [question for question in Question if question not in answered]
    values = {
        question: [each.known.get(question, frozenset()) for each in candidates.values()]
        for question in open_ones
    }
    told_apart = {question: _told_apart(values[question]) for question in open_ones}
    best = max(open_ones, key=lambda question: told_apart[question], default=None)
    if best is not None and told_apart[best]:
        return best
    some = (each for each in _ONE_ONLY if each in values)
    return next((each for each in some if any(values[each]) and not all(values[each])), None)


def said_in(answers: Mapping[Question, str], country: str) -> Traits:
    """Return what a caller answered, folded as what is known is; a filler answers nothing."""
    read = {question: _answer(question, value, country) for question, value in answers.items()}
    return Traits({question: frozenset(found) for question, found in read.items() if found})


def fit(said: Traits, known: Traits) -> dict[Question, float]:
    """Return what each answer says of a candidate, in bits; left out is what they are silent on."""
    found = {}
    for question, ours in said.known.items():
        theirs = known.known.get(question)
        if ours and theirs:
            found[question] = _bits(question, ours, theirs)
    return found


def trait(attribute: str, value: str) -> tuple[Question, Collection[str]]:
    """Return which question brings out a stored value, and the answers that would be right."""
    match attribute:
        case "name":
            said = person(value, None)
            return Question.FIRST_NAME, frozenset().union(*map(formal_names, said.first_names))
        case "birth_date":
            born = read_birth_date(value)
            return Question.BIRTH_DATE, () if born is None else (born.isoformat(),)
        case "postal_code":
            return Question.POSTAL_CODE, ("".join(filter(str.isalnum, value)).upper(),)
        case _:
            return Question(attribute), (value,)


def _answer(question: Question, value: str, country: str) -> Collection[str]:
    match question:
        case Question.TAX_ID:
            raw = RawIdentifier(IdentifierType.TAX_ID, value)
            found = normalise(raw, country=country)
            return () if isinstance(found, Faulty) else (found.value,)
        case Question.POSTAL_CODE:
            code = postal_code(value, country=country)
            return () if code is None else (code,)
        case Question.FIRST_NAME:
            return trait("name", value)[1]
        case Question.BIRTH_DATE:
            return trait("birth_date", value)[1]


def _bits(question: Question, ours: frozenset[str], theirs: frozenset[str]) -> float:
    match question:
        case Question.FIRST_NAME:
            return max(
                compare(person(one, None), person(other, None)).bits
                for one, other in product(ours, theirs)
            )
        case Question.BIRTH_DATE:
            return max(
                compare(person(None, one), person(None, other)).bits
                for one, other in product(ours, theirs)
            )
        case Question.POSTAL_CODE:
            return POSTAL_CODE_BITS if ours & theirs else -POSTAL_CODE_BITS
        case Question.TAX_ID:
            return BITS[IdentifierType.TAX_ID] * (1 if ours & theirs else -1)


def _told_apart(values: Collection[frozenset[str]]) -> int:
    return sum(bool(a and b and a.isdisjoint(b)) for a, b in combinations(values, 2))
