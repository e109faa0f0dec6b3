"""How does a statement of the ring reach the server?  Compiled once, straight on the driver.

Between ``execute`` of SQLAlchemy and the driver a statement is looked up, given a cursor, a result
and its columns' processors, in another stack (greenlet) than ours; for one row that costs more than
the server takes.  A hot statement skips that and nothing else: same transaction, same connection,
same text, same place in ``queries.py``.  Values come as the driver gives them, and JSON as
what it says (the engine has told the driver how to read it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg
from sqlalchemy import ClauseElement
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncConnection


class Row(asyncpg.Record):
    """A row by the names of its columns, as SQLAlchemy's are."""

    def __getattr__(self, name: str) -> Any:
        """Return the value of a column."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class HotStatement:
    """A statement on the ring path, with the order in which the driver wants its parameters."""

    __slots__ = ("_fixed", "_names", "text")

    def __init__(self, statement: ClauseElement) -> None:
        """Compile a Core statement or one of ``statements.statement``."""
        compiled = statement.compile(dialect=dialect())  # type: ignore[no-untyped-call]
        self.text = str(compiled)
        self._names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", None) or ())
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}

    async def rows(self, tx: AsyncConnection, parameters: Mapping[str, object]) -> list[Row]:
        """Return every row."""
        values = {**self._fixed, **parameters}
        arguments = [values[name] for name in self._names]
        return await driver_of(tx).fetch(self.text, *arguments, record_class=Row)

    async def one(self, tx: AsyncConnection, parameters: Mapping[str, object]) -> Row:
        """Return the one row of a statement that always has one."""
        (row,) = await self.rows(tx, parameters)
        return row


def driver_of(connection: AsyncConnection) -> asyncpg.Connection[asyncpg.Record]:
    """Return the driver's own connection; what is sent over it is in the same transaction."""
    sync = connection.sync_connection
    # Asked of the adapter itself: the pool would ask its record, which would ask the dialect.
    adapted: Any = None if sync is None else sync.connection.dbapi_connection
    if adapted is None:
        raise asyncpg.InterfaceError("the connection is closed")
    driver: asyncpg.Connection[asyncpg.Record] = adapted.driver_connection
    return driver
