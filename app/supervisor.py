"""What does ``idip serve`` keep alive?  A database, HTTP processes on one socket, and a worker.

    supervisor ── embedded PostgreSQL (unless DATABASE_URL)   restarted when it dies
        ├── http 1 … N       uvicorn on the socket bound here   restarted when it dies
        └── worker           outbox and schedule                restarted when it dies

The children end by themselves when the supervisor is killed.  Told to stop, it lets them finish
what they are doing, for ten seconds, and lets the database go last.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Final

import structlog
import uvicorn

from app.database.embedded.server import EmbeddedServer
from app.database.failures import describe
from app.database.location import Location, located
from app.problems import Unavailable
from app.settings import Settings, SettingsError

log = structlog.get_logger(__name__)

DRAIN_LIMIT_S: Final = 10.0
DATABASE_PATIENCE_S: Final = 60.0
"""How long a start waits for a database that comes up beside us."""

_BACKLOG: Final = 2_048
_WATCH_EVERY_S: Final = 1.0
_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_SETTLED_AFTER_S: Final = 30.0
_PR_SET_PDEATHSIG: Final = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to listen, and with how many HTTP processes."""

    host: str = "127.0.0.1"
    port: int = 8000
    http_processes: int = 2


async def supervise(
    settings: Settings,
    plan: Plan,
    prepare: Callable[[Location], Awaitable[None]],
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    ``prepare`` brings the database to the state this code needs; ``announce`` is told the address
    once connections to it are taken.

    Raises:
        SettingsError: the database or the address cannot be had; the message says what to do.
    """
    stop = _stop_on_signals()
    with _listen(plan) as listening, TemporaryDirectory(prefix="idip-metrics-") as metrics:
        async with located(settings) as location:
            await _patiently(lambda: prepare(location), stop)
            if stop.is_set():
                return
            environ = {"PROMETHEUS_MULTIPROC_DIR": metrics, "IDIP_DATA_DIR": str(settings.data_dir)}
            children = _children({**os.environ, **environ}, plan, listening)
            announce(f"http://{plan.host}:{listening.getsockname()[1]}")
            async with asyncio.TaskGroup() as group:
                for child in children:
                    group.create_task(child.keep(stop))
                if location.embedded is not None:
                    group.create_task(_keep_database(location.embedded, stop))


class Child:
    """A process that is started again whenever it ends before it is told to."""

    def __init__(
        self, name: str, command: list[str], environ: dict[str, str], *pass_fds: int
    ) -> None:
        """Run this command, letting it inherit these file descriptors only."""
        self._name = name
        self._command = command
        self._environ = environ
        self._pass_fds = pass_fds

    async def keep(self, stop: asyncio.Event) -> None:
        """Start it as often as it takes, less and less quickly if it keeps dying."""
        loop = asyncio.get_running_loop()
        pause_s = _FIRST_PAUSE_S
        while not stop.is_set():
            began = loop.time()
            status = await self._run_once(stop)
            if stop.is_set():
                return
            if loop.time() - began > _SETTLED_AFTER_S:
                pause_s = _FIRST_PAUSE_S
            log.warning("a process died", process=self._name, status=status, pause_s=pause_s)
            await _wait(stop, pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _run_once(self, stop: asyncio.Event) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            env=self._environ,
            pass_fds=self._pass_fds,
            # Ctrl-C reaches the whole terminal; who stops when is decided here.
            start_new_session=True,
        )
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(stop.wait())
        await asyncio.wait({ended, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not ended.done():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            await asyncio.wait({ended}, timeout=DRAIN_LIMIT_S)
        if not ended.done():
            log.warning("a process does not stop and is killed", process=self._name)
            with suppress(ProcessLookupError):
                process.kill()
        return await ended


def _children(environ: dict[str, str], plan: Plan, listening: socket.socket) -> list[Child]:
    fd = listening.fileno()

    def ours(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "app.supervisor", *arguments, str(os.getpid())]

    http = ours("http", str(fd))
    return [
        *(Child(f"http {nth + 1}", http, environ, fd) for nth in range(plan.http_processes)),
        Child("worker", ours("worker"), environ),
    ]


async def _keep_database(embedded: EmbeddedServer, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await asyncio.to_thread(embedded.ensure_running)
        except Exception as error:  # noqa: BLE001 (there will be a next try, and callers get 503)
            log.warning("the embedded database does not start", failure=describe(error))
        await _wait(stop, _WATCH_EVERY_S)


async def _patiently(step: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Take a step that needs the database, which may still be starting beside us."""
    loop = asyncio.get_running_loop()
    limit = loop.time() + DATABASE_PATIENCE_S
    while not stop.is_set():
        try:
            return await step()
        except Unavailable:
            if loop.time() > limit:
                raise SettingsError("the database of DATABASE_URL does not answer") from None
        await _wait(stop, _WATCH_EVERY_S)
    return None


def _listen(plan: Plan) -> socket.socket:
    """Bind before the database is started: a second ``serve`` should fail at once."""
    try:
        found = socket.getaddrinfo(plan.host, plan.port, type=socket.SOCK_STREAM)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(_BACKLOG)
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {plan.host} port {plan.port} ({error.strerror}): choose --port"
        ) from None
    return listening


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for order in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(order, stop.set)
    return stop


async def _wait(stop: asyncio.Event, longest_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await stop.wait()


# --- in the children ------------------------------------------------------------------------------


def _serve_http(fd: int) -> None:
    config = uvicorn.Config(
        "app.main:serving_app",
        factory=True,
        http="httptools",
        loop="uvloop",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=int(DRAIN_LIMIT_S) - 2,
    )
    with socket.socket(fileno=fd) as listening:
        uvicorn.Server(config).run(sockets=[listening])


def _end_with(supervisor: int) -> None:
    """Have the kernel stop us when the supervisor is gone, even by ``kill -9`` (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        sys.exit("the supervisor is gone")


def _run_child(arguments: list[str]) -> None:
    *what, supervisor = arguments
    _end_with(int(supervisor))
    match what:
        case ["http", fd]:
            _serve_http(int(fd))
        case ["worker"]:
            asyncio.run(import_module("app.main").run_worker())
        case _:
            sys.exit("this module is run by `idip serve`")


if __name__ == "__main__":
    _run_child(sys.argv[1:])
