"""How good are the data?  Counted customers by customers, and kept for whoever asks.

A count over everybody takes long where there are many.  So it is done in slices by whoever cleans,
and the process that serves reads a few rows.  Customers that merge meanwhile may be counted twice
or not at all: it is a measure, and no account.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.database.statements import statement
from app.database.transaction import Connection

OF_CUSTOMERS: Final = statement("app.flows", "data_quality")
KEEP: Final = statement("app.flows", "data_quality_keep")
OF_VALUES: Final = statement("app.flows", "data_quality_values")

STALE_AFTER: Final = timedelta(days=730)
FIRST_CUSTOMER: Final = UUID(int=0)


async def count_customers(
    tx: Connection, after: UUID, most: int, now: datetime
) -> tuple[UUID | None, dict[str, int]]:
    """Return the id of the last customer looked at and counts by measure; None at the end."""
    asked = {"after": after, "most": most, "stale_before": now - STALE_AFTER}
    found = (await tx.execute(OF_CUSTOMERS, asked)).one()._asdict()
    return found.pop("last_customer_id"), found


async def count_values(tx: Connection) -> dict[str, int]:
    """Return counts of what is no customer's own: values of many, questions that are open."""
    return (await tx.execute(OF_VALUES)).one()._asdict()


async def keep(tx: Connection, counts: Mapping[str, int], now: datetime) -> None:
    """Let these be the counts that are shown."""
    told = {"measures": list(counts), "counts": list(counts.values()), "now": now}
    await tx.execute(KEEP, told)
