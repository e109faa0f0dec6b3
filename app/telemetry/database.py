"""What is traced of the database?  Each transaction of a traced piece of work, done or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext

from app.database.transaction import Connection, Database
from app.telemetry.tracing import Tracing, is_traced


def facade_of(tracing: Tracing | None) -> type[Database]:
    """Return the database facade for a process: the plain one while traces are not wanted."""
    return Database if tracing is None else traced_database(tracing)


def traced_database(tracing: Tracing) -> type[Database]:
    """Return the database facade whose transactions are spans.

    Work that nobody traces (a worker that looks for some, a probe) leaves none.
    """

    class TracedDatabase(Database):
        @asynccontextmanager
        async def transaction(self, *, read_only: bool = False) -> AsyncIterator[Connection]:
            with _span(tracing, "read" if read_only else "write"):
                async with super().transaction(read_only=read_only) as connection:
                    yield connection

        @asynccontextmanager
        async def statement(self) -> AsyncIterator[Connection]:
            with _span(tracing, "statement"):
                async with super().statement() as connection:
                    yield connection

    return TracedDatabase


def _span(tracing: Tracing, kind: str) -> AbstractContextManager[object]:
    return tracing.span("transaction", {"idip.transaction": kind}) if is_traced() else nullcontext()
