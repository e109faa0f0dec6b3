"""Is this action open to this customer, and what exactly rules it out?

Every clause is asked, also after one has said no: an agent who is told one obstacle at a time runs
into the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.interact.contact_policy import Reason
from app.personalise.clause import (
    Clause,
    MissingFact,
    Obstacle,
    OnUnknown,
    RuledOut,
    Ruling,
    Stage,
)
from app.rules.closure import Answer, Facts

_SCREENINGS_KNOWN: Final = 256


@dataclass(frozen=True, slots=True)
class Screening:
    """What stands in the way of an action; without ``ruled_out`` nothing does, and it is open.

    ``missing`` names the facts that could still open or close it.
    """

    action: str
    ruled_out: RuledOut | None
    missing: tuple[MissingFact, ...]


class Screen:
    """What may stand in the way of one action, to be asked for one customer after another.

    It follows from what the clauses answer and from a few obstacles besides, and those are the same
    few for most customers: it is put into words once.  The words are kept here and go with the
    catalogue.
    """

    __slots__ = ("_action", "_clauses", "_holds", "_say", "_worth_reads")

    def __init__(
        self, action: str, clauses: Iterable[Clause], worth_reads: Iterable[str] = ()
    ) -> None:
        """Take the clauses in the order in which they are told, and the facts of the worth."""
        self._action = action
        self._clauses = tuple(clauses)
        self._worth_reads = tuple(sorted(set(worth_reads)))
        self._holds = tuple(clause.holds for clause in self._clauses)
        self._say = lru_cache(_SCREENINGS_KNOWN)(self._said)

    def __call__(
        self,
        facts: Facts,
        no_way: Obstacle | None = None,
        forbidden: tuple[Reason, ...] = (),
        accepted: Obstacle | None = None,
        worthless: Obstacle | None = None,
    ) -> Screening:
        """Ask every clause: a no rules the action out, an unknown means what the clause says.

        The rest has been found out already: that there is no way to say it here, why the contact
        policy forbids it, that it was accepted before, that nobody knows what it is worth.

        Facts that only passed-over clauses lack are not named, and none is where something else is
        in the way: nobody should go and ask for them.
        """
        answers = tuple([holds(facts) for holds in self._holds])
        return self._say(answers, no_way, forbidden, accepted, worthless)

    def _said(
        self,
        answers: tuple[Answer, ...],
        no_way: Obstacle | None,
        forbidden: tuple[Reason, ...],
        accepted: Obstacle | None,
        worthless: Obstacle | None,
    ) -> Screening:
        rulings = [Ruling(Stage.CHANNEL, no_way)] if no_way else []
        rulings += self._ruled(answers)
        rulings += [Ruling(Stage.CONTACT, reason.value) for reason in forbidden]
        rulings += [Ruling(Stage.REPEAT, accepted)] if accepted else []
        rulings += [Ruling(Stage.WORTH, worthless, self._worth_reads)] if worthless else []
        could_open = all(ruling.missing for ruling in rulings)
        return Screening(
            self._action,
            RuledOut(self._action, tuple(rulings)) if rulings else None,
            tuple(self._lacking(answers)) if could_open else (),
        )

    def _ruled(self, answers: tuple[Answer, ...]) -> Iterator[Ruling]:
        for clause, answer in zip(self._clauses, answers, strict=True):
            if _rules_out(clause, answer):
                yield Ruling(clause.stage, clause.code, _missing(answer))

    def _lacking(self, answers: tuple[Answer, ...]) -> Iterator[MissingFact]:
        for clause, answer in zip(self._clauses, answers, strict=True):
            if clause.on_unknown is not OnUnknown.PASS:
                for fact in _missing(answer):
                    yield MissingFact(fact, self._action, clause.code, clause.on_unknown)


def _missing(answer: Answer) -> tuple[str, ...]:
    return () if isinstance(answer, bool) else tuple(sorted(answer))


def _rules_out(clause: Clause, answer: Answer) -> bool:
    if isinstance(answer, bool):
        return not answer
    return clause.on_unknown is OnUnknown.BLOCK
