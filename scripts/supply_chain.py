"""Is what we ship known to be sound, all listed, and free of secrets?

    python scripts/supply_chain.py                  every check
    python scripts/supply_chain.py secrets image    these

advisories   no locked package has a published vulnerability
secrets      no file holds a password, a key or a token
bill         the bill of materials lists what is locked, all of it and nothing else
image        the Dockerfile breaks no rule of hadolint

The tools behind them end green when they could see nothing.  So each is given a bait first, which
it must find, and what it looked at is counted: a check that could not look has failed.
`make supply-chain` calls this with its tools on the path.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
LOCK: Final = ROOT / "requirements" / "run.lock"
BASELINE: Final = ROOT / ".secrets.baseline"
IGNORED: Final = ROOT / "dist"

KNOWN_TO_BE_BAD: Final = "pyyaml==5.3"
"""Runs what is in the file it reads (CVE-2020-14343)."""

LOOKS_LIKE_A_KEY: Final = "-----BEGIN " + "RSA PRIVATE KEY-----\n"
BREAKS_A_RULE: Final = "FROM debian:latest\n"
_LIMIT_S: Final = 900

Pins = Mapping[str, str]
"""Version by name, both as normalised by PEP 503."""


class CouldNotLook(Exception):
    """A check can say nothing, neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was looked at, and what is wrong with it."""

    at: str
    faults: list[str] = field(default_factory=list)


def pins(lock: str) -> Pins:
    """Return what a lock installs on this machine."""
    lines = (line.rstrip("\\ ") for line in lock.splitlines() if line[:1].isalnum())
    asked = (Requirement(line) for line in lines)
    return {
        _normal(one.name): str(one.specifier).removeprefix("==")
        for one in asked
        if one.marker is None or one.marker.evaluate()
    }


# --- what a tool's report says --------------------------------------------------------------------


def audit_faults(report: Mapping[str, Any], wanted: Pins) -> list[str]:
    """Name every vulnerability of the wanted packages, and who was not looked up."""
    found = {_normal(entry["name"]): entry for entry in report["dependencies"]}
    vulnerable = [
        f"{name} {version}: {vulnerability['id']}, {_mended(vulnerability)}"
        for name, version in wanted.items()
        for vulnerability in found.get(name, {}).get("vulns", ())
    ]
    unseen = [name for name in wanted if found.get(name, {}).get("version") != wanted[name]]
    if unseen:
        vulnerable.append(f"{len(unseen)} of {len(wanted)} not looked up: {', '.join(unseen)}")
    return vulnerable


def secret_faults(report: Mapping[str, Any], baseline: Mapping[str, Any]) -> list[str]:
    """Name every place that may hold a secret and that nobody has judged harmless; never quote."""
    harmless = {
        _fingerprint(path, entry)
        for path, entries in baseline["results"].items()
        for entry in entries
        if entry.get("is_secret") is False
    }
    return [
        f"{path}:{entry['line_number']}: {entry['type']}"
        for path, entries in sorted(report["results"].items())
        for entry in entries
        if _fingerprint(path, entry) not in harmless
    ]


def bill_faults(bill: Mapping[str, Any], wanted: Pins) -> list[str]:
    """Name what is locked and not on the bill, on it and not locked, or without a licence."""
    components = bill.get("components", [])
    listed = {(_normal(part["name"]), part["version"]) for part in components}
    locked = set(wanted.items())
    return [
        *(f"{name} {version}: locked and not listed" for name, version in sorted(locked - listed)),
        *(f"{name} {version}: listed and not locked" for name, version in sorted(listed - locked)),
        *(f"{part['name']}: no licence" for part in components if not part.get("licenses")),
    ]


def image_faults(report: Iterable[Mapping[str, Any]]) -> list[str]:
    """Name every rule that is broken, and where."""
    return [f"{one['file']}:{one['line']}: {one['code']} {one['message']}" for one in report]


def _normal(name: str) -> str:
    return canonicalize_name(name)


def _mended(vulnerability: Mapping[str, Any]) -> str:
    versions = vulnerability.get("fix_versions")
    return f"mended in {', '.join(versions)}" if versions else "not mended yet"


def _fingerprint(path: str, entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Tell a place by its content: lines move."""
    return path, entry["type"], entry["hashed_secret"]


