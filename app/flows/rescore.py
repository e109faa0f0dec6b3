"""When is a customer's place in the lists brought up to date?  After a change, and with time.

Answers compute worth when they are asked.  Lists cannot ask everybody, so they read the segment as
scored last; a row of the outbox asks for it after every change, and a sweep for those whose day has
come without one.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from app.database.transaction import Connection
from app.differentiate import queries, score
from app.differentiate.rfv import next_change_on, numbers_change_on
from app.vocabulary import CustomerId

SWEEP: int = 500
"""Customers brought up to date in one transaction of the sweep."""


async def rescore(tx: Connection, customer: CustomerId, zone: ZoneInfo, now: datetime) -> None:
    """Store a customer's segment as it is today, and the day on which time alone changes it.

    Who never bought, or is no more, has nothing to store; doing it twice changes nothing.
    """
    await _rescore(tx, customer, now.astimezone(zone).date())


async def sweep(tx: Connection, zone: ZoneInfo, now: datetime) -> int:
    """Bring up to date customers whose segment is due; return how many there were."""
    today = now.astimezone(zone).date()
    due = await queries.due_customers(tx, today, SWEEP)
    for customer in due:
        await _rescore(tx, customer, today)
    return len(due)


async def _rescore(tx: Connection, customer: CustomerId, today: date) -> None:
    value = await score.value(tx, customer, today)
    yardstick = value.run.yardstick
    by_window = numbers_change_on(await queries.days_of(tx, customer), today, yardstick.window_days)
    by_recency = next_change_on(value.numbers, yardstick, today)
    due_on = min((on for on in (by_window, by_recency) if on is not None), default=None)
    await queries.store_segment(tx, customer, value.segment.value, value.run.version, due_on)
