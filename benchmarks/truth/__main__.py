"""How near the truth is the service?  Make a company, load it, export, ask, and compare.

    make truth                                       2,000 customers, seed 1
    make truth ARGS='--customers 10000 --seed 7 --rate all=0'

Everything goes through the commands and the interface that anybody has, against an embedded
database of its own. Writes ``truth-<customers>-<seed>.md`` and ``.json``.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.truth.decisions import decisions
from benchmarks.truth.identity import identity
from benchmarks.truth.page import page
from benchmarks.truth.service import ROOT, Idip, new_idip
from benchmarks.truth.store import Store
from benchmarks.truth.value import value


def main() -> None:
    asked = _arguments()
    with tempfile.TemporaryDirectory() as folder, new_idip() as idip:
        report = measure(idip, Path(folder), asked)
    asked.out.mkdir(parents=True, exist_ok=True)
    name = f"truth-{asked.customers}-{asked.seed}{asked.name and f'-{asked.name}'}"
    (asked.out / f"{name}.json").write_text(json.dumps(report, indent=2) + "\n")
    text = page(report)
    (asked.out / f"{name}.md").write_text(text)
    print(text)


def measure(idip: Idip, folder: Path, asked: Namespace) -> dict[str, Any]:
    files = {
        name: folder / f"{name}.ndjson"
        for name in ("made", "truth", "records", "events", "customers")
    }
    seconds = {
        "making": idip.run("simulate", "--out", files["made"], *_simulated(asked, files["truth"])),
        "loading": idip.run("load", files["made"]),
        "scoring": idip.run("score", "--activate"),
    }
    for what in ("records", "events", "customers"):
        idip.run("export", what, "--out", files[what])
    store = Store(folder / "truth.sqlite")
    store.read_truth(files["truth"])
    store.read_records(files["records"])
    store.read_events(files["events"])
    store.read_customers(files["customers"])
    store.join()
    report: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "benchmarks.truth", *sys.argv[1:]]),
        "customers": asked.customers,
        "seed": asked.seed,
        "today": asked.today,
        "machine": _machine(),
        "note": asked.note,
        "events": _lines(files["made"]),
        "seconds": seconds,
        "identity": identity(store),
        "value": value(store),
    }
    if asked.people:
        with idip.serving() as api:
            report["decisions"] = decisions(store, api, asked.seed, asked.people)
    return report


def _simulated(asked: Namespace, truth: Path) -> list[object]:
    options: list[object] = ["--truth", truth, "--customers", asked.customers]
    options += ["--seed", asked.seed, "--today", asked.today, "--days", asked.days]
    options += ["--country", asked.country] if asked.country else []
    options += ["--dirt", asked.dirt] if asked.dirt else []
    return options + [word for rate in asked.rate for word in ("--rate", rate)]


def _machine() -> str:
    python = platform.python_version()
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {python}"


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for _ in file)


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="benchmarks.truth", description=__doc__)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=400, help="asked for decisions; 0 for none")
    parser.add_argument("--today", default=datetime.now(UTC).date().isoformat())
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--country", help="shares, as of idip simulate")
    parser.add_argument("--dirt", type=Path, help="rates, as of idip simulate")
    parser.add_argument("--rate", action="append", default=[], help="one rate, likewise")
    parser.add_argument("--name", default="", help="put behind the files' names")
    parser.add_argument("--note", default="", help="what was measured, put at the page's head")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    return parser.parse_args()


if __name__ == "__main__":
    main()
