"""Which of the open actions first?  The one that brings most money, once everything is paid for.

    priority = propensity × value − (contact cost + propensity × incentive)

Everything is money, so actions of every strategy compete on one scale, and "nothing" competes too:
it brings 0.  The choice is greedy and made once, after the whole ranking is known, so that a policy
that explores can take its place and log exact probabilities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from hashlib import blake2b
from typing import Final

from app.personalise.propensity import Propensity
from app.vocabulary import value_type

# Finer than any price, coarser than the last digits of a product of nine-place numbers: two scores
# that differ by less are equal and settled by the tie-break, on every machine alike.
_MICRO: Final = Decimal("0.000001")


@value_type()
class Candidate:
    """An open action with the best way to say it; amounts in the deployment's currency."""

    action: str
    group: str
    treatment: str
    propensity: Propensity
    value: Decimal
    contact_cost: Decimal
    incentive: Decimal


@value_type()
class Ranked:
    """A candidate with its priority; ``tie`` settles equal priorities, the smallest first."""

    candidate: Candidate
    priority: Decimal
    tie: str

    @property
    def is_worth_it(self) -> bool:
        """Return whether doing it brings more than doing nothing."""
        return self.priority > 0


def priority(candidate: Candidate) -> Decimal:
    """Return what doing it brings on average, rounded to a millionth.

    It never falls as propensity rises, unless the incentive is worth more than the yes it buys; and
    then it is below zero whatever the propensity.
    """
    likely = candidate.propensity.mean
    benefit = likely * candidate.value
    cost = candidate.contact_cost + likely * candidate.incentive
    return (benefit - cost).quantize(_MICRO, ROUND_HALF_EVEN)


def rank(candidates: Iterable[Candidate], seed: str) -> tuple[Ranked, ...]:
    """Return all candidates, the best first, in an order that depends on nothing but the arguments.

    Equal priorities fall by a keyed hash of (seed, action): the same request always gives the same
    answer, and no action profits from its name.
    """
    key = blake2b(seed.encode(), digest_size=32).digest()
    ranked = [
        Ranked(candidate, priority(candidate), _tie(key, candidate.action))
        for candidate in candidates
    ]
    return tuple(sorted(ranked, key=lambda r: (-r.priority, r.tie, r.candidate.action)))


def choose(ranking: Sequence[Ranked], slots: int) -> tuple[Ranked | None, ...]:
    """Fill the slots one by one with the best that is left and worth it, one of each group.

    None stands where nothing was left; the probability of every choice is 1.
    """
    choices: list[Ranked | None] = []
    taken: set[str] = set()
    for _ in range(slots):
        left = (r for r in ranking if r.is_worth_it and r.candidate.group not in taken)
        chosen = next(left, None)
        choices.append(chosen)
        if chosen is not None:
            taken.add(chosen.candidate.group)
    return tuple(choices)


def _tie(key: bytes, action: str) -> str:
    return blake2b(action.encode(), key=key, digest_size=8).hexdigest()
