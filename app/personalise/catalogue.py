"""What could we do for a customer at all?  Actions, how each is said, and the rules of restraint.

A catalogue is immutable and named by its content: a decision that names its bundle can be made
again.  ``document`` reads one from JSON; ``shipped/`` holds the one that comes with the product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Final, TypeAlias

from app.interact.caps import Cap
from app.interact.contact_policy import ContactPolicy, Offer
from app.personalise.clause import Clause, Obstacle, Stage
from app.personalise.eligibility import Screen
from app.personalise.propensity import Prior
from app.personalise.worth import Money, Worth, compile_worth, facts_of, is_always_known
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

    def script(self, known: Iterable[str]) -> Script | None:
        """Return the first script that can be filled in with values of these names."""
        for script in self.scripts:
            if script.needs.issubset(known):
                return script
        return None


@dataclass(frozen=True, slots=True)
class Way:
    """How an action is said here, the cheapest way there is, or why it cannot be."""

    treatment: Treatment | None
    obstacle: Obstacle | None


Ways: TypeAlias = Mapping[str, Way]
"""Each action of a catalogue, by its key, on one channel, in one direction, with what is known."""

_WAYS_KNOWN: Final = 256


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

    What is asked of every customer is made ready once: ``screen`` tells what is in its way,
    ``money`` the worth, which for most actions is always known (``has_a_worth``), and ``offer`` is
    the action as the contact policy judges it.
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
    has_a_worth: bool = field(init=False, compare=False, repr=False)
    offer: Offer = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        offer = Offer(self.key, self.strategy, self.purpose, self.caps)
        screen = Screen(self.key, self.clauses, facts_of(self.worth))
        object.__setattr__(self, "screen", screen)
        object.__setattr__(self, "money", compile_worth(self.worth))
        object.__setattr__(self, "has_a_worth", is_always_known(self.worth))
        object.__setattr__(self, "offer", offer)

    def facts(self) -> Iterator[str]:
        """Yield the names of every fact its clauses and its worth may read."""
        for clause in self.clauses:
            yield from clause.rule.names
        yield from facts_of(self.worth)


Saying: TypeAlias = tuple[str, Stage, str, tuple[str, ...], Locale]
"""The action, stage, code and missing facts of a ruling, and the language it is told in."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One published bundle: ``bundle_id`` is the SHA-256 of its canonical JSON.

    ``reads`` names every fact that a clause or a worth may read.  ``ways`` tells how each action is
    said on a channel, in a direction, where the scripts can be filled with values of these names.
    In ``sentences``, ``explain`` keeps what it has said of rulings against actions: the same for
    everybody, and new for each catalogue.
    """

    bundle_id: str
    currency: str
    actions: tuple[Action, ...]
    policy: ContactPolicy
    reads: frozenset[str]
    registry: FieldRegistry = field(compare=False, repr=False)
    _by_key: Mapping[str, Action] = field(init=False, compare=False, repr=False)
    ways: Callable[[Channel, Direction, frozenset[str]], Ways] = field(
        init=False, compare=False, repr=False
    )
    sentences: dict[Saying, str] = field(
        init=False, compare=False, repr=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_key", {action.key: action for action in self.actions})
        object.__setattr__(self, "ways", lru_cache(_WAYS_KNOWN)(self._ways))

    def find(self, key: str) -> Action | None:
        """Return the action of this key, if the bundle has it."""
        return self._by_key.get(key)

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

    def _ways(self, channel: Channel, direction: Direction, known: frozenset[str]) -> Ways:
        return {action.key: _way(action, channel, direction, known) for action in self.actions}


def _way(action: Action, channel: Channel, direction: Direction, known: frozenset[str]) -> Way:
    here = [
        said for said in action.treatments if (said.channel, said.direction) == (channel, direction)
    ]
    if not here:
        return Way(None, Obstacle.NO_TREATMENT)
    sayable = [said for said in here if said.script(known) is not None]
    if not sayable:
        return Way(None, Obstacle.SCRIPT_INCOMPLETE)
    return Way(min(sayable, key=lambda said: (said.contact_cost, said.key)), None)
