"""May this server be trusted with our data?  Asked once, before the first connection of the pool.

An acknowledged write must survive a crash, so a server that does not wait for its disk is refused.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import asyncpg

from app.database.failures import is_not_now, unavailable
from app.settings import SettingsError

OLDEST_VERSION: Final = 15
CONNECT_TIMEOUT_S: Final = 2.0

_SCHEME: Final = re.compile(r"^postgres(?:ql)?(?:\+asyncpg)?://")

_FACTS: Final = """
SELECT current_setting('server_version_num')::integer / 10000 AS version,
       current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('server_encoding') AS encoding,
       (SELECT setting::integer FROM pg_settings WHERE name = 'deadlock_timeout')
           AS deadlock_timeout_ms
"""


class UnsafeDatabase(SettingsError):
    """The server would lose what we acknowledge, or cannot hold it; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Server:
    """What we need to know of a PostgreSQL server before we use it."""

    version: int
    fsync: bool
    full_page_writes: bool
    async_commit: bool
    encoding: str
    deadlock_timeout_ms: int


def driver_url(url: str) -> str:
    """Return the URL as asyncpg reads it: libpq's form, with its query parameters.

    Raises:
        SettingsError: it is not a PostgreSQL URL.
    """
    rest, found = _SCHEME.subn("postgresql://", url, count=1)
    if not found:
        raise SettingsError("DATABASE_URL must begin with postgresql://")
    return rest


async def connect(
    url: str, session: Mapping[str, str] | None = None
) -> asyncpg.Connection[asyncpg.Record]:
    """Open one plain connection, for what is done before or beside the pool.

    Raises:
        SettingsError: the URL, its user or its database is wrong.
        Unavailable: the server does not answer now.
    """
    try:
        return await asyncpg.connect(
            driver_url(url), timeout=CONNECT_TIMEOUT_S, server_settings=dict(session or {})
        )
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as no:
        raise SettingsError(f"the database refuses us: {type(no).__name__}") from None
    except ssl.SSLError as error:  # which is a ValueError too where a certificate is not believed
        why = getattr(error, "verify_message", "") or error.reason
        raise SettingsError(
            f"the database cannot be reached by TLS ({why}): sslrootcert in DATABASE_URL must name"
            " the authority, and its host be written as the certificate has it"
        ) from None
    except ValueError:  # a part of the URL cannot be read; its text may hold a password
        raise SettingsError("DATABASE_URL cannot be read") from None
    except Exception as error:
        if is_not_now(error) or isinstance(error, OSError):
            raise unavailable(error) from None
        raise


async def inspect_server(url: str) -> Server:
    """Ask the server for its version, encoding and how it treats the disk."""
    connection = await connect(url)
    try:
        (row,) = await connection.fetch(_FACTS)
    finally:
        await connection.close()
    return Server(
        version=row["version"],
        fsync=row["fsync"] == "on",
        full_page_writes=row["full_page_writes"] == "on",
        async_commit=row["synchronous_commit"] == "off",
        encoding=row["encoding"],
        deadlock_timeout_ms=row["deadlock_timeout_ms"],
    )


def refuse_unsafe(server: Server, *, allow_async_commit: bool) -> None:
    """Refuse a server that would lose acknowledged data or cannot hold ours.

    Raises:
        UnsafeDatabase: with everything that is wrong and what to do about each.
    """
    wrongs = [
        (server.version < OLDEST_VERSION, f"PostgreSQL {OLDEST_VERSION} or newer is needed"),
        (server.encoding != "UTF8", "the database must be created with ENCODING 'UTF8'"),
        (not server.fsync, "set fsync = on in postgresql.conf: without it a crash loses data"),
        (
            not server.full_page_writes,
            "set full_page_writes = on in postgresql.conf: without it a crash tears pages",
        ),
        (
            server.async_commit and not allow_async_commit,
            "set synchronous_commit = on, or accept losses with IDIP_ALLOW_ASYNC_COMMIT=true",
        ),
    ]
    if found := [what for is_wrong, what in wrongs if is_wrong]:
        raise UnsafeDatabase("this database is not safe to use: " + "; ".join(found))
