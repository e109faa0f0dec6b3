"""Where and with what was it measured?"""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

PACKAGES = ("asyncpg", "fastapi", "orjson", "pydantic", "sqlalchemy", "uvicorn", "uvloop")
GIGABYTE = 2**30


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / GIGABYTE, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        **revision(),
        "load_at_start": [round(each, 2) for each in os.getloadavg()],
    }


def revision() -> dict[str, Any]:
    """Return which code it is: the commit, and in how many files it differs from that."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD"),
        "changed_files": len(_git("status", "--short").splitlines()),
    }


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    if not told.exists():
        return platform.processor()
    names = [line for line in told.read_text("utf-8").splitlines() if line.startswith("model name")]
    return names[0].partition(":")[2].strip() if names else platform.processor()


def _git(*words: str) -> str:
    done = subprocess.run(  # noqa: S603 (a fixed program and words of our own)
        ["git", *words],  # noqa: S607 (whichever is on the path)
        capture_output=True,
        check=False,
        text=True,
    )
    return done.stdout.strip()
