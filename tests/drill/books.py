"""Do the tables hold what was acknowledged: all of it, once, with its owner, to the cent?

Every figure the service keeps is held against arithmetic on what was told: the facts themselves,
what orders mean (``trade_entry``), each record's days (``day_bucket``), each customer's cache
(``customer_stat``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.identify.keys import keyed_record
from app.vocabulary import RecordId
from tests.drill.till import Bucket, Fact, buckets

EVENTS = text("SELECT event_key, record_id FROM event")
KEYS = text("SELECT event_key FROM event_key WHERE content_hash IS NOT NULL")
ENTRIES = text("""
    SELECT record_id, business_on, sum(purchases) AS purchases, sum(net) AS net
    FROM trade_entry WHERE business_on IS NOT NULL GROUP BY record_id, business_on
""")
DAYS = text("SELECT record_id, business_on, purchases, net FROM day_bucket")
STATS = text(
    "SELECT customer_id, first_on, last_on, purchase_days, purchases, net FROM customer_stat"
)
MEMBERS = text("SELECT record_id, customer_id FROM membership")
ALIASES = text("SELECT customer_id, current_customer_id FROM customer")


@dataclass(slots=True)
class Reckoning:
    """What is wrong with the books, by name; all of it must come to nothing."""

    lost: int = 0
    """Acknowledged events that are not there."""

    twice: int = 0
    """Events that are there more than once."""

    untold: int = 0
    """Events that nobody told."""

    misfiled: int = 0
    """Events on another record, records with another customer, answers that named another."""

    sums: list[str] = field(default_factory=list)
    """Tables whose figures differ from the arithmetic, and in how many places."""

    @property
    def is_right(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.lost or self.twice or self.untold or self.misfiled or self.sums)


async def reckon(
    tx: Connection, keyed_hash: KeyedHash, told: Sequence[Fact], named: Mapping[str, str]
) -> Reckoning:
    """Hold the tables against what was told; ``named`` is the customer each event id was told.

    Every fact in ``told`` was acknowledged, and nothing else was ever told.
    """
    record_of = {fact: keyed_record(keyed_hash, fact.source, fact.record_key) for fact in told}
    key_of = {fact: keyed_hash.digest("event", fact.source, fact.event_id) for fact in told}
    stored = [(row.event_key, row.record_id) for row in await tx.execute(EVENTS)]
    claimed = {row.event_key for row in await tx.execute(KEYS)}
    members = {row.record_id: row.customer_id for row in await tx.execute(MEMBERS)}
    current = {row.customer_id: row.current_customer_id for row in await tx.execute(ALIASES)}
    found = Reckoning()
    _facts(found, {key_of[fact]: record_of[fact] for fact in told}, stored, claimed)
    found.misfiled += _misfiled(told, record_of, members, current, named)
    days = {
        (keyed_record(keyed_hash, source, record_key), on): bucket
        for (source, record_key, on), bucket in buckets(told).items()
    }
    _sums(found, "trade_entry", days, _by_day(await tx.execute(ENTRIES)))
    _sums(found, "day_bucket", days, _by_day(await tx.execute(DAYS)))
    stats = {row.customer_id: tuple(row)[1:] for row in await tx.execute(STATS)}
    _sums(found, "customer_stat", _customers(days, members), stats)
    return found


def _facts(
    found: Reckoning,
    told: Mapping[bytes, UUID],
    stored: Iterable[tuple[bytes, UUID]],
    claimed: set[bytes],
) -> None:
    times = Counter(key for key, _ in stored)
    found.lost = len(told.keys() - (times.keys() & claimed))
    found.twice = sum(count > 1 for count in times.values())
    found.untold = len((times.keys() | claimed) - told.keys())
    found.misfiled = sum(record != told.get(key, record) for key, record in stored)


def _misfiled(
    told: Iterable[Fact],
    record_of: Mapping[Fact, UUID],
    members: Mapping[UUID, UUID],
    current: Mapping[UUID, UUID],
    named: Mapping[str, str],
) -> int:
    """Count records that are not with their person, and answers that named somebody else."""
    people: dict[int, set[UUID | None]] = defaultdict(set)
    holders: dict[UUID | None, set[int]] = defaultdict(set)
    wrong = 0
    for fact in told:
        owner = members.get(record_of[fact])
        people[fact.person].add(owner)
        holders[owner].add(fact.person)
        wrong += current.get(UUID(named[fact.event_id])) != owner
    torn = sum(len(customers) - 1 for customers in people.values())
    mixed = sum(len(persons) - 1 for persons in holders.values())
    return wrong + torn + mixed


def _by_day(rows: Iterable[Row[Any]]) -> dict[tuple[UUID, date], Bucket]:
    return {(row.record_id, row.business_on): (row.purchases, row.net) for row in rows}


def _customers(
    days: Mapping[tuple[RecordId, date], Bucket], members: Mapping[UUID, UUID]
) -> dict[UUID | None, tuple[Any, ...]]:
    """Return first and last purchase day, distinct days, purchases and amount by customer."""
    own: dict[UUID | None, list[tuple[date, Bucket]]] = defaultdict(list)
    for (record, on), bucket in days.items():
        own[members.get(record)].append((on, bucket))
    return {customer: _stat(parts) for customer, parts in own.items()}


def _stat(parts: Sequence[tuple[date, Bucket]]) -> tuple[Any, ...]:
    bought = {on for on, (purchases, _) in parts if purchases}
    return (
        min(bought, default=None),
        max(bought, default=None),
        len(bought),
        sum(purchases for _, (purchases, _) in parts),
        sum((net for _, (_, net) in parts), Decimal(0)),
    )


def _sums(
    found: Reckoning, table: str, expected: Mapping[Any, Any], kept: Mapping[Any, Any]
) -> None:
    differ = [key for key in expected.keys() | kept.keys() if expected.get(key) != kept.get(key)]
    if differ:
        found.sums.append(f"{table}: {len(differ)} of {len(expected)} differ")
