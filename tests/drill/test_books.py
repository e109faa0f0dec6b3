"""Does the reckoning of the crash drill see what it is there to see?  The books are cooked here."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.event_intake import take_events
from tests.builders import a_reader, commands
from tests.drill.books import Reckoning, reckon
from tests.drill.callers import Attempt, wrong_answers
from tests.drill.till import Fact, Till

pytestmark = pytest.mark.ci

ARRAYS = 4

COOKED = {
    "a lost event": (
        "lost",
        "DELETE FROM event WHERE event_key = (SELECT min(event_key) FROM event)",
    ),
    "a lost identity": (
        "lost",
        "DELETE FROM event_key WHERE event_key = (SELECT min(event_key) FROM event_key)",
    ),
    "an event kept twice": (
        "twice",
        """
        INSERT INTO event SELECT (e2.h).* FROM (
            SELECT jsonb_populate_record(
                NULL::event, to_jsonb(e) || jsonb_build_object('event_id', overlay(
                    CAST(e.event_id AS text) PLACING '000000000000' FROM 25))
            ) AS h FROM event AS e LIMIT 1
        ) AS e2
        """,
    ),
    "an event on another's record": (
        "misfiled",
        (
            "UPDATE event SET record_id = gen_random_uuid()"
            " WHERE event_key = (SELECT min(event_key) FROM event)"
        ),
    ),
    "a record torn from its person": (
        "misfiled",
        (
            "UPDATE membership SET customer_id = gen_random_uuid() WHERE record_id ="
            " (SELECT min(record_id::text)::uuid FROM membership)"
        ),
    ),
    "a purchase counted twice": ("sums", "UPDATE day_bucket SET purchases = purchases + 1"),
    "a cent too much on a day": ("sums", "UPDATE day_bucket SET net = net + 0.01"),
    "a cent too little in an order": ("sums", "UPDATE trade_entry SET net = net - 0.01"),
    "a stale customer": ("sums", "UPDATE customer_stat SET net = 0 WHERE net <> 0"),
    "a forgotten customer": (
        "sums",
        (
            "DELETE FROM customer_stat WHERE customer_id ="
            " (SELECT min(customer_id::text)::uuid FROM customer_stat)"
        ),
    ),
}


@pytest.fixture
async def told(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> tuple[list[Fact], dict[str, str]]:
    """Tell what two tills sold; return it with the customer each event was told."""
    tills = [Till("till-1", seed=1), Till("till-2", seed=1)]
    named: dict[str, str] = {}
    for till in tills * ARRAYS:
        array = commands(fact.document() for fact in till.next_array())
        for result in await take_events(connection, array, a_reader(keyed_hash), clock.now()):
            assert result.id is not None
            named[result.id] = str(result.customer_id)
    return [fact for till in tills for fact in till.told], named


Told = tuple[list[Fact], dict[str, str]]


async def test_honest_books_are_right(
    told: Told, connection: Connection, keyed_hash: KeyedHash
) -> None:
    assert await reckon(connection, keyed_hash, *told) == Reckoning()


@pytest.mark.parametrize(("name", "cooking"), COOKED.values(), ids=COOKED)
async def test_cooked_books_are_seen(
    told: Told, connection: Connection, keyed_hash: KeyedHash, name: str, cooking: str
) -> None:
    cooked = await connection.execute(text(cooking))
    assert cooked.rowcount > 0
    found = await reckon(connection, keyed_hash, *told)
    assert getattr(found, name)
    assert not found.is_right


async def test_what_was_never_told_is_seen(
    told: Told, connection: Connection, keyed_hash: KeyedHash
) -> None:
    facts, named = told
    found = await reckon(connection, keyed_hash, facts[:-1], named)
    assert found.untold == 1


async def test_what_was_told_otherwise_is_seen(
    told: Told, connection: Connection, keyed_hash: KeyedHash
) -> None:
    facts, named = told
    another = replace(facts[0], person=facts[0].person + 1)
    found = await reckon(connection, keyed_hash, [another, *facts[1:]], named)
    assert found.misfiled
    assert found.sums


def an_attempt(**changes: object) -> Attempt:
    given = {"caller": "till-1", "connected_s": 1.0, "began_s": 5.0, "ended_s": 6.0}
    return Attempt(**(given | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("attempt", "is_wrong"),
    [
        (an_attempt(status=200), False),
        (an_attempt(status=503, says_when=True), False),
        (an_attempt(status=503), True),
        (an_attempt(status=500), True),
        (an_attempt(status=504), True),
        (an_attempt(failure="ReadError"), False),
        (an_attempt(failure="ReadError", connected_s=4.0), True),
        (an_attempt(failure="ReadTimeout", connected_s=4.0), True),
    ],
)
def test_wrong_answers_are_seen(attempt: Attempt, is_wrong: bool) -> None:
    """A worker was killed at second 3; who connected after that has no excuse."""
    assert bool(wrong_answers([attempt], [3.0])) is is_wrong
