"""Does anything acknowledged get lost when the server is killed under its writers?"""

from __future__ import annotations

import asyncio
from pathlib import Path
from uuid import uuid4

from sqlalchemy import func, insert, select

from app.database.clock import FixedClock
from app.database.embedded import processes
from app.database.embedded.server import EmbeddedServer
from app.database.migrate import migrate
from app.database.tables import job
from app.database.transaction import Connection, Database, Work
from app.problems import Unavailable
from app.settings import Settings

KILLS = 3
WRITERS = 6


class Writers:
    """Clients that write as fast as they can and remember what they were told."""

    def __init__(self, database: Database) -> None:
        self.acknowledged: set[str] = set()
        self.refusals: list[Unavailable] = []
        self.stop = asyncio.Event()
        self._database = database

    async def write(self) -> None:
        while not self.stop.is_set():
            name = uuid4().hex
            try:
                await self._database.write(adding(name))
                self.acknowledged.add(name)
            except Unavailable as refused:
                self.refusals.append(refused)
                await asyncio.sleep(0.02)

    async def progress(self) -> None:
        before = len(self.acknowledged)
        async with asyncio.timeout(10):
            while len(self.acknowledged) == before:  # noqa: ASYNC110 (any of them may be first)
                await asyncio.sleep(0.01)


async def test_writers_see_503_only_and_what_was_acknowledged_is_there(
    data_dir: Path, settings: Settings, clock: FixedClock
) -> None:
    server = await asyncio.to_thread(EmbeddedServer.attach, data_dir, "idip-postgres")
    await migrate(server.url, now=clock.now())
    database = await Database.open(settings, server.url, application_name="idip crash")
    writers = Writers(database)
    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(writers.write())
        for _ in range(KILLS):
            await asyncio.sleep(0.25)
            kill_server(data_dir)
            await asyncio.to_thread(server.ensure_running)
            await writers.progress()
        writers.stop.set()
    stored = set(await database.read(names))
    await database.close()
    await asyncio.to_thread(server.release)
    assert writers.refusals
    assert len(writers.acknowledged) > KILLS * WRITERS
    assert writers.acknowledged <= stored


def kill_server(data_dir: Path) -> None:
    process = processes.postmaster(data_dir / "postgres")
    assert process is not None
    process.kill()
    process.wait()


def adding(name: str) -> Work[None]:
    async def add(tx: Connection) -> None:
        await tx.execute(insert(job).values(name=name, due_at=func.now()))

    return add


async def names(tx: Connection) -> list[str]:
    return list((await tx.execute(select(job.c.name))).scalars())
