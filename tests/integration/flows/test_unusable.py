"""Is what came with a fault kept where somebody can correct it, and never as evidence?"""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.transaction import Connection
from app.flows.customer_gaps import Gap
from app.flows.customer_view import CustomerView, view
from app.flows.erasure import erase
from app.identify.merge import Word, split
from app.vocabulary import CustomerId
from tests.builders import a_sale, an_event, email, phone, tax_id
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

BAD = "529.982.247-26"


async def seen(connection: Connection, customer: CustomerId | None, clock: FixedClock) -> Any:
    assert customer is not None
    found: CustomerView = await view(connection, customer, clock.now().tzinfo, clock.now())  # type: ignore[arg-type]
    return found


def sale(number: int, *named: dict[str, str], **more: Any) -> dict[str, Any]:
    time = f"2026-11-{number:02}T10:00:00-03:00"
    return a_sale(id=f"S-{number}", record_key="C-1", identifiers=list(named), time=time, **more)


async def test_what_is_wrong_is_shown_with_its_code_and_source(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    taken = await take(
        sale(3, tax_id(BAD), phone()), sale(1, tax_id(BAD), email("ana souza@x.com"))
    )
    found = await seen(connection, taken[0].customer_id, clock)
    told = {(each.type, each.value, each.fault, each.source) for each in found.unusable}
    assert told == {
        ("tax_id", BAD, "check_digit", "erp"),
        ("email", "ana souza@x.com", "invalid", "erp"),
    }
    span = next(each for each in found.unusable if each.type == "tax_id")
    assert (span.first_seen_at.day, span.last_seen_at.day) == (1, 3)
    assert {each.type for each in found.known_by} == {"phone", "customer_code"}


async def test_what_is_right_is_not_among_it(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    taken = await take(sale(3, tax_id(), phone(), email()))
    assert (await seen(connection, taken[0].customer_id, clock)).unusable == []


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_keeps_the_same(take: Take, connection: Connection, seed: int) -> None:
    told = [sale(day, tax_id(BAD if day % 2 else "1"), phone()) for day in range(1, 7)]
    random.Random(seed).shuffle(told)
    for each in told:
        await take(each)
    rows = await connection.execute(
        text("SELECT value, fault, first_seen_at, last_seen_at FROM unusable_identifier")
    )
    days = {row.value: (row.first_seen_at.day, row.last_seen_at.day) for row in rows}
    assert days == {BAD: (1, 5), "1": (2, 6)}


async def test_erasure_forgets_it(take: Take, connection: Connection, clock: FixedClock) -> None:
    (taken,) = await take(sale(1, tax_id(BAD), phone()))
    count = text("SELECT count(*) FROM unusable_identifier")
    assert (await connection.execute(count)).scalar_one() == 1
    assert taken.customer_id is not None
    await erase(connection, taken.customer_id, clock.now())
    await take(sale(2, tax_id(BAD), phone()))
    assert (await connection.execute(count)).scalar_one() == 0


async def test_what_a_third_party_says_closes_no_gap(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    bought = {"assurance": "enriched"}
    taken = await take(sale(1, phone()), sale(2, email(), profile=bought))
    found = await seen(connection, taken[0].customer_id, clock)
    states = {each.type: each.state for each in found.known_by}
    assert states == {"customer_code": "active", "email": "unidentifying", "phone": "active"}
    assert Gap.EMAIL in found.gaps
    await take(sale(3, email()))
    told = await seen(connection, taken[0].customer_id, clock)
    assert Gap.EMAIL not in told.gaps  # the control: the customer's own word closes it


@pytest.mark.parametrize(("assurance", "is_somebody"), [("enriched", False), ("declared", True)])
async def test_a_bureau_without_a_record_key_makes_nobody(
    take: Take, assurance: str, *, is_somebody: bool
) -> None:
    told = {"identifiers": [phone()], "profile": {"name": "Ana Souza", "assurance": assurance}}
    (taken,) = await take(an_event("profile", source="bureau", **told))
    assert (taken.customer_id is not None) is is_somebody


async def test_a_split_says_who_has_the_records_now(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    one, other = await take(
        a_sale(record_key="C-1", identifiers=[phone()]),
        a_sale(record_key="C-2", identifiers=[phone()]),
    )
    assert one.customer_id == other.customer_id
    found = await seen(connection, one.customer_id, clock)
    assert found.split_into == []
    assert one.customer_id is not None
    parted = await split(
        connection, one.customer_id, [[max(found.records)]], Word("test", None), clock.now()
    )
    after = await seen(connection, one.customer_id, clock)
    assert set(after.split_into) == set(parted.customers.values()) - {after.customer_id}
    assert len(after.split_into) == 1
