"""An embedded server of a test's own, to be killed as it pleases."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.embedded import processes
from app.database.embedded.server import EmbeddedServer

ACCOUNT = "idip-postgres"


@pytest.fixture(scope="session")
def made_once() -> Iterator[Path]:
    """Yield a data folder with a cluster in it; making one is what takes time."""
    folder = Path(tempfile.gettempdir(), f"idip-embedded-{os.getpid()}")
    EmbeddedServer.attach(folder, ACCOUNT).release()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def data_dir(made_once: Path) -> Iterator[Path]:
    """Yield that folder, with no server on it before and after."""
    yield made_once
    EmbeddedServer.attach(made_once, ACCOUNT).release()
    assert processes.postmaster(made_once / "postgres") is None
