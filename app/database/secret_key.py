"""Where does the deployment's secret come from?  A setting, or a file made once beside the data.

The secret is what makes a keyed hash worth nothing to a thief of the tables.  It is made by the
embedded database's owner only: with a database elsewhere a new secret made silently on a second
machine would split one company's customers in two.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from app.settings import Settings, SettingsError

FILE_NAME: Final = "secret.key"
SECRET_BYTES: Final = 32
_HOW_TO_MAKE_ONE: Final = "python3 -c 'import secrets; print(secrets.token_hex(32))'"


def deployment_secret(settings: Settings) -> bytes:
    """Return the secret: the setting's text as UTF-8, or else the data folder's file.

    Raises:
        SettingsError: there is none where there must be one, or it is shorter than 32 bytes.
    """
    if settings.secret_key is not None:
        secret = settings.secret_key.get_secret_value().encode()
        if len(secret) < SECRET_BYTES:
            raise SettingsError(
                f"IDIP_SECRET_KEY needs at least 32 bytes; make one with: {_HOW_TO_MAKE_ONE}"
            )
        return secret
    if settings.database_url is not None:
        raise SettingsError(
            "with DATABASE_URL, IDIP_SECRET_KEY must be given, the same on every machine;"
            f" make one with: {_HOW_TO_MAKE_ONE}"
        )
    return secret_file(settings.data_dir)


def secret_file(folder: Path) -> bytes:
    """Return the 32 bytes of ``secret.key``, made on the first call and never again.

    Safe against a race and a crash: the file appears under its name only when it is whole and on
    the disk, and whoever comes second reads the first one's.

    Raises:
        SettingsError: the file is not a secret of ours, or others may read it.
    """
    path = folder / FILE_NAME
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"{path} may be read by others; run: chmod 600 {path}")
    secret = path.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise SettingsError(f"{path} is damaged: it must hold the 32 bytes it was made with")
    return secret


def _make(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secrets.token_bytes(SECRET_BYTES))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # somebody else was first; theirs is the secret
    finally:
        draft.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
