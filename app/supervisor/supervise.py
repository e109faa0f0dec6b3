"""What does ``idip serve`` keep alive?  A database, HTTP processes on one socket, and a worker.

    supervisor ── embedded PostgreSQL (unless DATABASE_URL)   restarted when it dies
        ├── http 1 … N       uvicorn on the socket bound here   restarted when it dies
        ├── http in reserve  waits to take the place of one     another when it has
        └── worker           outbox and schedule                restarted when it dies

The children end by themselves when the supervisor is killed.  Told to stop by SIGTERM, it first has
them say so to whoever asks whether they are ready, for as long as a setting says; then it takes
nothing new, lets them finish what they are doing, for ten seconds, and lets the database go last.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog

from app.api.stopping import NOTICE
from app.database.embedded.server import EmbeddedServer
from app.database.failures import describe
from app.database.location import Location, located
from app.problems import Unavailable
from app.settings import Settings, SettingsError
from app.supervisor.child import Child, wait
from app.supervisor.standby import Standby

log = structlog.get_logger(__name__)

DATABASE_PATIENCE_S: Final = 60.0
"""How long a start waits for a database that comes up beside us."""

_BACKLOG: Final = 2_048
_WATCH_EVERY_S: Final = 0.2
_TRY_EVERY_S: Final = 1.0
_IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (our folder in it has a name of chance)


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to listen, with how many HTTP processes, and whether a worker is to be kept too."""

    host: str = "127.0.0.1"
    port: int = 8000
    http_processes: int = 2
    worker: bool = True


@dataclass(frozen=True, slots=True)
class Orders:
    """What this process has been told: to say that it will stop, and to stop."""

    notice: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def end_soon(self) -> None:
        """Give notice; whoever says it twice does not want to wait."""
        (self.stop if self.notice.is_set() else self.notice).set()

    def end_now(self) -> None:
        """Take nothing new from now on."""
        self.notice.set()
        self.stop.set()


@dataclass(frozen=True, slots=True)
class _Household:
    """The processes that are kept: those that work, and the one in reserve for HTTP."""

    children: list[Child]
    standby: Standby


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
    orders = _orders_from_signals()
    with _listen(plan) as listening, _metrics_folder() as metrics:
        async with located(settings) as location:
            await _patiently(lambda: prepare(location), orders.notice)
            if orders.notice.is_set():
                return
            environ = {"PROMETHEUS_MULTIPROC_DIR": metrics, "IDIP_DATA_DIR": str(settings.data_dir)}
            household = _household({**os.environ, **environ}, plan, listening)
            children = household.children
            announce(f"http://{plan.host}:{listening.getsockname()[1]}")
            async with asyncio.TaskGroup() as group:
                for child in children:
                    group.create_task(child.keep(orders.stop))
                group.create_task(household.standby.keep(orders.stop))
                if location.embedded is not None:
                    group.create_task(_keep_database(location.embedded, orders.stop))
                group.create_task(_end(orders, children, listening, settings.stop_notice_ms / 1000))


async def _end(
    orders: Orders, children: list[Child], listening: socket.socket, notice_s: float
) -> None:
    """See a stop through: first what is told to those who ask, then the door, then the work."""
    await orders.notice.wait()
    for child in children:
        child.tell(NOTICE)
    await wait(orders.stop, notice_s)
    # Who comes now is refused at once and goes elsewhere; a door that nobody answers behind would
    # keep them waiting for as long as the others finish.
    listening.close()
    orders.stop.set()


def _household(environ: dict[str, str], plan: Plan, listening: socket.socket) -> _Household:
    fd = listening.fileno()

    def ours(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "app.supervisor", *arguments, str(os.getpid())]

    http = ours("http", str(fd))
    standby = Standby(ours("http", str(fd), "when-told"), environ, fd)
    children = [
        Child(f"http {nth + 1}", http, environ, fd, reserve=standby.take)
        for nth in range(plan.http_processes)
    ]
    if plan.worker:
        children.append(Child("worker", ours("worker"), environ))
    return _Household(children, standby)


def _metrics_folder() -> TemporaryDirectory[str]:
    """Return where the processes add up what they count: in memory, unless TMPDIR says where.

    They map the files: on a disk without room the kernel would end whoever counts.
    """
    is_free = "TMPDIR" not in os.environ and os.access(_IN_MEMORY, os.W_OK)
    return TemporaryDirectory(prefix="idip-metrics-", dir=_IN_MEMORY if is_free else None)


async def _keep_database(embedded: EmbeddedServer, stop: asyncio.Event) -> None:
    while not stop.is_set():
        pause_s = _WATCH_EVERY_S
        try:
            await asyncio.to_thread(embedded.ensure_running)
        except Exception as error:  # noqa: BLE001 (there will be a next try, and callers get 503)
            log.warning("the embedded database does not start", failure=describe(error))
            pause_s = _TRY_EVERY_S
        await wait(stop, pause_s)


async def _patiently(step: Callable[[], Awaitable[None]], notice: asyncio.Event) -> None:
    """Take a step that needs the database, which may still be starting beside us.

    Told to stop meanwhile, it is left where it is: each is of a kind that can be taken again.
    """
    loop = asyncio.get_running_loop()
    limit = loop.time() + DATABASE_PATIENCE_S
    while not notice.is_set():
        try:
            return await _unless_told(notice, step())
        except Unavailable as problem:
            if loop.time() > limit:
                raise SettingsError(f"the database cannot be used: {problem.detail}") from None
        await wait(notice, _TRY_EVERY_S)
    return None


async def _unless_told(notice: asyncio.Event, work: Awaitable[None]) -> None:
    doing = asyncio.ensure_future(work)
    told = asyncio.create_task(notice.wait())
    try:
        await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()
        given_up = doing.cancel()
        with suppress(asyncio.CancelledError) if given_up else nullcontext():
            await doing


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


def _orders_from_signals() -> Orders:
    orders = Orders()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, orders.end_soon)
    loop.add_signal_handler(signal.SIGINT, orders.end_now)  # somebody sits before it
    return orders
