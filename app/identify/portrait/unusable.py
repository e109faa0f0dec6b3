"""Which identifiers came with a fault, and from whom?  Kept, and never part of the evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from app.database.statements import statement
from app.database.transaction import Connection
from app.vocabulary import CustomerId, RecordId

WRITE_UNUSABLE: Final = statement("app.identify.portrait", "write_unusable")
UNUSABLE_OF: Final = statement("app.identify.portrait", "unusable_of")


@dataclass(frozen=True, slots=True)
class UnusableRow:
    """A record was told something that is no evidence, between two moments."""

    record_id: RecordId
    type: str
    value: str = field(repr=False)
    fault: str
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Unusable:
    """What a source said a customer is known by, and what is wrong with it."""

    type: str
    value: str = field(repr=False)
    fault: str
    source: str
    first_seen_at: datetime
    last_seen_at: datetime


async def keep(tx: Connection, told: Iterable[UnusableRow]) -> None:
    """Keep what is no evidence; repeated and shuffled facts keep the same."""
    spans: dict[tuple[RecordId, str, str, str], UnusableRow] = {}
    for row in told:
        key = (row.record_id, row.type, row.value, row.fault)
        held = spans.get(key, row)
        spans[key] = replace(
            row,
            first_seen_at=min(held.first_seen_at, row.first_seen_at),
            last_seen_at=max(held.last_seen_at, row.last_seen_at),
        )
    if not spans:
        return
    rows = list(spans.values())
    await tx.execute(
        WRITE_UNUSABLE,
        {
            "record_ids": [row.record_id for row in rows],
            "types": [row.type for row in rows],
            "person_values": [row.value for row in rows],
            "faults": [row.fault for row in rows],
            "first_seen": [row.first_seen_at for row in rows],
            "last_seen": [row.last_seen_at for row in rows],
        },
    )


async def unusable_of(tx: Connection, customer: CustomerId) -> list[Unusable]:
    """Return what sources said of a customer that is no evidence, newest first."""
    rows = await tx.execute(UNUSABLE_OF, {"customer_id": customer})
    return [Unusable(*row) for row in rows]
