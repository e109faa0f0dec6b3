"""Is there exactly one secret, kept from everybody else?"""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.database.secret_key import deployment_secret, secret_file
from app.settings import Settings, SettingsError


def test_it_is_made_once_and_is_ours_only(tmp_path: Path) -> None:
    secret = secret_file(tmp_path)
    assert len(secret) == 32
    assert secret_file(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_all_who_come_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(secret_file, [tmp_path] * 16))) == 1


def test_a_damaged_or_open_file_is_refused(tmp_path: Path) -> None:
    secret_file(tmp_path)
    path = tmp_path / "secret.key"
    path.chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        secret_file(tmp_path)
    path.chmod(0o600)
    path.write_bytes(b"short")
    with pytest.raises(SettingsError, match="damaged"):
        secret_file(tmp_path)


def test_a_given_one_is_taken(tmp_path: Path) -> None:
    given = Settings(secret_key=SecretStr("x" * 32), data_dir=tmp_path)
    assert deployment_secret(given) == b"x" * 32
    assert list(tmp_path.iterdir()) == []


def test_a_short_one_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError, match="32 bytes") as refused:
        deployment_secret(Settings(secret_key=SecretStr("swordfish")))
    assert "swordfish" not in str(refused.value)


def test_with_a_database_elsewhere_it_must_be_given(tmp_path: Path) -> None:
    elsewhere = Settings(database_url=SecretStr("postgresql://host/db"), data_dir=tmp_path)
    with pytest.raises(SettingsError, match="token_hex"):
        deployment_secret(elsewhere)
    assert list(tmp_path.iterdir()) == []
