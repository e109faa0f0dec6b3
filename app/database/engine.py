"""How is the pool of connections set up?  Time limits on the session, caches warm, no values shown.

Session settings travel in the start-up packet: a ``SET`` in a pool hook is undone at release, and
a pooler in transaction mode would give it to somebody else (pgbouncer needs them named in its
``ignore_startup_parameters``, and ``IDIP_STATEMENT_CACHE=false``).
"""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import asyncpg
import orjson
from asyncpg.connect_utils import SessionAttribute
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.database.server import CONNECT_TIMEOUT_S, Server, driver_url
from app.settings import Settings

CACHED_STATEMENTS: Final = 500
IDLE_IN_TRANSACTION_MS: Final = 5_000
SHORTEST_TRANSACTION_LIMIT_MS: Final = 10_000
GRACE_S: Final = 1.0
FAREWELL_S: Final = 0.2
"""How long a line may take to be closed properly: whoever gave up waiting does not wait again."""
DEADLOCK_GRACE_MS: Final = 200
_HAS_TRANSACTION_TIMEOUT: Final = 17


class SwiftlyClosed(asyncpg.Connection):
    """A connection that takes no leave of a server which has gone dumb.

    SQLAlchemy closes the line of whoever gives up (a deadline), and would wait two seconds for it.
    """

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 (asyncpg's)
        """Close properly if that is done in a moment, else cut."""
        try:
            async with asyncio.timeout(FAREWELL_S if timeout is None else min(FAREWELL_S, timeout)):
                await super().close()
        except TimeoutError:
            self.terminate()


def session_settings(settings: Settings, server: Server, application_name: str) -> dict[str, str]:
    """Return what every session starts with on this server."""
    session = {
        "application_name": application_name,
        "timezone": "UTC",
        # A plan is kept as long as a table's statistics: one made while the table was young would
        # read all of it for every caller, long after that had grown dear.
        "enable_seqscan": "off",
        # By themselves the larger ones would be planned anew at each call, since a plan for the one
        # value at hand looks cheaper: planning a ring takes four times what answering it does.
        "plan_cache_mode": "force_generic_plan",
        "jit": "off",  # our statements are short: compiling costs more than it saves
        "default_transaction_isolation": "read committed",
        "statement_timeout": str(settings.statement_timeout_ms),
        "lock_timeout": str(_lock_timeout_ms(settings, server)),
        "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_MS),
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
    }
    if server.version >= _HAS_TRANSACTION_TIMEOUT and settings.statement_timeout_ms:
        limit = max(SHORTEST_TRANSACTION_LIMIT_MS, 2 * settings.statement_timeout_ms)
        session["transaction_timeout"] = str(limit)
    return session


def make_engine(
    settings: Settings, url: str, server: Server, *, application_name: str
) -> AsyncEngine:
    """Return an engine whose pool never grows past its size and whose errors show no parameters.

    It begins no transaction by itself: ``transaction`` does, where one is needed.
    """
    session = session_settings(settings, server, application_name)
    limit_s = settings.statement_timeout_ms / 1000 + GRACE_S

    async def connect(**_: object) -> asyncpg.Connection[asyncpg.Record]:
        return await asyncpg.connect(
            driver_url(url),
            timeout=CONNECT_TIMEOUT_S,
            # The server's own time limit speaks first; this one is for a server that has gone dumb.
            command_timeout=limit_s if settings.statement_timeout_ms else None,
            statement_cache_size=CACHED_STATEMENTS if settings.statement_cache else 0,
            server_settings=session,
            target_session_attrs=SessionAttribute.read_write,
            connection_class=SwiftlyClosed,
        )

    return create_async_engine(
        "postgresql+asyncpg://",
        connect_args={"async_creator_fn": connect, **_statement_cache(settings)},
        isolation_level="AUTOCOMMIT",
        pool_size=settings.pool_size,
        max_overflow=0,
        pool_timeout=settings.acquire_timeout_ms / 1000,
        query_cache_size=2 * CACHED_STATEMENTS,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        hide_parameters=True,
    )


def to_json(value: object) -> str:
    """Return JSON text; amounts become strings, so that no float ever touches money."""
    return orjson.dumps(value, default=_amount_as_text).decode()


def _amount_as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def _lock_timeout_ms(settings: Settings, server: Server) -> int:
    """Wait long enough for the server to find a deadlock: that is tried again, a time-out is not.

    Only a superuser may set ``deadlock_timeout``; it is a second by default, just like ours.
    """
    if not settings.lock_timeout_ms:
        return 0
    return max(settings.lock_timeout_ms, server.deadlock_timeout_ms + DEADLOCK_GRACE_MS)


def _statement_cache(settings: Settings) -> dict[str, Any]:
    if settings.statement_cache:
        return {"prepared_statement_cache_size": CACHED_STATEMENTS}
    # Behind a pooler in transaction mode two of us share a session: every name must be new.
    return {
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"idip_{uuid4().hex}",
    }
