"""Does the look at what we ship fail when something is wrong, and when it could not look?

The tools themselves are not here: what they report is.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import supply_chain
from scripts.supply_chain import (
    CouldNotLook,
    Looked,
    audit_faults,
    bill_faults,
    image_faults,
    pins,
    secret_faults,
)

WANTED = {"idna": "3.20", "rich": "15.0.0"}
LOCK = """\
idna==3.20 \\
    --hash=sha256:00
Rich_Text==15.0.0 \\
    --hash=sha256:00 \\
    --hash=sha256:01
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""


def audited(**changes: Any) -> dict[str, Any]:
    idna = {"name": "Idna", "version": "3.20", "vulns": []} | changes
    return {"dependencies": [idna, {"name": "rich", "version": "15.0.0", "vulns": []}]}


def listed(*names: str, **changes: Any) -> dict[str, Any]:
    parts = [
        {"name": name, "version": WANTED.get(name, "1"), "licenses": ["MIT"]} for name in names
    ]
    return {"components": [part | changes for part in parts]}


def found(path: str = "app/main.py", digest: str = "d1", **judged: bool) -> dict[str, Any]:
    entry = {"type": "Secret Keyword", "hashed_secret": digest, "line_number": 7} | judged
    return {"results": {path: [entry]}}


def test_a_lock_is_read_as_it_installs_here() -> None:
    assert pins(LOCK) == {"idna": "3.20", "rich-text": "15.0.0"}


def test_our_own_lock_is_read() -> None:
    lock = supply_chain.LOCK.read_text("utf-8")
    assert 0 <= lock.count("==") - len(pins(lock)) < 5, "but for those of other systems"


def test_all_looked_up_and_nothing_known_is_good() -> None:
    assert audit_faults(audited(), WANTED) == []


@pytest.mark.parametrize(
    ("report", "fault"),
    [
        (
            audited(vulns=[{"id": "CVE-1", "fix_versions": ["3.21"]}]),
            "idna 3.20: CVE-1, mended in 3.21",
        ),
        (audited(vulns=[{"id": "CVE-1", "fix_versions": []}]), "idna 3.20: CVE-1, not mended yet"),
        (audited(version="3.19"), "1 of 2 not looked up: idna"),
        (
            {"dependencies": [{"name": name, "skip_reason": "not found"} for name in WANTED]},
            "2 of 2 not looked up: idna, rich",
        ),
        ({"dependencies": []}, "2 of 2 not looked up: idna, rich"),
    ],
    ids=["vulnerable", "not-mended", "another-version", "all-skipped", "empty"],
)
def test_what_is_vulnerable_or_was_passed_over_is_told(report: dict[str, Any], fault: str) -> None:
    assert audit_faults(report, WANTED) == [fault]


def test_a_place_that_somebody_judged_harmless_is_passed_over() -> None:
    assert secret_faults({"results": {}}, {"results": {}}) == []
    assert secret_faults(found(), found(is_secret=False)) == []


@pytest.mark.parametrize(
    "baseline",
    [
        {"results": {}},
        found(),
        found(is_secret=True),
        found(digest="d2", is_secret=False),
        found(path="app/cli/keys.py", is_secret=False),
    ],
    ids=["unknown", "not-judged", "judged-a-secret", "another-one", "elsewhere"],
)
def test_any_other_is_told_by_its_place(baseline: dict[str, Any]) -> None:
    assert secret_faults(found(), baseline) == ["app/main.py:7: Secret Keyword"]


def test_the_committed_baseline_is_judged_and_judges_files_there_are() -> None:
    results = json.loads(supply_chain.BASELINE.read_text("utf-8"))["results"]
    assert all(entry["is_secret"] is False for entries in results.values() for entry in entries)
    assert [path for path in results if not (supply_chain.ROOT / path).exists()] == []


def test_a_bill_that_lists_what_is_locked_is_good() -> None:
    assert bill_faults(listed("idna", "rich"), WANTED) == []


@pytest.mark.parametrize(
    ("bill", "fault"),
    [
        (listed("idna"), "rich 15.0.0: locked and not listed"),
        (listed("idna", "rich", "left-pad"), "left-pad 1: listed and not locked"),
        ({}, "rich 15.0.0: locked and not listed"),
        (listed("idna", "rich", licenses=[]), "rich: no licence"),
    ],
    ids=["less", "more", "empty", "no-licence"],
)
def test_a_bill_that_does_not_is_told(bill: dict[str, Any], fault: str) -> None:
    assert fault in bill_faults(bill, WANTED)


def test_a_broken_rule_of_the_dockerfile_is_told() -> None:
    broken = {"file": "Dockerfile", "line": 3, "code": "DL3002", "message": "USER is root"}
    assert image_faults([broken]) == ["Dockerfile:3: DL3002 USER is root"]


# --- could it look? -------------------------------------------------------------------------------


def say(monkeypatch: pytest.MonkeyPatch, report: str) -> None:
    """Let every tool write this, however it was called."""

    def said(*command: str, given: str = "") -> str:
        return "README.md\0" if command[0] == "git" else report

    monkeypatch.setattr(supply_chain, "_said", said)


@pytest.mark.parametrize(
    ("name", "report"),
    [
        ("advisories", '{"dependencies": []}'),
        ("advisories", '{"dependencies": [{"name": "pyyaml", "skip_reason": "not found"}]}'),
        ("advisories", '{"dependencies": [{"name": "pyyaml", "version": "5.3", "vulns": []}]}'),
        ("advisories", ""),
        ("secrets", '{"results": {}}'),
        ("secrets", "not a report"),
        ("image", "[]"),
    ],
)
def test_a_tool_that_passes_over_its_bait_fails_the_check(
    monkeypatch: pytest.MonkeyPatch, name: str, report: str
) -> None:
    say(monkeypatch, report)
    with pytest.raises(CouldNotLook):
        supply_chain.CHECKS[name]()
    assert supply_chain.main([name]) == 1


def test_a_missing_tool_fails_every_check(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert supply_chain.main([]) == 1
    assert capsys.readouterr().out.count("could not look") == len(supply_chain.CHECKS)


def test_a_passed_check_says_at_what_it_looked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(supply_chain, "CHECKS", {"image": lambda: Looked("Dockerfile")})
    assert supply_chain.main(["image"]) == 0
    assert "ok: Dockerfile" in capsys.readouterr().out


def test_a_check_there_is_not_is_wrong_use() -> None:
    assert supply_chain.main(["moon"]) == 2
