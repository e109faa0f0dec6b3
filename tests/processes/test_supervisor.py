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
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from app.database.embedded import processes

STAND_IN = """
    import asyncio, os, signal, sys, types

    from app.api.stopping import Stopping

    stopping = Stopping()

    async def live(receive, send):
        stopping.listen()
        for phase in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{phase}.complete"})

    async def app(scope, receive, send):
        if scope["type"] != "http":
            return await live(receive, send)
        if scope["path"] == "/slow":
            await asyncio.sleep(0.7)
        body = str(os.getpid()).encode()
        if scope["path"] == "/noticed":
            body = str(stopping.noticed).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def run_worker():
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()

    main = types.ModuleType("app.main")
    main.serving_app = lambda: app
    sys.modules["app.main"] = main
    jobs = types.ModuleType("app.jobs")
    jobs.run_worker = run_worker
    sys.modules["app.jobs"] = jobs
"""
SERVE = """
    import asyncio
    from pathlib import Path
    from app.settings import Settings
    from app.supervisor import standby
    from app.supervisor.supervise import Plan, supervise

    standby.FIRST_AFTER_S = 0.0

    async def prepare(location):
        print("preparing", flush=True)
        await asyncio.sleep({preparing_s})

    def announce(address):
        print(address, flush=True)

    settings = Settings(data_dir=Path({data_dir!r}), stop_notice_ms={notice_ms})
    asyncio.run(supervise(settings, Plan(port=0, worker={worker}), prepare, announce))
"""


@dataclass(frozen=True)
class How:
    """How the supervisor is started."""

    worker: bool = True
    notice_ms: int = 0
    preparing_s: float = 0.0
    until: str = "http://"
    """How the line begins that is waited for."""


class Served:
    """A running supervisor, its address, and what lives below it."""

    def __init__(self, data_dir: Path, tmp_path: Path, how: How) -> None:
        (tmp_path / "sitecustomize.py").write_text(textwrap.dedent(STAND_IN), "utf-8")
        root = Path(__file__).parent.parent.parent
        self.cluster = data_dir / "postgres"
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                textwrap.dedent(SERVE.format(data_dir=str(data_dir), **vars(how))),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={"PYTHONPATH": f"{tmp_path}:{root}", "TMPDIR": str(tmp_path)},
        )
        assert self.process.stdout is not None
        while not (line := self.process.stdout.readline()).startswith(how.until):
            assert self.process.poll() is None
        self.url = line.strip()

    def get(self, path: str = "/") -> str:
        return httpx.get(self.url + path, timeout=10).text

    def children(self) -> list[psutil.Process]:
        return [child for child in psutil.Process(self.process.pid).children() if is_ours(child)]

    def in_reserve(self) -> set[str]:
        """Return the processes that began in reserve, whatever they do now."""
        return {str(child.pid) for child in self.children() if "when-told" in child.cmdline()}

    def end(self, order: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(order)
        self.process.communicate(timeout=30)
        return self.process.returncode


def is_ours(child: psutil.Process) -> bool:
    try:
        return "app.supervisor" in child.cmdline()
    except psutil.NoSuchProcess:  # or a zombie that nobody has collected yet
        return False


@pytest.fixture
def served(data_dir: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Served]:
    how = getattr(request, "param", How())
    served = Served(data_dir, tmp_path, how)
    if how.until == "http://":
        served.get()
    yield served
    if served.process.poll() is None:
        served.end()


def eventually(condition: Callable[[], bool], limit_s: float = 15) -> None:
    limit = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.02)


def test_it_serves_with_two_processes_and_a_worker_and_has_one_in_reserve(served: Served) -> None:
    eventually(lambda: len(served.children()) == 4)
    assert int(served.get()) in {child.pid for child in served.children()}


def test_a_killed_process_is_replaced_while_the_other_serves(served: Served) -> None:
    eventually(lambda: len(served.children()) == 4)
    killed = int(served.get())
    psutil.Process(killed).kill()
    eventually(lambda: killed not in {child.pid for child in served.children()})
    eventually(lambda: len(served.children()) == 4)
    assert int(served.get()) != killed


def test_who_is_in_reserve_takes_the_place_of_a_killed_one_and_has_a_successor(
    served: Served,
) -> None:
    eventually(lambda: len(served.children()) == 4)
    (reserve,) = served.in_reserve()
    assert reserve not in {served.get() for _ in range(20)}
    psutil.Process(int(served.get())).kill()
    eventually(lambda: served.get() == reserve)
    eventually(lambda: len(served.in_reserve()) == 2)


@pytest.mark.parametrize("order", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_answers_what_was_asked_and_leaves_nothing(
    served: Served, order: signal.Signals
) -> None:
    eventually(lambda: len(served.children()) == 4)
    below = served.children()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.get, "/slow")
        time.sleep(0.3)
        assert served.end(order) == 0
        assert int(asked.result()) in {child.pid for child in below}
    assert not any(processes.is_alive(child) for child in below)
    assert processes.postmaster(served.cluster) is None


@pytest.mark.parametrize("served", [How(worker=False, notice_ms=1_500)], indirect=True)
def test_readiness_goes_first_and_then_the_door(served: Served) -> None:
    """Without a worker: that somebody else keeps one is another way to serve."""
    eventually(lambda: len(served.children()) == 3)
    served.process.send_signal(signal.SIGTERM)
    eventually(lambda: served.get("/noticed") == "True")
    assert served.get("/slow"), "who comes in spite of the notice is served"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.get, "/slow")
        time.sleep(0.2)
        served.process.send_signal(signal.SIGTERM)  # whoever says it twice does not want to wait
        time.sleep(0.2)
        with pytest.raises(httpx.ConnectError):
            served.get()
        assert asked.result()
    served.process.communicate(timeout=20)
    assert served.process.returncode == 0


@pytest.mark.parametrize("served", [How(preparing_s=60, until="preparing")], indirect=True)
def test_told_to_stop_it_does_not_wait_for_the_preparations(served: Served) -> None:
    began = time.monotonic()
    assert served.end(signal.SIGINT) == 0
    assert time.monotonic() - began < 20


def test_a_killed_supervisor_takes_its_children_along_and_leaves_the_database(
    served: Served,
) -> None:
    eventually(lambda: len(served.children()) == 4)
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
