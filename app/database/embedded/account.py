"""Under which account does the embedded server run?  Ours, or one made for it when we are root.

PostgreSQL refuses to run as root, and rightly: the server needs its data folder and nothing else.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final, TypedDict

from app.settings import SettingsError

_MAKE_LIMIT_S: Final = 30
CLEAN_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": os.defpath}
"""What a server process is told of ours: neither our secrets nor anybody's ``PG*`` variables."""


class ChildOptions(TypedDict, total=False):
    """Arguments of ``subprocess`` that make a child run as another account."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by name and by number."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Tell whether this is the account of the present process."""
        return self.uid == os.geteuid()

    @property
    def child_options(self) -> ChildOptions:
        """Return what makes ``subprocess`` give up our rights before it starts a program."""
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def service_account() -> Account:
    """Return the account of the present process.

    Raises:
        SettingsError: the user id has no name; the server checks callers by name.
    """
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        raise SettingsError(
            f"user id {os.geteuid()} has no name here, and the embedded PostgreSQL knows its users"
            " by name: add the user to /etc/passwd, or set DATABASE_URL"
        ) from None
    return _account(entry)


def server_account(name: str) -> Account:
    """Return the account the server runs under; as root it is made when it is missing.

    Raises:
        SettingsError: there is no such account and no way to make it, or it is root's.
    """
    if os.geteuid() != 0:
        return service_account()
    account = _find(name) or _make(name)
    if account.uid == 0:
        raise SettingsError("IDIP_POSTGRES_ACCOUNT must not be root: PostgreSQL refuses to run so")
    return account


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _find(name: str) -> Account | None:
    try:
        return _account(pwd.getpwnam(name))
    except KeyError:
        return None


def _make(name: str) -> Account:
    for command in _ways_to_make(name):
        subprocess.run(  # noqa: S603 (fixed programs; the name is a setting of the deployment's)
            command,
            check=False,
            env=CLEAN_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_MAKE_LIMIT_S,
        )
    # Looked up again rather than trusted: another process may have made it a moment before us.
    if account := _find(name):
        return account
    raise SettingsError(
        f"PostgreSQL does not run as root and the account {name} cannot be made here: make it"
        " (useradd --system --no-create-home), or set IDIP_POSTGRES_ACCOUNT, or do not be root"
    )


def _ways_to_make(name: str) -> list[list[str]]:
    """Return the commands of shadow-utils, or else those of busybox; a group of its own in both."""
    path = "/usr/sbin:/sbin:/usr/bin:/bin"
    if useradd := shutil.which("useradd", path=path):
        nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        return [[useradd, "--system", "--user-group", *nowhere, name]]
    addgroup, adduser = shutil.which("addgroup", path=path), shutil.which("adduser", path=path)
    if addgroup and adduser:
        return [
            [addgroup, "-S", name],
            [adduser, "-S", "-D", "-H", "-s", "/sbin/nologin", "-G", name, name],
        ]
    return []
