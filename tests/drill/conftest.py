"""Drills run when they are asked for by name: they take the whole machine for a minute or more.

pytest tests/drill -m ci      what .ci/run calls
scripts/drill --help          the long versions, with their figures
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.api.dependencies import House
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.flows.founding import found
from app.main import furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings

HERE = Path(__file__).parent
CONNECTIONS = 10


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "ci: of the size that fits into every run of CI")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Stay out of a run that only came by: of ``pytest``, or of ``pytest tests``."""
    asked_for = (Path(config.invocation_params.dir, each.split("::")[0]) for each in config.args)
    is_meant = any(HERE in (path.resolve(), *path.resolve().parents) for path in asked_for)
    return None if is_meant else True


@pytest.fixture
async def house(
    own_url: str, settings: Settings, keyed_hash: KeyedHash, clock: FixedClock
) -> AsyncIterator[House]:
    """Yield a house on a database of its own, where ten may be at work at once."""
    patient = {"acquire_timeout_ms": 10_000, "lock_timeout_ms": 10_000}
    crowded = settings.model_copy(update={"pool_size": CONNECTIONS, **patient})
    database = await Database.open(crowded, own_url, application_name="idip races")
    house = furnished(crowded, database, keyed_hash, clock)
    await database.write(lambda tx: found(tx, crowded, shipped_document(), clock.now()))
    try:
        yield house
    finally:
        await database.close()
