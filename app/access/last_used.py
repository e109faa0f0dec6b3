"""When was each key last used?  Remembered by the process, and kept behind the requests.

No request waits for it.  A key is written once a minute at most by each process, and when the
process ends; a process that is killed forgets the last minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from app.access.queries import save_last_used
from app.database.failures import describe
from app.database.transaction import Database

log = structlog.get_logger(__name__)

APART: Final = timedelta(minutes=1)
LOOK_EVERY_S: Final = 10.0


class LastUsed:
    """What one process knows that the table does not say yet."""

    def __init__(self) -> None:
        self._used: dict[UUID, datetime] = {}
        self._kept: dict[UUID, datetime] = {}

    def note(self, key_id: UUID, now: datetime) -> None:
        """Remember that a key has just opened something."""
        self._used[key_id] = now

    async def keep(self, database: Database, apart: timedelta = APART) -> int:
        """Write down what has been used since, unless it was written less than ``apart`` ago.

        Raises:
            Unavailable: the database cannot be written now; nothing is forgotten.
        """
        due = {key: at for key, at in self._used.items() if self._is_due(key, at, apart)}
        if due:
            await database.write(lambda tx: save_last_used(tx, due))
        for key, at in due.items():
            self._kept[key] = at
            if self._used[key] == at:
                del self._used[key]
        return len(due)

    @asynccontextmanager
    async def kept_behind(self, database: Database) -> AsyncIterator[None]:
        """Keep it from time to time while the block runs, and once more at its end."""
        task = asyncio.create_task(self._keep_keeping(database))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._try(database, timedelta(0))

    def _is_due(self, key_id: UUID, at: datetime, apart: timedelta) -> bool:
        kept = self._kept.get(key_id)
        return kept is None or at - kept >= apart

    async def _keep_keeping(self, database: Database) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            await self._try(database, APART)

    async def _try(self, database: Database, apart: timedelta) -> None:
        try:
            await self.keep(database, apart)
        except Exception as error:  # noqa: BLE001 (it is tried again; no request depends on it)
            log.warning("the last use of keys was not kept", failure=describe(error))
