"""How fast does a file come in?  ``idip load`` as a person runs it, into the measured base."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from benchmarks.bases import Base
from benchmarks.environment import environment
from benchmarks.served import ROOT


async def load_per_s(base: Base, documents: Iterator[dict[str, Any]], lines: int) -> float:
    """Return how many lines a second were taken, by the command's own clock."""
    with TemporaryDirectory(prefix="idip-bench-") as folder:
        file = Path(folder) / "events.ndjson"
        with file.open("wb") as out:
            for document in itertools.islice(documents, lines):
                out.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app.cli", "load", str(file), "--json"),
            cwd=ROOT,
            env=environment(IDIP_DATA_DIR=str(base.data_dir)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        told, _ = await process.communicate()
    result = json.loads(told[told.index(b"{") :])
    if result["accepted"] != lines:
        raise RuntimeError(f"not every line was taken: {result}")
    return lines / max(float(result["seconds"]), 0.1)
