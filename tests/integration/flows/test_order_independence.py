"""The state is a function of the set of facts: shuffled, cut up, repeated, late, it is the same."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.event_intake import take_events
from app.identify.evidence import LIMITS
from tests.builders import CPF_ANA, CPF_BIA, a_reader, a_sale, an_event, commands, email, phone
from tests.builders import tax_id as cpf
from tests.conftest import Statements

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

PHONES = ["11 98765-4321", "11 97654-3210", "21 99876-1234"]
EMAILS = ["ana@example.com", "bia@example.com", "casa@example.com"]
CPFS = [CPF_ANA, CPF_BIA]
PERSONS = ["Ana Souza", "ANA  SOUZA", "Bia Lima", "B. Lima", "Carlos Lima", "Carlos Lima Filho"]
NARROW = {
    "holders": {kind.value: most for kind, most in LIMITS.holders.items()} | {"phone": 2},
    "nameless": 2,
    "persons_of_a_record": 2,
    "largest": 5,
    "quiet_days": 5,
    "customer": {
        "phone": {"most": 1, "within_days": 3},
        "email": {"most": 1},
        "tax_id": {"most": 1},
    },
}
"""Limits so narrow that a few facts pass all of them."""

SEEDS = range(12)

ENTRIES_READ = text(
    "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)"
    " FROM pg_stat_xact_user_tables WHERE relname = 'trade_entry'"
)
"""How many entries this transaction has read, by index or through the whole table."""

State = tuple[
    frozenset[frozenset[Any]], dict[Any, Any], dict[Any, Any], frozenset[Any], dict[Any, Any]
]


def somebody(draw: random.Random, named: list[dict[str, Any]]) -> dict[str, Any]:
    """Return whom a fact is about, as some source would say it."""
    who: dict[str, Any] = {
        "source": draw.choice(["erp", "till", "shop"]),
        "identifiers": named,
        "time": f"2026-11-{draw.randint(1, 20):02}T{draw.randint(0, 12):02}:00:00-03:00",
    }
    if draw.random() < 0.5:
        who["record_key"] = f"C-{draw.randint(1, 4)}"
    if draw.random() < 0.5:
        who["profile"] = {"name": draw.choice(PERSONS)}
        if draw.random() < 0.3:
            who["profile"]["birth_date"] = draw.choice(["1984-05-02", "1981-01-30"])
    return who


def facts(seed: int, count: int = 24) -> list[dict[str, Any]]:
    """Return facts of a few people who share telephones, with their refunds and restatements."""
    draw = random.Random(seed)
    documents: list[dict[str, Any]] = []
    for number in range(count):
        named = [phone(draw.choice(PHONES))] if draw.random() < 0.7 else []
        named += [email(draw.choice(EMAILS))] if draw.random() < 0.5 else []
        named += [cpf(draw.choice(CPFS))] if draw.random() < 0.3 else []
        who = somebody(draw, named)
        kind = draw.random()
        refers = {"refers_to": {"source": "erp", "id": f"S-{draw.randint(0, count)}"}}
        amount = f"{draw.randint(1, 99)}.{draw.randint(0, 99):02}"
        if kind < 0.6:
            status = draw.choice(["paid", "paid", "pending", "cancelled"])
            sale = a_sale(amount, id=f"S-{number}", data={"status": status}, **who)
            if draw.random() < 0.5:
                sale["data"]["order_id"] = f"O-{draw.randint(1, 6)}"
            documents.append(sale)
        elif kind < 0.8:
            documents.append(
                an_event("refund", id=f"R-{number}", data={"net": amount, **refers}, **who)
            )
        elif kind < 0.9:
            paid = {"status": "paid", **refers}
            documents.append(an_event("payment", id=f"P-{number}", data=paid, **who))
        else:
            documents.append(an_event("cancellation", id=f"X-{number}", data=refers, **who))
    return documents


def pieces(documents: Sequence[dict[str, Any]], draw: random.Random) -> Iterator[list[Any]]:
    """Cut a shuffled list into arrays of one to all, some facts told twice."""
    told = list(documents) + draw.sample(list(documents), len(documents) // 3)
    draw.shuffle(told)
    while told:
        size = draw.choice([1, 1, 3, len(told)])
        yield told[:size]
        told = told[size:]


async def state(tx: Connection) -> State:
    """Return the partition, buckets, numbers and edges, by record and not by customer id."""
    tables = metadata.tables
    members = defaultdict(set)
    for row in await tx.execute(select(tables["membership"])):
        members[row.customer_id].add(row.record_id)
    buckets = {
        (row.record_id, row.business_on): (row.purchases, row.net, row.cost)
        for row in await tx.execute(select(tables["day_bucket"]))
    }
    assert buckets == await recounted(tx)
    numbers = {
        frozenset(members[row.customer_id]): (row.first_on, row.last_on, row.purchase_days, row.net)
        for row in await tx.execute(select(tables["customer_stat"]))
    }
    edges = {
        (row.record_lo, row.record_hi): (row.epoch, row.kind, row.millibits, row.breakdown)
        for row in await tx.execute(select(tables["edge"]))
    }
    return (
        frozenset(frozenset(group) for group in members.values()),
        buckets,
        numbers,
        await nobodys(tx),
        edges,
    )


async def recounted(tx: Connection) -> dict[Any, Any]:
    """Return what the buckets should say: the sums of the entries, however they came about."""
    entry = metadata.tables["trade_entry"].c
    place = (entry.record_id, entry.business_on)
    sums = select(*place, func.sum(entry.purchases), func.sum(entry.net), func.sum(entry.cost))
    booked = sums.where(entry.record_id.is_not(None), entry.business_on.is_not(None))
    return {tuple(row[:2]): tuple(row[2:]) for row in await tx.execute(booked.group_by(*place))}


async def nobodys(tx: Connection) -> frozenset[Any]:
    """Return the values and the records that have turned out to stand for nobody."""
    identifier, record = metadata.tables["identifier"], metadata.tables["record"]
    values = select(identifier.c.identifier_key).where(identifier.c.state == "generic")
    records = select(record.c.record_id).where(record.c.generic)
    return frozenset((await tx.execute(values)).scalars()) | frozenset(
        (await tx.execute(records)).scalars()
    )


async def arrive(
    tx: Connection,
    arrays: Iterator[list[dict[str, Any]]] | list[list[dict[str, Any]]],
    keyed_hash: KeyedHash,
    clock: FixedClock,
) -> State:
    """Take in arrays one after another, look at the state, and undo all of it."""
    async with tx.begin_nested() as savepoint:
        for array in arrays:
            await take_events(tx, commands(array), a_reader(keyed_hash), clock.now())
        found = await state(tx)
        await savepoint.rollback()
    return found


async def test_the_limits_are_passed_where_they_are_narrow(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """The negative control of what follows: most of these do turn something generic, all judge."""
    await narrow(connection)
    found = [await arrive(connection, [facts(seed + 100, 32)], keyed_hash, clock) for seed in SEEDS]
    assert sum(bool(each[3]) for each in found) > len(found) / 2
    assert all(len({edge[1:3] for edge in each[4].values()}) > 1 for each in found)


async def narrow(tx: Connection) -> None:
    """Let the epoch have narrow limits."""
    epoch = metadata.tables["epoch"]
    await tx.execute(update(epoch).values(model={"limits": NARROW}))


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_any_cut_gives_one_state_past_every_limit(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock, seed: int
) -> None:
    await narrow(connection)
    documents = facts(seed + 100, 32)
    expected = await arrive(connection, [documents], keyed_hash, clock)
    for order in range(3):
        arrays = pieces(documents, random.Random(f"{seed}-{order}"))
        assert await arrive(connection, arrays, keyed_hash, clock) == expected


@pytest.mark.parametrize("seed", SEEDS)
async def test_any_order_any_cut_gives_one_state(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock, seed: int
) -> None:
    documents = facts(seed)
    expected = await arrive(connection, [documents], keyed_hash, clock)
    for order in range(3):
        arrays = pieces(documents, random.Random(f"{seed}-{order}"))
        assert await arrive(connection, arrays, keyed_hash, clock) == expected


async def test_new_and_known_orders_meet_in_one_bucket(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """A new order is added to its bucket, a known one's bucket is re-read: never both, nor none."""
    at = {"record_key": "C-1", "time": "2026-11-03T10:00:00-03:00"}
    back = {"net": "30.00", "refers_to": {"source": "erp", "id": "S-1"}}
    first, second, third = (a_sale("100.00", id=f"S-{number}", **at) for number in (1, 2, 3))
    await take_events(connection, commands([first]), a_reader(keyed_hash), clock.now())
    more = [second, an_event("refund", id="R-1", data=back, **at), third]
    await take_events(connection, commands(more), a_reader(keyed_hash), clock.now())
    _, buckets, *_ = await state(connection)
    assert list(buckets.values()) == [(3, Decimal("270.00"), Decimal("0.00"))]


