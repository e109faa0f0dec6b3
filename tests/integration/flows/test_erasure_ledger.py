"""Does whoever was erased stay erased when an older database comes back?"""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.erasure import erase
from app.flows.erasure_ledger import (
    Applied,
    Tombstone,
    UnusableLedger,
    apply_tombstones,
    export_ledger,
    read_ledger,
)
from app.identify import queries as identify
from app.identify.merge import Word, current_id, merge, split
from app.problems import Gone
from tests.builders import CPF_BIA, a_sale, an_event, email, phone, tax_id
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

ANA = {"record_key": "C-1", "identifiers": [phone(), tax_id()], "profile": {"name": "Ana Souza"}}
BIA = {"record_key": "C-2", "identifiers": [email(), tax_id(CPF_BIA)], "profile": {"name": "Bia"}}
AGENT = Word("an agent", "heard on the telephone")


async def ledger(tx: Connection, keyed_hash: KeyedHash) -> list[bytes]:
    return [line async for line in export_ledger(tx, keyed_hash)]


async def erased_once(
    tx: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> list[Tombstone]:
    """Erase Ana, keep the ledger, and restore the database as it was before."""
    before = await tx.begin_nested()
    customer = (await take(a_sale(id="A-1", **ANA)))[0].customer_id
    assert customer is not None
    await erase(tx, customer, clock.now())
    kept = await ledger(tx, keyed_hash)
    await before.rollback()
    return list(read_ledger(kept, keyed_hash))


async def test_a_restore_and_the_ledger_leave_nobody_who_was_erased(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    tombstones = await erased_once(connection, take, keyed_hash, clock)
    ana, bia = await take(a_sale(id="A-1", **ANA), a_sale(id="B-1", **BIA))
    assert ana.customer_id is not None  # the control: she is back
    assert bia.customer_id is not None

    applied = await apply_tombstones(connection, tombstones, clock.now())
    assert applied == Applied(tombstones=len(tombstones), records=1)
    with pytest.raises(Gone):
        await current_id(connection, ana.customer_id)
    assert await current_id(connection, bia.customer_id) == bia.customer_id
    rows = await connection.execute(text("SELECT count(*) FROM event WHERE payload ? 'id'"))
    assert rows.scalar_one() == 1
    again = await take(a_sale(id="A-1", **ANA), a_sale(id="A-2", **ANA))
    assert [each.customer_id for each in again] == [None, None]


async def test_applying_twice_is_as_good_as_once(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    tombstones = await erased_once(connection, take, keyed_hash, clock)
    await take(a_sale(**ANA))
    await apply_tombstones(connection, tombstones, clock.now())
    assert await apply_tombstones(connection, tombstones, clock.now()) == Applied()
    again = list(read_ledger(await ledger(connection, keyed_hash), keyed_hash))
    assert {each.key for each in again} == {each.key for each in tombstones}
    assert {each.erased_at for each in again} == {each.erased_at for each in tombstones}


async def test_who_was_one_with_the_erased_in_the_backup_stays(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    """They were split after the backup was taken, and only one of them was erased."""
    (ana,) = await take(a_sale("10.00", **ANA))
    (bia,) = await take(a_sale("20.00", **BIA))
    assert ana.customer_id is not None
    assert bia.customer_id is not None
    hers = await identify.records_of(connection, ana.customer_id)
    both = [ana.customer_id, bia.customer_id]
    await merge(connection, both, AGENT, clock.now())
    after_backup = await connection.begin_nested()
    await split(connection, ana.customer_id, [list(hers)], AGENT, clock.now())
    await erase(connection, ana.customer_id, clock.now())
    kept = await ledger(connection, keyed_hash)
    await after_backup.rollback()

    assert await current_id(connection, bia.customer_id) == ana.customer_id
    tombstones = list(read_ledger(kept, keyed_hash))
    assert (await apply_tombstones(connection, tombstones, clock.now())).records == 1
    with pytest.raises(Gone):
        await current_id(connection, ana.customer_id)
    assert await current_id(connection, bia.customer_id) == bia.customer_id
    net = text("SELECT net FROM customer_stat WHERE customer_id = CAST(:id AS uuid)")
    found = await connection.execute(net, {"id": bia.customer_id})
    assert str(found.scalar_one()) == "20.00"
    reasons = await connection.execute(text("SELECT count(reason) FROM identity_decision"))
    assert reasons.scalar_one() == 0


async def test_who_calls_after_the_erasure_is_not_erased_by_the_ledger(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    [first] = await take(an_event("profile", **ANA))
    assert first.customer_id is not None
    await erase(connection, first.customer_id, clock.now())
    tombstones = list(read_ledger(await ledger(connection, keyed_hash), keyed_hash))
    await connection.execute(text("DELETE FROM erasure_tombstone"))
    clock.set(clock.now() + timedelta(hours=1))
    await take(an_event("profile", **ANA))
    assert (await apply_tombstones(connection, tombstones, clock.now())).records == 0


async def test_the_ledger_says_nothing_of_anybody(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    [done] = await take(a_sale(**ANA))
    assert done.customer_id is not None
    await erase(connection, done.customer_id, clock.now())
    first, *tombstones, last = map(orjson.loads, await ledger(connection, keyed_hash))
    assert set(first) == {"ledger", "version", "deployment"}
    assert {frozenset(each) for each in tombstones} == {frozenset({"kind", "key", "erased_at"})}
    assert {each["kind"] for each in tombstones} == {"record", "identifier"}
    assert last == {"end": len(tombstones)}
    told = b"".join(await ledger(connection, keyed_hash))
    assert str(done.customer_id).encode() not in told


async def test_a_ledger_that_is_not_ours_or_not_whole_is_refused(
    connection: Connection, take: Take, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    [done] = await take(a_sale(**ANA))
    assert done.customer_id is not None
    await erase(connection, done.customer_id, clock.now())
    whole = await ledger(connection, keyed_hash)
    assert list(read_ledger(whole, keyed_hash))  # the control
    other = KeyedHash(b"another secret of another deployment")
    cut = [whole[:-1], [*whole[:1], *whole[2:]], whole[1:], [], [*whole[:2], b"{", *whole[2:]]]
    for lines, key in [(whole, other), *((lines, keyed_hash) for lines in cut)]:
        with pytest.raises(UnusableLedger):
            list(read_ledger(lines, key))
