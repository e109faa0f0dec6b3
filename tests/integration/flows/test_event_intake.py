from __future__ import annotations

from typing import Any

import pytest

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.event_command import ItemResult, ItemStatus
from app.flows.event_intake import take_events
from tests.builders import a_reader, a_sale, an_event, commands, email, phone, tax_id, visit

pytestmark = pytest.mark.anyio


@pytest.fixture
def take(connection: Connection, keyed_hash: KeyedHash, clock: FixedClock) -> Any:
    async def taken(*documents: dict[str, Any]) -> list[ItemResult]:
        return await take_events(connection, commands(documents), a_reader(keyed_hash), clock.now())

    return taken


async def test_a_sale_makes_a_customer(take: Any) -> None:
    [result] = await take(a_sale(record_key="C-1", identifiers=[phone()]))
    assert result.status is ItemStatus.ACCEPTED
    assert result.customer_id is not None


async def test_records_that_share_a_phone_are_one_customer(take: Any) -> None:
    one, other = await take(
        a_sale(record_key="C-1", identifiers=[phone()]),
        an_event("profile", source="shop", identifiers=[phone("+55 11 98765 4321"), email()]),
    )
    assert one.customer_id == other.customer_id
