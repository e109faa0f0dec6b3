from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.transaction import Connection
from app.flows import scoring
from app.flows.rescore import rescore, sweep
from app.vocabulary import CustomerId
from tests.builders import a_sale, an_event, phone, visit
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

ZONE = ZoneInfo("America/Sao_Paulo")
LATE = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
"""22:00 of the day before in São Paulo."""

STORED = text("SELECT segment, rescore_on FROM customer_stat WHERE customer_id = :customer_id")


async def stored(tx: Connection, customer: CustomerId) -> tuple[str | None, date | None]:
    row = (await tx.execute(STORED, {"customer_id": customer})).one()
    return row.segment, row.rescore_on


async def test_a_segment_is_stored_with_the_day_on_which_time_alone_changes_it(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    [sale] = await take(a_sale("50.00", record_key="C-1", identifiers=[phone()]))
    assert sale.customer_id is not None
    assert await stored(connection, sale.customer_id) == (None, None)

    await rescore(connection, sale.customer_id, ZONE, clock.now())

    segment, due_on = await stored(connection, sale.customer_id)
    assert segment == "new"
    assert due_on is not None
    assert await sweep(connection, ZONE, clock.now()) == 0

    clock.advance(timedelta(days=400))
    assert await sweep(connection, ZONE, clock.now()) == 1
    segment, due_on = await stored(connection, sale.customer_id)
    assert segment == "lost"
    assert await sweep(connection, ZONE, clock.now()) == 0


async def test_a_yardstick_that_comes_to_hold_has_every_segment_read_anew_on_that_business_day(
    take: Take, connection: Connection
) -> None:
    """And not on the day of UTC, which is tomorrow's already when it is late in São Paulo."""
    [sale] = await take(a_sale("50.00", record_key="C-1", identifiers=[phone()]))
    assert sale.customer_id is not None
    await rescore(connection, sale.customer_id, ZONE, LATE)
    assert await sweep(connection, ZONE, LATE) == 0  # the control

    run = await scoring.measure(connection, currency="BRL", window_days=365, zone=ZONE, now=LATE)
    assert run.yardstick.as_of == date(2026, 11, 20)
    await scoring.activate(connection, run.run_id, ZONE, LATE)

    assert await stored(connection, sale.customer_id) == ("new", date(2026, 11, 20))
    assert await sweep(connection, ZONE, LATE) == 1


async def test_who_is_a_visit_and_nobody_more_is_not_measured(
    take: Take, connection: Connection
) -> None:
    """What is bought in a visit that nobody logged in to says nothing of how customers buy."""
    await take(
        a_sale(record_key="C-1"),
        an_event("profile", record_key="C-2", identifiers=[phone()]),
        a_sale(source="shop", identifiers=[visit()]),
    )
    everybody = await connection.execute(text("SELECT anonymous FROM customer"))
    assert sorted(everybody.scalars()) == [False, False, True]  # the control
    run = await scoring.measure(connection, currency="BRL", window_days=365, zone=ZONE, now=LATE)
    assert (run.yardstick.customers_count, run.yardstick.buyers_count) == (2, 1)
