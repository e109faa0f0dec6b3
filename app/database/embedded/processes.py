"""Is a server really alive in this folder?  A pid file tells where to look, not what is there.

A number in ``postmaster.pid`` may belong to a zombie nobody has collected, or to a stranger that
was born with it after a crash.  A process of ours is one that lives and works in the folder.
"""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Final

import psutil
import structlog

from app.database.embedded.folders import SOCKET_NAME

log = structlog.get_logger(__name__)

PID_FILE: Final = "postmaster.pid"
_STATUS_LINE: Final = 7
_POLL_S: Final = 0.02
ORPHANS_LIMIT_S: Final = 120.0
STOP_LIMIT_S: Final = 120.0
IMMEDIATE_LIMIT_S: Final = 30.0


class ServerStuck(Exception):
    """A server process neither serves nor goes away; a person must look at it."""


def postmaster(cluster: Path) -> psutil.Process | None:
    """Return the living postmaster of a cluster, or none if the pid file is stale or absent."""
    lines = _pid_file(cluster)
    try:
        process = psutil.Process(int(lines[0]))
    except (IndexError, ValueError, psutil.NoSuchProcess):
        return None
    return process if _works_in(process, cluster) else None


def says_ready(cluster: Path) -> bool:
    """Tell whether the postmaster has written that it takes connections."""
    lines = _pid_file(cluster)
    return len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready"


def clear_stale(cluster: Path, socket_folder: Path) -> None:
    """Remove what a dead postmaster left, once none of its children is left in the folder.

    Two servers in one folder destroy it.  Backends notice their postmaster's death by themselves,
    some only when their statement ends.  PostgreSQL clears up after itself, except where the old
    process number means something else by now, or a zombie.

    Raises:
        ServerStuck: some are still there after two minutes.
    """
    files = (cluster / PID_FILE, socket_folder / f"{SOCKET_NAME}.lock", socket_folder / SOCKET_NAME)
    if not any(file.exists() for file in files):
        return
    limit = time.monotonic() + ORPHANS_LIMIT_S
    while orphans := _processes_in(cluster):
        if time.monotonic() > limit:
            pids = ", ".join(str(process.pid) for process in orphans)
            raise ServerStuck(f"processes of a dead server still use {cluster}: {pids}")
        time.sleep(_POLL_S)
    for file in files:
        file.unlink(missing_ok=True)
    log.info("cleared up after a dead server")


def stop(process: psutil.Process) -> None:
    """Stop a postmaster: fast (open transactions are rolled back), or else at once.

    Raises:
        ServerStuck: it is still there after both.
    """
    for order, limit_s in ((signal.SIGINT, STOP_LIMIT_S), (signal.SIGQUIT, IMMEDIATE_LIMIT_S)):
        try:
            process.send_signal(order)
        except psutil.NoSuchProcess:
            return
        if _gone(process, limit_s):
            return
        log.warning("the embedded server does not stop", order=order.name)
    raise ServerStuck(f"the embedded server, process {process.pid}, does not stop")


def is_alive(process: psutil.Process) -> bool:
    """Tell whether a process still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _gone(process: psutil.Process, limit_s: float) -> bool:
    limit = time.monotonic() + limit_s
    while is_alive(process):
        if time.monotonic() > limit:
            return False
        time.sleep(_POLL_S)
    return True


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / PID_FILE).read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []


def _processes_in(cluster: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _works_in(process, cluster)]


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return is_alive(process) and Path(process.cwd()) == cluster
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False
