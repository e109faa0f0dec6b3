"""Partition and open reviews are a function of the facts and of what people said, in any order."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import func, select

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.event_intake import take_events
from app.flows.identity_explain import members_at
from app.vocabulary import CustomerId
from tests.builders import a_reader, commands
from tests.integration.flows import people_say
from tests.integration.flows.people_say import Partition, live, partition_of, state_of, tell_again
from tests.integration.flows.test_order_independence import facts, narrow, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

SEEDS = (0, 1, 16)  # fifty of them: tests/drill/test_said_in_any_order.py
"""In the last one a value passes its limit while somebody's denial of it is looked at."""


async def told_in_other_orders(
    connection: Connection, keyed_hash: KeyedHash, seed: int, orders: int
) -> None:
    """Let a history happen, undo it, and tell the same again in other orders."""
    documents, draw = facts(seed + 300, 18), random.Random(seed)
    async with connection.begin_nested() as savepoint:
        await live(connection, documents, keyed_hash, draw)
        expected = await state_of(connection)
        said = await people_say.what_people_said(connection)
        await savepoint.rollback()
    for order in range(orders):
        draw = random.Random(f"{seed}-{order}")
        async with connection.begin_nested() as savepoint:
            arrays = list(pieces(documents, draw))
            await tell_again(connection, arrays, said, keyed_hash, draw)
            assert await state_of(connection) == expected
            await savepoint.rollback()


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_of_facts_and_words_ends_in_one_state(
    connection: Connection, keyed_hash: KeyedHash, seed: int, is_narrow: bool
) -> None:
    if is_narrow:
        await narrow(connection)
    await told_in_other_orders(connection, keyed_hash, seed, 1)


async def test_leaving_out_what_one_person_said_is_seen(
    connection: Connection, keyed_hash: KeyedHash
) -> None:
    """The negative control: for some of what was said, the state without it is another."""
    documents = facts(300, 18)
    async with connection.begin_nested() as savepoint:
        await live(connection, documents, keyed_hash, random.Random(0))
        expected = await state_of(connection)
        said = await people_say.what_people_said(connection)
        await savepoint.rollback()
    assert len(said) >= 4
    for missing in said:
        rest = [each for each in said if each is not missing]
        async with connection.begin_nested() as savepoint:
            await tell_again(connection, [documents], rest, keyed_hash, random.Random(1))
            is_seen = await state_of(connection) != expected
            await savepoint.rollback()
        if is_seen:
            return
    pytest.fail("whatever is left out, the state is the same")


async def test_the_reviews_compared_are_of_many_kinds(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    await narrow(connection)
    review = metadata.tables["review"]
    kinds: Counter[str] = Counter()
    for seed in range(4):
        async with connection.begin_nested() as savepoint:
            told = commands(facts(seed + 300, 18))
            await take_events(connection, told, a_reader(keyed_hash), clock.now())
            counted = select(review.c.kind, func.count()).group_by(review.c.kind)
            kinds.update(dict(map(tuple, await connection.execute(counted))))
            await savepoint.rollback()
    assert len(kinds) >= 4, kinds


async def test_every_past_state_can_be_rebuilt_from_the_log(
    connection: Connection, keyed_hash: KeyedHash
) -> None:
    seen: dict[datetime, Partition] = {}
    ids: dict[datetime, list[CustomerId]] = {}

    async def look(now: datetime) -> None:
        members = metadata.tables["membership"]
        seen[now] = await partition_of(connection)
        held = await connection.execute(select(members.c.customer_id).distinct())
        ids[now] = [CustomerId(each) for each in held.scalars()]

    await live(connection, facts(301, 18), keyed_hash, random.Random(5), look)
    assert len(set(seen.values())) > 5
    for at, expected in seen.items():
        then = [await members_at(connection, each, at) for each in ids[at]]
        assert frozenset(frozenset(each.records) for each in then) == expected
        assert {each.holder for each in then} == set(ids[at])
