"""Where does the embedded server keep its things, and who may go in?

data_dir/            ours; root also lets the server's group walk through (0710)
├── postgres/        the cluster, the server's account only (0700)
├── socket/          the way in, the server's account only (0700)
├── binaries/        a copy of the programs, where the account cannot reach the installed ones
├── secret.key       ours only (0600)
├── socket.path      where the socket is instead, when its path here would be too long
├── start.lock       held while starting or stopping
└── attached.lock    shared by every process that uses the server
"""

from __future__ import annotations

import os
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.database.embedded.account import CLEAN_ENVIRONMENT, Account
from app.settings import SettingsError

LONGEST_SOCKET_PATH: Final = 103
"""Bytes in a socket's address on every system (Linux has four more)."""

SOCKET_NAME: Final = ".s.PGSQL.5432"
_PRIVATE: Final = 0o700
_WALK_FOR_GROUP: Final = 0o710


CLUSTER: Final = "postgres"


def has_cluster(data_dir: Path) -> bool:
    """Tell whether a database has been made in a data folder: a cluster there is a whole one."""
    return (data_dir / CLUSTER).exists()


@dataclass(frozen=True, slots=True)
class Folders:
    """The places below one data folder."""

    data_dir: Path
    account: Account

    @property
    def cluster(self) -> Path:
        """Return PostgreSQL's own data folder."""
        return self.data_dir / CLUSTER

    @property
    def binaries(self) -> Path:
        """Return where copies of the programs go when they are needed."""
        return self.data_dir / "binaries"

    @property
    def start_lock(self) -> Path:
        """Return the file that is locked while the server is started or stopped."""
        return self.data_dir / "start.lock"

    @property
    def attached_lock(self) -> Path:
        """Return the file that every user of the server holds a shared lock on."""
        return self.data_dir / "attached.lock"

    @property
    def near_socket_folder(self) -> Path:
        """Return the usual place of the socket."""
        return self.data_dir / "socket"

    @property
    def far_socket_record(self) -> Path:
        """Return the file that tells where the socket is when the usual path is too long."""
        return self.data_dir / "socket.path"


def prepare_folders(data_dir: Path, account: Account) -> Folders:
    """Make the data folder if it is missing and check who may enter it.

    Raises:
        SettingsError: it is not ours, others may write to it, or the account cannot walk to it.
    """
    folders = Folders(data_dir.resolve(), account)
    if not folders.data_dir.exists():
        _make_data_dir(folders)
    _refuse_foreign(folders.data_dir)
    if not may_walk_to(folders.data_dir, account):
        raise SettingsError(
            f"the account {account.name}, which PostgreSQL runs under, cannot walk to"
            f" {folders.data_dir}: set IDIP_DATA_DIR to a folder outside closed homes"
            " (/var/lib/idip), or let the account pass (chmod o+x) on the way there"
        )
    return folders


def make_private(folder: Path, account: Account) -> None:
    """Make a folder that only the account may enter."""
    folder.mkdir(mode=_PRIVATE)
    if not account.is_ours:
        os.chown(folder, account.uid, account.gid)


def socket_folder(folders: Folders) -> Path:
    """Return the folder of the server's socket, making it when it is missing or not to be trusted.

    Raises:
        SettingsError: no folder on this machine has a short enough path.
    """
    near = folders.near_socket_folder
    if _fits(near):
        if not near.exists():
            make_private(near, folders.account)
        if not is_private(near, folders.account):
            raise SettingsError(f"{near} may be entered by others; remove it and start again")
        return near
    known = recorded_socket_folder(folders)
    return known or _make_far_socket_folder(folders)


def recorded_socket_folder(folders: Folders) -> Path | None:
    """Return the far socket folder of an earlier start if it is still there and still private."""
    try:
        known = Path(folders.far_socket_record.read_text("utf-8"))
    except FileNotFoundError:
        return None
    return known if is_private(known, folders.account) else None


def is_private(folder: Path, account: Account) -> bool:
    """Tell whether it is a real folder (no link), the account's own, closed to everybody else."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    closed = stat.S_IMODE(found.st_mode) & 0o077 == 0
    return stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and closed


def may_walk_to(folder: Path, account: Account) -> bool:
    """Try, as the account, to go into a folder: modes, access lists and mounts all have a say."""
    done = subprocess.run(  # noqa: S603 (a fixed program; the path is an argument, not code)
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        check=False,
        env=CLEAN_ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **account.child_options,
    )
    return done.returncode == 0


def _make_data_dir(folders: Folders) -> None:
    data_dir, account = folders.data_dir, folders.account
    # Root's new parents must let the account through; anybody else's need let nobody through.
    for parent in reversed(data_dir.parents):
        if not parent.exists():
            parent.mkdir(mode=_PRIVATE if account.is_ours else 0o755, exist_ok=True)
    data_dir.mkdir(mode=_PRIVATE, exist_ok=True)
    if not account.is_ours:
        os.chown(data_dir, os.geteuid(), account.gid)
        data_dir.chmod(_WALK_FOR_GROUP)


def _refuse_foreign(data_dir: Path) -> None:
    found = data_dir.stat()
    if found.st_uid != os.geteuid():
        raise SettingsError(f"{data_dir} belongs to another user: set IDIP_DATA_DIR to one of ours")
    if found.st_mode & 0o022:
        raise SettingsError(f"others may write to {data_dir}: run chmod go-w {data_dir}")


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH


def _make_far_socket_folder(folders: Folders) -> Path:
    far = Path(tempfile.mkdtemp(prefix="idip-"))
    if not _fits(far):
        far.rmdir()
        raise SettingsError("the path of a socket would be too long: set IDIP_DATA_DIR shorter")
    if not folders.account.is_ours:
        os.chown(far, folders.account.uid, folders.account.gid)
    draft = folders.far_socket_record.with_suffix(".new")
    draft.write_text(str(far), "utf-8")
    draft.replace(folders.far_socket_record)
    return far
