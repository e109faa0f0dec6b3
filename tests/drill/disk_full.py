"""What happens when the disk is full?  Reads go on, writes wait, and nothing acknowledged is lost.

    scripts/drill disk-full --rounds 3 --seed 1
    scripts/drill disk-full --least-free-mib 0      # the control: the server meets the last byte

The service lives on a small disk of its own (a tmpfs, for which we have to be root).  While callers
tell and ask, somebody else fills the disk to the last byte, leaves it so, and makes room again.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

import asyncpg
import httpx

from tests.drill.books import Reckoning
from tests.drill.callers import Caller, wrong_answers
from tests.drill.crash import listed, reckoned
from tests.drill.figures import Figure, nothing_of, tell, within
from tests.drill.running import Running, new_folder, served
from tests.drill.till import Till

NAME = "disk full"
CALLERS = 4
DISK_MIB = 320
LEAST_FREE_MIB = 96
"""Of the small disk; the default is for those of servers."""

FILLS_MIB_PER_S = 100
FULL_FOR_S = 4.0
GOAL_HEALED_S = 5.0
IN_FULL = "in full"
_LOG_FILES = 20
"""More than the server keeps ready for later."""

_CHUNK = 1024 * 1024
_PAUSE_S = 0.05
_MOST_HEALING_S = 60.0


class NotHere(Exception):
    """The drill cannot be run on this machine; the message says what it takes."""


@dataclass(slots=True)
class Asked:
    """How questions were answered while the disk was full."""

    answers: Counter[str] = field(default_factory=Counter)
    rings: Counter[str] = field(default_factory=Counter)
    """By why they were answered in part, or in full."""

    ready: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Found:
    """What a drill found."""

    healed_s: tuple[float, ...]
    asked: Asked
    refused: int
    wrong: Counter[str]
    acknowledged: int
    restarts: int
    books: Reckoning


@dataclass(frozen=True, slots=True)
class Disturbing:
    """What is done to the disk: how often it is filled, and for how long."""

    rounds: int = 3
    full_for_s: float = FULL_FOR_S
    wal: bool = False
    """Whether the server is made to need a new file of its log meanwhile: then it goes down."""


@contextmanager
def small_disk(mib: int) -> Iterator[Path]:
    """Yield a folder on a disk of so many MiB.

    Raises:
        NotHere: we may not mount one.
    """
    if os.geteuid() != 0:
        raise NotHere("needs root, to mount a small disk")
    folder = new_folder()
    folder.mkdir()
    kind = ["-t", "tmpfs", "-o", f"size={mib}m,mode=0755", "idip-drill"]
    done = subprocess.run(
        [which("mount") or "mount", *kind, str(folder)], check=False, capture_output=True
    )
    try:
        if done.returncode != 0:
            raise NotHere("needs to mount a small disk, which is not allowed here")
        try:
            yield folder
        finally:
            subprocess.run([which("umount") or "umount", "--lazy", str(folder)], check=True)
    finally:
        folder.rmdir()


def drill(disturbing: Disturbing, seed: int, least_free_mib: int) -> Found:
    """Serve on a small disk, and fill it as often as asked.

    Raises:
        NotHere: there can be no small disk.
    """
    with small_disk(DISK_MIB) as disk:
        data_dir = disk / "data"
        with served(data_dir=data_dir, IDIP_LEAST_FREE_MIB=str(least_free_mib)) as running:
            key = running.new_key("events:write", "identity:read", "decisions:write")
            tills = [Till(f"till-{nth}", seed) for nth in range(1, CALLERS + 1)]
            callers = [Caller(till, running.url, key) for till in tills]
            return asyncio.run(_drilled(disturbing, disk / "ballast", running, key, callers))


async def _drilled(
    disturbing: Disturbing, ballast: Path, running: Running, key: str, callers: Sequence[Caller]
) -> Found:
    stop = asyncio.Event()
    asked, healed, servers = Asked(), [], {running.postmaster()}
    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(caller.tell(stop))
        for _ in range(disturbing.rounds):
            await asyncio.sleep(2.0)
            await _fill(ballast)
            if disturbing.wal:
                await _need_more_log(running)
            await _ask(running.url, key, asked, disturbing.full_for_s)
            servers.add(running.postmaster())
            await asyncio.to_thread(ballast.unlink)
            healed.append(await _healed_after(callers))
            servers.add(running.postmaster())
        stop.set()
    told = [fact for caller in callers for fact in caller.till.told]
    attempts = [attempt for caller in callers for attempt in caller.heard.attempts]
    return Found(
        tuple(healed),
        asked,
        sum(attempt.status == 503 for attempt in attempts),
        Counter(wrong_answers(attempts, [])),
        sum(len(caller.heard.customers) for caller in callers),
        len({server.pid for server in servers if server is not None}) - 1,
        await reckoned(running.data_dir, told, callers),
    )


async def _fill(ballast: Path) -> None:
    """Write until there is no room for one byte more, as fast as a disk fills."""
    chunk = bytes(_CHUNK)
    with ballast.open("ab", buffering=0) as file:
        while chunk:
            try:
                file.write(chunk)
            except OSError:
                chunk = chunk[: len(chunk) // 2]
            await asyncio.sleep(len(chunk) / _CHUNK / FILLS_MIB_PER_S)


async def _need_more_log(running: Running) -> None:
    """Have the server end its file of the write-ahead log and begin another, which has no room."""
    server = await asyncpg.connect(
        host=str(running.data_dir / "socket"), port=5432, user="postgres", database="postgres"
    )
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        for _ in range(_LOG_FILES):
            await server.execute("SELECT pg_logical_emit_message(true, 'drill', 'x')")
            await server.execute("SELECT pg_switch_wal()")
    server.terminate()


async def _ask(url: str, key: str, asked: Asked, full_for_s: float) -> None:
    """Ask who somebody is, ring, and ask whether we are ready, for as long as the disk is full."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + full_for_s
    question = {"identifiers": [{"type": "phone", "value": "+55 11 98765-4321"}]}
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as http:
        while loop.time() < until_s:
            asked.answers[await _status(http, "/v1/identity/resolve", question)] += 1
            asked.rings[await _rung(http, question)] += 1
            asked.ready[await _readiness(http)] += 1
            await asyncio.sleep(_PAUSE_S)


