"""What does one named condition of an action say, and what speaks against an action?

A clause is the unit of explanation: what it rules out and which facts it lacks is told by its code.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from app.rules.closure import Ask
from app.rules.tree import Rule
from app.rules.wording import Wording
from app.vocabulary import value_type


class Stage(StrEnum):
    """The funnel, first to last; a clause belongs to one of the middle three.

    They are Pega's questions: may they have it, does it make sense now, is it good for them?
    """

    CHANNEL = "channel"
    ELIGIBILITY = "eligibility"
    APPLICABILITY = "applicability"
    SUITABILITY = "suitability"
    CONTACT = "contact"
    REPEAT = "repeat"
    WORTH = "worth"
    ARBITRATION = "arbitration"


class OnUnknown(StrEnum):
    """What a clause that lacks a fact means for its action.

    ``block``: not without knowing.  ``pass``: this deployment may never know, go on.  ``ask``: go
    on, and the fact is worth a question to the customer or a look by the agent.
    """

    BLOCK = "block"
    PASS = "pass"  # noqa: S105 - a word of the catalogue, no password
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Clause:
    """One named condition; ``reason`` is said when it does not hold.

    ``holds`` is the rule, compiled: it is asked with admitted facts.
    """

    code: str
    stage: Stage
    rule: Rule
    on_unknown: OnUnknown
    reason: Wording
    holds: Ask = field(compare=False, repr=False)


class Obstacle(StrEnum):
    """What besides clauses and contact policy keeps an action from being chosen."""

    NO_TREATMENT = "no_treatment"
    SCRIPT_INCOMPLETE = "script_incomplete"
    ACCEPTED_BEFORE = "accepted_before"
    VALUE_NOT_KNOWN = "value_not_known"
    NOT_WORTH_IT = "not_worth_it"
    SAME_GROUP = "same_group"
    OUTRANKED = "outranked"


@dataclass(frozen=True, slots=True)
class Ruling:
    """One reason against one action; ``missing`` names the facts that might have spoken for it."""

    stage: Stage
    code: str
    missing: tuple[str, ...] = ()


@value_type()
class RuledOut:
    """An action that no slot shows, and everything that was in its way, stage by stage."""

    action: str
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that one clause of one action lacks: what a question about it would be good for."""

    fact: str
    action: str
    clause: str
    on_unknown: OnUnknown
