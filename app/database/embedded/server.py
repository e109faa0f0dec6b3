"""When does the embedded server run?  Started by the first that needs it, stopped by the last.

Every process that uses it holds a shared lock on ``attached.lock`` for as long as it lives, which
even ``kill -9`` lets go.  The server is a child of nobody in particular: killing who started it
leaves it running, and the next start finds it alive and attaches.

These functions block (they wait for disks and processes): call them from a thread.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Self
from urllib.parse import quote

import asyncpg
import psutil
import structlog

from app.database.embedded import cluster, processes
from app.database.embedded.account import CLEAN_ENVIRONMENT, server_account, service_account
from app.database.embedded.binaries import reachable_binaries
from app.database.embedded.folders import (
    SOCKET_NAME,
    Folders,
    prepare_folders,
    socket_folder,
)
from app.settings import SettingsError

log = structlog.get_logger(__name__)

START_LIMIT_S: Final = 600.0
"""Recovery after a crash replays up to a gigabyte of log; a start that takes so long is a fault."""

UNREACHABLE_LIMIT_S: Final = 10.0
"""A server that says it is ready and does not answer has lost its socket."""

_PROGRESS_EVERY_S: Final = 5.0
_POLL_S: Final = 0.02
_PROBE_LIMIT_S: Final = 2.0


class EmbeddedServer:
    """A PostgreSQL of our own, attached to by this process."""

    def __init__(self, folders: Folders) -> None:
        """Use ``attach``; this only remembers where things are."""
        self._folders = folders
        self._socket = folders.near_socket_folder
        self._attached: IO[bytes] | None = None

    @classmethod
    def attach(cls, data_dir: Path, account: str) -> Self:
        """Start the server unless one answers already, and keep it from being stopped.

        ``account`` is the system account it runs under when we are root.

        Raises:
            SettingsError: it cannot run here; the message says what to set.
            ServerStuck: a server that neither serves nor stops is in the way.
        """
        try:
            server = cls(prepare_folders(data_dir, server_account(account)))
            with server._starting():
                server._start_if_needed()
                server._attached = _open_private(server._folders.attached_lock)
                fcntl.flock(server._attached, fcntl.LOCK_SH)
        except OSError as error:
            raise SettingsError(
                f"the embedded database cannot live in {data_dir} ({error.strerror}): set"
                " IDIP_DATA_DIR to a folder of ours; root must also be free to change accounts"
            ) from error
        return server

    @property
    def url(self) -> str:
        """Return the URL of the service's database, for its own role."""
        return self.url_of(cluster.DATABASE, cluster.ROLE)

    def url_of(self, database: str, role: str) -> str:
        """Return the URL of a database of this server, by way of its socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._socket), safe='')}&port=5432"

    def ensure_running(self) -> None:
        """Start the server again if it or its socket is gone; for a supervisor, now and then.

        Raises:
            SettingsError, ServerStuck: as for ``attach``.
        """
        is_there = (self._socket / SOCKET_NAME).exists()
        if is_there and processes.postmaster(self._folders.cluster) is not None:
            return
        log.warning("the embedded server is gone; starting it again")
        with self._starting():
            self._start_if_needed()

    def release(self) -> bool:
        """Let go of the server; the last one out stops it, and is told so by ``True``."""
        attached, self._attached = self._attached, None
        if attached is None:
            return False
        with self._starting(), attached:
            try:
                fcntl.flock(attached, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False  # somebody else still uses it
            if process := processes.postmaster(self._folders.cluster):
                processes.stop(process)
            return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """Keep everybody else from starting or stopping the server meanwhile."""
        with _open_private(self._folders.start_lock) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _start_if_needed(self) -> None:
        self._socket = socket_folder(self._folders)
        process = processes.postmaster(self._folders.cluster)
        if process and self._wait_until_it_answers(process):
            return
        if process and processes.is_alive(process):
            processes.stop(process)
        processes.clear_stale(self._folders.cluster, self._socket)
        process = self._start()
        if not self._wait_until_it_answers(process):
            raise SettingsError(f"the embedded database does not start: {self._last_words()}")

    def _start(self) -> psutil.Process:
        account = self._folders.account
        binaries = reachable_binaries(account, self._folders.binaries)
        cluster.ensure_cluster(self._folders, binaries, service_account())
        with _open_private(self._console()) as console:
            console.truncate()
            child = subprocess.Popen(  # noqa: S603 (the wheel's own program)
                cluster.start_command(self._folders, binaries, self._socket),
                cwd="/",
                env=CLEAN_ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                # A file: the server would keep a pipe of ours open for ever.
                stdout=console,
                stderr=console,
                # A session of its own: Ctrl-C on our terminal is not for the server.
                start_new_session=True,
                **account.child_options,
            )
        process = psutil.Process(child.pid)
        # Should it die before us, somebody must collect it: a zombie passes for a living server.
        threading.Thread(target=child.wait, name="collect postmaster", daemon=True).start()
        return process

    def _wait_until_it_answers(self, process: psutil.Process) -> bool:
        """Wait through start and recovery; false if the server died or lost its socket.

        Raises:
            ServerStuck: it has been at it for ten minutes.
        """
        began = told = time.monotonic()
        ready_since: float | None = None
        while processes.is_alive(process):
            now = time.monotonic()
            # To one that recovers each question is a process more to start, and to end.
            if processes.says_ready(self._folders.cluster):
                if self._answers():
                    return True
                ready_since = ready_since or now
                if now - ready_since > UNREACHABLE_LIMIT_S:
                    return False
            if now - told > _PROGRESS_EVERY_S:
                told = now
                log.info("waiting for the embedded database", waited_s=round(now - began))
            if now - began > START_LIMIT_S:
                raise processes.ServerStuck("the embedded database has not started in ten minutes")
            time.sleep(_POLL_S)
        return False

    def _answers(self) -> bool:
        """Ask the server behind the socket for an answer, and whether this is its data folder."""
        return asyncio.run(_is_served_from(self._folders.cluster, self._socket))

    def _console(self) -> Path:
        return self._folders.data_dir / "postgres.out"

    def _last_words(self) -> str:
        """Return the end of what the server said, on its console or later in its newest log."""
        logs = (self._folders.cluster / "log").glob("*.log")
        newest = sorted([self._console(), *logs], key=lambda log: log.stat().st_mtime_ns)
        lines = [line for log in newest[-2:] for line in log.read_text("utf-8").splitlines()]
        return "\n".join(lines[-4:])


async def _is_served_from(data_directory: Path, socket: Path) -> bool:
    try:
        connection = await asyncpg.connect(
            host=str(socket),
            port=5432,
            user=cluster.SUPERUSER,
            database="postgres",
            timeout=_PROBE_LIMIT_S,
            command_timeout=_PROBE_LIMIT_S,
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InternalClientError):
        return False
    try:
        found = await connection.fetchval("SELECT current_setting('data_directory')")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return False
    finally:
        connection.terminate()
    return bool(found == str(data_directory))


def _open_private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+")
