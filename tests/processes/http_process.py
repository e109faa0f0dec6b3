"""How does a test come by the served process?  As the supervisor starts it, on a clone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from app.settings import Settings

HASHED_WITH = "a secret for tests, and only for tests"
ROOT = Path(__file__).parents[2]
_START_LIMIT_S = 30.0
_LIVEZ = b"GET /livez HTTP/1.1\r\nHost: idip.test\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Service:
    """A process that answers on a port of this machine, and a key to everything it does."""

    port: int
    key: str
    said: Path

    def log(self) -> str:
        """Return what it has logged so far."""
        return self.said.read_text("utf-8")


@asynccontextmanager
async def http_process(
    database_url: str, settings: Settings, folder: Path
) -> AsyncIterator[Service]:
    """Yield one HTTP process on a migrated database; ``folder`` is for what it says."""
    key = await _founded(database_url, settings)
    said = folder / "service.log"
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        with _process(listening, database_url, folder, said):
            _wait_for_an_answer(port, said)
            yield Service(port, key, said)


async def _founded(database_url: str, settings: Settings) -> str:
    now = SystemClock().now()
    keyed_hash = KeyedHash(HASHED_WITH.encode())
    order = KeyOrder("a test", frozenset(Scope))
    database = await Database.open(settings, database_url, application_name="idip tests")
    try:
        await database.write(lambda tx: found(tx, settings, shipped_document(), now))
        issued = await database.write(lambda tx: issue_key(tx, keyed_hash, order, now))
    finally:
        await database.close()
    return issued.text


@contextmanager
def _process(
    listening: socket.socket, database_url: str, folder: Path, said: Path
) -> Iterator[None]:
    fd = listening.fileno()
    given = {
        "DATABASE_URL": database_url,
        "IDIP_SECRET_KEY": HASHED_WITH,
        "IDIP_DATA_DIR": str(folder),
    }
    strange = {name for name in os.environ if name.startswith(("IDIP_", "PROMETHEUS_"))}
    kept = {name: value for name, value in os.environ.items() if name not in strange}
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.supervisor", "http", str(fd), str(os.getpid())],
            env=kept | given,
            cwd=ROOT,
            pass_fds=(fd,),
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _wait_for_an_answer(port: int, said: Path) -> None:
    limit = time.monotonic() + _START_LIMIT_S
    while time.monotonic() < limit:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as connection:
            connection.settimeout(1.0)
            connection.sendall(_LIVEZ)
            if connection.recv(12).endswith(b"200"):
                return
        time.sleep(0.05)
    raise RuntimeError(f"the process does not answer:\n{said.read_text('utf-8')[-2_000:]}")
