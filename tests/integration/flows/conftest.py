from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.yardstick import shipped
from app.flows.event_command import ItemResult
from app.flows.event_intake import take_events
from app.vocabulary import ScoringRunId
from tests.builders import a_reader, commands

Take = Callable[..., Awaitable[list[ItemResult]]]


@pytest.fixture
def take(connection: Connection, keyed_hash: KeyedHash, clock: FixedClock) -> Take:
    """Take in events as one array; return what became of each."""

    async def taken(*documents: dict[str, Any]) -> list[ItemResult]:
        return await take_events(connection, commands(documents), a_reader(keyed_hash), clock.now())

    return taken


@pytest.fixture
async def founded(connection: Connection, clock: FixedClock) -> None:
    """Give the deployment the yardstick it ships with."""
    today = clock.now().date()
    run_id = ScoringRunId(uuid7())
    await differentiate.write_run(
        connection, run_id, 1, shipped(as_of=today, currency="BRL", version=1), clock.now()
    )
    await differentiate.activate_run(connection, run_id, clock.now())
