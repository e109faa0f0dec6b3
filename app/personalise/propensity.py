"""How likely is a yes?  Counted, not guessed: every outcome moves it, and the order never matters.

Beta–Bernoulli by action and segment with shrinkage: an action starts from the prior its author
wrote down, a segment from what the action has learnt, and leaves it as its own answers come in.
Source: Gelman et al., Bayesian Data Analysis, § 2.4; the design note's hierarchical counts, § 4.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from enum import Enum
from typing import Final, Self

from app.interact.outcomes import OutcomeKind
from app.vocabulary import value_type

SEGMENT_WEIGHT: Final = Decimal(60)
"""How many answers the action's own rate is worth to a segment that has none (design note, 4.3)."""

_NINE_PLACES: Final = Decimal("0.000000001")


class Label(Enum):
    """What an offer taught us: it was taken, or it was made and not taken."""

    FAILURE = 0
    SUCCESS = 1


_SUCCESSES: Final = frozenset({OutcomeKind.ACCEPTED, OutcomeKind.CONVERTED})
_FAILURES: Final = frozenset(
    {
        OutcomeKind.REJECTED,
        OutcomeKind.IGNORED,
        OutcomeKind.NO_ANSWER,
        OutcomeKind.OPTED_OUT,
        OutcomeKind.COMPLAINT,
    }
)


def final_label(kinds: Iterable[OutcomeKind]) -> Label | None:
    """Return what all outcomes of one decision together teach: a function of their set.

    The first line that applies holds:

    1. ``wrong_person``: nothing, whatever else was said: it was somebody else's answer.
    2. ``reversed``: failure; it takes an acceptance back, also one that has not arrived yet.
    3. ``accepted`` or ``converted``: success, however often it was refused before.
    4. ``not_shown``: nothing: nobody refuses what they have not seen.
    5. ``rejected``, ``ignored``, ``no_answer``, ``opted_out``, ``complaint``: failure.
    6. ``shown``, ``clicked``, ``deferred``: nothing yet.
    """
    told = frozenset(kinds)
    if OutcomeKind.WRONG_PERSON in told:
        return None
    if OutcomeKind.REVERSED in told:
        return Label.FAILURE
    if told & _SUCCESSES:
        return Label.SUCCESS
    if OutcomeKind.NOT_SHOWN not in told and told & _FAILURES:
        return Label.FAILURE
    return None


@dataclass(frozen=True, slots=True)
class Counts:
    """Offers that have a label, and those of them that were taken; differences may be negative."""

    trials: int = 0
    successes: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.trials + other.trials, self.successes + other.successes)

    def __sub__(self, other: Counts) -> Counts:
        return Counts(self.trials - other.trials, self.successes - other.successes)


def counts_of(label: Label | None) -> Counts:
    """Return what one decision adds to the counts."""
    return Counts() if label is None else Counts(1, label.value)


def change(before: Label | None, after: Label | None) -> Counts:
    """Return what to add to the counts when news changes the label of one decision.

    Adding every change gives the counts of the final labels, in whatever order the news came.
    """
    return counts_of(after) - counts_of(before)


@dataclass(frozen=True, slots=True)
class Prior:
    """What the author of an action expects: a mean in (0, 1), worth ``weight`` answers."""

    mean: Decimal
    weight: Decimal


@value_type()
class Propensity:
    """The probability of a yes, to nine places, and the answers it rests on."""

    mean: Decimal
    segment: Counts
    action: Counts


def posterior_mean(counts: Counts, prior: Prior) -> Decimal:
    """Return the mean of the Beta posterior, in (0, 1)."""
    return (counts.successes + prior.mean * prior.weight) / (counts.trials + prior.weight)


@value_type()
class Propensities:
    """One snapshot of all counts, by action and then by segment, with the actions' totals.

    ``version`` names the snapshot in each decision.  A segment's own answers are also part of the
    total it shrinks to: at 60 answers' weight that is a small, safe double count.
    """

    version: str = "0"
    cells: Mapping[str, Mapping[str, Counts]] = field(default_factory=dict)
    totals: Mapping[str, Counts] = field(default_factory=dict)

    @classmethod
    def from_cells(cls, cells: Iterable[tuple[str, str, Counts]], version: str) -> Self:
        """Build the snapshot from rows of (action, segment, counts), in any order."""
        by_action: dict[str, dict[str, Counts]] = {}
        totals: dict[str, Counts] = {}
        for action, segment, counts in cells:
            own = by_action.setdefault(action, {})
            own[segment] = own.get(segment, Counts()) + counts
            totals[action] = totals.get(action, Counts()) + counts
        return cls(version, by_action, totals)

    def of(self, action: str, segment: str, prior: Prior) -> Propensity:
        """Return the propensity of an action in a segment; without answers it is the prior."""
        total = self.totals.get(action, Counts())
        own = self.cells.get(action, {}).get(segment, Counts())
        pooled = Prior(posterior_mean(total, prior), SEGMENT_WEIGHT)
        mean = posterior_mean(own, pooled).quantize(_NINE_PLACES, ROUND_HALF_EVEN)
        return Propensity(mean, own, total)

    def within(self, segment: str) -> Propensities:
        """Return the part of the snapshot that decisions in one segment can read."""
        cells = {
            action: {segment: own[segment]} for action, own in self.cells.items() if segment in own
        }
        return Propensities(self.version, cells, self.totals)
