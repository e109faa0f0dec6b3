"""How does a new yardstick come to hold?  Measured as a draft, looked at, then activated."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.database.transaction import Connection
from app.differentiate import queries, score
from app.differentiate.queries import StoredRun
from app.problems import NotFound


async def measure(
    tx: Connection,
    *,
    currency: str,
    window_days: int,
    zone: ZoneInfo,
    now: datetime,
    as_of: date | None = None,
) -> StoredRun:
    """Measure the customers of a business day, today's if none is named, and freeze a draft."""
    await queries.lock_runs(tx)
    day = as_of or now.astimezone(zone).date()
    return await score.freeze_run(
        tx, as_of=day, window_days=window_days, currency=currency, now=now
    )


async def activate(tx: Connection, run_id: UUID, zone: ZoneInfo, now: datetime) -> StoredRun:
    """Make a run the one that holds; every stored segment is due to be read anew.

    Raises:
        NotFound: there is no such run.
    """
    await queries.lock_runs(tx)
    if not await queries.activate_run(tx, run_id, now):
        raise NotFound("there is no such scoring run")
    await queries.all_due(tx, now.astimezone(zone).date())
    return next(run for run in await queries.runs(tx) if run.run_id == run_id)
