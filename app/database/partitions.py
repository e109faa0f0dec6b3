"""Which partitions does a growing table have?  One a month, by the UUIDv7 of its rows, made ahead.

A UUIDv7 begins with the millisecond in which it was made (RFC 9562, 5.7), so a range of ids is a
range of time and old months can be detached whole.  What fits no month goes to the default one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy import DDL, Table, Uuid, column, func, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.metadata import metadata

log = structlog.get_logger(__name__)

MONTHS_AHEAD: Final = 2

_ONE_AT_A_TIME: Final = select(func.pg_advisory_xact_lock(0x69646970_00000002))
# Attaching locks the default partition: better to give up than to have readers queue behind us.
_BRIEFLY: Final = text("SET LOCAL lock_timeout = '50ms'")
_CHILDREN: Final = text(
    "SELECT child.relname"
    " FROM pg_inherits JOIN pg_class AS child ON child.oid = pg_inherits.inhrelid"
    " WHERE pg_inherits.inhparent = to_regclass(:parent)"
)
_CREATE: Final = "CREATE TABLE %(child)s (LIKE %(parent)s INCLUDING ALL)"
# ATTACH lets readers and writers of the other months go on; CREATE … PARTITION OF would not.
_ATTACH: Final = (
    "ALTER TABLE %(parent)s ATTACH PARTITION %(child)s FOR VALUES FROM ('%(first)s') TO ('%(end)s')"
)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    month: int

    @classmethod
    def of(cls, moment: datetime) -> Month:
        """Return the month an instant falls in."""
        moment = moment.astimezone(UTC)
        return cls(moment.year, moment.month)

    def later(self, months: int) -> Month:
        """Return the month so many months after this one, or before it if negative."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    @property
    def starts_at(self) -> datetime:
        """Return the first instant of the month."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)


def smallest_uuid7(at: datetime) -> UUID:
    """Return the smallest UUIDv7 of an instant's millisecond: every later-made id is greater.

    Before 1970 none could be made (RFC 9562, 5.7): of an earlier instant it is the first of all.
    """
    milliseconds = max(0, int(at.timestamp()) * 1000 + at.microsecond // 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62)


def month_bounds(month: Month) -> tuple[UUID, UUID]:
    """Return the ids a month begins with and ends before."""
    return smallest_uuid7(month.starts_at), smallest_uuid7(month.later(1).starts_at)


def partition_name(table: str, month: Month) -> str:
    """Return what the partition of a month is called: ``event_y2026m11``."""
    return f"{table}_y{month.year:04d}m{month.month:02d}"


def default_partition_name(table: str) -> str:
    """Return what the partition is called that takes whatever fits no month."""
    return f"{table}_default"


def partitioned_tables() -> tuple[Table, ...]:
    """Return every table of the house that gets a partition a month."""
    return tuple(
        table
        for table in metadata.sorted_tables
        if table.dialect_options["postgresql"]["partition_by"] is not None
    )


async def ensure_partitions(
    connection: AsyncConnection, table: Table, now: datetime, months_ahead: int = MONTHS_AHEAD
) -> tuple[Month, ...]:
    """Make the partitions of this month and the next ones where they are missing.

    The table is declared ``PARTITION BY RANGE`` over its UUIDv7 and has a default partition.  A
    month of which the default partition already holds rows is left to it: moving them would lock
    the table for as long as that takes.

    Returns:
        The months left to the default partition, in order; usually none.

    Raises:
        DBAPIError: 55P03, the lock cannot be had within 50 ms; try again later.
    """
    await connection.execute(_ONE_AT_A_TIME)
    await connection.execute(_BRIEFLY)
    found = set(await connection.scalars(_CHILDREN, {"parent": table.name}))
    months = [Month.of(now).later(ahead) for ahead in range(months_ahead + 1)]
    missing = [month for month in months if partition_name(table.name, month) not in found]
    left = [month for month in missing if not await _make(connection, table, month)]
    for month in left:
        log.warning("a month stays in the default partition", partition=partition_name("", month))
    return tuple(left)


async def _make(connection: AsyncConnection, table: Table, month: Month) -> bool:
    if await _default_holds(connection, table, month):
        return False
    first, end = month_bounds(month)
    names = {
        "parent": table.name,
        "child": partition_name(table.name, month),
        "first": str(first),
        "end": str(end),
    }
    try:
        async with connection.begin_nested():
            for ddl in (_CREATE, _ATTACH):
                await connection.execute(DDL(ddl, context=names))  # type: ignore[no-untyped-call]
    except IntegrityError:  # a row of that month came into the default partition after we looked
        return False
    return True


async def _default_holds(connection: AsyncConnection, table: Table, month: Month) -> bool:
    first, end = month_bounds(month)
    (key,) = table.primary_key.columns
    made = column(key.name, Uuid)
    default = sql_table(default_partition_name(table.name), made)
    rows = select(made).select_from(default).where(made >= first, made < end).limit(1)
    return (await connection.execute(rows)).first() is not None
