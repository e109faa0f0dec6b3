"""Who of those who hold something is likeliest, and how sure is it?  Bits at a moment in time.

A number that is handed out again belongs to whoever had it at that moment, and who was not seen
with it for long is less sure to have it still.  Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Final

from app.identify.eras import RECYCLED
from app.identify.evidence import LIMITS, VISIT_BITS, bits_held_by
from app.identify.rows import Holding
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    RecordId,
    value_type,
)

LEAST_BITS: Final = 1.0
"""Below this no silence takes what somebody holds alone (judgement)."""


@value_type()
class Evidence:
    """One identifier given that a customer holds, and what that weighs after its silence."""

    type: IdentifierType
    bits: float
    holders: int
    assurance: Assurance
    last_seen_at: datetime
    key: IdentifierKey
    scope: str = ""


@value_type()
class Candidate:
    """A customer that holds something of what was given.

    ``bits`` are those of the evidence were it all of today.  ``confidence`` is the match
    probability of all the evidence, at even prior odds for each that holds some and for somebody we
    never heard of.
    """

    customer_id: CustomerId
    component_id: ComponentId
    record_id: RecordId
    anonymous: bool
    bits: float
    evidence: tuple[Evidence, ...]
    confidence: float = 0.0

    @property
    def held_keys(self) -> frozenset[IdentifierKey]:
        """Return what it holds of what was given, and still weighs."""
        return frozenset(each.key for each in self.evidence if each.bits > 0)

    def made_sure(self, confidence: float) -> Candidate:
        """Return the same with how sure it is; ``replace`` looks every field up."""
        return Candidate(
            self.customer_id,
            self.component_id,
            self.record_id,
            self.anonymous,
            self.bits,
            self.evidence,
            confidence,
        )


def ranked(
    holdings: Collection[Holding], asked: Mapping[IdentifierKey, Identifier], at: datetime
) -> list[Candidate]:
    """Return the customers that hold something, the likeliest first; among equals the last seen."""
    others = _of_another_time(holdings, at)
    by_customer: dict[CustomerId, list[Holding]] = defaultdict(list)
    holders: dict[IdentifierKey, int] = defaultdict(int)
    weighing: dict[IdentifierKey, int] = defaultdict(int)
    for holding in holdings:
        by_customer[holding.customer_id].append(holding)
        holders[holding.key] += not holding.anonymous
        weighing[holding.key] += not (holding.anonymous or (others and holding in others))
    found = []
    for held in by_customer.values():
        if len(held) > 1:  # one number is what most calls come with, and one customer has it
            held.sort(key=lambda each: (-_bits(each), each.key))
        bits = [
            0.0 if others and each in others else _bits(each, weighing[each.key]) for each in held
        ]
        found.append(_candidate(held, bits, holders, asked, at))
    if len(found) > 1:
        found.sort(key=_order)
    return with_confidence(found)


def _of_another_time(holdings: Collection[Holding], at: datetime) -> set[Holding]:
    """Return who had a recycled number before somebody else had it, or has it only since.

    It changed hands where somebody was first seen with it after a silence.  At a moment before
    that the one before had it, and later the one after.
    """
    if len(holdings) < 2:
        return set()
    quiet = timedelta(days=LIMITS.quiet_days)
    found = set()
    for before, after in permutations([each for each in holdings if each.type in RECYCLED], 2):
        changed_hands = (
            before.key == after.key
            and before.customer_id != after.customer_id
            and after.first_seen_at - before.last_seen_at > quiet
        )
        if changed_hands and at < after.first_seen_at and not before.anonymous:
            found.add(after)
        elif changed_hands and at >= after.first_seen_at and not after.anonymous:
            found.add(before)
    return found


def faded(kind: IdentifierType, bits: float, silence: timedelta) -> float:
    """Return what evidence weighs after a silence: a number may be somebody else's by now.

    What is handed out again loses a bit for each ``quiet_days`` beyond the first without a sign.
    The rate is judgement; a year says little, and after two nobody is greeted by name.
    """
    if kind not in RECYCLED or bits <= LEAST_BITS:
        return bits
    beyond = silence / timedelta(days=LIMITS.quiet_days) - 1
    return max(LEAST_BITS, bits - max(0.0, beyond))


def _candidate(
    held: Sequence[Holding],
    bits: Sequence[float],
    holders: Mapping[IdentifierKey, int],
    asked: Mapping[IdentifierKey, Identifier],
    at: datetime,
) -> Candidate:
    evidence = [
        Evidence(
            found.type,
            faded(found.type, weight, at - found.last_seen_at),
            holders[found.key],
            Assurance.of_rank(found.assurance),
            found.last_seen_at,
            found.key,
            asked[found.key].scope,
        )
        for found, weight in zip(held, bits, strict=True)
    ]
    best = held[0]
    return Candidate(
        best.customer_id,
        best.component_id,
        best.record_id,
        best.anonymous,
        sum(bits),
        tuple(evidence),
    )


def _order(found: Candidate) -> tuple[float, int, float, CustomerId]:
    assurance = max(each.assurance.rank for each in found.evidence)
    seen = max(each.last_seen_at for each in found.evidence)
    return -found.bits, -assurance, -seen.timestamp(), found.customer_id


def with_confidence(
    candidates: Sequence[Candidate], spoken: Mapping[CustomerId, float] | None = None
) -> list[Candidate]:
    """Return the candidates with how sure each is; ``spoken`` is what answers add, in bits."""
    told = spoken or {}
    odds = {
        each.customer_id: 2.0
        ** (sum([item.bits for item in each.evidence]) + told.get(each.customer_id, 0.0))
        for each in candidates
        if each.bits > 0
    }
    real = sum([odds.get(each.customer_id, 0.0) for each in candidates if not each.anonymous])
    return [
        each.made_sure(0.0 if each.anonymous else odds.get(each.customer_id, 0.0) / (1 + real))
        for each in candidates
    ]


def _bits(holding: Holding, holders: int = 1) -> float:
    if holding.type is IdentifierType.VISIT:
        return VISIT_BITS
    return bits_held_by(holding.type, holders)
