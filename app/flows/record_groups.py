"""What would records be worth as one customer?  The numbers of sets of records, in one read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.database.statements import statement
from app.database.transaction import Connection
from app.vocabulary import RecordId

GROUP_NUMBERS: Final = statement("app.flows", "group_numbers")


@dataclass(frozen=True, slots=True)
class Figures:
    """What some records bought together: purchase days are distinct, so they do not add up."""

    first_on: date | None = None
    last_on: date | None = None
    purchase_days: int = 0
    purchases: int = 0
    net: Decimal = Decimal("0.00")


async def figures_of(tx: Connection, groups: Sequence[Collection[RecordId]]) -> list[Figures]:
    """Return the figures of each set of records, in the order in which they are given."""
    named = [(number, record) for number, group in enumerate(groups) for record in group]
    rows = await tx.execute(
        GROUP_NUMBERS,
        {
            "group_numbers": [number for number, _ in named],
            "record_ids": [record for _, record in named],
        },
    )
    found = {
        row.group_number: Figures(
            row.first_on, row.last_on, row.purchase_days, row.purchases, row.net
        )
        for row in rows
    }
    return [found.get(number, Figures()) for number in range(len(groups))]
