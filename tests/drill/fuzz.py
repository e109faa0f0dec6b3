"""Does anything that the contract allows, or nearly allows, break the service or the contract?

    scripts/drill fuzz --cases 20000 --seed 1

schemathesis makes requests up from the contract that the real service serves, those that fit it and
those that do not, one by one and along the ids that answers name, and holds every answer against it
with all its checks.  A round takes about a minute; rounds are played until there were enough.

What was found wrong is never waived: there is no baseline.  Refusals by a rule that no schema can
hold are named one by one in ``fuzz_hooks``.  A refusal by another of something the contract allows
is a gap in the contract, and found by chance; with ``--refusals tell`` it is told but fails nobody,
so that a landing does not hang on the luck of the draw.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx

from app.access.scopes import Scope
from tests.builders import a_sale, email, phone
from tests.drill.running import ROOT, Running, served

CI_CASES: Final = 1_500
ROUND_S: Final = 55
"""How long a round takes, at least two thirds of it at random and along links."""

MOST_ROUNDS: Final = 30
PEOPLE: Final = 60
_LIMIT_S: Final = 600
_REFUSED: Final = "Schema-valid request rejected"
_NEEDED: Final = ("coverage", "fuzzing", "stateful")
_PHASES: Final = ("examples", *_NEEDED)
"""The contract need not have examples."""


class DrillFailed(Exception):
    """The drill itself could not look."""


@dataclass(slots=True)
class Figures:
    """What the rounds found."""

    rounds: int = 0
    cases: int = 0
    operations: int = 0
    findings: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    """What the contract allows and a rule that is not listed refused."""

    bugs: list[str] = field(default_factory=list)
    """Where the service logged errors nobody had thought of, each place once."""

    words: str = ""
    """What schemathesis said of its findings."""

    @property
    def promise_kept(self) -> bool:
        """Tell whether nothing was found, by who looked."""
        return self.cases > 0 and not self.findings and not self.bugs

    def is_well(self, *, refusals_fail: bool) -> bool:
        """Tell whether the promise is kept, and the contract tells all that is refused."""
        return self.promise_kept and not (refusals_fail and self.refusals)


def drill(*, cases: int, round_s: int, seed: int) -> Figures:
    """Serve, and play rounds until there were so many cases."""
    figures = Figures()
    with served() as running, TemporaryDirectory() as folder:
        key = running.new_key(*Scope)
        known = Path(folder, "known.json")
        known.write_text(json.dumps(_known(running.url, key)), "utf-8")
        while figures.cases < cases and figures.rounds < MOST_ROUNDS:
            _play(running.url, key, known, round_s, seed + figures.rounds, figures)
        figures.bugs = sorted(set(_bugs(running)))
    return figures


def _known(url: str, key: str) -> dict[str, Any]:
    """Tell of some people and ring for some; return the ids of what is there then."""
    with httpx.Client(
        base_url=url, headers={"authorization": f"Bearer {key}"}, timeout=30, trust_env=False
    ) as http:
        told = http.post("/v1/events", json=[_sale(nth) for nth in range(PEOPLE)])
        rung = [http.post("/v1/touchpoints", json=_ring(nth)) for nth in range(PEOPLE // 2)]
        keys = http.get("/v1/keys")
        return {
            "customers": [item["customer_id"] for item in told.raise_for_status().json()["items"]],
            "decisions": [
                decision["decision_id"]
                for answer in rung
                for decision in answer.raise_for_status().json()["decisions"]
            ],
            "key_id": keys.raise_for_status().json()["items"][0]["key_id"],
        }


def _sale(nth: int) -> dict[str, Any]:
    return a_sale(
        f"{nth + 1}.50",
        id=f"F-{nth}",
        order_id=f"O-{nth}",
        record_key=f"C-{nth}",
        identifiers=[_phone(nth), email(f"somebody.{nth}@example.com")],
        profile={"name": f"Somebody {nth}"},
    )


def _ring(nth: int) -> dict[str, Any]:
    return {
        "interaction": {"source": "pbx", "id": f"call-{nth}"},
        "channel": "voice",
        "direction": "inbound",
        "identifiers": [_phone(nth)],
        "context": {"reason_closed": True},
    }


def _phone(nth: int) -> dict[str, str]:
    return phone(f"+55 11 9{80000000 + nth}")


def _play(url: str, key: str, known: Path, round_s: int, seed: int, figures: Figures) -> None:
    """Play one round and add what it found."""
    report = known.with_name(f"round-{figures.rounds}.json")
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"),
            *("--header", f"X-API-Key: {key}"),
            *("--checks", "all", "--phases", ",".join(_PHASES), "--continue-on-failure"),
            *("--max-time", str(round_s), "--seed", str(seed), "--no-color"),
            *("--generation-with-security-parameters", "false", "--generation-database", "none"),
            *("--report", "json", "--report-json-path", str(report)),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "FUZZ_KNOWN": str(known),
            "SCHEMATHESIS_HOOKS": "tests.drill.fuzz_hooks",
        },
        check=False,
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
    )
    if not report.is_file():
        raise DrillFailed(f"schemathesis gave no report:\n{ran.stdout[-4_000:]}{ran.stderr}")
    told = json.loads(report.read_text("utf-8"))
    figures.rounds += 1
    figures.cases += told["test_cases"]["generated"]
    figures.operations = told["operations"]["tested"]
    found = list(_found(told))
    figures.refusals += [finding for finding in found if finding.startswith(_REFUSED)]
    figures.findings += [finding for finding in found if not finding.startswith(_REFUSED)]
    if found:
        figures.words += ran.stdout


def _found(told: dict[str, Any]) -> Iterator[str]:
    """Yield what a report holds against the service, or against the round itself."""
    for failure in told["failures"]:
        for operation in failure["operations"]:
            yield f"{failure['title']}: {operation}"
    for error in told["errors"]:
        yield f"an error of the round: {error}"
    for name in _NEEDED:
        if told["phases"][name]["status"] == "skip":
            yield f"the phase {name} was left out"
    if told["operations"]["tested"] < told["operations"]["total"]:
        yield f"{told['operations']['total'] - told['operations']['tested']} operations not tried"


def _bugs(running: Running) -> Iterator[str]:
    """Yield where the service logged what nobody had thought of."""
    for line in running.said.read_text("utf-8").splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("level") == "error":
            yield f"{said.get('failure')} at {str(said.get('stack')).rpartition(chr(10))[2]}"


def table(figures: Figures) -> str:
    """Return the figures as a person reads them."""
    rows = [
        ("cases", f"{figures.cases} in {figures.rounds} rounds"),
        ("operations", str(figures.operations)),
        ("errors of ours", "; ".join(figures.bugs) or "none"),
        ("refusals no rule tells", "; ".join(figures.refusals) or "none"),
        ("findings", "; ".join(figures.findings) or "none"),
    ]
    return "\n".join(f"{name:<30}{value}" for name, value in rows)


def main(arguments: Sequence[str]) -> int:
    """Run the drill, print its figures, and return 1 if anything was found."""
    asking = argparse.ArgumentParser(prog="scripts/drill fuzz", description=__doc__.splitlines()[0])
    asking.add_argument("--cases", type=int, default=CI_CASES, help="at least so many")
    asking.add_argument("--seconds", type=int, default=ROUND_S, help="how long a round takes")
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument(
        "--refusals", choices=("fail", "tell"), default="fail", help="by rules that are not listed"
    )
    given = asking.parse_args(arguments)
    figures = drill(cases=given.cases, round_s=given.seconds, seed=given.seed)
    if figures.words:
        sys.stdout.write(figures.words + "\n")
    sys.stdout.write(table(figures) + "\n")
    return 0 if figures.is_well(refusals_fail=given.refusals == "fail") else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
