"""Does a database have the schema this code is written for?  Asked without what migrates it.

Every HTTP process asks, and should not have to load Alembic and all migrations for the answer: a
process that was killed is sooner back without.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from sqlalchemy import column, func, select, table
from sqlalchemy.ext.asyncio import AsyncConnection

import app

MIGRATIONS: Final = Path(app.__file__).parent.parent / "migrations"
"""Beside ``app`` in a checkout and in an installed package alike."""

_APPLIED: Final = table("alembic_version", column("version_num"))
_WAS_EVER_MIGRATED: Final = select(func.to_regclass(_APPLIED.name).is_not(None))


async def schema_serves(connection: AsyncConnection) -> bool:
    """Tell whether every migration this code knows has been applied; newer ones may have been.

    Those only expand the schema (CONTRIBUTING.md): the version before goes on working with it.
    """
    if not await connection.scalar(_WAS_EVER_MIGRATED):
        return False
    applied = set(await connection.scalars(select(_APPLIED.c.version_num)))
    known = known_revisions()
    return applied == {max(known)} or (bool(applied) and applied.isdisjoint(known))


@cache
def known_revisions() -> frozenset[str]:
    """Return the revisions of this code; each file is named after its own, and they sort in order.

    ``20261122_0001_the_house.py`` has ``20261122_0001``.
    """
    names = (file.stem.split("_") for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return frozenset("_".join(name[:2]) for name in names)
