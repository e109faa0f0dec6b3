"""What was withdrawn stays so: facts before it, after it and around it end in one state."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.event_intake import take_events
from app.flows.identity_decision import settle
from app.identify import queries, withdrawals
from app.identify.attach import relink
from app.vocabulary import IdentifierKey, RecordId
from tests.builders import a_reader, commands
from tests.integration.flows.people_say import State, state_of
from tests.integration.flows.test_order_independence import facts, narrow, pieces

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

Link = tuple[RecordId, IdentifierKey]


async def links_of(tx: Connection) -> list[Link]:
    link, record = metadata.tables["record_identifier"], metadata.tables["record"]
    rows = await tx.execute(
        select(link.c.record_id, link.c.identifier_key)
        .join(record, record.c.record_id == link.c.record_id)
        .where(~record.c.anonymous)
    )
    return sorted((RecordId(row.record_id), IdentifierKey(row.identifier_key)) for row in rows)


async def withdraw(tx: Connection, said: Collection[Link], clock: FixedClock) -> None:
    """Let people withdraw what is there already of what they will."""
    for record, key in sorted(set(said) & set(await links_of(tx))):
        locked = await queries.lock_components(tx, [record], ())
        await withdrawals.withdraw(tx, [record], [key])
        await settle(tx, await relink(tx, locked, (), clock.now(), cause="rectified"), clock.now())


async def told(
    tx: Connection,
    arrays: Sequence[list[dict[str, Any]]],
    said: Collection[Link],
    keyed_hash: KeyedHash,
    clock: FixedClock,
    draw: random.Random,
) -> State:
    """Let facts come, and people withdraw at moments of their choice; undo all of it."""
    async with tx.begin_nested() as savepoint:
        for array in arrays:
            await take_events(tx, commands(array), a_reader(keyed_hash), clock.now())
            await withdraw(tx, draw.sample(sorted(said), draw.randint(0, len(said))), clock)
        await withdraw(tx, said, clock)
        found = await state_of(tx)
        await savepoint.rollback()
    return found


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_facts_and_withdrawals_ends_in_one_state(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock, seed: int, is_narrow: bool
) -> None:
    if is_narrow:
        await narrow(connection)
    documents, draw = facts(seed + 500), random.Random(seed)
    async with connection.begin_nested() as savepoint:
        await take_events(connection, commands(documents), a_reader(keyed_hash), clock.now())
        links = await links_of(connection)
        await savepoint.rollback()
    said = draw.sample(links, 4)
    expected = await told(connection, [documents], said, keyed_hash, clock, random.Random(0))
    for order in range(3):
        other = random.Random(f"{seed}-{order}")
        arrays = list(pieces(documents, other))
        assert await told(connection, arrays, said, keyed_hash, clock, other) == expected


async def test_leaving_a_withdrawal_out_is_seen(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """The negative control: without what was withdrawn the state is another."""
    documents = facts(500)
    async with connection.begin_nested() as savepoint:
        await take_events(connection, commands(documents), a_reader(keyed_hash), clock.now())
        said = await links_of(connection)
        await savepoint.rollback()
    draw = random.Random(0)
    expected = await told(connection, [documents], said, keyed_hash, clock, draw)
    assert await told(connection, [documents], (), keyed_hash, clock, draw) != expected
