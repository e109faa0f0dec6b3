"""What runs in a process of ``idip serve``?  HTTP on the socket it is given, or a worker."""

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


def _serve_http(fd: int) -> None:
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
        timeout_keep_alive=KEEP_ALIVE_S,
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
    signal.signal(NOTICE, signal.SIG_IGN)  # it would end who does not listen for it (yet)
    _end_with(int(supervisor))
    match what:
        case ["http", fd]:
            _serve_http(int(fd))
        case ["worker"]:
            asyncio.run(import_module("app.jobs").run_worker())
        case _:
            sys.exit("this module is run by `idip serve`")


if __name__ == "__main__":
    _run_child(sys.argv[1:])
