"""How far behind is the service?  One read over all stages: outbox, jobs, scores, identity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from app.database.statements import statement
from app.database.transaction import Connection

VITAL_SIGNS: Final = statement("app.flows", "vital_signs")

_NEWEST: Final = 50_000
"""Rows of the identity log that are looked at: a bulk load writes more in an hour."""


@dataclass(frozen=True, slots=True)
class VitalSign:
    """A figure by its name; ``label`` tells figures of one name apart and is a word of ours."""

    name: str
    label: str
    figure: float


async def vital_signs(tx: Connection, zone: ZoneInfo, now: datetime) -> list[VitalSign]:
    """Return what the database says of the service's state, in no particular order."""
    today = now.astimezone(zone).date()
    rows = await tx.execute(VITAL_SIGNS, {"now": now, "today": today, "newest": _NEWEST})
    return [VitalSign(row.sign, row.label, float(row.figure)) for row in rows]
