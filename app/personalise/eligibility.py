"""Which actions are open to this customer, and what exactly rules the others out?

Every clause is asked, also after one has said no: an agent who is told one obstacle at a time runs
into the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.personalise.catalogue import Action, Clause, OnUnknown, Stage
from app.rules.closure import Verdict


@dataclass(frozen=True, slots=True)
class Ruling:
    """One reason against one action; ``missing`` names the facts that might have spoken for it."""

    stage: Stage
    code: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that one clause of one action lacks: what a question about it would be good for."""

    fact: str
    action: str
    clause: str
    on_unknown: OnUnknown


@dataclass(frozen=True, slots=True)
class Screening:
    """What an action's clauses say of the facts; it is open to the customer without rulings."""

    rulings: tuple[Ruling, ...]
    missing: tuple[MissingFact, ...]


def screen(action: Action, facts: Mapping[str, object]) -> Screening:
    """Ask every clause: a no rules the action out, an unknown means what the clause says it means.

    Facts that only passed-over clauses lack are not named: nobody should go and ask for them.
    """
    rulings: list[Ruling] = []
    lacking: list[MissingFact] = []
    for clause in action.clauses:
        verdict = clause.holds(facts)
        if verdict.truth:
            continue  # a yes lacks nothing
        missing = tuple(sorted(verdict.missing))
        if _rules_out(clause, verdict):
            rulings.append(Ruling(clause.stage, clause.code, missing))
        if clause.on_unknown is not OnUnknown.PASS:
            lacking += (
                MissingFact(fact, action.key, clause.code, clause.on_unknown) for fact in missing
            )
    return Screening(tuple(rulings), tuple(lacking))


def _rules_out(clause: Clause, verdict: Verdict) -> bool:
    if verdict.truth is None:
        return clause.on_unknown is OnUnknown.BLOCK
    return not verdict.truth
