"""How does a drill come by the service?  The real one: ``idip serve`` on a data folder of its own.

Nothing of it is replaced.  What may be chosen is how PostgreSQL commits, for the control that has
to lose what it acknowledged.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.database.embedded import processes

ROOT = Path(__file__).parents[2]
ACCOUNT = "idip-postgres"
START_LIMIT_S = 60.0
STOP_LIMIT_S = 40.0
_POLL_S = 0.05
_ANNOUNCED = "serving on "
_EVENT_LOOP = Path("anon_inode:[eventpoll]")


@dataclass(frozen=True, slots=True)
class Running:
    """A service that answers, and where its processes and its data are to be found."""

    process: subprocess.Popen[bytes]
    url: str
    data_dir: Path
    said: Path
    """What it has written to the terminal so far."""

    most_http_processes: int = 2
    """How many answer callers when all is well."""

    def http_processes(self) -> list[psutil.Process]:
        """Return the living processes that answer callers: not those that start or wait."""
        below = psutil.Process(self.process.pid).children()
        return [child for child in below if _serves_http(child)]

    def postmaster(self) -> psutil.Process | None:
        """Return the living PostgreSQL server."""
        return processes.postmaster(self.data_dir / "postgres")

    def backends(self) -> list[psutil.Process]:
        """Return the server's processes that work for the service."""
        server = self.postmaster()
        below = [] if server is None else server.children()
        return [child for child in below if _is_backend(child)]

    def new_key(self, *scopes: str, client: str = "drill") -> str:
        """Return a client key with these scopes, made as an operator makes one."""
        asked = [argument for scope in scopes for argument in ("--scope", scope)]
        made = idip(self.data_dir, "keys", "create", client, *asked, "--json")
        return str(json.loads(made.stdout)["key"])


def new_folder() -> Path:
    """Return the name of a folder that is nobody's yet.

    No folder of `mkdtemp`: the server's own account could not walk into one of root's.
    """
    return Path(tempfile.gettempdir(), f"idip-drill-{os.getpid()}-{time.monotonic_ns()}")


def idip(data_dir: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as an operator types it, with these settings besides.

    Raises:
        subprocess.CalledProcessError: it ended otherwise than well.
    """
    return subprocess.run(
        [*_IDIP, *words],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=_environ(data_dir) | settings,
    )


@contextmanager
def served(
    *,
    http_processes: int = 2,
    async_commit: bool = False,
    data_dir: Path | None = None,
    **settings: str,
) -> Iterator[Running]:
    """Yield the service with these settings on a new data folder, which is deleted afterwards.

    A ``data_dir`` of the drill's own stays.
    """
    folder = data_dir or new_folder()
    said = new_folder().with_suffix(".log")
    try:
        if async_commit:
            _commit_without_waiting(folder)
        with said.open("wb") as log:
            process = subprocess.Popen(
                [*_IDIP, "serve", "--port", "0", "--workers", str(http_processes)],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=_environ(folder) | settings,
            )
        try:
            yield Running(process, _announced(process, said), folder, said, http_processes)
        finally:
            _end(process)
    finally:
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)
        said.unlink(missing_ok=True)


_IDIP = (sys.executable, "-m", "app.cli")


def _environ(folder: Path) -> dict[str, str]:
    """Return the environment of an operator: nobody's settings but ours, and bytecode is kept."""
    ours = {"IDIP_DATA_DIR": str(folder), "IDIP_ALLOW_ASYNC_COMMIT": "true"}
    strange = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    kept = {n: v for n, v in os.environ.items() if n not in strange and not n.startswith("IDIP_")}
    return kept | ours


def _commit_without_waiting(folder: Path) -> None:
    """Make the data folder, with a server that says "committed" before it is on the disk."""
    idip(folder, "migrate")
    with (folder / "postgres" / "local.conf").open("a", encoding="utf-8") as settings:
        settings.write("synchronous_commit = off\n")


def _announced(process: subprocess.Popen[bytes], said: Path) -> str:
    """Return the address once the service has told it."""
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and process.poll() is None:
        for line in said.read_text("utf-8").splitlines():
            if line.startswith(_ANNOUNCED):
                return line.removeprefix(_ANNOUNCED)
        time.sleep(_POLL_S)
    raise RuntimeError(f"the service does not start:\n{said.read_text('utf-8')[-2_000:]}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _serves_http(process: psutil.Process) -> bool:
    """Tell whether a process takes connections: its event loop has been told of the socket.

    It has the socket from its first moment, and its event loop once it can answer (Linux only).
    """
    match _command(process):
        case [_, "-m", "app.supervisor", "http", listening, *_]:
            return any(f"tfd:{listening:>9} " in told for told in _event_loops(process.pid))
    return False


def _event_loops(pid: int) -> Iterator[str]:
    """Yield what each event loop of a process has been told to wait for, as the kernel has it."""
    with suppress(OSError):  # it ended, or closed one, while we looked
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            if fd.readlink() == _EVENT_LOOP:
                yield Path(f"/proc/{pid}/fdinfo", fd.name).read_text("ascii")


def _is_backend(process: psutil.Process) -> bool:
    return " ".join(_command(process)).startswith("postgres: idip idip ")


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline() if processes.is_alive(process) else []
    except psutil.NoSuchProcess:
        return []
