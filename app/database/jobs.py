"""Who runs the scheduled work now?  One worker at a time, under a lease in the ``job`` table.

All times here are the database's: they only say who may run what when.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import Boolean, Interval, bindparam, case, func, null, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.database.tables import job

_KNOW: Final = insert(job).values(due_at=func.now()).on_conflict_do_nothing()
_DUE: Final = (
    select(job.c.name)
    .where(
        job.c.name.in_(bindparam("names", expanding=True)),
        job.c.due_at <= func.now(),
        job.c.leased_until.is_(None) | (job.c.leased_until < func.now()),
    )
    .order_by(job.c.due_at, job.c.name)
    .limit(1)
    .with_for_update(skip_locked=True)
    .cte("due")
)
_TAKE: Final = (
    update(job)
    .where(job.c.name.in_(select(_DUE.c.name)))
    .values(leased_until=func.now() + bindparam("lease", type_=Interval))
    .returning(job.c.name)
)
_GIVE_BACK: Final = (
    update(job)
    .where(job.c.name == bindparam("job_name"))
    .values(
        leased_until=null(),
        due_at=func.now() + bindparam("pause", type_=Interval),
        last_succeeded_at=case(
            (bindparam("succeeded", type_=Boolean), func.now()), else_=job.c.last_succeeded_at
        ),
    )
)


async def know(connection: AsyncConnection, names: Collection[str]) -> None:
    """Enter jobs that are new, due at once."""
    if names:
        await connection.execute(_KNOW, [{"name": name} for name in sorted(names)])


async def take(connection: AsyncConnection, names: Collection[str], lease: timedelta) -> str | None:
    """Take the job that has been due for longest, unless others have all that are due."""
    found = await connection.execute(_TAKE, {"names": sorted(names), "lease": lease})
    return found.scalar_one_or_none()


async def give_back(
    connection: AsyncConnection, name: str, pause: timedelta, *, succeeded: bool
) -> None:
    """End a job's lease and say when it is due again."""
    await connection.execute(_GIVE_BACK, {"job_name": name, "pause": pause, "succeeded": succeeded})
