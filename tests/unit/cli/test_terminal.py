"""What a person is told when something goes wrong, and what a program learns from the exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import terminal
from app.connectors.mapping import MappingError
from app.connectors.rows import UnusableFile
from app.database.embedded.processes import ServerStuck
from app.database.migrate import MigrationBlocked
from app.database.server import UnsafeDatabase
from app.problems import Fault, InvalidInput, Unavailable
from tests.shell import Shell

ROOT = Path(__file__).parents[3]
HEAVY = ("alembic", "asyncpg", "fastapi", "phonenumbers", "pydantic", "sqlalchemy", "uvicorn")


def modules_after(code: str) -> set[str]:
    """Return which of the heavy libraries a fresh interpreter has loaded after this code."""
    told = f"{code}\nimport sys\nprint(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_help_loads_nothing_heavy() -> None:
    assert modules_after("import app.cli") == set()


def test_the_heavy_would_be_seen() -> None:
    assert "sqlalchemy" in modules_after("import app.flows.load")


@pytest.mark.parametrize(
    "command",
    [
        "serve",
        "worker",
        "migrate",
        "demo",
        "load",
        "export",
        "score",
        "simulate",
        "openapi",
        "doctor",
        "keys",
    ],
)
def test_every_command_tells_what_it_is_for(idip: Shell, command: str) -> None:
    ran = idip(command, "--help")
    assert ran.code == 0
    assert "Usage:" in ran.out


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnsafeDatabase("set fsync = on"), terminal.WRONG_USE),
        (MappingError("events[0].id: is missing"), terminal.WRONG_USE),
        (UnusableFile("the file is empty"), terminal.WRONG_USE),
        (Unavailable(), terminal.REFUSED),
        (InvalidInput("no", faults=(Fault("/scopes", "x", "is empty"),)), terminal.REFUSED),
        (MigrationBlocked("try again"), terminal.REFUSED),
        (ServerStuck("look at it"), terminal.REFUSED),
    ],
)
def test_an_expected_failure_is_told_in_words(error: Exception, code: int) -> None:
    told = terminal.explained(error)
    assert told is not None
    assert told[0].startswith(str(error))
    assert told[1] == code


def test_the_faults_of_a_problem_are_told() -> None:
    told = terminal.explained(InvalidInput("no", faults=(Fault("/scopes", "x", "is empty"),)))
    assert told == ("no\n  /scopes: is empty", terminal.REFUSED)


def test_a_bug_is_no_expected_failure() -> None:
    assert terminal.explained(KeyError("x")) is None


def test_a_setting_nobody_knows_is_wrong_use(idip: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDIP_COUNTY", "BR")
    ran = idip("keys", "list")
    assert ran.code == terminal.WRONG_USE
    assert "IDIP_COUNTY" in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


def test_a_scope_nobody_knows_is_wrong_use(idip: Shell) -> None:
    ran = idip("keys", "create", "ivr", "--scope", "identity:raed")
    assert ran.code == terminal.WRONG_USE
    assert "identity:raed" in ran.err
    assert "identity:read" in ran.err


def test_a_command_nobody_knows_is_wrong_use(idip: Shell) -> None:
    assert idip("laod").code == terminal.WRONG_USE


def test_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("IDIP_DATA_DIR", "/somewhere/else")
    assert terminal.settings(data_dir=tmp_path).data_dir == tmp_path
    assert terminal.settings(data_dir=None).data_dir == Path("/somewhere/else")


def test_the_demonstration_is_brazilian(idip: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDIP_CURRENCY", "MXN")
    ran = idip("demo", "--port", "0")
    assert ran.code == terminal.WRONG_USE
    assert "IDIP_CURRENCY" in ran.err
