"""How is the embedded cluster made and set up?  Closed by default, durable, silent about values.

Nobody connects over a network, and over the socket only two system users may: the server's own
account and ours, each told by the kernel (``peer``), mapped to two roles: ``idip`` owns the
database and can do nothing else, ``postgres`` is the superuser for repairs and backups.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import structlog

from app.database.embedded.account import CLEAN_ENVIRONMENT, Account
from app.database.embedded.binaries import Binaries
from app.database.embedded.folders import Folders, make_private
from app.settings import SettingsError

log = structlog.get_logger(__name__)

ROLE: Final = "idip"
SUPERUSER: Final = "postgres"
DATABASE: Final = "idip"
LOCAL: Final = "local.conf"
_LIMIT_S: Final = 300

_HBA: Final = "local all all peer map=idip\n"

_FIRST_STATEMENTS: Final = f"""\
CREATE ROLE {ROLE} LOGIN CREATEDB;
CREATE DATABASE {DATABASE} OWNER {ROLE};
REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC;
"""

# log_min_messages = log keeps ERROR out: the text of some errors quotes the value that caused them.
# Their callers get the error; the log is for what happens to the server itself.
# Pages in the write-ahead log are not compressed: keyed hashes hardly shrink, and to try it took
# two fifths of what a file of sales costs the server right after a checkpoint.
_CONFIGURATION: Final = """\
# Written anew at every start. Put settings of your own into local.conf.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
deadlock_timeout = 100ms
max_wal_size = 1GB
timezone = 'UTC'
log_timezone = 'UTC'
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
include 'local.conf'
"""

_SYNC_AT_ONCE: Final = "recovery_init_sync_method = syncfs\n"
"""After a crash the server first has all its files put on the disk.  One by one, that is most of
its recovery: there are some 1,500.  Linux does it for the whole disk in one call, and since 5.8
tells when that fails (PostgreSQL 18, 19.14 "Error Handling")."""
_SYNCS_HONESTLY_SINCE: Final = (5, 8)

_NOT_FOR_LOCAL_CONF: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
}
"""Given on the command line, where no file overrules it: what the house promises."""


def ensure_cluster(folders: Folders, binaries: Binaries, ours: Account) -> None:
    """Make the cluster if there is none yet, and write its configuration.

    Raises:
        SettingsError: it belongs to another account or another major version of PostgreSQL.
    """
    if not folders.cluster.exists():
        _create(folders, binaries)
    _refuse_other_owner(folders)
    _refuse_other_major(folders.cluster, binaries)
    _configure(folders.cluster, folders.account, ours)


def start_command(folders: Folders, binaries: Binaries, socket_folder: Path) -> list[str]:
    """Return the command that runs the server in the foreground."""
    command = [binaries.program("postgres"), "-D", str(folders.cluster), "-k", str(socket_folder)]
    for name, value in _NOT_FOR_LOCAL_CONF.items():
        command += ["-c", f"{name}={value}"]
    return command


def configuration(system: str, kernel: str) -> str:
    """Return the text of ``postgresql.conf``; ``kernel`` is its release, as ``uname -r`` has it."""
    version = tuple(int(part) for part in re.findall(r"\d+", kernel)[:2])
    if system != "Linux" or version < _SYNCS_HONESTLY_SINCE:
        return _CONFIGURATION
    return _SYNC_AT_ONCE + _CONFIGURATION


def _create(folders: Folders, binaries: Binaries) -> None:
    """Make the cluster under another name: a folder called ``postgres`` is always a whole one."""
    log.info("making a new database")
    draft = folders.data_dir / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    make_private(draft, folders.account)
    _run(
        [
            binaries.program("initdb"),
            f"--pgdata={draft}",
            f"--username={SUPERUSER}",
            "--auth=peer",
            "--encoding=UTF8",
            # The built-in provider sorts by code point and knows Unicode's letters, and no update
            # of a system library can ever put an index out of order.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ],
        folders.account,
    )
    _run(
        [binaries.program("postgres"), "--single", "-j", "-D", str(draft), "postgres"],
        folders.account,
        "\n\n".join(_FIRST_STATEMENTS.splitlines()) + "\n\n",
    )
    draft.rename(folders.cluster)


def _run(command: list[str], account: Account, statements: str = "") -> None:
    done = subprocess.run(  # noqa: S603 (programs of the wheel)
        command,
        check=False,
        capture_output=True,
        cwd="/",
        env=CLEAN_ENVIRONMENT,
        input=statements,
        text=True,
        timeout=_LIMIT_S,
        **account.child_options,
    )
    if done.returncode != 0 or "ERROR:" in done.stderr:
        said = "\n".join(done.stderr.splitlines()[-5:])
        raise SettingsError(f"the embedded database cannot be made:\n{said}")


def _configure(cluster: Path, account: Account, ours: Account) -> None:
    users = sorted({account.name, ours.name})
    roles = (ROLE, SUPERUSER)
    mapping = "".join(f'idip "{user}" {role}\n' for user in users for role in roles)
    if not (cluster / LOCAL).exists():
        _write(cluster / LOCAL, "# Settings of your own; read last.\n", account)
    for name, text in (
        ("postgresql.conf", configuration(platform.system(), platform.release())),
        ("pg_hba.conf", _HBA),
        ("pg_ident.conf", mapping),
    ):
        _write(cluster / name, text, account)


def _write(path: Path, text: str, account: Account) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, "utf-8")
    draft.chmod(0o600)
    if not account.is_ours:
        os.chown(draft, account.uid, account.gid)
    draft.replace(path)


def _refuse_other_owner(folders: Folders) -> None:
    owner = folders.cluster.stat().st_uid
    if owner != folders.account.uid:
        raise SettingsError(
            f"{folders.cluster} belongs to user id {owner}: start as that user, or as root with"
            " IDIP_POSTGRES_ACCOUNT set to its name"
        )


def _refuse_other_major(cluster: Path, binaries: Binaries) -> None:
    made_by = (cluster / "PG_VERSION").read_text("ascii").strip()
    if made_by != str(binaries.major):
        raise SettingsError(
            f"{cluster} was made by PostgreSQL {made_by} and this is {binaries.major}: dump it"
            " with the old programs and load it into a new data folder"
        )
