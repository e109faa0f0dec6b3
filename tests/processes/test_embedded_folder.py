"""Where may the embedded server keep its things, and what is said when it may not?"""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import tempfile
from pathlib import Path

import asyncpg
import pytest

from app.database.embedded import binaries, processes
from app.database.embedded.server import EmbeddedServer
from app.database.server import driver_url
from app.settings import SettingsError

ACCOUNT = "idip-postgres"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


class TestFolder:
    @as_root
    def test_a_folder_the_account_cannot_walk_to_is_refused_with_advice(
        self, tmp_path: Path
    ) -> None:
        tmp_path.chmod(0o700)
        with pytest.raises(SettingsError, match="set IDIP_DATA_DIR"):
            EmbeddedServer.attach(tmp_path / "data", ACCOUNT)
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    def test_a_folder_others_may_write_to_is_refused(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o777)
        with pytest.raises(SettingsError, match="chmod go-w"):
            EmbeddedServer.attach(tmp_path, ACCOUNT)

    def test_a_folder_that_cannot_be_made_is_refused_with_advice(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(SettingsError, match="set IDIP_DATA_DIR"):
            EmbeddedServer.attach(tmp_path / "file" / "data", ACCOUNT)

    def test_a_cluster_of_another_major_version_is_refused(self, data_dir: Path) -> None:
        version = data_dir / "postgres" / "PG_VERSION"
        made_by = version.read_text("ascii")
        version.write_text("14\n", "ascii")
        try:
            with pytest.raises(SettingsError, match="made by PostgreSQL 14"):
                EmbeddedServer.attach(data_dir, ACCOUNT)
        finally:
            version.write_text(made_by, "ascii")

    def test_why_it_does_not_start_is_told(self, data_dir: Path) -> None:
        local = data_dir / "postgres" / "local.conf"
        before = local.read_text("utf-8")
        local.write_text("shared_buffers = nonsense\n", "utf-8")
        try:
            with pytest.raises(SettingsError, match="shared_buffers"):
                EmbeddedServer.attach(data_dir, ACCOUNT)
        finally:
            local.write_text(before, "utf-8")

    @as_root
    def test_programs_behind_a_closed_door_are_copied(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = binaries._wheel_home()
        with tempfile.TemporaryDirectory() as closed:  # 0700, root's
            hidden = Path(closed, real.name)
            shutil.copytree(real, hidden, ignore=shutil.ignore_patterns("include"), symlinks=True)
            libraries = real.with_name(f"{real.name}.libs")
            shutil.copytree(libraries, Path(closed, libraries.name))
            monkeypatch.setattr(binaries, "_wheel_home", lambda: hidden)
            ours = EmbeddedServer.attach(data_dir, ACCOUNT)
            assert asyncio.run(answer(ours)) == 1
            running = processes.postmaster(data_dir / "postgres")
            assert running is not None
            assert Path(running.exe()).is_relative_to(data_dir / "binaries")
            ours.release()
            assert stat.S_IMODE(Path(closed).stat().st_mode) == 0o700
        shutil.rmtree(data_dir / "binaries")


async def answer(server: EmbeddedServer) -> int:
    connection = await asyncpg.connect(driver_url(server.url))
    try:
        return int(await connection.fetchval("SELECT 1"))
    finally:
        await connection.close()
