"""What is left of an order that several records told of, when one of them is erased?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.database.clock import FixedClock
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.erasure import erase, expire_idle
from app.flows.erasure_ledger import Tombstone, apply_tombstones
from app.identify import queries as identify
from tests.builders import a_sale, an_event, email, phone, visit
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

Document = dict[str, Any]

ANA = {"record_key": "C-1", "identifiers": [phone()]}
BIA = {"record_key": "C-2", "identifiers": [email()]}


def about(kind: str, who: Document, net: str | None = None, **data: Any) -> Document:
    """Return a fact about a sale of Ana's, by whoever told it."""
    return an_event(kind, data=data if net is None else {"net": net, **data}, **who)


def sale(net: str = "100.00", **changes: Any) -> Document:
    """Return what opens the order, by Ana unless it says."""
    return a_sale(net, **{"id": "S-1", "order_id": "O-1", **ANA, **changes})


TO_SALE = {"refers_to": {"id": "S-1"}}
TO_ORDER = {"order_id": "O-1"}

SHARED = {
    "a refund of the order": [sale(), about("refund", BIA, "10.00", **TO_ORDER)],
    "a refund of the sale": [sale(), about("refund", BIA, "10.00", **TO_SALE)],
    "a refund of a sale without an order": [
        a_sale(id="S-1", **ANA),
        about("refund", BIA, "10.00", **TO_SALE),
    ],
    "a restatement": [sale(), sale("80.00", id="S-2", **BIA, time="2026-11-20T11:00:00-03:00")],
    "a payment": [
        sale(data={"status": "pending"}),
        about("payment", BIA, status="paid", **TO_SALE),
        about("refund", BIA, "10.00", **TO_ORDER),
    ],
    "a cancellation": [sale(), about("cancellation", BIA, **TO_ORDER)],
    "two sales of a day": [
        sale(),
        about("refund", BIA, "10.00", **TO_ORDER),
        a_sale("7.00", order_id="O-2", **BIA),
    ],
    "nothing": [sale(), a_sale("7.00", order_id="O-2", **BIA)],
}


async def rows_of(tx: Connection, table: str, *, but: Sequence[str] = ()) -> list[str]:
    found = await tx.execute(select(metadata.tables[table]))
    return sorted(
        str({name: str(value) for name, value in row.items() if name not in but})
        for row in found.mappings()
    )


async def trade(tx: Connection) -> dict[str, list[str]]:
    """Return all there is about trade; not who the customers are, nor when it was read."""
    return {
        "trade_fact": await rows_of(tx, "trade_fact"),
        "trade_entry": await rows_of(tx, "trade_entry"),
        "day_bucket": await rows_of(tx, "day_bucket"),
        "customer_stat": await rows_of(tx, "customer_stat", but=("customer_id", "refreshed_at")),
    }


async def only(tx: Connection, take: Take, documents: Sequence[Document]) -> dict[str, list[str]]:
    """Return what there is in a house that was never told anything else."""
    house = await tx.begin_nested()
    await take(*documents)
    found = await trade(tx)
    await house.rollback()
    return found


def told_by(documents: Sequence[Document], who: Document) -> list[Document]:
    return [each for each in documents if each["record_key"] == who["record_key"]]


@pytest.mark.parametrize("told", SHARED.values(), ids=SHARED)
@pytest.mark.parametrize(("gone", "left"), [(ANA, BIA), (BIA, ANA)], ids=["ana", "bia"])
async def test_what_is_left_is_what_the_facts_that_are_left_make(
    told: list[Document],
    gone: Document,
    left: Document,
    take: Take,
    connection: Connection,
    clock: FixedClock,
) -> None:
    expected = await only(connection, take, told_by(told, left))
    answers = await take(*told)
    assert await trade(connection) != expected  # the control
    customer = next(
        answer.customer_id
        for answer, each in zip(answers, told, strict=True)
        if each["record_key"] == gone["record_key"]
    )
    assert customer is not None
    await erase(connection, customer, clock.now())
    assert await trade(connection) == expected


async def test_a_later_fact_of_the_order_finds_it_as_it_is(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    refund = about("refund", BIA, "10.00", **TO_SALE)
    late = about("refund", BIA, "5.00", **TO_SALE)
    expected = await only(connection, take, [refund, late])
    [ana, _] = await take(sale(), refund)
    assert ana.customer_id is not None
    await erase(connection, ana.customer_id, clock.now())
    await take(late)
    assert await trade(connection) == expected


async def test_an_erasure_by_the_ledger_leaves_the_same(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    refund = about("refund", BIA, "10.00", **TO_ORDER)
    expected = await only(connection, take, [refund])
    [ana, _] = await take(sale(), refund)
    assert ana.customer_id is not None
    records = await identify.records_of(connection, ana.customer_id)
    buried = [Tombstone("record", each.bytes, clock.now()) for each in records]
    assert (await apply_tombstones(connection, buried, clock.now())).records == 1
    assert await trade(connection) == expected


async def test_idle_strangers_forgotten_together_leave_what_others_told_of_their_orders(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    """The first stranger bought, the second was given something back, and so was Bia."""
    refund = about("refund", BIA, "10.00", **TO_ORDER)
    expected = await only(connection, take, [refund])
    strangers = [
        a_sale(order_id="O-1", identifiers=[visit("visit-000001")]),
        an_event("refund", data={"net": "5.00", **TO_ORDER}, identifiers=[visit("visit-000002")]),
    ]
    await take(*strangers, refund)
    soon = clock.now() + timedelta(seconds=1)
    assert await expire_idle(connection, soon, soon) == 2
    assert await trade(connection) == expected
