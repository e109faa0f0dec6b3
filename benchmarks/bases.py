"""Which companies are measured?  One folder a size, made once and kept.

Every base is the same company of ``FIRST`` customers, loaded by the product and measured, with as
many copies of it as the size asks for.  A run tells it a hundred thousand facts and fifty thousand
new customers, so what is measured is a copy of the folder, which is gone afterwards.  Where the
disk has no room for one, the base itself is measured, and made anew once it holds more than
``GROWN`` times what it held at first.  What it holds is counted at the start of every run.

It is measured warm, as a server is that has been up for a day: half the memory of the machine is
the database's own (``shared_buffers``), and what it has room for is read into it first.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
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
from app.database.embedded.account import server_account
from app.database.embedded.cluster import LOCAL, SUPERUSER
from app.database.embedded.folders import CLUSTER, prepare_folders
from app.database.embedded.processes import postmaster
from app.database.location import Location, located
from app.database.secret_key import FILE_NAME
from app.database.server import driver_url
from app.database.transaction import Connection
from app.settings import Settings
from benchmarks.multiply import multiply

FIRST = 10_000
READY = "ready"
"""The file that tells a whole base, and what it held when it was made."""

GROWN = 1.05
FREE_BESIDE = 2
"""A copy leaves as much of the disk to others as it takes."""

CLIENT = "benchmark"
SCOPES = frozenset({Scope.IDENTITY_READ, Scope.DECISIONS_WRITE, Scope.EVENTS_WRITE})
"""Those of a telephone system and a shop: every budget and every filter holds for them."""

MEGABYTE = 2**20
BLOCK = 512
"""Bytes in a block of ``st_blocks``, whatever the file system's own are."""

SHARE_OF_THE_MEMORY = 0.5
FULL = 0.9
"""So much of its buffers is filled; the rest is for what comes."""

SMALLEST_FIRST = """
SELECT CAST(CAST(oid AS regclass) AS text), pg_relation_size(oid) AS bytes FROM pg_class
WHERE relkind IN ('r', 'i') AND relnamespace = CAST('public' AS regnamespace)
ORDER BY bytes
"""


HELD = """
SELECT
    (
        SELECT count(*) FROM customer
        WHERE current_customer_id = customer_id AND erased_at IS NULL
    ) AS customers,
    (SELECT count(*) FROM event) AS events
"""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a base holds, counted: customers as the service tells people and firms apart."""

    customers: int
    events: int

    def has_outgrown(self, made: Holds) -> bool:
        """Tell whether it is no longer the company that was made."""
        return self.customers > GROWN * made.customers or self.events > GROWN * made.events


@dataclass(frozen=True, slots=True)
class Base:
    """A company in a running database, and a key that may do everything."""

    customers: int
    holds: Holds
    kept: Path
    data_dir: Path
    settings: Settings
    dsn: str
    key: str

    @property
    def is_copy(self) -> bool:
        """Tell whether what is told to it is gone with it."""
        return self.data_dir != self.kept


@asynccontextmanager
async def opened(folder: Path, customers: int, *, fresh: bool = False) -> AsyncIterator[Base]:
    """Yield the company of this size, making it if it is not there as it was made."""
    kept = folder / str(customers)
    holds = await _held(kept, customers, fresh=fresh)
    with measured(kept) as data_dir:
        settings = Settings(data_dir=data_dir)
        megabytes = int(SHARE_OF_THE_MEMORY * psutil.virtual_memory().total / MEGABYTE)
        local = f"shared_buffers = {megabytes}MB\neffective_cache_size = {megabytes}MB\n"
        (data_dir / CLUSTER / LOCAL).write_text(local, "utf-8")
        async with located(settings) as location:
            await warm(location, int(FULL * megabytes * MEGABYTE))
            key = await _key(settings, location)  # brings the schema of an older base up to date
            dsn = driver_url(location.url)
            yield Base(customers, holds, kept, data_dir, settings, dsn, key)


async def _held(kept: Path, customers: int, *, fresh: bool) -> Holds:
    """Return what the base holds, after making it if it is not there or has outgrown its label."""
    _refuse_in_use(kept)
    if (kept / READY).exists() and not fresh:
        if told := (kept / READY).read_text("utf-8"):
            holds = await _counted(kept)
            if not holds.has_outgrown(Holds(**json.loads(told))):
                return holds
            print(f"{kept} has grown to {holds}: made anew", flush=True)
        else:
            print(f"{kept} does not tell what it held when it was made: made anew", flush=True)
    return await _made_anew(kept, customers)


async def _made_anew(kept: Path, customers: int) -> Holds:
    shutil.rmtree(kept, ignore_errors=True)
    settings = Settings(data_dir=kept)
    async with located(settings) as location:
        await made(settings, location, customers)
        holds = await count(location)
    (kept / READY).write_text(json.dumps(asdict(holds)), "utf-8")
    return holds


async def _counted(kept: Path) -> Holds:
    async with located(Settings(data_dir=kept)) as location:
        return await count(location)


async def count(location: Location) -> Holds:
    connection = await asyncpg.connect(driver_url(location.url))
    try:
        row = await connection.fetchrow(HELD)
    finally:
        await connection.close()
    assert row is not None
    return Holds(**row)


@contextmanager
def measured(kept: Path) -> Iterator[Path]:
    """Yield the folder to measure: a copy of the base, or that itself where there is no room."""
    copy = kept.with_name(f"{kept.name}.measured")
    _refuse_in_use(copy)
    shutil.rmtree(copy, ignore_errors=True)  # of a run that was killed
    if not has_room(kept):
        print(f"no room for a copy of {kept}: measured itself, and left larger", flush=True)
        yield kept
        return
    try:
        prepare_folders(copy, server_account(Settings(data_dir=copy).postgres_account))
        # Owners and modes are kept: a cluster is its account's alone.
        whole = [str(kept / name) for name in (CLUSTER, FILE_NAME)]
        subprocess.run(["cp", "-a", *whole, str(copy)], check=True)  # noqa: S603, S607
        os.sync()  # or the disk is still busy with it when measuring begins
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def has_room(kept: Path) -> bool:
    taken = sum(each.lstat().st_blocks * BLOCK for each in kept.rglob("*"))
    return shutil.disk_usage(kept).free >= FREE_BESIDE * taken


def _refuse_in_use(data_dir: Path) -> None:
    """Let two runs not share a base: what one copies or removes, the other measures."""
    if server := postmaster(data_dir / CLUSTER):
        sys.exit(
            f"{data_dir} is in use: wait for the other run to end, or if it was killed,"
            f" stop its PostgreSQL (process {server.pid})"
        )


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
