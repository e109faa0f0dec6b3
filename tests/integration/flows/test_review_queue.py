"""Is the queue of reviews weighed at once, and rightly, however many are open?"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.database.transaction import Connection
from app.flows.review_queue import REVIEW_QUEUE, Place, queue
from app.identify.doubt import DoubtKind
from app.identify.reviews import ReviewState

pytestmark = pytest.mark.anyio

REVIEWS = 60
OPEN = [ReviewState.OPEN]
ASKED = {"states": ["open"], "kind": None, "most": 20, "rank": None, "review_id": None}
ONE_BY_ONE = """
    SELECT r.review_id, held.records FROM review AS r CROSS JOIN LATERAL (
        SELECT count(*) AS records FROM membership AS m
        WHERE m.record_id = ANY(r.sides)
            OR r.kind = 'generic_value' AND m.record_id IN (
                SELECT l.record_id FROM record_identifier AS l
                WHERE l.identifier_key = r.identifier_key LIMIT 50
            )
    ) AS held
"""


@pytest.fixture
async def many(connection: Connection) -> dict[str, Decimal]:
    """Open sixty reviews about two customers each; return their ranks by plain arithmetic."""
    for statement in (
        """INSERT INTO membership (record_id, component_id, customer_id)
        SELECT md5('r' || c || '-' || k)::uuid, md5('p' || c)::uuid, md5('c' || c)::uuid
        FROM generate_series(1, :customers) AS c, generate_series(1, 3) AS k""",
        """INSERT INTO customer_stat (
            customer_id, purchase_days, purchases, net, cost, refreshed_at
        )
        SELECT md5('c' || c)::uuid, 1, 1, 10 * (c % 7) - 10, 0, now()
        FROM generate_series(1, :customers) AS c""",
        """INSERT INTO review (
            review_id, kind, state, sides, details, fingerprint, uncertainty, opened_at, changed_at
        )
        SELECT md5('v' || n)::uuid, 'possibly_same', 'open',
            ARRAY[md5('r' || 2 * n || '-1')::uuid, md5('r' || 2 * n || '-2')::uuid,
                md5('r' || 2 * n - 1 || '-3')::uuid],
            '{}', '', (1 + n % 4) / 4.0, now(), now()
        FROM generate_series(1, :customers / 2) AS n""",
        "ANALYZE membership, review, customer_stat",
    ):
        bound = {"customers": 2 * REVIEWS} if ":customers" in statement else {}
        await connection.execute(text(statement), bound)
    named = await connection.execute(
        text("SELECT n, md5('v' || n)::uuid AS id FROM generate_series(1, :most) AS n"),
        {"most": REVIEWS},
    )
    return {
        str(row.id): Decimal(1 + bought(2 * row.n) + bought(2 * row.n - 1)) * (1 + row.n % 4) / 4
        for row in named
    }


def bought(customer: int) -> int:
    return max(0, 10 * (customer % 7) - 10)


async def test_pages_go_on_by_value_at_stake_times_uncertainty(
    connection: Connection, many: dict[str, Decimal]
) -> None:
    found, after = [], None
    while page := await queue(connection, OPEN, None, after, 20):
        found += [(str(each.review.review_id), each.rank) for each in page]
        after = Place(page[-1].rank, page[-1].review.review_id)
    assert found == sorted(many.items(), key=lambda each: (-each[1], each[0]))


async def test_of_a_value_of_many_some_of_its_holders_are_at_stake(
    connection: Connection, many: dict[str, Decimal]
) -> None:
    """Of all who hold it fifty records are counted, and a customer of several of them once."""
    for statement in (
        """INSERT INTO record_identifier (
            identifier_key, record_id, assurance, first_seen_at, last_seen_at
        )
        SELECT 'value', record_id, 2, now(), now() FROM membership
        WHERE customer_id IN (SELECT md5('c' || c)::uuid FROM generate_series(1, 30) AS c)""",
        """INSERT INTO review (
            review_id, kind, state, identifier_key, sides, details, fingerprint, uncertainty,
            opened_at, changed_at
        )
        VALUES (md5('value')::uuid, 'generic_value', 'open', 'value', '{}', '{}', '', 1, now(),
            now())""",
    ):
        await connection.execute(text(statement))
    rows = await connection.execute(
        text(
            "SELECT sum(net) FROM customer_stat WHERE net > 0 AND customer_id IN ("
            " SELECT m.customer_id FROM membership AS m JOIN ("
            " SELECT record_id FROM record_identifier ORDER BY record_id LIMIT 50"
            ") AS l ON l.record_id = m.record_id)"
        )
    )
    [found] = await queue(connection, OPEN, DoubtKind.GENERIC_VALUE, None, 20)
    assert found.stake == found.rank - 1 == rows.scalar_one() > 0
    assert len(await queue(connection, OPEN, None, None, 99)) == len(many) + 1


async def test_no_part_of_it_is_asked_review_by_review(
    connection: Connection, many: dict[str, Decimal]
) -> None:
    """A condition on each review by itself reads all memberships as often as there are reviews."""
    assert len(many) == REVIEWS
    assert "SubPlan" not in await plan_of(connection, str(REVIEW_QUEUE), ASKED)
    assert "SubPlan" in await plan_of(connection, ONE_BY_ONE, {}), "the control"


async def plan_of(connection: Connection, statement: str, bound: Mapping[str, object]) -> str:
    rows = await connection.execute(text(f"EXPLAIN {statement}"), bound)
    return "\n".join(row[0] for row in rows)
