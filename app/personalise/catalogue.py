"""What could we do for a customer at all?  Actions, how each is said, and the rules of restraint.

A catalogue is immutable and named by its content: a decision that names its bundle can be made
again.  ``document`` reads one from JSON; ``shipped/`` holds the one that comes with the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TypeAlias

from app.interact.caps import Cap
from app.interact.contact_policy import ContactPolicy, Offer
from app.personalise.clause import Clause, Ruling
from app.personalise.eligibility import Screen
from app.personalise.propensity import Prior
from app.personalise.worth import Money, Worth, compile_worth, facts_of
from app.rules.fields import FieldRegistry
from app.rules.wording import Wording
from app.vocabulary import Channel, Direction, Locale, Strategy


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
        for script in self.scripts:
            if script.needs <= values.keys():
                return script
        return None


Ways: TypeAlias = Mapping[str, tuple[Treatment, ...]]
"""The ways to say each action on one channel, in one direction, by its key: the cheapest first."""


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

    What is asked of every customer is made ready once: ``screen`` asks the clauses, ``money`` tells
    the worth, and ``offer`` is the action as the contact policy judges it.
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
    screen: Screen = field(init=False, compare=False, repr=False)
    money: Money = field(init=False, compare=False, repr=False)
    offer: Offer = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        offer = Offer(self.key, self.strategy, self.purpose, self.caps)
        object.__setattr__(self, "screen", Screen(self.key, self.clauses))
        object.__setattr__(self, "money", compile_worth(self.worth))
        object.__setattr__(self, "offer", offer)

    def facts(self) -> Iterator[str]:
        """Yield the names of every fact its clauses and its worth may read."""
        for clause in self.clauses:
            yield from clause.rule.names
        yield from facts_of(self.worth)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published bundle: ``bundle_id`` is the SHA-256 of its canonical JSON.

    ``reads`` names every fact that a clause or a worth may read.  In ``sentences``, ``explain``
    keeps what it has said of rulings against actions: the same for everybody, and new for each
    catalogue.
    """

    bundle_id: str
    currency: str
    actions: tuple[Action, ...]
    policy: ContactPolicy
    reads: frozenset[str]
    registry: FieldRegistry = field(compare=False, repr=False)
    _by_key: Mapping[str, Action] = field(init=False, compare=False, repr=False)
    _ways: Mapping[tuple[Channel, Direction], Ways] = field(init=False, compare=False, repr=False)
    sentences: dict[tuple[str, Ruling, Locale], str] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {action.key: action for action in self.actions})
        object.__setattr__(self, "_ways", _ways_to_say(self.actions))

    def find(self, key: str) -> Action | None:
        """Return the action of this key, if the bundle has it."""
        return self._by_key.get(key)

    def ways(self, channel: Channel, direction: Direction) -> Ways:
        """Return how each action can be said here; one that cannot be is not named."""
        return self._ways.get((channel, direction), {})

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


def _ways_to_say(actions: Iterable[Action]) -> Mapping[tuple[Channel, Direction], Ways]:
    ways: defaultdict[tuple[Channel, Direction], dict[str, tuple[Treatment, ...]]]
    ways = defaultdict(dict)
    for action in actions:
        for said in sorted(action.treatments, key=lambda each: (each.contact_cost, each.key)):
            here = ways[said.channel, said.direction]
            here[action.key] = (*here.get(action.key, ()), said)
    return dict(ways)
