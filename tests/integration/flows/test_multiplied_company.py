"""Is a company copied for a benchmark one that the product would have made?

Each copy answers by its own telephone and client code as the original does by its own, and what is
told of it by its own client code finds it.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from app.database.clock import FixedClock
from app.database.hot import driver_of
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.differentiate.score import value
from app.flows.event_command import ItemStatus
from app.flows.event_intake import take_events
from app.identify import checkup
from app.identify.normalise import normalise
from app.identify.resolve import Resolution, who_is
from app.identify.weighing import Evidence
from app.vocabulary import Identifier, IdentifierType, RawIdentifier
from benchmarks.multiply import multiply
from tests.builders import a_reader, a_sale, commands, email, phone, tax_id
from tests.conftest import NOW

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

COPIES = 2
COUNTED = ("record", "identifier", "record_identifier", "membership", "component", "customer")
COUNTED += ("edge", "customer_stat", "event", "event_key", "trade_fact", "trade_entry")
COUNTED += ("day_bucket",)
BORN = """
    SELECT phone.value AS phone, code.value AS code FROM record AS r
    JOIN record_identifier AS p ON p.record_id = r.record_id
    JOIN identifier AS phone ON phone.identifier_key = p.identifier_key AND phone.type = 'phone'
    JOIN record_identifier AS c ON c.record_id = r.record_id
    JOIN identifier AS code
        ON code.identifier_key = c.identifier_key AND code.type = 'customer_code'
    WHERE r.source = 'erp'
"""


async def holder(tx: Connection, keyed_hash: KeyedHash, number: str) -> Resolution:
    found = normalise(RawIdentifier(IdentifierType.PHONE, number), country="BR")
    assert isinstance(found, Identifier)
    return await who_is(tx, keyed_hash, [found], NOW)


async def counts(tx: Connection) -> dict[str, int]:
    rows = {name: select(func.count()).select_from(metadata.tables[name]) for name in COUNTED}
    return {name: (await tx.execute(count)).scalar_one() for name, count in rows.items()}


def as_told(found: Resolution) -> Any:
    """Return the answer without its ids and keys."""
    weighed = [
        (each.confidence, each.anonymous, [_as_told(item) for item in each.evidence])
        for each in found.candidates
    ]
    return found.state, found.reason, weighed


def _as_told(item: Evidence) -> Any:
    return item.type, item.bits, item.holders, item.assurance, item.last_seen_at


async def test_a_copy_is_asked_and_told_as_its_original_is(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock
) -> None:
    reader, now = a_reader(keyed_hash), clock.now()
    driver = driver_of(connection)
    told = [
        a_sale("10.00", record_key="C-1", identifiers=[phone(), tax_id()]),
        a_sale("20.00", source="shop", record_key="u-7", identifiers=[phone(), email()]),
        a_sale("25.00", source="till", identifiers=[tax_id()]),
        a_sale("30.00", record_key="C-2", identifiers=[phone("(21) 99876-1234")]),
    ]
    await take_events(connection, commands(told), reader, now)
    before = await counts(connection)
    assert all(before.values())  # what there is none of would be copied by anybody

    await multiply(driver, keyed_hash, COPIES)

    assert await counts(connection) == {
        name: (1 + COPIES) * count for name, count in before.items()
    }
    components = await checkup.components_after(connection, checkup.FIRST_COMPONENT, 100)
    assert (await checkup.look_again(connection, components, now)).edges == 0

    answers: dict[str, list[Any]] = {}
    for row in await driver.fetch(BORN):
        found = await holder(connection, keyed_hash, row["phone"])
        assert found.customer is not None
        worth = await value(connection, found.customer.customer_id, NOW.date())
        seen = (as_told(found), worth.numbers, worth.segment)
        answers.setdefault(row["code"].partition("x")[0], []).append(seen)
        more = a_sale(record_key=row["code"], identifiers=[phone(row["phone"])])
        [taken] = await take_events(connection, commands([more]), reader, now)
        assert taken.status is ItemStatus.ACCEPTED
        assert taken.customer_id == found.customer.customer_id
    assert {code: len(each) for code, each in answers.items()} == {"C-1": 3, "C-2": 3}
    for original, *copies in answers.values():
        assert copies == [original] * COPIES
    assert answers["C-1"][0] != answers["C-2"][0]  # or equal answers would prove nothing
