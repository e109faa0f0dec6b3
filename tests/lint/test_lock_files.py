"""Can a lock be trusted: a version and a hash for everything, and no word of where it is from?"""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PINNED = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)( ; .+)?( --hash=sha256:[0-9a-f]{64})+$"
)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def requirements(text: str) -> list[str]:
    """Return one line a requirement, its continuations joined."""
    joined = re.sub(r" *\\\n *", " ", text)
    return [line for line in joined.splitlines() if line]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    found = [PINNED.match(line) for line in requirements(text)]
    return {pin["name"]: pin["version"] for pin in found if pin}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_version_with_hashes(lock: Path) -> None:
    lines = requirements(lock.read_text("utf-8"))
    assert lines
    assert [line.split(" ")[0] for line in lines if not PINNED.match(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "-i https://packages.example/simple",
        "rich==15.0.0",
        "rich>=15 --hash=sha256:" + "0" * 64,
        "rich @ https://packages.example/rich.whl --hash=sha256:" + "0" * 64,
    ],
    ids=["index", "no-hash", "range", "address"],
)
def test_a_line_that_is_not_is_seen(line: str) -> None:
    assert not PINNED.match(line)


def test_what_is_tested_is_what_runs() -> None:
    assert pins("run").items() <= pins("test").items()


def test_the_locks_hold_what_the_project_asks_for() -> None:
    asked = {named(line) for line in PROJECT["project"]["dependencies"]}
    groups = {
        group: set(map(named, lines)) for group, lines in PROJECT["dependency-groups"].items()
    }
    assert asked <= pins("run").keys()
    assert groups["test"] <= pins("test").keys()
    for group in groups.keys() - {"test"}:
        assert groups[group] <= pins(group).keys()


def test_what_is_imported_is_asked_for() -> None:
    graph = grimp.build_graph("app", include_external_packages=True, cache_dir=None)
    ours = {"app", *sys.stdlib_module_names}
    imported = {module for module in graph.modules if module.partition(".")[0] not in ours}
    extras = PROJECT["project"]["optional-dependencies"].values()
    asked = {named(line) for line in [*PROJECT["project"]["dependencies"], *chain(*extras)]}
    comes_with = packages_distributions()
    unasked = {
        module for module in imported if asked.isdisjoint(map(normal, comes_with.get(module, [])))
    }
    assert unasked == set(), "an import of what another package happens to bring along"


def normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def named(requirement: str) -> str:
    return re.split(r"[\[<>=; ]", requirement, maxsplit=1)[0]
