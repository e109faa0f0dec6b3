"""How is one process kept alive?  Started again whenever it ends before it is told to.

One that cannot run is tried less and less often.  One that was killed is back at once, however
often: with all of them waiting nobody would answer.  Where another waits in reserve (``standby``),
that one takes its place.
"""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, TypeAlias

import structlog

log = structlog.get_logger(__name__)

DRAIN_LIMIT_S: Final = 10.0
"""How long a process may take to finish what it is doing."""

_FIRST_PAUSE_S: Final = 0.2
_LONGEST_PAUSE_S: Final = 10.0
_SETTLED_AFTER_S: Final = 10.0
_SHOT: Final = frozenset({-signal.SIGKILL, -signal.SIGTERM})
"""How a process ends that somebody else ended: an operator, a drill, a kernel short of memory."""

Reserve: TypeAlias = Callable[[], Process | None]
"""Gives a process that takes the place of one that ended, where there is one."""


def nobody() -> None:
    """Return no process: there is none in reserve."""


class Child:
    """A process that is started again whenever it ends before it is told to."""

    def __init__(
        self,
        name: str,
        command: list[str],
        environ: Mapping[str, str],
        *pass_fds: int,
        reserve: Reserve = nobody,
    ) -> None:
        """Run this command, letting it inherit these file descriptors only.

        Who comes from ``reserve`` was started with the same of these.
        """
        self._name = name
        self._command = command
        self._environ = environ
        self._pass_fds = pass_fds
        self._reserve = reserve
        self._process: Process | None = None

    async def keep(self, stop: asyncio.Event) -> None:
        """Start it as often as it takes, less and less quickly if it keeps dying by itself."""
        loop = asyncio.get_running_loop()
        pause_s = 0.0
        while not stop.is_set():
            began = loop.time()
            status = await self._run_once(stop)
            if stop.is_set():
                return
            pause_s = next_pause_s(pause_s, status, loop.time() - began)
            log.warning("a process died", process=self._name, status=status, pause_s=pause_s)
            await wait(stop, pause_s)

    def tell(self, order: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(order)

    async def _run_once(self, stop: asyncio.Event) -> int:
        process = self._reserve()
        if process is None:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                env=self._environ,
                pass_fds=self._pass_fds,
                # Ctrl-C reaches the whole terminal; who stops when is decided here.
                start_new_session=True,
            )
        self._process = process
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


def next_pause_s(pause_s: float, status: int, lived_s: float) -> float:
    """Return how long to wait before a process is started again, after a pause of ``pause_s``.

    Twice as long each time, up to ten seconds, for one that cannot run; no longer than the first
    time for one that had been up for longer than it would wait; not at all for one that was killed.
    """
    if status in _SHOT:
        return 0.0
    if lived_s > _SETTLED_AFTER_S:
        return _FIRST_PAUSE_S
    return min(max(_FIRST_PAUSE_S, 2 * pause_s), _LONGEST_PAUSE_S)


async def wait(stop: asyncio.Event, longest_s: float) -> bool:
    """Wait until told to stop, but no longer than that; tell which of the two it was."""
    with suppress(TimeoutError):
        async with asyncio.timeout(longest_s):
            await stop.wait()
    return stop.is_set()
