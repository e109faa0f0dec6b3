"""Does the embedded server live, die and keep its door shut as promised?  On real processes."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest

from app.database.embedded import processes
from app.database.embedded.folders import LONGEST_SOCKET_PATH, SOCKET_NAME
from app.database.embedded.server import EmbeddedServer
from app.database.server import driver_url

ACCOUNT = "idip-postgres"
NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def query(server: EmbeddedServer, statement: str) -> Any:
    async def ask() -> Any:
        connection = await asyncpg.connect(driver_url(server.url))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def postmaster_of(data_dir: Path) -> psutil.Process:
    process = processes.postmaster(data_dir / "postgres")
    assert process is not None
    return process


def start_elsewhere(data_dir: Path, before: str = "") -> subprocess.Popen[str]:
    """Attach in another process, which then waits for a word on its standard input."""
    script = f"""
        import sys
        from pathlib import Path
        from app.database.embedded import server
        {before}
        attached = server.EmbeddedServer.attach(Path({str(data_dir)!r}), {ACCOUNT!r})
        print("attached", flush=True)
        sys.stdin.readline()
        attached.release()
    """
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    while child.stdout.readline() != "attached\n":
        assert child.poll() is None
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.communicate("enough\n", timeout=30)


class TestLife:
    def test_the_last_one_out_stops_it_and_data_stays(self, data_dir: Path) -> None:
        first = EmbeddedServer.attach(data_dir, ACCOUNT)
        second = EmbeddedServer.attach(data_dir, ACCOUNT)
        query(first, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert first.release() is False
        assert query(second, "SELECT answer FROM kept") == 42
        assert second.release() is True
        assert processes.postmaster(data_dir / "postgres") is None
        third = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert query(third, "SELECT answer FROM kept") == 42
        query(third, "DROP TABLE kept")
        third.release()

    def test_two_processes_share_it(self, data_dir: Path) -> None:
        child = start_elsewhere(data_dir)
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        pid = postmaster_of(data_dir).pid
        end(child)
        assert query(ours, "SELECT 1") == 1
        assert postmaster_of(data_dir).pid == pid
        assert ours.release() is True

    def test_killing_who_started_it_leaves_it_to_the_next(self, data_dir: Path) -> None:
        child = start_elsewhere(data_dir)
        pid = postmaster_of(data_dir).pid
        child.kill()
        child.communicate()
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert postmaster_of(data_dir).pid == pid
        assert query(ours, "SELECT 1") == 1
        assert ours.release() is True

    def test_ctrl_c_is_not_for_the_server(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert os.getsid(postmaster_of(data_dir).pid) != os.getsid(0)
        ours.release()

    def test_a_killed_server_is_started_again_with_its_data(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        query(ours, "CREATE TABLE acknowledged AS SELECT 7 AS answer")
        before = postmaster_of(data_dir)
        before.kill()
        before.wait()
        ours.ensure_running()
        assert postmaster_of(data_dir).pid != before.pid
        assert query(ours, "SELECT answer FROM acknowledged") == 7
        query(ours, "DROP TABLE acknowledged")
        ours.release()

    def test_a_server_that_lives_is_left_alone(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        before = postmaster_of(data_dir).pid
        ours.ensure_running()
        assert postmaster_of(data_dir).pid == before
        ours.release()

    def test_a_zombie_does_not_pass_for_a_server(self, data_dir: Path) -> None:
        child = start_elsewhere(data_dir, "server.threading.Thread.start = lambda thread: None")
        zombie = postmaster_of(data_dir)
        zombie.kill()
        while zombie.status() != psutil.STATUS_ZOMBIE:
            pass
        assert (data_dir / "postgres" / "postmaster.pid").exists()
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert query(ours, "SELECT 1") == 1
        assert zombie.status() == psutil.STATUS_ZOMBIE
        end(child)
        assert ours.release() is True

    def test_a_pid_file_that_names_a_stranger_is_stale(self, data_dir: Path) -> None:
        (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n", "ascii")
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert query(ours, "SELECT 1") == 1
        ours.release()

    def test_nobody_starts_beside_the_backends_of_a_dead_server(self, data_dir: Path) -> None:
        """Negative control: without the wait PostgreSQL itself would refuse to start."""
        lingering = subprocess.Popen(["/bin/sleep", "0.5"], cwd=data_dir / "postgres")
        (data_dir / "postgres" / "postmaster.pid").write_text("999999999\n", "ascii")
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert lingering.poll() is not None
        ours.release()

    def test_a_server_that_lost_its_socket_is_replaced(
        self, data_dir: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.database.embedded.server.UNREACHABLE_LIMIT_S", 0.1)
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        before = postmaster_of(data_dir).pid
        (data_dir / "socket" / SOCKET_NAME).unlink()
        again = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert query(again, "SELECT 1") == 1
        assert postmaster_of(data_dir).pid != before
        again.release()
        ours.release()


class TestDoor:
    def test_no_way_in_but_the_socket_of_a_closed_folder(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        assert postmaster_of(data_dir).net_connections("inet") == []
        assert query(ours, "SHOW listen_addresses") == ""
        for folder in ("postgres", "socket"):
            assert stat.S_IMODE((data_dir / folder).stat().st_mode) == 0o700
        assert stat.S_IMODE(data_dir.stat().st_mode) & 0o007 == 0
        rules = (data_dir / "postgres" / "pg_hba.conf").read_text("utf-8").splitlines()
        assert rules == ["local all all peer map=idip"]
        ours.release()

    def test_the_service_is_no_superuser(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        role = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
        assert query(ours, role) is False
        ours.release()

    @as_root
    def test_another_user_is_kept_out_twice(self, data_dir: Path) -> None:
        ours = EmbeddedServer.attach(data_dir, ACCOUNT)
        folder = data_dir / "socket"
        assert self.knock_as_nobody(folder) == "PermissionError"
        # Negative control, and the second lock: with every folder open the server still asks who.
        data_dir.chmod(0o755)
        folder.chmod(0o755)
        (folder / SOCKET_NAME).chmod(0o777)
        try:
            assert self.knock_as_nobody(folder) == "InvalidAuthorizationSpecificationError"
        finally:
            folder.chmod(0o700)
            data_dir.chmod(0o710)
        ours.release()

    @as_root
    def test_another_user_is_kept_out_with_a_long_path_too(self, data_dir: Path) -> None:
        long = data_dir.with_name(data_dir.name + "-" + "x" * LONGEST_SOCKET_PATH)
        data_dir.rename(long)
        try:
            ours = EmbeddedServer.attach(long, ACCOUNT)
            far = Path((long / "socket.path").read_text("utf-8"))
            assert query(ours, "SELECT 1") == 1
            assert stat.S_IMODE(far.stat().st_mode) == 0o700
            assert self.knock_as_nobody(far) == "PermissionError"
            ours.release()
            # What somebody else may have put in its place since is not trusted.
            shutil.rmtree(far)
            far.mkdir(mode=0o777)
            again = EmbeddedServer.attach(long, ACCOUNT)
            elsewhere = Path((long / "socket.path").read_text("utf-8"))
            assert elsewhere != far
            again.release()
            far.rmdir()
            elsewhere.rmdir()
        finally:
            long.rename(data_dir)

    @staticmethod
    def knock_as_nobody(folder: Path) -> str:
        """Return the class of the failure to connect; the process is nobody's before it tries."""
        script = f"""
            import asyncio, os, asyncpg
            async def knock():
                await asyncpg.connect(
                    host={str(folder)!r}, user="idip", database="idip", ssl=False
                )
            os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
            try:
                asyncio.run(knock())
                print("let in")
            except Exception as refused:
                print(type(refused).__name__)
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


def test_its_log_holds_no_value(data_dir: Path) -> None:
    canary = "canary-5f2b"
    ours = EmbeddedServer.attach(data_dir, ACCOUNT)

    async def fail() -> None:
        connection = await asyncpg.connect(driver_url(ours.url))
        await connection.execute("CREATE TEMP TABLE person (name text PRIMARY KEY)")
        await connection.execute("INSERT INTO person VALUES ($1)", canary)
        for statement in ("INSERT INTO person VALUES ($1)", "SELECT CAST($1::text AS integer)"):
            with pytest.raises(asyncpg.PostgresError):
                await connection.fetch(statement, canary)
        with pytest.raises(asyncpg.PostgresError):
            await connection.execute(f"SELECT no_such_function('{canary}')")
        await connection.close()

    asyncio.run(fail())
    ours.release()
    logs = [data_dir / "postgres.out", *(data_dir / "postgres" / "log").iterdir()]
    written = "".join(log.read_text("utf-8") for log in logs)
    assert "ready to accept connections" in written
    assert canary not in written
