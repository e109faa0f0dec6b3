"""Are the containers closed, and do they run what there is?  No engine is needed to read the files.

What hadolint knows is left to it (``make supply-chain``).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
import typer
import yaml

from app.cli import app as command_line
from app.database.embedded.cluster import _CONFIGURATION
from app.settings import Settings
from app.supervisor.child import DRAIN_LIMIT_S

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
ALLOWED = {
    line.removeprefix("!")
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    if line.startswith("!")
}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
ROLE_SQL = (ROOT / "compose" / "role.sql").read_text("utf-8")

CLOSED: Final = {
    "init": True,
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
}
OPENS: Final = {"cap_add", "devices", "ipc", "network_mode", "pid", "privileged", "userns_mode"}
SECRETS: Final = {"IDIP_SECRET_KEY", "PGPASSWORD", "POSTGRES_PASSWORD"}
FROM_OUTSIDE = re.compile(r"^\$\{[A-Z_]+:\?[^}]+\}$")


def instructions(dockerfile: str) -> list[tuple[str, str]]:
    """Return keyword and rest of each instruction, comments left out and continuations joined."""
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.startswith("#"))
    joined = re.sub(r"\s*\\\n\s*", " ", lines)
    words = (line.partition(" ") for line in joined.splitlines() if line)
    return [(keyword, rest) for keyword, _, rest in words]


def given(keyword: str, dockerfile: str = DOCKERFILE) -> list[str]:
    return [rest for found, rest in instructions(dockerfile) if found == keyword]


def openings(service: dict[str, Any]) -> set[str]:
    """Return by which settings a service is more open than it must be."""
    unset = {name for name, value in CLOSED.items() if service.get(name) != value}
    rooted = {"user"} if str(service.get("user", "0")).split(":")[0] in {"0", "root"} else set()
    ports = service.get("ports", [])
    shown = {"ports"} if any(not port.startswith("127.0.0.1:") for port in ports) else set()
    limits = {"pids_limit", "logging"} - service.keys()
    return unset | rooted | shown | limits | (OPENS & service.keys())


def loose_secrets(service: dict[str, Any]) -> set[str]:
    """Return the secrets that stand in the file, or are not asked for when they are missing."""
    environment = service["environment"]
    return {
        name for name in SECRETS & environment.keys() if not FROM_OUTSIDE.match(environment[name])
    }


def options(command: list[str]) -> dict[str, str]:
    """Return the ``--name=value`` of a command line."""
    return dict(re.findall(r"^--(\w+)=(.*)$", "\n".join(command), flags=re.MULTILINE))


def unhashed_installs(dockerfile: str) -> list[str]:
    """Return what pip would install without a hash: our own wheel may, from this machine."""
    commands = " ".join(given("RUN", dockerfile)).split("&&")
    return [
        command.strip()
        for command in commands
        if re.search(r"\bpip\b.* install ", command)
        and "--require-hashes" not in command
        and not {"--no-deps", "--no-index"} <= set(command.split())
    ]


# --- the image ------------------------------------------------------------------------------------


def test_every_stage_has_the_one_base_whose_digest_can_be_given() -> None:
    (base,) = [argument for argument in given("ARG") if argument.startswith("BASE=")]
    assert re.fullmatch(r"BASE=python:3\.\d+-slim-[a-z]+", base)
    assert {stage.split(" ")[0] for stage in given("FROM")} == {"${BASE}"}


def test_nothing_is_installed_without_its_hash() -> None:
    assert "--requirement requirements/run.lock" in " ".join(given("RUN"))
    assert unhashed_installs(DOCKERFILE) == []


def test_an_install_without_hashes_is_seen() -> None:
    assert unhashed_installs("RUN pip install rich\n") == ["pip install rich"]
    assert unhashed_installs(DOCKERFILE.replace("--require-hashes", "")) != []


def test_the_image_gets_what_it_copies_and_nothing_else() -> None:
    copied = {
        source
        for line in given("COPY")
        if not line.startswith("--from")
        for source in line.split(" ")[:-1]
    }
    assert copied == ALLOWED
    assert copied >= {"app", "migrations"}
    assert [path for path in copied if not (ROOT / path).exists()] == []


def test_the_image_is_not_root_by_number() -> None:
    user, group = given("USER")[-1].split(":")
    assert int(user) > 0
    assert int(group) > 0


def test_its_health_is_that_it_lives() -> None:
    (check,) = given("HEALTHCHECK")
    program, *arguments = json.loads(check.partition("CMD ")[2])
    compile(arguments[-1], "HEALTHCHECK", "exec")
    assert program == "python"
    assert "/livez" in arguments[-1]
    assert "/readyz" not in arguments[-1], "a lost database is no reason to start it anew"


def test_it_runs_a_command_there_is() -> None:
    assert json.loads(given("ENTRYPOINT")[-1]) == ["idip"]
    assert understood(json.loads(given("CMD")[-1]))["host"] == "0.0.0.0"  # noqa: S104


def understood(command: list[str]) -> dict[str, Any]:
    """Return what our command line makes of a command, which is not run."""
    name, *arguments = command
    found = typer.main.get_command(command_line).commands[name]  # type: ignore[attr-defined]
    context = found.make_context(name, arguments)
    return dict(context.params)


# --- the services ---------------------------------------------------------------------------------


def test_there_are_the_service_a_worker_and_a_database() -> None:
    assert SERVICES.keys() == {"service", "worker", "database"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_closed(name: str) -> None:
    assert openings(SERVICES[name]) == set()


@pytest.mark.parametrize(
    ("change", "opening"),
    [
        ({"read_only": False}, "read_only"),
        ({"cap_drop": ["NET_RAW"]}, "cap_drop"),
        ({"security_opt": []}, "security_opt"),
        ({"init": False}, "init"),
        ({"user": "0:0"}, "user"),
        ({"user": "root"}, "user"),
        ({"ports": ["8000:8000"]}, "ports"),
        ({"privileged": True}, "privileged"),
        ({"network_mode": "host"}, "network_mode"),
    ],
    ids=str,
)
def test_a_service_that_is_not_is_seen(change: dict[str, Any], opening: str) -> None:
    assert openings({**SERVICES["service"], **change}) == {opening}
    assert openings({}) >= {"user", *CLOSED}


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_outside(name: str) -> None:
    assert SECRETS & SERVICES[name]["environment"].keys()
    assert loose_secrets(SERVICES[name]) == set()


@pytest.mark.parametrize("value", ["hunter2", "${POSTGRES_PASSWORD:-hunter2}", "${PASSWORD}"])
def test_a_secret_in_the_file_is_seen(value: str) -> None:
    assert loose_secrets({"environment": {"PGPASSWORD": value}}) == {"PGPASSWORD"}


@pytest.mark.parametrize("name", ["service", "worker"])
def test_our_own_run_commands_and_settings_there_are(name: str) -> None:
    service = SERVICES[name]
    understood(service["command"])
    settings = Settings.from_environ(service["environment"])
    assert settings.database_url is not None
    assert ":" not in settings.database_url.get_secret_value().partition("//")[2], "no password"
    assert int(service["stop_grace_period"].removesuffix("s")) > DRAIN_LIMIT_S


def test_only_the_service_is_seen_and_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["service"]
    assert SERVICES["worker"]["networks"] == SERVICES["database"]["networks"] == ["back"]
    assert COMPOSE["networks"]["back"]["internal"] is True


def test_the_health_of_each_is_watched_where_it_can_be() -> None:
    assert "healthcheck" not in SERVICES["service"], "the image's own"
    assert SERVICES["worker"]["healthcheck"] == {"disable": True}, "it has no port"
    assert SERVICES["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    for service in SERVICES.values():
        assert service["restart"] == "unless-stopped"


# --- the database ---------------------------------------------------------------------------------


def test_an_acknowledged_fact_is_on_the_disk_and_the_disk_is_kept() -> None:
    server = options(SERVICES["database"]["command"])
    assert {server[name] for name in ("fsync", "full_page_writes", "synchronous_commit")} == {"on"}
    assert "--data-checksums" in SERVICES["database"]["environment"]["POSTGRES_INITDB_ARGS"]
    volume, place = SERVICES["database"]["volumes"][0].split(":")
    assert volume in COMPOSE["volumes"]
    assert place == "/var/lib/postgresql"


def test_nobody_comes_in_without_a_password_or_the_kernel_s_word() -> None:
    database = SERVICES["database"]
    ways = re.findall(r"--auth-(\w+)=([\w-]+)", database["environment"]["POSTGRES_INITDB_ARGS"])
    assert dict(ways) == {"local": "peer", "host": "scram-sha-256"}
    assert "--password_encryption=scram-sha-256" in database["command"]
    assert "POSTGRES_HOST_AUTH_METHOD" not in database["environment"]


def test_it_keeps_values_out_of_its_log_as_the_embedded_one_does() -> None:
    embedded = dict(re.findall(r"^(\w+) = (\S+)$", _CONFIGURATION, flags=re.MULTILINE))
    server = options(SERVICES["database"]["command"])
    silent = {name for name in embedded if name.startswith(("log_min", "log_param", "log_error"))}
    assert len(silent) == 5
    assert {name: server.get(name) for name in silent} == {name: embedded[name] for name in silent}


def test_the_service_s_role_owns_its_database_and_no_more() -> None:
    statements = re.findall(r"^(?!--)(.+);$", ROLE_SQL, flags=re.MULTILINE)
    assert "CREATE ROLE idip LOGIN PASSWORD :'password'" in statements
    assert "CREATE DATABASE idip OWNER idip" in statements
    assert "ALTER ROLE postgres PASSWORD NULL" in statements
    assert not re.search(r"\b(SUPERUSER|CREATEROLE|CREATEDB|BYPASSRLS)\b", " ".join(statements))
