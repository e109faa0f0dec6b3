"""What must be there before the first caller?  A yardstick, and a catalogue to choose from.

The first start puts them there; every other finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from uuid_utils.compat import uuid7

from app.database.failures import constraint_of
from app.database.statements import statement
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.yardstick import shipped
from app.personalise import queries as personalise
from app.personalise.bundle import bundle_id
from app.settings import Settings
from app.vocabulary import ScoringRunId

HOLDS_FACTS = statement("app.flows", "holds_facts")

FIRST_VERSION: Final = 1


async def found(
    tx: Connection, settings: Settings, catalogue: Mapping[str, Any], now: datetime
) -> None:
    """Put the shipped yardstick there if there is none, and make this catalogue the active one.

    ``catalogue`` is a document that ``read_catalogue`` has accepted.  Founding twice, or by two
    processes at once, is founding once.
    """
    if not await differentiate.runs(tx):
        await _found_yardstick(tx, settings, now.astimezone(settings.zone).date(), now)
    await personalise.publish_bundle(tx, bundle_id(catalogue), catalogue, now)


async def holds_facts(tx: Connection) -> bool:
    """Tell whether any fact has ever come into this database."""
    return bool((await tx.execute(HOLDS_FACTS)).scalar_one())


async def _found_yardstick(tx: Connection, settings: Settings, on: date, now: datetime) -> None:
    yardstick = shipped(as_of=on, currency=settings.currency, version=FIRST_VERSION)
    run_id = ScoringRunId(uuid7())
    try:
        async with tx.begin_nested():
            await differentiate.write_run(tx, run_id, FIRST_VERSION, yardstick, now)
            await differentiate.activate_run(tx, run_id, now)
    except Exception as error:
        if constraint_of(error) is None:
            raise
        # Somebody else founded the house between our look and our write.
