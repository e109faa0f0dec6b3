"""How fast is it, and how does that hold as the company grows?  ``make bench``.

    bare         a bare ASGI application, one indexed statement of asyncpg     (a)
    framework    a plain FastAPI route that does the same                      (a2)
    resolve      POST /v1/identity/resolve
    touchpoint   POST /v1/touchpoints, the decision recorded
    event        POST /v1/events, one by one
    array        POST /v1/events, a thousand at once
    load         idip load: facts about customers who are known, and about new ones

Each at every size, in one run on one machine.  The databases are made once and
kept; what is measured is a copy of each.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from benchmarks import bases, crowd, served
from benchmarks.bases import Base
from benchmarks.caller import Target, saturate
from benchmarks.counted import STATEMENTS, statements_of
from benchmarks.crowd import ARRAY, Crowd
from benchmarks.loaded import load_per_s
from benchmarks.machine import machine
from benchmarks.measured import BARE, Candidate, Measured, measure, waits
from benchmarks.report import write
from benchmarks.served import Served

UNITS = {"": 1, "k": 1_000, "M": 1_000_000}
LARGE = 10_000_000
CALLERS = 8
ARRAY_CALLERS = 2
RESULTS = Path(__file__).parent / "results"
PATHS = {
    "resolve": "/v1/identity/resolve",
    "touchpoint": "/v1/touchpoints",
    "event": "/v1/events",
    "array": "/v1/events",
}


def main() -> None:
    asked = _arguments().parse_args()
    if asked.flame and shutil.which("py-spy") is None:
        sys.exit("--flame needs py-spy: pip install py-spy")
    told = uvloop.run(_run(asked))
    print(write(asked.out, f"{told['date'][:10]}{asked.name}", told).read_text("utf-8"))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    option = parser.add_argument
    option("--sizes", type=sizes, default="10k,100k,1M", help="customers of each (%(default)s)")
    option("--large", action="store_true", help="ten million customers, too")
    option("--rounds", type=int, default=7, help="turns of every candidate (%(default)s)")
    option("--seconds", type=float, default=3.0, help="of each in a round (%(default)s)")
    option("--rate", type=float, default=100.0, help="calls a second, for waiting (%(default)s)")
    option("--lines", type=int, default=50_000, help="of a file that is loaded (%(default)s)")
    kept = Path("/var/tmp/idip-bench")  # noqa: S108
    option("--data", type=Path, default=kept, help="where bases are kept (%(default)s)")
    option("--out", type=Path, default=RESULTS, help="where results go (%(default)s)")
    option("--name", default="", help="goes behind the date in the results' name")
    option("--fresh", action="store_true", help="make the databases anew")
    option("--flame", action="store_true", help="and a flame graph of each candidate")
    return parser


def sizes(text: str) -> list[int]:
    """Return the sizes of a list like 10k,1M: a base is made of whole copies of the first."""
    return [_size_of(each) for each in text.split(",")]


def _size_of(text: str) -> int:
    found = re.fullmatch(r"(\d+)([kM]?)", text)
    size = int(found[1]) * UNITS[found[2]] if found else 0
    if size == 0 or size % bases.FIRST:
        raise argparse.ArgumentTypeError(
            f"{text or 'nothing'} is no size: a base is a company of {bases.FIRST:,} customers,"
            " once or copied, so ask for a multiple of that, like 10k,120k,1M"
        )
    return size


async def _run(asked: argparse.Namespace) -> dict[str, Any]:
    where = machine()
    wanted = [*asked.sizes, *([LARGE] if asked.large else [])]
    found = []
    for size in wanted:
        async with bases.opened(asked.data, size, fresh=asked.fresh) as base:
            found.append(await _size(base, asked))
            where["postgres"] = await _postgres(base)
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "make bench ARGS=" + shlex.quote(shlex.join(sys.argv[1:])),
        "machine": where,
        "rounds": asked.rounds,
        "rate": asked.rate,
        "sizes": found,
        "aims": list(_aims(found)),
    }


async def _size(base: Base, asked: argparse.Namespace) -> dict[str, Any]:
    people = await crowd.drawn(base.dsn, seed=1)
    async with served.bare(base) as bare, served.service(base) as service:
        candidates = _candidates(people, base, bare, service)
        found = await measure(
            candidates, rounds=asked.rounds, seconds=asked.seconds, rate_per_s=asked.rate
        )
        if asked.flame:
            for each in candidates:
                await _flame(each, asked.out / f"flame-{base.customers}-{each.name}.svg")
        resident_mb = service.resident_mb
    counted = await statements_of(
        base,
        {name: (PATHS[name], bodies) for name, bodies in _bodies(people).items() if name in PATHS},
    )
    load = {"known customers": await load_per_s(base, people.sales(), asked.lines)}
    # Last of all: a base that is no copy keeps them.
    load["new customers"] = await load_per_s(base, crowd.strangers(), asked.lines)
    return {
        "customers": base.customers,
        "base": {**asdict(base.holds), "is_copy": base.is_copy},
        "resident_mb": resident_mb,
        "candidates": [_told(each, found, counted, asked.rate) for each in candidates],
        "load_per_s": load,
    }


def _bodies(people: Crowd) -> dict[str, Iterator[bytes]]:
    return {
        BARE: people.bare(),
        "framework": people.bare(),
        "resolve": people.resolve(),
        "touchpoint": people.touchpoint(),
        "event": people.event(),
        "array": people.array(),
    }


def _candidates(people: Crowd, base: Base, bare: Served, service: Served) -> list[Candidate]:
    headers = f"Authorization: Bearer {base.key}\r\n"
    return [
        Candidate(
            name,
            Target(service.port, PATHS[name], bodies, headers, ARRAY if name == "array" else 1)
            if name in PATHS
            else Target(bare.port, f"/{name}", bodies),
            service.pid if name in PATHS else bare.pid,
            ARRAY_CALLERS if name == "array" else CALLERS,
            is_ring=name not in {"event", "array"},
        )
        for name, bodies in _bodies(people).items()
    ]


def _told(
    candidate: Candidate, found: Measured, counted: dict[str, Any], rate: float
) -> dict[str, Any]:
    name = candidate.name
    waited = waits(found, name, rate)
    return {
        "name": name,
        "per_s": found.per_s(name),
        "ratio": found.ratio(name),
        "cpu_ratio": found.cpu_ratio(name),
        "cpu_ms": found.cpu_ms(name),
        "waits": waited and asdict(waited),
        "statements": counted[name][STATEMENTS] if name in counted else None,
        "rounds": [asdict(each) for each in found.rounds[name]],
    }


def _aims(told: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Yield each aim with what the first size reached, and of growth what the others did."""
    first = told[0]
    by_name = {each["name"]: each for each in first["candidates"]}

    def aim(what: str, value: float, least: float) -> tuple[str, str, str]:
        return f"{what} ≥ {least:g}", f"{value:,.3g}", "met" if value >= least else "missed"

    yield aim("resolve × bare", by_name["resolve"]["ratio"], 0.45)
    yield aim("touchpoint × bare", by_name["touchpoint"]["ratio"], 0.15)
    array, event = by_name["array"]["per_s"], by_name["event"]["per_s"]
    yield aim("array × events one by one", array / event, 8)
    yield aim("events a second in arrays", array, 2_500)
    yield aim("load of known customers, a second", first["load_per_s"]["known customers"], 5_000)
    for name in ("resolve", "touchpoint"):
        p50 = by_name[name]["waits"]["p50_ms"]
        for size in told[1:]:
            other = next(each for each in size["candidates"] if each["name"] == name)
            growth = other["waits"]["p50_ms"] / p50
            what = f"{name} p50 at {size['customers']:,} beside the first ≤ 1.3"
            yield what, f"{growth:.3g}", "met" if growth <= 1.3 else "missed"
    most = max(size["resident_mb"] for size in told)
    yield "resident MB < 150", f"{most}", "met" if most < 150 else "missed"


async def _flame(candidate: Candidate, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    command = ["py-spy", "record", "--pid", str(candidate.pid), "--duration", "8", "-o", str(path)]
    sampler = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    await saturate(candidate.target, candidate.callers, 9.0)
    await sampler.wait()


async def _postgres(base: Base) -> str:
    connection = await asyncpg.connect(base.dsn)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


if __name__ == "__main__":
    main()
