"""Is this action open to this customer, and what exactly rules it out?

Every clause is asked, also after one has said no: an agent who is told one obstacle at a time runs
into the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.personalise.clause import Clause, MissingFact, OnUnknown, Ruling
from app.rules.closure import Answer, Facts

_SCREENINGS_KNOWN: Final = 256


@dataclass(frozen=True, slots=True)
class Screening:
    """What an action's clauses say of the facts; it is open to the customer without rulings."""

    rulings: tuple[Ruling, ...]
    missing: tuple[MissingFact, ...]


class Screen:
    """The clauses of one action, to be asked of one customer after another.

    What they say follows from their answers alone, and those are the same few for most customers:
    it is put into words once.  The words are kept here and go with the catalogue.
    """

    __slots__ = ("_action", "_clauses", "_holds", "_say")

    def __init__(self, action: str, clauses: Iterable[Clause]) -> None:
        """Take the clauses in the order in which they are told."""
        self._action = action
        self._clauses = tuple(clauses)
        self._holds = tuple(clause.holds for clause in self._clauses)
        self._say = lru_cache(_SCREENINGS_KNOWN)(self._said)

    def __call__(self, facts: Facts) -> Screening:
        """Ask every clause: a no rules the action out, an unknown means what the clause says.

        Facts that only passed-over clauses lack are not named: nobody should go and ask for them.
        """
        return self._say(tuple([holds(facts) for holds in self._holds]))

    def _said(self, answers: tuple[Answer, ...]) -> Screening:
        rulings: list[Ruling] = []
        lacking: list[MissingFact] = []
        for clause, answer in zip(self._clauses, answers, strict=True):
            missing = () if isinstance(answer, bool) else tuple(sorted(answer))
            if _rules_out(clause, answer):
                rulings.append(Ruling(clause.stage, clause.code, missing))
            if clause.on_unknown is not OnUnknown.PASS:
                lacking += (
                    MissingFact(fact, self._action, clause.code, clause.on_unknown)
                    for fact in missing
                )
        return Screening(tuple(rulings), tuple(lacking))


def _rules_out(clause: Clause, answer: Answer) -> bool:
    if isinstance(answer, bool):
        return not answer
    return clause.on_unknown is OnUnknown.BLOCK
