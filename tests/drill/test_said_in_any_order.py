"""Facts, merges, splits, verdicts, words: a hundred histories, each told again in other orders."""

from __future__ import annotations

import pytest
from uuid_utils.compat import uuid7

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.yardstick import shipped
from app.vocabulary import ScoringRunId
from tests.integration.flows.test_order_independence import narrow
from tests.integration.flows.test_review_order import told_in_other_orders


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("seed", range(10, 60))
async def test_what_was_said_in_any_order_ends_in_one_state(
    connection: Connection, keyed_hash: KeyedHash, clock: FixedClock, seed: int, is_narrow: bool
) -> None:
    run_id, today = ScoringRunId(uuid7()), clock.now().date()
    yardstick = shipped(as_of=today, currency="BRL", version=1)
    await differentiate.write_run(connection, run_id, 1, yardstick, clock.now())
    await differentiate.activate_run(connection, run_id, clock.now())
    if is_narrow:
        await narrow(connection)
    await told_in_other_orders(connection, keyed_hash, seed, 2)