async def _status(http: httpx.AsyncClient, path: str, document: object) -> str:
    try:
        return str((await http.post(path, json=document)).status_code)
    except httpx.TransportError as error:
        return type(error).__name__


async def _rung(http: httpx.AsyncClient, question: Mapping[str, object]) -> str:
    """Return why a call was answered in part: ``storage`` if only storing had to be left out."""
    try:
        answer = await http.post("/v1/touchpoints", json={"channel": "voice", **question})
    except httpx.TransportError as error:
        return type(error).__name__
    if answer.status_code != 200:
        return str(answer.status_code)
    return next(iter(answer.json()["degraded"]), IN_FULL)


async def _readiness(http: httpx.AsyncClient) -> str:
    try:
        answer = await http.get("/readyz")
    except httpx.TransportError as error:
        return type(error).__name__
    return f"writes {answer.json()['writes']}" if answer.is_success else str(answer.status_code)


async def _healed_after(callers: Sequence[Caller]) -> float:
    """Return after how long every caller was acknowledged anew."""
    loop = asyncio.get_running_loop()
    freed_s = loop.time()
    async with asyncio.timeout(_MOST_HEALING_S):
        while not all(caller.heard.acknowledged_from_s > freed_s for caller in callers):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return loop.time() - freed_s


def figures(found: Found, *, goes_down: bool) -> list[Figure]:
    """Return them as lines of the table; reads go on unless the server ``goes_down``."""
    reads, rings = found.asked.answers, found.asked.rings
    share = f"{reads['200']} of {reads.total()} answered"
    looked_up = rings["storage"] + rings[IN_FULL]
    rung = f"{looked_up} of {rings.total()} looked up"
    told = [
        Figure(NAME, "reads while it is full", share),
        Figure(NAME, "calls while it is full", rung),
        Figure(NAME, "restarts of the database", str(found.restarts), "> 0", found.restarts > 0),
    ]
    promised = [
        Figure(NAME, "reads while it is full", share, "all", reads["200"] == reads.total()),
        Figure(NAME, "calls while it is full", rung, "all", looked_up == rings.total()),
        nothing_of(NAME, "restarts of the database", found.restarts),
    ]
    return [
        *(told if goes_down else promised),
        Figure(NAME, "acknowledged events", str(found.acknowledged)),
        Figure(NAME, "writes refused with 503", str(found.refused), "> 0", found.refused > 0),
        Figure(NAME, "readiness while it is full", listed(found.asked.ready)),
        nothing_of(NAME, "lost, twice, misfiled", _wrongs(found.books)),
        Figure(NAME, "sums", "; ".join(found.books.sums) or "exact", "exact", not found.books.sums),
        Figure(NAME, "wrong answers", listed(found.wrong) or "none", "none", not found.wrong),
        within(NAME, "writes again after room is made", found.healed_s, GOAL_HEALED_S),
    ]


DEFAULT = Disturbing()


def _wrongs(books: Reckoning) -> int:
    return books.lost + books.twice + books.untold + books.misfiled


def run(
    disturbing: Disturbing = DEFAULT, seed: int = 1, least_free_mib: int = LEAST_FREE_MIB
) -> list[Figure]:
    """Return the figures of a drill, or why there are none."""
    try:
        return figures(drill(disturbing, seed, least_free_mib), goes_down=disturbing.wal)
    except NotHere as why:
        return [Figure(NAME, "not run", str(why))]


def main(arguments: Sequence[str]) -> int:
    """Run a drill, print its figures, and return 1 if a goal was missed."""
    asking = argparse.ArgumentParser(
        prog="scripts/drill disk-full", description=__doc__.splitlines()[0]
    )
    asking.add_argument("--rounds", type=int, default=3)
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument("--least-free-mib", type=int, default=LEAST_FREE_MIB)
    asking.add_argument("--full-for-s", type=float, default=FULL_FOR_S)
    asking.add_argument("--wal", action="store_true", help="let the server go down, too")
    asking.add_argument("--markdown", action="store_true")
    given = asking.parse_args(arguments)
    disturbing = Disturbing(given.rounds, given.full_for_s, given.wal)
    return tell(run(disturbing, given.seed, given.least_free_mib), as_markdown=given.markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
