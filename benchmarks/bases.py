"""Which companies are measured?  One folder a size, made once and kept.

Every base is the same company of ``FIRST`` customers, loaded by the product and measured, with as
many copies of it as the size asks for.  A base grows with what is told to it while measuring; that
is little beside its size, and ``--fresh`` makes it anew.

It is measured warm, as a server is that has been up for a day: half the memory of the machine is
the database's own (``shared_buffers``), and what it has room for is read into it first.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy import make_url

from app.access.issue import KeyOrder, issue_key
from app.access.queries import list_keys, revoke_key
from app.access.scopes import Scope
from app.cli.demo_company import populate
from app.cli.house import make_ready, visiting
from app.cli.load_pace import PATIENT
from app.database.clock import SystemClock
from app.database.embedded.cluster import LOCAL, SUPERUSER
from app.database.embedded.folders import CLUSTER
from app.database.location import Location, located
from app.database.server import driver_url
from app.database.transaction import Connection
from app.settings import Settings
from benchmarks.multiply import multiply

FIRST = 10_000
READY = "ready"
CLIENT = "benchmark"
SCOPES = frozenset({Scope.IDENTITY_READ, Scope.DECISIONS_WRITE, Scope.EVENTS_WRITE})
"""Those of a telephone system and a shop: every budget and every filter holds for them."""

MEGABYTE = 2**20
SHARE_OF_THE_MEMORY = 0.5
FULL = 0.9
"""So much of its buffers is filled; the rest is for what comes."""

SMALLEST_FIRST = """
SELECT CAST(CAST(oid AS regclass) AS text), pg_relation_size(oid) AS bytes FROM pg_class
WHERE relkind IN ('r', 'i') AND relnamespace = CAST('public' AS regnamespace)
ORDER BY bytes
"""


@dataclass(frozen=True, slots=True)
class Base:
    """A company in a running database, and a key that may do everything."""

    customers: int
    data_dir: Path
    settings: Settings
    dsn: str
    key: str


@asynccontextmanager
async def opened(folder: Path, customers: int, *, fresh: bool = False) -> AsyncIterator[Base]:
    """Yield the base of this size, making it if it is not there."""
    data_dir = folder / str(customers)
    settings = Settings(data_dir=data_dir)
    if not (data_dir / READY).exists() or fresh:
        shutil.rmtree(data_dir, ignore_errors=True)
        async with located(settings) as location:
            await made(settings, location, customers)
        (data_dir / READY).touch()
    megabytes = int(SHARE_OF_THE_MEMORY * psutil.virtual_memory().total / MEGABYTE)
    local = f"shared_buffers = {megabytes}MB\neffective_cache_size = {megabytes}MB\n"
    (data_dir / CLUSTER / LOCAL).write_text(local, "utf-8")
    async with located(settings) as location:
        await warm(location, int(FULL * megabytes * MEGABYTE))
        key = await _key(settings, location)  # brings the schema of an older base up to date
        yield Base(customers, data_dir, settings, driver_url(location.url), key)


async def made(settings: Settings, location: Location, customers: int) -> None:
    began = time.monotonic()
    clock = SystemClock()
    await make_ready(location, settings, clock)
    async with visiting(settings, location, **PATIENT) as house:
        await populate(house, FIRST)
    connection = await asyncpg.connect(driver_url(location.url))
    try:
        await connection.execute("DELETE FROM outbox")  # as if a worker had been there
        if customers > FIRST:
            await multiply(connection, location.keyed_hash, customers // FIRST - 1)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()
    print(f"made {customers} customers in {time.monotonic() - began:.0f} s", flush=True)


async def warm(location: Location, room: int) -> None:
    """Read into the server's buffers what there is room for, in bytes; the smallest first.

    So what is left out is the events themselves, which only their own ids are looked for in.
    """
    superuser = make_url(location.url).set(username=SUPERUSER)
    connection = await asyncpg.connect(driver_url(superuser.render_as_string(hide_password=False)))
    try:
        await connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        for relation, size in await connection.fetch(SMALLEST_FIRST):
            if size > room:
                return
            room -= size
            await connection.execute(
                "SELECT pg_prewarm(CAST(CAST($1 AS text) AS regclass))", relation
            )
    finally:
        await connection.close()


async def _key(settings: Settings, location: Location) -> str:
    """Make a key for this run; those of earlier runs open nothing any more."""
    async with visiting(settings, location) as house:
        now = house.clock.now()

        async def replace(tx: Connection) -> str:
            for old in await list_keys(tx):
                if old.client == CLIENT and old.revoked_at is None:
                    await revoke_key(tx, old.key_id, now)
            return (await issue_key(tx, house.keyed_hash, KeyOrder(CLIENT, SCOPES), now)).text

        return await house.database.write(replace)