async def test_a_new_order_reads_nothing_of_its_day(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """A till's default client buys all day long: the last sale costs what the first did.

    The control is a refund: what its sale is worth now can only be read again.
    """
    at = {"record_key": "C-1", "time": "2026-11-03T10:00:00-03:00"}
    back = {"net": "30.00", "refers_to": {"source": "erp", "id": "S-1"}}
    told = [a_sale(id=f"S-{number}", **at) for number in range(40)]
    entries = []
    for document in (*told, an_event("refund", id="R-1", data=back, **at)):
        before = await connection.scalar(ENTRIES_READ)
        await take_events(connection, commands([document]), a_reader(keyed_hash), clock.now())
        entries.append(await connection.scalar(ENTRIES_READ) - before)
    *sales, refund = entries
    assert set(sales) == {sales[0]}
    assert refund >= sales[0] + len(told)


async def test_a_bucket_counted_twice_is_seen(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """The negative control of the recount in ``state``."""
    sale = a_sale("100.00", id="S-1", record_key="C-1")
    await take_events(connection, commands([sale]), a_reader(keyed_hash), clock.now())
    bucket = metadata.tables["day_bucket"]
    await connection.execute(update(bucket).values(net=bucket.c.net * 2))
    with pytest.raises(AssertionError):
        await state(connection)


async def test_leaving_one_fact_out_is_seen(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """The comparison above can fail: without one sale the state is another."""
    documents = facts(1)
    expected = await arrive(connection, [documents], keyed_hash, clock)
    without = [each for each in documents if each != documents[0]]
    assert await arrive(connection, [without], keyed_hash, clock) != expected


async def test_statements_do_not_grow_with_the_array(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock, statements: Statements
) -> None:
    counts = []
    for size in (10, 300):
        statements.clear()
        await arrive(connection, [facts(99, size)], keyed_hash, clock)
        counts.append(len(statements) - 7)  # the seven reads of the state itself
    assert max(counts) <= 25
