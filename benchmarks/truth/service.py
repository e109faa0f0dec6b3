"""How is the service used from outside?  Its commands in processes of their own, then HTTP."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

from benchmarks.environment import environment

ROOT = Path(__file__).parents[2]
SERVING = "serving on "


@dataclass(frozen=True, slots=True)
class Idip:
    """The command, with a data folder of its own."""

    environ: dict[str, str]

    def run(self, *arguments: object) -> float:
        """Run it to its end, its progress in sight; return the seconds it took."""
        began = time.monotonic()
        subprocess.run(_words(arguments), cwd=ROOT, env=self.environ, check=True)  # noqa: S603
        return time.monotonic() - began

    def json(self, *arguments: object) -> Any:
        done = subprocess.run(  # noqa: S603
            _words(arguments), cwd=ROOT, env=self.environ, check=True, stdout=subprocess.PIPE
        )
        return json.loads(done.stdout)

    @contextmanager
    def serving(self) -> Iterator[Api]:
        """Yield the interface of a service that runs as long as this."""
        key = self.json("keys", "create", "truth", *_scopes(), "--json")["key"]
        with tempfile.TemporaryFile("w+") as said:
            server = subprocess.Popen(  # noqa: S603
                _words(("serve", "--port", 0, "--workers", 1)),
                cwd=ROOT,
                env=self.environ,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )
            try:
                yield Api(_url(server, said), key)
            finally:
                server.terminate()
                server.wait(timeout=60)


@dataclass(frozen=True, slots=True)
class Api:
    """The interface, spoken with one key."""

    url: str
    key: str

    def get(self, path: str) -> Any:
        return self._send(Request(f"{self.url}{path}", headers=self._headers()))  # noqa: S310

    def post(self, path: str, body: Any) -> Any:
        data, headers = json.dumps(body).encode(), self._headers()
        request = Request(f"{self.url}{path}", data=data, headers=headers)  # noqa: S310
        return self._send(request)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}

    def _send(self, request: Request) -> Any:
        try:
            with urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.loads(answer.read())
        except HTTPError as error:
            raise RuntimeError(f"{error.code}: {error.read().decode()}") from error


@contextmanager
def new_idip() -> Iterator[Idip]:
    """Yield the command with an empty data folder, removed at the end."""
    folder = Path(tempfile.gettempdir(), f"idip-truth-{uuid4().hex[:12]}")
    try:
        yield Idip(environment(IDIP_DATA_DIR=str(folder), PYTHONUNBUFFERED="1"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _words(arguments: tuple[object, ...]) -> list[str]:
    return [sys.executable, "-m", "app.cli", *map(str, arguments)]


def _scopes() -> list[str]:
    scopes = ("decisions:write", "customers:read", "identity:read")
    return [word for scope in scopes for word in ("--scope", scope)]


def _url(server: subprocess.Popen[bytes], said: IO[str]) -> str:
    """Wait until the service says where it is."""
    while server.poll() is None:
        said.seek(0)
        found = re.search(rf"{SERVING}(\S+)\n", said.read())
        if found:
            return found[1]
        time.sleep(0.2)
    raise RuntimeError("the service did not start")
