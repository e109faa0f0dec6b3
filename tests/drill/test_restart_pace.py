"""Is a killed process replaced at once, however often it is killed?

A pause that grows is for a process that cannot start.  One that served and was killed is not to be
waited for: with both HTTP processes in such a pause nobody answers for ten seconds.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

import psutil
import pytest

from app.supervisor import child
from app.supervisor.child import Child

pytestmark = pytest.mark.ci

KILLS = 6
GOAL_S = 2.0
SERVES = [sys.executable, "-c", "import time; time.sleep(60)"]
CANNOT_START = [sys.executable, "-c", "raise SystemExit(1)"]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses a supervisor makes; none of them takes time here."""
    made: list[float] = []

    async def noted(stop: asyncio.Event, longest_s: float) -> None:
        made.append(longest_s)
        if len(made) == KILLS:
            stop.set()

    monkeypatch.setattr(child, "wait", noted)
    return made


async def kill_children(stop: asyncio.Event) -> None:
    while not stop.is_set():
        for process in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if process.cmdline() == SERVES:
                    process.kill()
        await asyncio.sleep(0.01)


async def test_a_process_that_is_killed_again_and_again_is_back_soon(pauses: list[float]) -> None:
    stop = asyncio.Event()
    await asyncio.gather(Child("killed", SERVES, {}).keep(stop), kill_children(stop))
    assert max(pauses) < GOAL_S


async def test_a_process_that_cannot_start_is_tried_less_and_less(pauses: list[float]) -> None:
    await Child("broken", CANNOT_START, {}).keep(asyncio.Event())
    assert pauses == sorted(pauses)
    assert pauses[-1] > GOAL_S
