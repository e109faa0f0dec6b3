"""Does ``idip serve`` keep everything alive, finish what it began, and leave nothing running?

The product is stood in for by a small ASGI application: this is about processes.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from app.database.embedded import processes

STAND_IN = """
    import asyncio, os, signal, sys, types

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return
        if scope["path"] == "/slow":
            await asyncio.sleep(0.7)
        body = str(os.getpid()).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def run_worker():
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()

    main = types.ModuleType("app.main")
    main.serving_app = lambda: app
    main.run_worker = run_worker
    sys.modules["app.main"] = main
"""
SERVE = """
    import asyncio
    from pathlib import Path
    from app.settings import Settings
    from app.supervisor import Plan, supervise

    async def prepare(location):
        pass

    def announce(address):
        print(address, flush=True)

    asyncio.run(supervise(Settings(data_dir=Path({data_dir!r})), Plan(port=0), prepare, announce))
"""


class Served:
    """A running supervisor, its address, and what lives below it."""

    def __init__(self, data_dir: Path, tmp_path: Path) -> None:
        (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(STAND_IN), "utf-8")
        root = Path(__file__).parent.parent.parent
        self.cluster = data_dir / "postgres"
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(SERVE.format(data_dir=str(data_dir)))],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={"PYTHONPATH": f"{tmp_path}:{root}", "TMPDIR": str(tmp_path)},
        )
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith("http://"):
            assert self.process.poll() is None
        self.url = line.strip()

    def get(self, path: str = "/") -> str:
        return httpx.get(self.url + path, timeout=10).text

    def children(self) -> list[psutil.Process]:
        return [child for child in psutil.Process(self.process.pid).children() if serves(child)]

    def end(self, order: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(order)
        self.process.communicate(timeout=30)
        return self.process.returncode


def serves(child: psutil.Process) -> bool:
    try:
        return "app.supervisor" in child.cmdline()
    except psutil.NoSuchProcess:  # or a zombie that nobody has collected yet
        return False


@pytest.fixture
def served(data_dir: Path, tmp_path: Path) -> Iterator[Served]:
    served = Served(data_dir, tmp_path)
    served.get()
    yield served
    if served.process.poll() is None:
        served.end()


def eventually(condition: Callable[[], bool], limit_s: float = 15) -> None:
    limit = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_it_serves_with_two_processes_and_a_worker(served: Served) -> None:
    eventually(lambda: len(served.children()) == 3)
    assert int(served.get()) in {child.pid for child in served.children()}


def test_a_killed_process_is_replaced_while_the_other_serves(served: Served) -> None:
    eventually(lambda: len(served.children()) == 3)
    killed = int(served.get())
    psutil.Process(killed).kill()
    eventually(lambda: killed not in {child.pid for child in served.children()})
    eventually(lambda: len(served.children()) == 3)
    assert int(served.get()) != killed


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_was_asked_and_leaves_nothing(
    served: Served, order: signal.Signals
) -> None:
    eventually(lambda: len(served.children()) == 3)
    below = served.children()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.get, "/slow")
        time.sleep(0.3)
        assert served.end(order) == 0
        assert int(asked.result()) in {child.pid for child in below}
    assert not any(processes.is_alive(child) for child in below)
    assert processes.postmaster(served.cluster) is None


def test_a_killed_supervisor_takes_its_children_along_and_leaves_the_database(
    served: Served,
) -> None:
    eventually(lambda: len(served.children()) == 3)
    below = served.children()
    served.end(signal.SIGKILL)
    eventually(lambda: not any(processes.is_alive(child) for child in below))
    assert processes.postmaster(served.cluster) is not None


def test_a_killed_database_is_started_again(served: Served) -> None:
    before = processes.postmaster(served.cluster)
    assert before is not None
    before.kill()

    def is_back() -> bool:
        now = processes.postmaster(served.cluster)
        return now is not None and now.pid != before.pid and processes.says_ready(served.cluster)

    eventually(is_back)
    assert served.get()
