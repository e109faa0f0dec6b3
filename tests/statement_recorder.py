"""Which statements went over a connection, through SQLAlchemy or straight to asyncpg?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

NOT_COUNTED = (
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT",
    "RELEASE",
    "SET TRANSACTION",
    "SET LOCAL",
)


@dataclass(slots=True)
class Statements:
    """The statements of a test so far, in order; ``clear`` before what is to be counted."""

    sent: list[str]

    def __len__(self) -> int:
        return len(self.sent)

    def clear(self) -> None:
        self.sent.clear()

    def note(self, statement: str) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            self.sent.append(statement)


@asynccontextmanager
async def recording(
    connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Statements]:
    """Yield what goes over a connection; SQLAlchemy prepares, so that nothing is noted twice."""
    recorder = Statements([])
    driver = (await connection.get_raw_connection()).driver_connection
    for name in ("execute", "executemany", "fetch", "fetchmany", "fetchrow", "fetchval"):
        monkeypatch.setattr(asyncpg.Connection, name, _noting(recorder, driver, name))

    def through_sqlalchemy(*arguments: Any) -> None:
        recorder.note(arguments[2])

    event.listen(connection.sync_connection, "before_cursor_execute", through_sqlalchemy)
    try:
        yield recorder
    finally:
        event.remove(connection.sync_connection, "before_cursor_execute", through_sqlalchemy)


def _noting(recorder: Statements, driver: object, name: str) -> Callable[..., Any]:
    original = getattr(asyncpg.Connection, name)

    def noted(self: object, query: str, *arguments: Any, **options: Any) -> Any:
        if self is driver:
            recorder.note(query)
        return original(self, query, *arguments, **options)

    return noted
