"""How do tests run ``idip``?  As people do: a process of its own, with a data folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[2]
LONGEST_S = 120


@dataclass(frozen=True, slots=True)
class Idip:
    """The command in one environment."""

    environ: dict[str, str]

    def __call__(self, *arguments: str | Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
        """Run it to its end and check the exit code."""
        done = subprocess.run(
            command(*arguments),
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        assert done.returncode == expect, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str | Path, expect: int = 0) -> Any:
        """Run it and read the answer on its stdout."""
        return json.loads(self(*arguments, expect=expect).stdout)

    def lines(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """Run it and read the lines of NDJSON on its stdout."""
        return [json.loads(line) for line in self(*arguments).stdout.splitlines()]

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start it and leave it running; what it says goes to its stdout."""
        return subprocess.Popen(
            command(*arguments),
            cwd=ROOT,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def command(*arguments: str | Path) -> list[str]:
    """Return the words that run ``idip`` from this checkout."""
    return [sys.executable, "-m", "app.cli", *map(str, arguments)]


@contextmanager
def new_idip(**settings: str) -> Iterator[Idip]:
    """Yield the command with an empty data folder, removed at the end.

    The folder lies right in the system's temporary one: where root runs the tests, the database's
    own account has to be able to walk to it.
    """
    data_dir = Path(tempfile.gettempdir(), f"idip-e2e-{uuid4().hex[:12]}")
    ours = {name: value for name, value in os.environ.items() if not _is_of_idip(name)}
    environ = {**ours, "IDIP_DATA_DIR": str(data_dir), "PYTHONUNBUFFERED": "1", **settings}
    try:
        yield Idip(environ)
    finally:
        shutil.rmtree(data_dir, ignore_errors=True)


def _is_of_idip(name: str) -> bool:
    return name.startswith("IDIP_") or name == "DATABASE_URL"
