"""What is measured?  One process of the service, started as the supervisor starts it, and the bare.

Logs go to a file and metrics are shared through a folder, as when ``idip serve`` runs.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from benchmarks.bases import Base
from benchmarks.caller import connect
from benchmarks.environment import environment

STARTS_WITHIN_S = 30
ROOT = Path(__file__).parents[1]
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Served:
    """A process that answers on a port."""

    port: int
    pid: int

    @property
    def resident_mb(self) -> float:
        return round(float(psutil.Process(self.pid).memory_info().rss) / MEGABYTE, 1)


@asynccontextmanager
async def service(base: Base) -> AsyncIterator[Served]:
    """Yield one HTTP process of the service on this base."""
    with _listening() as listening, TemporaryDirectory(prefix="idip-bench-") as metrics:
        fd = str(listening.fileno())
        command = [sys.executable, "-m", "app.supervisor", "http", fd, str(os.getpid())]
        environ = {"IDIP_DATA_DIR": str(base.data_dir), "PROMETHEUS_MULTIPROC_DIR": metrics}
        with (base.kept / "service.log").open("wb") as log:
            async with _running(command, environ, listening, log.fileno()) as served:
                yield served


@asynccontextmanager
async def bare(base: Base) -> AsyncIterator[Served]:
    """Yield the process of ``bare.py``, on the same database and the same event loop."""
    with _listening() as listening:
        command = [sys.executable, "-m", "benchmarks.bare", str(listening.fileno())]
        environ = {"BENCH_DSN": base.dsn}
        async with _running(command, environ, listening, subprocess.DEVNULL) as served:
            yield served


def _listening() -> socket.socket:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(2_048)
    return listening


@asynccontextmanager
async def _running(
    command: list[str], environ: dict[str, str], listening: socket.socket, output: int
) -> AsyncIterator[Served]:
    process = subprocess.Popen(  # noqa: ASYNC220, S603 (our own programs; it returns at once)
        command,
        cwd=ROOT,
        env=environment(**environ),
        pass_fds=[listening.fileno()],
        stdout=output,
        start_new_session=True,
    )
    port = listening.getsockname()[1]
    try:
        await _until_it_answers(port, process)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait)


async def _until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    request = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    async with asyncio.timeout(STARTS_WITHIN_S):
        line = await connect(port)
        asked = asyncio.create_task(line.ask(request))
        while not asked.done():
            if process.poll() is not None:
                raise RuntimeError(f"the process ended with {process.returncode}")
            await asyncio.wait({asked}, timeout=0.1)
        await asked
        line.hang_up()
