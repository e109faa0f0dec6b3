"""Which requests are questions about numbers, and who may ask how many?

Every question counts that a key without ``customers:read`` and ``customers:export`` asks about
identifiers: a key with one of these may read everybody anyhow.  A visit is no number: nobody else
can guess one, and a shop sees thousands.  What a caller is said to have answered counts as another
number, or names could be guessed on a number that is somebody's.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Final, Protocol

from app.access.authenticate import Client
from app.access.number_budget import NumberBudget, Question
from app.access.scopes import Scope
from app.api import metrics
from app.api.said_document import SaidDocument
from app.identify.resolve import FITS_NOBODY, MatchState
from app.problems import TooMany
from app.vocabulary import IdentifierType

_READS_EVERYBODY: Final = frozenset({Scope.CUSTOMERS_READ, Scope.CUSTOMERS_EXPORT})


class Identifying(Protocol):
    """An identifier as a document has it."""

    @property
    def type(self) -> IdentifierType:
        """Return what kind of identifier it is."""

    @property
    def value(self) -> str:
        """Return it as it was given."""


class Asking:
    """One request's question, if it is one that counts."""

    __slots__ = ("_question",)

    def __init__(self, question: Question | None) -> None:
        """Be made by ``asking``."""
        self._question = question

    def answered(self, state: MatchState, reason: str) -> None:
        """Count what was asked, now that it was answered: about somebody, or about nobody."""
        if self._question is not None:
            known = state is not MatchState.UNKNOWN and reason != FITS_NOBODY
            self._question.answered(time.monotonic(), known=known)


def asking(
    budget: NumberBudget,
    client: Client,
    identifiers: Iterable[Identifying],
    said: SaidDocument | None,
) -> Asking:
    """Return the question about these identifiers, and what was said; a refusal is counted.

    Raises:
        TooMany: the client's key has used up its numbers of this minute.
    """
    if not budget.is_set or client.scopes & _READS_EVERYBODY:
        return Asking(None)
    numbers = [
        (each.type.value, each.value)
        for each in identifiers
        if each.type is not IdentifierType.VISIT
    ]
    if numbers and said is not None:
        about = "".join(value for _, value in sorted(numbers))
        numbers += [(f"said {name}", about + told) for name, told in said.answers().items()]
    try:
        return Asking(budget.ask(client.key_id, numbers, time.monotonic()) if numbers else None)
    except TooMany:
        metrics.count_numbers_refused(client.name)
        raise
