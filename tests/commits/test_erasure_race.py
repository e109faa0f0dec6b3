"""Does an erasure wait for who tells of the same orders, and they for it, in one order of locks?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.database import transaction
from app.database.clock import FixedClock
from app.database.failures import lost_a_race, sqlstate_of
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, Database
from app.flows import erasure, event_intake
from app.flows.event_command import ItemResult
from app.flows.event_intake import take_events
from app.vocabulary import CustomerId
from tests.builders import a_reader, a_sale, an_event, commands, phone

pytestmark = pytest.mark.anyio

DEADLOCK = "40P01"
ON_LOCKS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)

Take = Callable[..., Awaitable[list[ItemResult]]]


@pytest.fixture
def take(own_database: Database, keyed_hash: KeyedHash, clock: FixedClock) -> Take:
    """Take in events as one array, and commit."""

    async def taken(*documents: dict[str, Any]) -> list[ItemResult]:
        read, told = a_reader(keyed_hash), commands(documents)
        return await own_database.write(lambda tx: take_events(tx, told, read, clock.now()))

    return taken


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Return where the state of each race lost is written down."""
    states: list[str | None] = []

    def noted(error: BaseException) -> bool:
        states.append(sqlstate_of(error))
        return lost_a_race(error)

    monkeypatch.setattr(transaction, "lost_a_race", noted)
    return states


class Halt:
    """A step that is not taken the first time before somebody else waits for a lock."""

    def __init__(self, database: Database, step: Callable[..., Awaitable[Any]]) -> None:
        self.reached = asyncio.Event()
        self._database, self._step = database, step

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.reached.is_set():
            self.reached.set()
            for _ in range(200):
                if await self._database.read(self._waiting):
                    break
                await asyncio.sleep(0.01)
        return await self._step(*args, **kwargs)

    @staticmethod
    async def _waiting(tx: Connection) -> int:
        return int((await tx.execute(ON_LOCKS)).scalar_one())


async def erased(database: Database, customer: CustomerId | None, clock: FixedClock) -> None:
    assert customer is not None
    await database.write(lambda tx: erasure.erase(tx, customer, clock.now()))


async def stored(database: Database, query: str) -> list[tuple[Any, ...]]:
    rows = await database.read(lambda tx: tx.execute(text(query)))
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("who", ["C-1", "C-2"])
async def test_an_erasure_waits_for_a_refund_of_an_order_of_theirs(
    own_database: Database,
    take: Take,
    clock: FixedClock,
    lost: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
    who: str,
) -> None:
    [ana] = await take(a_sale(id="S-1", order_id="O-1", record_key="C-1"))
    halt = Halt(own_database, event_intake.attach)
    monkeypatch.setattr(event_intake, "attach", halt)
    refund = an_event("refund", record_key=who, data={"order_id": "O-1", "net": "10.00"})
    told = asyncio.create_task(take(refund))
    await halt.reached.wait()
    await erased(own_database, ana.customer_id, clock)
    await told
    assert DEADLOCK not in lost
    facts = await stored(own_database, "SELECT kind FROM trade_fact")
    assert facts == ([] if who == "C-1" else [("refund",)])
    brought = await stored(own_database, "SELECT sum(net) FROM trade_entry")
    assert brought == await stored(own_database, "SELECT -sum(net) FROM trade_fact")


@pytest.mark.parametrize(
    "fact",
    [
        an_event("refund", record_key="C-2", data={"refers_to": {"id": "S-1"}, "net": "10.00"}),
        an_event("profile", record_key="C-1", identifiers=[phone()]),
        an_event("profile", record_key="C-2", identifiers=[phone()]),
    ],
    ids=["a refund of what they bought", "a profile of theirs", "a profile with their telephone"],
)
async def test_who_tells_of_the_erased_waits_before_taking_what_the_erasure_needs(
    own_database: Database,
    take: Take,
    clock: FixedClock,
    lost: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
    fact: dict[str, Any],
) -> None:
    ana_bought = a_sale(id="S-1", order_id="O-1", record_key="C-1", identifiers=[phone()])
    [ana] = await take(ana_bought)
    halt = Halt(own_database, erasure.forget_records)
    monkeypatch.setattr(erasure, "forget_records", halt)
    gone = asyncio.create_task(erased(own_database, ana.customer_id, clock))
    await halt.reached.wait()
    await take(fact)
    await gone
    assert DEADLOCK not in lost
    assert await stored(own_database, "SELECT kind FROM trade_fact WHERE kind = 'sale'") == []


async def test_a_sale_that_waits_for_an_erasure_does_not_bring_back_what_went(
    own_database: Database,
    take: Take,
    clock: FixedClock,
    lost: list[str | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The payment was known when the sale came, and gone when its order was locked."""
    paid = {"status": "paid", "refers_to": {"id": "S-1"}}
    [bia] = await take(an_event("payment", record_key="C-2", data=paid))
    halt = Halt(own_database, erasure.forget_records)
    monkeypatch.setattr(erasure, "forget_records", halt)
    gone = asyncio.create_task(erased(own_database, bia.customer_id, clock))
    await halt.reached.wait()
    pending = {"status": "pending"}
    await take(a_sale(id="S-1", order_id="O-1", record_key="C-1", data=pending))
    await gone
    assert DEADLOCK not in lost
    assert await stored(own_database, "SELECT kind FROM trade_fact") == [("sale",)]
    assert await stored(own_database, "SELECT record_id, purchases FROM trade_entry") == [(None, 0)]
