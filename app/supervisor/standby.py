"""Who takes the place of an HTTP process that died?  One that has loaded everything and waits.

Loading takes a process about two seconds of a core, the very core that its living neighbour needs
while it answers for both.  So it is done beforehand, by one process for whichever dies next.
"""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

import structlog

from app.supervisor.child import next_pause_s, wait

log = structlog.get_logger(__name__)

FIRST_AFTER_S: Final = 5.0
"""So long the processes that are to serve at once have the cores to themselves."""

_NEXT_AFTER_S: Final = 1.0
_SERVE: Final = b"\n"


class Standby:
    """One process that waits to be told to serve, and another one as soon as it has been."""

    def __init__(self, command: list[str], environ: Mapping[str, str], *pass_fds: int) -> None:
        """Keep a process of this command, which waits for a line, inheriting these descriptors."""
        self._command = command
        self._environ = environ
        self._pass_fds = pass_fds
        self._waiting: Process | None = None
        self._taken = asyncio.Event()

    async def keep(self, stop: asyncio.Event) -> None:
        """Have one waiting until told to stop, which ends it: it has nothing to finish."""
        loop = asyncio.get_running_loop()
        pause_s = FIRST_AFTER_S
        while not await wait(stop, pause_s):
            began = loop.time()
            status = await self._wait_once(stop)
            pause_s = _NEXT_AFTER_S
            if status is not None and not stop.is_set():
                pause_s = max(pause_s, next_pause_s(pause_s, status, loop.time() - began))
                log.warning("the process in reserve died", status=status, pause_s=pause_s)

    def take(self) -> Process | None:
        """Return the process, told to serve from now on, or None where none is waiting."""
        process, self._waiting = self._waiting, None
        if process is None or process.returncode is not None or process.stdin is None:
            return None
        process.stdin.write(_SERVE)
        process.stdin.close()
        self._taken.set()
        return process

    async def _wait_once(self, stop: asyncio.Event) -> int | None:
        """Return the status it ended with, or None when it was taken."""
        self._taken.clear()
        self._waiting = process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=PIPE,
            env=self._environ,
            pass_fds=self._pass_fds,
            start_new_session=True,
        )
        untils = [
            asyncio.create_task(until()) for until in (process.wait, self._taken.wait, stop.wait)
        ]
        await asyncio.wait(untils, return_when=asyncio.FIRST_COMPLETED)
        for until in untils:
            until.cancel()
        if self._taken.is_set():
            return None
        self._waiting = None
        with suppress(ProcessLookupError):
            process.kill()
        return await process.wait()
