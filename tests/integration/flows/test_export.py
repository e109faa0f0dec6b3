"""What is exported: every record with its customer, numbers to the cent, nothing of a person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from app.access.audit import Actor
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.export import Export, Perspective, export
from app.flows.founding import found
from app.flows.subject_restraint import Order, RestraintKind, RestraintReason, lift, restrain
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import CPF_ANA, EMAIL_ANA, a_sale, an_event, email, phone, tax_id
from tests.integration.flows.conftest import Take

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 20)
CODE = "customer_code"
SOMEBODY = Actor("somebody")


@pytest.fixture
def perspective(keyed_hash: KeyedHash) -> Perspective:
    return Perspective(keyed_hash, "BRL", TODAY)


@pytest.fixture(autouse=True)
async def founded(connection: Connection, settings: Settings, clock: FixedClock) -> None:
    await found(connection, settings, shipped_document(), clock.now())


async def exported(tx: Connection, what: Export, seen: Perspective) -> list[dict[str, Any]]:
    return [orjson.loads(line) async for line in export(tx, what, seen)]


async def test_a_record_comes_with_its_key_and_its_customer(
    connection: Connection, take: Take, perspective: Perspective
) -> None:
    one, other = await take(
        a_sale(record_key="C-1", identifiers=[tax_id()]),
        a_sale(source="till", identifiers=[tax_id()]),
    )
    rows = await exported(connection, Export.RECORDS, perspective)
    assert {(row["source"], row["record_key"]) for row in rows} == {("erp", "C-1"), ("till", None)}
    assert {row["customer_id"] for row in rows} == {str(one.customer_id), str(other.customer_id)}
    assert one.customer_id == other.customer_id


@pytest.mark.parametrize("further", ["A-9", "Z-9"])
async def test_of_several_codes_the_records_own_is_told(
    connection: Connection, take: Take, perspective: Perspective, further: str
) -> None:
    code = {"type": CODE, "value": further, "source": "erp"}
    await take(a_sale(record_key="C-1", identifiers=[code]))
    [row] = await exported(connection, Export.RECORDS, perspective)
    assert row["record_key"] == "C-1"


async def test_an_event_comes_with_its_id_and_whose_it_is_now(
    connection: Connection, take: Take, perspective: Perspective
) -> None:
    keyless = a_sale(source="till", identifiers=[phone()])
    nobodys = a_sale(record_key="CONSUMIDOR FINAL")
    told = [a_sale(record_key="C-1"), keyless, nobodys]
    results = await take(*told)
    rows = await exported(connection, Export.EVENTS, perspective)
    whose = {(row["source"], row["id"]): row["customer_id"] for row in rows}
    assert whose == {
        (document["source"], document["id"]): result.customer_id and str(result.customer_id)
        for document, result in zip(told, results, strict=True)
    }
    assert whose[nobodys["source"], nobodys["id"]] is None
    await take(an_event("profile", source="till", identifiers=[phone(), tax_id()]))
    await take(a_sale(record_key="C-1", identifiers=[tax_id()]))
    again = await exported(connection, Export.EVENTS, perspective)
    now = {row["id"]: row["customer_id"] for row in again}
    assert now[keyless["id"]] == now[told[0]["id"]], "facts follow their records"


async def test_customers_have_the_numbers_of_a_lifetime(
    connection: Connection, take: Take, perspective: Perspective
) -> None:
    [sold, *_] = await take(
        a_sale("10.10", record_key="C-1", time="2026-11-19T10:00:00-03:00"),
        a_sale("20.20", record_key="C-1", time="2026-11-19T18:00:00-03:00"),
        a_sale("0.03", record_key="C-1"),
    )
    [row] = await exported(connection, Export.CUSTOMERS, perspective)
    assert row == {
        "customer_id": str(sold.customer_id),
        "records": 1,
        "sources": ["erp"],
        "currency": "BRL",
        "first_on": "2026-11-19",
        "last_on": "2026-11-20",
        "purchase_days": 2,
        "purchases": 3,
        "net": "30.33",
        "cost": "0.00",
        "segment": None,
    }


async def test_a_score_is_read_as_of_the_day_asked_for(
    connection: Connection, take: Take, keyed_hash: KeyedHash
) -> None:
    await take(a_sale("500.00", record_key="C-1"))
    recency = {}
    for days in (0, 200):
        seen = Perspective(keyed_hash, "BRL", TODAY + timedelta(days=days))
        [row] = await exported(connection, Export.SCORES, seen)
        recency[days] = (row["r"], row["segment"], row["net"])
    assert recency[0] == (5, "new", "500.00")
    assert recency[200][0] < 5


@pytest.mark.parametrize(("ends_on", "lifted"), [(None, False), (TODAY, False), (None, True)])
async def test_who_is_restricted_is_left_out_of_what_is_made_for_use(
    connection: Connection,
    take: Take,
    perspective: Perspective,
    clock: FixedClock,
    ends_on: date | None,
    lifted: bool,
) -> None:
    told = await take(a_sale("10.00", record_key="C-1"), a_sale("20.00", record_key="C-2"))
    ana, bia = (each.customer_id for each in told)
    assert ana is not None
    order = Order(RestraintKind.RESTRICTION, RestraintReason.OBJECTION_PENDING, ends_on, SOMEBODY)
    placed = await restrain(connection, ana, order, clock.now())
    if lifted:
        await lift(connection, ana, placed.restraint_id, SOMEBODY, clock.now())
    shown = {str(bia), str(ana)} if lifted else {str(bia)}
    for what in (Export.CUSTOMERS, Export.SCORES):
        rows = await exported(connection, what, perspective)
        assert {row["customer_id"] for row in rows} == shown, what
    records = await exported(connection, Export.RECORDS, perspective)
    assert {row["customer_id"] for row in records} == {str(ana), str(bia)}
    tomorrow = Perspective(perspective.keyed_hash, "BRL", TODAY + timedelta(days=1))
    rows = await exported(connection, Export.CUSTOMERS, tomorrow)
    assert (str(ana) in {row["customer_id"] for row in rows}) is (lifted or ends_on is not None)


async def test_nothing_of_a_person_is_exported(
    connection: Connection, take: Take, perspective: Perspective
) -> None:
    who = {"identifiers": [tax_id(), email(), phone()], "profile": {"name": "Ana Souza"}}
    await take(an_event("profile", **who), a_sale(record_key="C-1", **who))
    for what in Export:
        text = "".join([line.decode() async for line in export(connection, what, perspective)])
        for personal in (CPF_ANA, "52998224725", EMAIL_ANA, "98765", "Ana"):
            assert personal not in text