# --- looking --------------------------------------------------------------------------------------


def advisories() -> Looked:
    """Look every locked package up among the published vulnerabilities."""
    with TemporaryDirectory() as folder:
        bait = Path(folder, "bait.txt")
        bait.write_text(KNOWN_TO_BE_BAD, "utf-8")
        if not any(entry.get("vulns") for entry in _audited(bait)["dependencies"]):
            raise CouldNotLook(f"nothing is known against {KNOWN_TO_BE_BAD}: no advisories here")
    wanted = pins(LOCK.read_text("utf-8"))
    return Looked(f"{len(wanted)} packages", audit_faults(_audited(LOCK), wanted))


def secrets() -> Looked:
    """Search every file that is or could be committed."""
    listing = _said("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = [
        path
        for path in listing.split("\0")
        if path and path != BASELINE.name and (ROOT / path).is_file()
    ]
    if not paths:
        raise CouldNotLook("git names no file")
    IGNORED.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=IGNORED) as folder:  # the search passes over what is elsewhere
        bait = Path(folder, "bait.py")
        bait.write_text(LOOKS_LIKE_A_KEY, "utf-8")
        laid = str(bait.relative_to(ROOT))
        # Without --no-verify it would try what it finds at whoever gave the key out.
        report = _report("detect-secrets", "scan", "--no-verify", "--all-files", *paths, laid)
    if report["results"].pop(laid, None) is None:
        raise CouldNotLook("a private key was laid out and not found")
    baseline = json.loads(BASELINE.read_text("utf-8"))
    return Looked(f"{len(paths)} files", secret_faults(report, baseline))


def bill() -> Looked:
    """Make the bill of materials and compare it with the lock."""
    wanted = pins(LOCK.read_text("utf-8"))
    with TemporaryDirectory() as folder:
        made = Path(folder, "bill.json")
        _said(str(ROOT / "scripts" / "sbom"), str(made))
        return Looked(f"{len(wanted)} packages", bill_faults(json.loads(made.read_text()), wanted))


def image() -> Looked:
    """Hold the Dockerfile against the rules of hadolint."""
    lint = ("hadolint", "--format", "json")
    if not image_faults(_report(*lint, "-", given=BREAKS_A_RULE)):
        raise CouldNotLook("a broken rule was laid out and not found")
    return Looked("Dockerfile", image_faults(_report(*lint, "Dockerfile")))


def _audited(requirements: Path) -> Any:
    lookup = ("pip-audit", "--format", "json", "--progress-spinner", "off")
    return _report(*lookup, "--no-deps", "--disable-pip", "--requirement", str(requirements))


def _report(*command: str, given: str = "") -> Any:
    try:
        return json.loads(_said(*command, given=given))
    except ValueError:
        raise CouldNotLook(f"{command[0]} gave no report") from None


def _said(*command: str, given: str = "") -> str:
    """Return what a tool wrote; its exit code means other things with each."""
    try:
        done = subprocess.run(  # noqa: S603 (our own tools)
            command,
            check=False,
            cwd=ROOT,
            input=given,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CouldNotLook(f"{command[0]}: {type(error).__name__}") from None
    if not done.stdout and done.returncode != 0:
        raise CouldNotLook(f"{command[0]}: {(done.stderr.splitlines() or ['no word'])[-1]}")
    return done.stdout


# --- the command ----------------------------------------------------------------------------------

CHECKS: Final[Mapping[str, Callable[[], Looked]]] = {
    "advisories": advisories,
    "secrets": secrets,
    "bill": bill,
    "image": image,
}


def main(names: list[str]) -> int:
    """Run the checks of these names, all of them unless any is named; 0 when each has passed."""
    if unknown := set(names) - CHECKS.keys():
        print(f"there is no check {min(unknown)}; there are {', '.join(CHECKS)}")
        return 2
    passed = [_passed(name) for name in names or CHECKS]  # all of them, whatever fails
    return 0 if all(passed) else 1


def _passed(name: str) -> bool:
    try:
        looked = CHECKS[name]()
    except CouldNotLook as reason:
        print(f"{name:<11} FAILED: could not look: {reason}")
        return False
    print(f"{name:<11} {'FAILED' if looked.faults else 'ok'}: {looked.at}")
    for fault in looked.faults:
        print(f"    {fault}")
    return not looked.faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
