"""Who is this?  An answer with its evidence, in one statement, that changes nothing.

Unknown, ambiguous and known are answers.  A value past its epoch's limit, or one that never
identifies (a toll-free number), is told as such and weighs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.identify import queries
from app.identify.evidence import VISIT_BITS, bits_of, probability
from app.identify.keys import identifier_key
from app.identify.rows import Holding
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


class MatchState(StrEnum):
    """What the identifiers given say about who it is."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One identifier given that a customer holds, and what that weighs."""

    type: IdentifierType
    bits: float
    holders: int
    assurance: Assurance
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer that holds something of what was given."""

    customer_id: CustomerId
    component_id: ComponentId
    record_id: RecordId
    anonymous: bool
    bits: float
    evidence: tuple[Evidence, ...]

    @property
    def confidence(self) -> float:
        """Return the match probability of all the evidence, at even prior odds."""
        return probability(self.bits)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Who it is, how sure, and why; ``customer`` is None unless known."""

    state: MatchState
    customer: Candidate | None
    candidates: tuple[Candidate, ...]
    reason: str
    weightless: tuple[IdentifierType, ...] = ()


NOBODY: Final = Resolution(MatchState.UNKNOWN, None, (), "no_identifier")
LATE: Final = Resolution(MatchState.UNKNOWN, None, (), "not_asked_in_time")


async def who_is(
    tx: Connection, keyed_hash: KeyedHash, identifiers: Collection[Identifier], at: datetime
) -> Resolution:
    """Return who the identifiers belong to at that moment: one statement, nothing written."""
    if not identifiers:
        return NOBODY
    keys = {identifier_key(keyed_hash, found): found for found in identifiers}
    visits = [key for key, found in keys.items() if found.type is IdentifierType.VISIT]
    others = [key for key, found in keys.items() if found.type is not IdentifierType.VISIT]
    return judge(await queries.holdings(tx, others, visits, at), keys)


def judge(holdings: Sequence[Holding], asked: Mapping[IdentifierKey, Identifier]) -> Resolution:
    """Weigh who holds what of the identifiers asked about.

    The customer with most bits is known if the next has at least ``LEAD_BITS`` less.  Customers
    made by asking alone are nobody yet: the answer stays ``unknown``, and its facts
    are kept together on one of them.
    """
    weightless = tuple(
        sorted({h.type for h in holdings if not _weighs(h, asked)}, key=lambda kind: kind.value)
    )
    ranked = _rank([holding for holding in holdings if _weighs(holding, asked)])
    real = [candidate for candidate in ranked if not candidate.anonymous]
    if not real:
        reason = "not_seen_before" if not weightless else "never_identifies"
        return Resolution(MatchState.UNKNOWN, None, tuple(ranked), reason, weightless)
    if len(real) > 1 and real[0].bits - real[1].bits < LEAD_BITS:
        return Resolution(MatchState.AMBIGUOUS, None, tuple(real), "held_by_several", weightless)
    return Resolution(MatchState.KNOWN, real[0], tuple(real), "exact", weightless)


def _weighs(holding: Holding, asked: Mapping[IdentifierKey, Identifier]) -> bool:
    identifier = asked.get(holding.key)
    return holding.state == "active" and identifier is not None and identifier.identifies


def _rank(holdings: Iterable[Holding]) -> list[Candidate]:
    by_customer: dict[CustomerId, list[Holding]] = defaultdict(list)
    holders: dict[IdentifierKey, int] = defaultdict(int)
    for holding in holdings:
        by_customer[holding.customer_id].append(holding)
        holders[holding.key] += not holding.anonymous
    ranked = [_candidate(held, holders) for held in by_customer.values()]
    return sorted(ranked, key=lambda found: (-found.bits, found.customer_id))


def _candidate(held: list[Holding], holders: Mapping[IdentifierKey, int]) -> Candidate:
    held.sort(key=lambda found: (-_bits(found), found.key))
    evidence = tuple(
        Evidence(
            found.type,
            _bits(found),
            holders[found.key],
            tuple(Assurance)[found.assurance],
            found.last_seen_at,
        )
        for found in held
    )
    best = held[0]
    return Candidate(
        best.customer_id,
        best.component_id,
        best.record_id,
        best.anonymous,
        sum(item.bits for item in evidence),
        evidence,
    )


def _bits(holding: Holding) -> float:
    return VISIT_BITS if holding.type is IdentifierType.VISIT else bits_of(holding.type)
