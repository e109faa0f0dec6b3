"""The cases that ADR 0009 walks, with the real tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.rfv import CustomerNumbers
from app.flows.erasure import erase
from app.flows.event_command import ItemStatus
from app.identify import queries as identify
from app.identify.keys import keyed_record
from app.identify.merge import Word, current_id, merge, split
from app.identify.normalise import normalise
from app.identify.resolve import MatchState, who_is
from app.problems import Gone
from app.vocabulary import CustomerId, Identifier, IdentifierType, RawIdentifier
from tests.builders import (
    CPF_ANA,
    CPF_BIA,
    a_sale,
    an_event,
    email,
    phone,
    tax_id,
    visit,
)
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

TODAY = date(2026, 11, 20)
AGENT = Word("ana.agent", "same person on the phone")


async def numbers(tx: Connection, customer: CustomerId | None) -> CustomerNumbers:
    assert customer is not None
    return await differentiate.numbers_of(tx, customer, TODAY, 365)


def told(type: IdentifierType, value: str) -> Identifier:  # noqa: A002
    found = normalise(RawIdentifier(type, value), country="BR")
    assert isinstance(found, Identifier)
    return found


async def test_profile_ties_the_erp_record_to_the_visit_that_logged_in(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    [sale] = await take(a_sale("100.00", record_key="C-1", identifiers=[phone()]))
    [login] = await take(an_event("login", source="shop", identifiers=[visit(), email()]))
    assert sale.customer_id != login.customer_id

    [tied] = await take(an_event("profile", source="crm", identifiers=[phone(), email()]))

    assert tied.customer_id in {sale.customer_id, login.customer_id}
    who = await who_is(
        connection, keyed_hash, [told(IdentifierType.VISIT, "visit-000001")], clock.now()
    )
    assert who.state is MatchState.KNOWN
    assert who.customer is not None
    assert who.customer.customer_id == tied.customer_id
    assert (await numbers(connection, tied.customer_id)).net_window == Decimal("100.00")


async def test_a_visit_belongs_to_nobody_after_logout(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    await take(
        an_event("logout", source="shop", identifiers=[visit()], time="2026-11-20T11:00:00-03:00"),
        an_event("login", source="shop", identifiers=[visit(), email()]),
    )
    asked = [told(IdentifierType.VISIT, "visit-000001")]
    assert (await who_is(connection, keyed_hash, asked, clock.now())).state is MatchState.UNKNOWN


async def test_merge_and_split_carry_numbers_and_revive_the_old_id(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    one, other = await take(
        a_sale("100.00", record_key="C-1", identifiers=[phone()]),
        a_sale("40.00", record_key="C-2", identifiers=[email()]),
    )
    assert one.customer_id is not None
    assert other.customer_id is not None
    survivor = min(one.customer_id, other.customer_id)

    await merge(connection, [one.customer_id, other.customer_id], AGENT, clock.now())
    await differentiate.refresh_stats(connection, {one.customer_id, other.customer_id}, clock.now())
    assert await current_id(connection, one.customer_id) == survivor
    assert await current_id(connection, other.customer_id) == survivor
    both = await numbers(connection, survivor)
    assert (both.net_window, both.purchase_days_window) == (Decimal("140.00"), 1)

    taken_out = keyed_record(keyed_hash, "erp", "C-2")
    await split(connection, survivor, [[taken_out]], AGENT, clock.now())
    assert await current_id(connection, one.customer_id) == one.customer_id
    assert await current_id(connection, other.customer_id) == other.customer_id
    assert (await numbers(connection, other.customer_id)).net_window == Decimal("40.00")


async def test_a_split_stays_when_the_facts_come_again(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    documents = [
        a_sale("100.00", record_key="C-1", identifiers=[phone()]),
        a_sale("40.00", record_key="C-2", identifiers=[phone()]),
    ]
    one, other = await take(*documents)
    assert one.customer_id == other.customer_id
    assert one.customer_id is not None
    record = keyed_record(keyed_hash, "erp", "C-2")
    await split(connection, one.customer_id, [[record]], AGENT, clock.now())

    again = await take(*documents, a_sale(record_key="C-2", identifiers=[phone()]))

    assert [result.status for result in again] == ["duplicate", "duplicate", "accepted"]
    assert again[0].customer_id != again[1].customer_id
    assert again[1].customer_id == again[2].customer_id


async def test_keyless_events_with_different_identifiers_are_one_customer(take: Take) -> None:
    first, second, third = await take(
        a_sale(source="till", identifiers=[tax_id(), phone()]),
        a_sale(source="till", identifiers=[phone(), email()]),
        a_sale(source="till", identifiers=[email()]),
    )
    assert first.customer_id == second.customer_id == third.customer_id


async def test_two_tax_ids_never_join_and_a_shared_phone_is_neither_ones(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    ana, bia, phone_only = await take(
        a_sale(record_key="C-1", identifiers=[tax_id(CPF_ANA), phone()]),
        a_sale(record_key="C-2", identifiers=[tax_id(CPF_BIA), phone()]),
        a_sale(source="till", identifiers=[phone()]),
    )
    assert len({ana.customer_id, bia.customer_id, phone_only.customer_id}) == 3
    asked = [told(IdentifierType.PHONE, "11 98765-4321")]
    who = await who_is(connection, keyed_hash, asked, clock.now())
    assert who.state is MatchState.SHARED


async def test_a_refund_before_its_sale_counts_on_its_own_day_until_the_sale_comes(
    take: Take, connection: Connection
) -> None:
    refund = an_event(
        "refund",
        record_key="C-1",
        time="2026-11-20T09:00:00-03:00",
        data={"refers_to": {"id": "NF-1"}, "net": "30.00", "currency": "BRL"},
    )
    [result] = await take(refund)
    before = await numbers(connection, result.customer_id)
    assert (before.net_window, before.purchase_days_window) == (Decimal("-30.00"), 0)

    await take(
        a_sale(
            "100.00",
            id="NF-1",
            order_id="123",
            record_key="C-1",
            time="2026-11-10T09:00:00-03:00",
        )
    )
    after = await numbers(connection, result.customer_id)
    assert (after.net_window, after.purchase_days_window) == (Decimal("70.00"), 1)
    assert after.last_on == date(2026, 11, 10)


async def test_a_sale_before_its_profile_finds_its_customer_later(
    take: Take, connection: Connection
) -> None:
    [sale] = await take(a_sale("10.00", record_key="C-9"))
    [known] = await take(an_event("profile", source="crm", identifiers=[phone()]))
    [tie] = await take(an_event("profile", record_key="C-9", identifiers=[phone()]))
    assert tie.customer_id in {sale.customer_id, known.customer_id}
    assert (await numbers(connection, tie.customer_id)).net_window == Decimal("10.00")


async def test_a_pending_sale_counts_once_it_is_paid(take: Take, connection: Connection) -> None:
    [pending] = await take(
        a_sale("50.00", id="B-1", order_id="77", record_key="C-1", data={"status": "pending"})
    )
    assert (await numbers(connection, pending.customer_id)).purchases_window == 0
    await take(an_event("payment", data={"refers_to": {"id": "B-1"}, "status": "paid"}))
    paid = await numbers(connection, pending.customer_id)
    assert (paid.purchases_window, paid.net_window) == (1, Decimal("50.00"))


async def test_a_payment_that_waited_for_its_sale_goes_with_the_order_from_then_on(
    take: Take, connection: Connection
) -> None:
    """It is filed anew under the order: what names the order alone finds the sale paid."""
    paid = {"status": "paid", "refers_to": {"id": "S-1"}}
    await take(an_event("payment", record_key="C-1", data=paid))
    pending = {"status": "pending"}
    await take(a_sale(id="S-1", order_id="O-1", record_key="C-1", data=pending))
    back = {"order_id": "O-1", "net": "10.00"}
    [refund] = await take(an_event("refund", record_key="C-1", data=back))
    found = await numbers(connection, refund.customer_id)
    assert (found.purchases_window, found.net_window) == (1, Decimal("90.00"))


async def test_a_generic_record_key_counts_in_totals_only(
    take: Take, connection: Connection
) -> None:
    [sale] = await take(a_sale("5.00", record_key="CONSUMIDOR FINAL", identifiers=[phone()]))
    assert (sale.status, sale.customer_id) == (ItemStatus.ACCEPTED, None)
    entries = metadata.tables["trade_entry"]
    total = await connection.scalar(select(func.sum(entries.c.net)))
    assert total == Decimal("5.00")


async def test_an_erased_person_stays_away_when_everything_is_sent_again(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    documents: list[dict[str, Any]] = [
        a_sale(record_key="C-1", identifiers=[phone(), tax_id()], profile={"name": "Ana Souza"}),
        an_event("login", source="shop", identifiers=[visit(), email()]),
        an_event("profile", source="crm", identifiers=[phone(), email()]),
    ]
    customer = (await take(*documents))[0].customer_id
    assert customer is not None

    erased = await erase(connection, customer, clock.now())

    assert erased.records == 3
    with pytest.raises(Gone):
        await current_id(connection, customer)
    again = await take(*documents, a_sale(record_key="C-1", identifiers=[phone()]))
    assert [result.customer_id for result in again] == [None] * 4
    asked = [told(IdentifierType.PHONE, "11 98765-4321")]
    assert (await who_is(connection, keyed_hash, asked, clock.now())).state is MatchState.UNKNOWN
    assert await identify.records_of(connection, customer) == {}


async def test_the_same_id_with_other_content_is_refused(take: Take) -> None:
    [first] = await take(a_sale("10.00", id="S-1", record_key="C-1"))
    [other] = await take(a_sale("11.00", id="S-1", record_key="C-1"))
    assert first.status is ItemStatus.ACCEPTED
    assert other.status is ItemStatus.REFUSED
    assert other.problem is not None
    assert other.problem.reason == "event-id-reused"


async def test_a_duplicate_with_newer_identifiers_adds_them_to_its_person(
    take: Take, connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    sale = a_sale("10.00", id="S-1", record_key="C-1", time="2026-11-01T10:00:00-03:00")
    [first] = await take(sale)
    [again] = await take(sale | {"identifiers": [phone()]})
    assert (again.status, again.customer_id) == (ItemStatus.DUPLICATE, first.customer_id)
    asked = [told(IdentifierType.PHONE, "11 98765-4321")]
    who = await who_is(connection, keyed_hash, asked, clock.now())
    assert who.customer is not None
    assert who.customer.customer_id == first.customer_id
    assert (await numbers(connection, first.customer_id)).purchases_window == 1
