"""How near the truth is the service?  Make a company, load it, export, ask, and compare.

    make truth                                       2,000 customers, seed 1
    make truth ARGS='--customers 10000 --seed 7 --rate all=0'
    make truth ARGS='--people 0 --least-f1 0.75'     fails if identity is worse than that

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
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.machine import revision
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
    if (missed := shortfall(report, asked.least_f1)) is not None:
        sys.exit(missed)


def shortfall(report: dict[str, Any], least_f1: float | None) -> str | None:
    """Say by how much identity misses what was asked of it, if it does."""
    f1 = report["identity"]["pairs"]["f1"]
    if least_f1 is None or (f1 is not None and f1 >= least_f1):
        return None
    told = "nothing, as there are no pairs" if f1 is None else f"{f1:.4f}"
    return f"identity's F1 over pairs is {told}; at least {least_f1:g} was asked for"


def measure(idip: Idip, folder: Path, asked: Namespace) -> dict[str, Any]:
    code = revision()  # of what is about to run: it takes a while
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
        **code,
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
    parser = ArgumentParser(
        prog="make truth", description=__doc__, formatter_class=RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    option("--customers", type=int, default=2_000, help="people in the company (%(default)s)")
    option("--seed", type=int, default=1, help="the same gives the same company (%(default)s)")
    option("--people", type=int, default=400, help="asked for decisions; 0 for none (%(default)s)")
    today = datetime.now(UTC).date().isoformat()
    option("--today", default=today, help="the day before which all of it happened (%(default)s)")
    option("--days", type=int, default=730, help="how long the history is (%(default)s)")
    option("--country", help="shares, as of idip simulate (its own)")
    option("--dirt", type=Path, help="a file of rates, as of idip simulate (its own)")
    option("--rate", action="append", default=[], help="one rate, likewise; again for the next")
    option(
        "--least-f1",
        type=_ratio,
        metavar="RATIO",
        help="exit with 1 if identity's F1 over pairs is below this, 0 to 1 (no such gate)",
    )
    option("--name", default="", help="put behind the files' names")
    option("--note", default="", help="what was measured, put at the page's head")
    results = ROOT / "benchmarks" / "results"
    option("--out", type=Path, default=results, help="folder of page and JSON (%(default)s)")
    return parser.parse_args()


def _ratio(text: str) -> float:
    ratio = float(text)
    if not 0 <= ratio <= 1:
        raise ArgumentTypeError(f"{text} is not between 0 and 1")
    return ratio


if __name__ == "__main__":
    main()
