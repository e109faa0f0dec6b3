"""What could we do for a customer at all?  Actions, how each is said, and the rules of restraint.

A catalogue is immutable and named by its content: a decision that names its bundle can be made
again.  ``document`` reads one from JSON; ``shipped/`` holds the one that comes with the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from app.interact.caps import Cap
from app.interact.contact_policy import ContactPolicy, Offer
from app.personalise.propensity import Prior
from app.personalise.worth import Worth, facts_of
from app.rules.closure import Verdict
from app.rules.fields import FieldRegistry
from app.rules.tree import Rule
from app.rules.wording import Wording
from app.vocabulary import Channel, Direction, Strategy


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
    """One named condition: the unit of explanation.  ``reason`` is said when it does not hold."""

    code: str
    stage: Stage
    rule: Rule
    on_unknown: OnUnknown
    reason: Wording
    holds: Callable[[Mapping[str, object]], Verdict] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Script:
    """A text to say or show; usable when every placeholder it needs has a value."""

    text: Wording
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Treatment:
    """How an action is said on one channel, in one direction, and what saying it costs."""

    key: str
    channel: Channel
    direction: Direction
    contact_cost: Decimal
    scripts: tuple[Script, ...]

    def script(self, values: Mapping[str, str]) -> Script | None:
        """Return the first script that can be filled in from these values."""
        return next((script for script in self.scripts if script.needs <= values.keys()), None)


class Repeat(StrEnum):
    """What an acceptance means for the next time."""

    END = "end"
    COOL_OFF = "cool_off"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class OnceAccepted:
    """Never again, not for ``days``, or again at once."""

    rule: Repeat
    days: int = 0


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may be done for a customer.

    ``incentive`` is paid on acceptance only; ``group`` names actions of which one contact shows at
    most one; ``why`` tells an agent the point of it and never the customer's value tier.
    """

    key: str
    strategy: Strategy
    group: str
    purpose: str
    name: Wording
    why: Wording
    clauses: tuple[Clause, ...]
    treatments: tuple[Treatment, ...]
    worth: Worth
    incentive: Decimal
    prior: Prior
    caps: tuple[Cap, ...]
    once_accepted: OnceAccepted

    @property
    def offer(self) -> Offer:
        """Return the action as the contact policy judges it."""
        return Offer(self.key, self.strategy, self.purpose, self.caps)

    def treatments_on(self, channel: Channel, direction: Direction) -> tuple[Treatment, ...]:
        """Return the ways to say it here, the cheapest first."""
        fitting = (t for t in self.treatments if (t.channel, t.direction) == (channel, direction))
        return tuple(sorted(fitting, key=lambda treatment: (treatment.contact_cost, treatment.key)))

    def facts(self) -> Iterator[str]:
        """Yield the names of every fact its clauses and its worth may read."""
        for clause in self.clauses:
            yield from clause.rule.names
        yield from facts_of(self.worth)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published bundle: ``bundle_id`` is the SHA-256 of its canonical JSON.

    ``reads`` names every fact that a clause or a worth may read.
    """

    bundle_id: str
    currency: str
    actions: tuple[Action, ...]
    policy: ContactPolicy
    reads: frozenset[str]
    registry: FieldRegistry = field(compare=False, repr=False)

    def find(self, key: str) -> Action | None:
        """Return the action of this key, if the bundle has it."""
        return next((action for action in self.actions if action.key == key), None)

    def get_treatment(self, action: str, treatment: str) -> Treatment:
        """Return one treatment of one action.

        Raises:
            KeyError: the bundle has no such treatment.
        """
        found = self.find(action)
        for known in found.treatments if found else ():
            if known.key == treatment:
                return known
        raise KeyError(treatment)
