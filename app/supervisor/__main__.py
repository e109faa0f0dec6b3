"""What runs in a process of ``idip serve``?  HTTP on the socket it is given, or a worker.

One for HTTP may be started before it is needed: then it loads everything and waits to be told.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import socket
import sys
from importlib import import_module
from typing import Final

import uvicorn

from app.api.stopping import NOTICE
from app.supervisor.child import DRAIN_LIMIT_S

KEEP_ALIVE_S: Final = 75
"""Longer than the minute for which proxies and pools keep a connection: who closes it first should
be the one that would use it again."""

_PR_SET_PDEATHSIG: Final = 1


def _take_all_descriptors() -> None:
    """Let connections be limited by what the system allows, not by what it begins with (1,024)."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _serve_http(fd: int, *, when_told: bool = False) -> None:
    """Serve on this socket; ``when_told``, load everything, and serve once there is a line to read.

    The line comes from the supervisor.  Should that end instead, so do we.
    """
    _take_all_descriptors()
    config = uvicorn.Config(
        "app.main:serving_app",
        factory=True,
        http="app.api.protocol:GuardedProtocol",
        ws="none",
        loop="uvloop",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # nothing here asks who called a proxy, or how
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=int(DRAIN_LIMIT_S) - 2,
    )
    if when_told:
        config.load()
        import_module("uvloop")
        if not sys.stdin.readline():
            return
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
    signal.signal(NOTICE, signal.SIG_IGN)  # it would end who does not listen for it (yet)
    _end_with(int(supervisor))
    match what:
        case ["http", fd]:
            _serve_http(int(fd))
        case ["http", fd, "when-told"]:
            _serve_http(int(fd), when_told=True)
        case ["worker"]:
            asyncio.run(import_module("app.jobs").run_worker())
        case _:
            sys.exit("this module is run by `idip serve`")


if __name__ == "__main__":
    _run_child(sys.argv[1:])
