"""Who is this?  An answer with its evidence, in one statement, that changes nothing.

    known       one customer, or one far ahead of the others
    ambiguous   what was given points to several customers
    shared      several customers have the very same: a household's line, a couple's e-mail
    blocked     nothing that was given can identify anybody: a toll-free number, a value of many
    unknown     nobody has it

All of them are answers.  Whoever had a number before it was given to somebody else is told, and
weighs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.identify import queries
from app.identify.eras import RECYCLED
from app.identify.evidence import LIMITS, VISIT_BITS, bits_held_by
from app.identify.keys import identifier_key
from app.identify.rows import Holding
from app.identify.telling import Question, question_among
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    RecordId,
)

LEAD_BITS: Final = 3.0
"""By how much the best customer must beat the second: eight times as likely (judgement)."""


MOST_TOLD_APART: Final = 5
"""Of so many candidates, the likeliest, a question has to tell who it is."""


class MatchState(StrEnum):
    """What the identifiers given say about who it is."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"
    SHARED = "shared"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One identifier given that a customer holds, and what that weighs."""

    type: IdentifierType
    bits: float
    holders: int
    assurance: Assurance
    last_seen_at: datetime
    key: IdentifierKey


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that holds something of what was given.

    ``confidence`` is the match probability of all the evidence, at even prior odds for each that
    holds some and for somebody we never heard of.
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


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who it is, how sure, and why; ``customer`` is None unless known."""

    state: MatchState
    customer: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str
    weightless: tuple[IdentifierType, ...] = ()
    question: Question | None = None


NOBODY: Final = Resolution(MatchState.UNKNOWN, None, (), "no_identifier")
LATE: Final = Resolution(MatchState.UNKNOWN, None, (), "not_asked_in_time")


async def who_is(
    tx: Connection, keyed_hash: KeyedHash, identifiers: Collection[Identifier], at: datetime
) -> Resolution:
    """Return who the identifiers belong to at that moment; nothing is written.

    One statement; where several could be meant, another finds the question that tells them apart.
    """
    if not identifiers:
        return NOBODY
    keys = {identifier_key(keyed_hash, found): found for found in identifiers}
    visits = [key for key, found in keys.items() if found.type is IdentifierType.VISIT]
    others = [key for key, found in keys.items() if found.type is not IdentifierType.VISIT]
    return await told_apart(tx, judge(await queries.holdings(tx, others, visits, at), keys))


async def told_apart(tx: Connection, found: Resolution) -> Resolution:
    """Return the answer with the question that tells the candidates apart, where there are any."""
    if found.state not in {MatchState.SHARED, MatchState.AMBIGUOUS}:
        return found
    rivals = [each.customer_id for each in found.candidates[:MOST_TOLD_APART]]
    return replace(found, question=question_among(await queries.traits_of(tx, rivals)))


def judge(holdings: Sequence[Holding], asked: Mapping[IdentifierKey, Identifier]) -> Resolution:
    """Weigh who holds what of the identifiers asked about.

    The customer with most bits is known if the next has at least ``LEAD_BITS`` less.  Customers
    made by asking alone are nobody yet: the answer stays ``unknown``, and its facts
    are kept together on one of them.
    """
    generic = {held.key for held in holdings if held.state != "active"}
    usable = {key for key, found in asked.items() if found.identifies and key not in generic}
    weightless = tuple(
        sorted(
            {held.type for held in holdings if held.key not in usable}, key=lambda kind: kind.value
        )
    )
    ranked = _rank([held for held in holdings if held.key in usable])
    real = [candidate for candidate in ranked if not candidate.anonymous]
    if not real and not usable:
        return Resolution(MatchState.BLOCKED, None, tuple(ranked), "never_identifies", weightless)
    if not real:
        return Resolution(MatchState.UNKNOWN, None, tuple(ranked), "not_seen_before", weightless)
    rivals = [each for each in real if real[0].bits - each.bits < LEAD_BITS]
    if len(rivals) == 1:
        return Resolution(MatchState.KNOWN, real[0], tuple(real), "exact", weightless)
    if len({each.held_keys for each in rivals}) == 1:
        return Resolution(MatchState.SHARED, None, tuple(real), "shared_by_several", weightless)
    return Resolution(MatchState.AMBIGUOUS, None, tuple(real), "held_by_several", weightless)


def _rank(holdings: Collection[Holding]) -> list[Candidate]:
    """Return the customers that hold something, the likeliest first; among equals the last seen."""
    former = _former(holdings)
    by_customer: dict[CustomerId, list[Holding]] = defaultdict(list)
    holders: dict[IdentifierKey, int] = defaultdict(int)
    weighing: dict[IdentifierKey, int] = defaultdict(int)
    for holding in holdings:
        by_customer[holding.customer_id].append(holding)
        holders[holding.key] += not holding.anonymous
        weighing[holding.key] += not (holding.anonymous or (former and holding in former))
    found = []
    for held in by_customer.values():
        held.sort(key=lambda each: (-_bits(each), each.key))
        bits = [
            0.0 if former and each in former else _bits(each, weighing[each.key]) for each in held
        ]
        found.append(_candidate(held, bits, holders))
    return _with_confidence(sorted(found, key=_order))


def _former(holdings: Collection[Holding]) -> set[Holding]:
    """Return who had a recycled number before a silence, and before somebody else had it."""
    if len(holdings) < 2:
        return set()
    quiet = timedelta(days=LIMITS.quiet_days)
    return {
        held
        for held in holdings
        if held.type in RECYCLED
        and any(
            later.key == held.key
            and later.customer_id != held.customer_id
            and not later.anonymous
            and later.first_seen_at - held.last_seen_at > quiet
            for later in holdings
        )
    }


def _candidate(
    held: Sequence[Holding], bits: Sequence[float], holders: Mapping[IdentifierKey, int]
) -> Candidate:
    evidence = tuple(
        Evidence(
            found.type,
            weight,
            holders[found.key],
            tuple(Assurance)[found.assurance],
            found.last_seen_at,
            found.key,
        )
        for found, weight in zip(held, bits, strict=True)
    )
    best = held[0]
    return Candidate(
        best.customer_id,
        best.component_id,
        best.record_id,
        best.anonymous,
        sum(bits),
        evidence,
    )


def _order(found: Candidate) -> tuple[float, int, float, CustomerId]:
    assurance = max(each.assurance.rank for each in found.evidence)
    seen = max(each.last_seen_at for each in found.evidence)
    return -found.bits, -assurance, -seen.timestamp(), found.customer_id


def _with_confidence(ranked: Sequence[Candidate]) -> list[Candidate]:
    odds = {each.customer_id: 2.0**each.bits for each in ranked if each.bits > 0}
    real = sum(odds[each.customer_id] for each in ranked if each.bits > 0 and not each.anonymous)
    return [
        replace(
            each, confidence=0.0 if each.anonymous else odds.get(each.customer_id, 0.0) / (1 + real)
        )
        for each in ranked
    ]


def _bits(holding: Holding, holders: int = 1) -> float:
    if holding.type is IdentifierType.VISIT:
        return VISIT_BITS
    return bits_held_by(holding.type, holders)
