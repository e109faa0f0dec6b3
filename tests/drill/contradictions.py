"""Does what is stored agree with itself?  Whatever raced, the tables are a function of the facts.

The pure rules are asked again about everything stored, and every cache is held against what it is
a cache of.  A race that slipped through a lock shows here, even if no caller noticed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.queries import StoredFact
from app.differentiate.trade import order_groups, settle
from app.identify import queries as identify
from app.identify.cluster import Partition, partition
from app.identify.edges import Breakdown, Edge, EdgeKind
from app.identify.placing import partition_rows
from app.identify.rows import Content
from app.vocabulary import ComponentId, RecordId

ALL_COMPONENTS = text("SELECT component_id FROM component")
ALL_EDGES = text("SELECT record_lo, record_hi, kind, millibits, breakdown FROM edge")
ALL_GROUPS = text("SELECT group_key FROM trade_entry UNION SELECT group_key FROM trade_fact")
ENTRIES = text("""
    SELECT group_key, record_id, business_on, purchases, net, cost, discount
    FROM trade_entry WHERE business_on IS NOT NULL
""")

EMPTY_WHEN_SOUND = {
    "a record without a place": """
        SELECT 1 FROM record AS r WHERE NOT EXISTS (
            SELECT FROM membership AS m WHERE m.record_id = r.record_id)
    """,
    "a place in a component that is gone": """
        SELECT 1 FROM membership AS m WHERE NOT EXISTS (
            SELECT FROM component AS c WHERE c.component_id = m.component_id)
    """,
    "a component of nobody": """
        SELECT 1 FROM component AS c WHERE c.component_id NOT IN (
            SELECT m.component_id FROM membership AS m)
          AND NOT EXISTS (SELECT FROM customer AS c WHERE c.erased_at IS NOT NULL)
    """,
    "a customer nobody can ask for": """
        SELECT 1 FROM membership AS m WHERE NOT EXISTS (
            SELECT FROM customer AS c
            WHERE c.customer_id = m.customer_id AND c.current_customer_id = m.customer_id
              AND c.erased_at IS NULL)
    """,
    "an id that answers with another than the one who has its record": """
        SELECT 1 FROM customer AS c JOIN membership AS m ON m.record_id = c.birth_record_id
        WHERE c.current_customer_id <> m.customer_id AND c.erased_at IS NULL
    """,
    "an id whose survivor is not one": """
        SELECT 1 FROM customer AS c JOIN customer AS s ON s.customer_id = c.current_customer_id
        WHERE s.current_customer_id <> s.customer_id
    """,
    "a fact on a record that is not there": """
        SELECT 1 FROM event AS e WHERE e.record_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM record AS r WHERE r.record_id = e.record_id)
    """,
    "a fact without its identity": """
        SELECT 1 FROM event AS e WHERE NOT EXISTS (
            SELECT FROM event_key AS k WHERE k.event_key = e.event_key AND k.event_id = e.event_id)
    """,
    "a day that is not the sum of its orders": """
        SELECT 1 FROM day_bucket AS d
        FULL JOIN (
            SELECT record_id, business_on, sum(purchases) AS purchases, sum(net) AS net,
                sum(cost) AS cost
            FROM trade_entry WHERE record_id IS NOT NULL AND business_on IS NOT NULL
            GROUP BY record_id, business_on
        ) AS e USING (record_id, business_on)
        WHERE (d.purchases, d.net, d.cost) IS DISTINCT FROM (e.purchases, e.net, e.cost)
    """,
    "a count that is not that of the labels": """
        SELECT 1 FROM propensity AS p
        FULL JOIN (
            SELECT action_key, segment, count(*) AS trials, sum(label) AS successes
            FROM decision WHERE label IS NOT NULL GROUP BY action_key, segment
        ) AS d USING (action_key, segment)
        WHERE (coalesce(p.trials, 0), coalesce(p.successes, 0))
            IS DISTINCT FROM (coalesce(d.trials, 0), coalesce(d.successes, 0))
    """,
    "a customer's numbers that are not those of the records": """
        SELECT 1 FROM customer_stat AS c
        FULL JOIN (
            SELECT m.customer_id, sum(d.purchases) AS purchases, sum(d.net) AS net,
                count(DISTINCT d.business_on) FILTER (WHERE d.purchases > 0) AS purchase_days
            FROM membership AS m JOIN day_bucket AS d USING (record_id)
            GROUP BY m.customer_id
        ) AS s USING (customer_id)
        WHERE (c.purchases, c.net, c.purchase_days)
            IS DISTINCT FROM (s.purchases, s.net, s.purchase_days)
    """,
}


async def contradictions(tx: Connection) -> list[str]:
    """Return what is wrong with what is stored, in words; nothing, if it is sound."""
    wrong = [
        what
        for what, statement in EMPTY_WHEN_SOUND.items()
        if (await tx.execute(text(statement))).first() is not None
    ]
    return [*wrong, *await _identity(tx), *await _trade(tx)]


async def _identity(tx: Connection) -> Iterator[str]:
    ids = [row.component_id for row in await tx.execute(ALL_COMPONENTS)]
    content = await identify.component_content(tx, ids, ())
    decisions = await identify.decisions_about(tx, content.records)
    stored: dict[UUID, set[RecordId]] = defaultdict(set)
    for found in content.records.values():
        if found.place is not None:
            stored[found.place.customer_id].add(found.record_id)
    expected = partition(content.records, content.links, decisions)
    epoch = await identify.active_epoch(tx)
    judged = set(partition_rows(content, decisions, epoch.number, epoch.limits, uuid7).edges)
    edges = {
        Edge(
            row.record_lo, row.record_hi, EdgeKind(row.kind), row.millibits, _sorted(row.breakdown)
        )
        for row in await tx.execute(ALL_EDGES)
    }
    wrong = ["edges are not what the facts say"] if edges != judged else []
    customers = {frozenset(records) for records in stored.values()}
    return chain(wrong, _misplaced(content, expected, customers))


def _sorted(breakdown: dict[str, int | None]) -> Breakdown:
    return tuple(sorted(breakdown.items()))


def _misplaced(
    content: Content, expected: Partition, stored: set[frozenset[RecordId]]
) -> Iterator[str]:
    if stored != expected:
        yield "customers are not what the facts say"
    holders: dict[bytes, set[ComponentId | None]] = defaultdict(set)
    for link in content.links:
        place = content.records[link.record_id].place
        holders[link.key].add(None if place is None else place.component_id)
    if any(len(found) > 1 for found in holders.values()):
        yield "an identifier is in two components"


async def _trade(tx: Connection) -> Iterator[str]:
    groups = [row.group_key for row in await tx.execute(ALL_GROUPS)]
    stored = await differentiate.trade_facts(tx, groups, ())
    entries = {tuple(row) for row in await tx.execute(ENTRIES)}
    return _unsettled(stored, entries)


def _unsettled(stored: Sequence[StoredFact], entries: set[tuple[Any, ...]]) -> Iterator[str]:
    orders = order_groups(item.fact for item in stored)
    group_of = {fact.event_key: group for group, facts in orders.items() for fact in facts}
    if any(group_of[item.fact.event_key] != item.group_key for item in stored):
        yield "a fact is filed under another order"
    expected = {astuple(entry) for facts in orders.values() for entry in settle(facts)}
    if entries != expected:
        yield "an order is not what its facts mean"
