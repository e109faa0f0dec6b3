"""Which database do tests get?  One server a run, one template made by migrating, clones of it.

    connection      an outer transaction, rolled back: 0.3 ms; the usual one
    database        the facade on that connection: its transactions become savepoints
    own_database    a real ``Database`` on a clone of its own: about 60 ms; for commits and races
    own_url         the URL of that clone, for a second ``Database`` or a plain connection
    empty_url       the URL of a database that was never migrated
    statements      what was sent over ``connection``, without BEGIN and its kind

Workers of pytest-xdist share an embedded server: each attaches, the last one out stops it.
``IDIP_TEST_DATABASE_URL`` names another server instead; its role must be allowed to create
databases.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from time import time
from uuid import uuid4

import asyncpg
import pytest
import structlog
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

import tests.hypothesis_profiles  # noqa: F401 (loads the profile)
from app.database import server
from app.database.clock import FixedClock
from app.database.embedded.processes import ServerStuck
from app.database.embedded.server import EmbeddedServer
from app.database.engine import make_engine
from app.database.keyed_hash import KeyedHash
from app.database.lines import Lines
from app.database.migrate import migrate
from app.database.transaction import Database
from app.settings import Settings, SettingsError
from tests.statement_recorder import Statements, recording

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SERVER_ACCOUNT = "idip-postgres"
LONGEST_RUN_S = 600
ROOM_BYTES = 4 * 2**30


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def keyed_hash() -> KeyedHash:
    return KeyedHash(b"a secret for tests, and only for tests")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(pool_size=4)


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Let no test find the log as another has configured it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


# --- one server for the run -------------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a name that its workers share, and sweep up after runs that were killed."""
    if not hasattr(config, "workerinput"):
        config.option.testrunuid = uuid4().hex[:12]
        _sweep_killed_runs()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Sweep up after the last worker."""
    if hasattr(session.config, "workerinput"):
        return
    shutil.rmtree(_data_dir(session.config), ignore_errors=True)
    if url := os.environ.get("IDIP_TEST_DATABASE_URL"):
        asyncio.run(_drop_all(url, f"idip_test_{_run(session.config)}"))


def _run(config: pytest.Config) -> str:
    worker: dict[str, str] = getattr(config, "workerinput", {})
    return str(worker.get("testrunuid", config.option.testrunuid))


def _data_dir(config: pytest.Config) -> Path:
    return _scratch() / f"idip-test-{_run(config)}"


def _scratch() -> Path:
    """Return where the run's server lives: in memory if there is room, since no power will fail."""
    memory = Path("/dev/shm")  # noqa: S108 (our folder in it has a name of chance and is private)
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM_BYTES:
        return memory
    return Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Yield the URL of a server on which databases may be made."""
    if url := os.environ.get("IDIP_TEST_DATABASE_URL"):
        yield url
        return
    embedded = EmbeddedServer.attach(_data_dir(pytestconfig), SERVER_ACCOUNT)
    try:
        yield embedded.url
    finally:
        embedded.release()


def _sweep_killed_runs() -> None:
    """Stop the servers of runs that were killed; a run that lives is attached to its own.

    Best effort: another run may be sweeping the same folders, and no run fails for an older one.
    """
    for folder in _scratch().glob("idip-test-*"):
        with suppress(OSError, SettingsError, ServerStuck):
            found = folder.stat()
            is_old = found.st_uid == os.geteuid() and time() - found.st_mtime > LONGEST_RUN_S
            if is_old and EmbeddedServer.attach(folder, SERVER_ACCOUNT).release():
                shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server_url: str, pytestconfig: pytest.Config) -> str:
    """Return the database that the first worker makes, by migrating, and all of them clone."""
    name = f"idip_test_{_run(pytestconfig)}"
    asyncio.run(_make_template(server_url, name))
    return name


async def _make_template(url: str, name: str) -> None:
    admin = await server.connect(url)
    try:
        await admin.execute("SELECT pg_advisory_lock(hashtext($1))", name)
        if await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            return
        draft = f"{name}_new"
        await admin.execute(f"CREATE DATABASE {draft} ENCODING 'UTF8' TEMPLATE template0")
        await migrate(with_database(url, draft), now=NOW)
        await admin.execute(f"ALTER DATABASE {draft} RENAME TO {name}")
    finally:
        await admin.close()


async def _drop_all(url: str, prefix: str) -> None:
    admin = await server.connect(url)
    try:
        for row in await admin.fetch(
            "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefix
        ):
            await _drop(admin, row["datname"])
    finally:
        await admin.close()


async def _drop(admin: asyncpg.Connection[asyncpg.Record], name: str) -> None:
    """Drop a database whoever is in it: our sessions are ended, an autovacuum gives way.

    ``FORCE`` would end that as well, and may not: it works as somebody mightier than we are.
    """
    try:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    except asyncpg.InsufficientPrivilegeError:
        await admin.execute(f"DROP DATABASE {name}")


def with_database(url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def clone_of(url: str, template: str, copied: str | None = None) -> AsyncIterator[str]:
    """Yield the URL of a fresh copy of ``copied`` (the template), dropped at the end."""
    name = f"{template}_{uuid4().hex[:12]}"
    admin = await server.connect(url)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {copied or template}")
        try:
            yield with_database(url, name)
        finally:
            await _drop(admin, name)
    finally:
        await admin.close()


# --- rolled back ------------------------------------------------------------------------------


@pytest.fixture(scope="session")
async def engine(
    server_url: str, template: str, settings: Settings, anyio_backend: str
) -> AsyncIterator[AsyncEngine]:
    """Yield an engine on this worker's clone; whoever uses it leaves nothing behind."""
    patient = settings.model_copy(update={"statement_timeout_ms": 60_000})
    async with clone_of(server_url, template) as url:
        facts = await server.inspect_server(url)
        engine = make_engine(patient, url, facts, application_name="idip tests")
        try:
            yield engine
        finally:
            await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Yield a connection in a transaction that is rolled back after the test."""
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="READ COMMITTED")
        transaction = await connection.begin()
        # A debugger, or Hypothesis at work, may let the transaction stand idle for long.
        await connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        yield connection
        await transaction.rollback()


class RolledBackDatabase(Database):
    """The facade on one connection whose transaction is never committed.

    What would be transactions are savepoints, and take turns: there is only one connection.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        super().__init__(Lines(connection.engine))
        self._connection = connection
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncIterator[AsyncConnection]:
        async with self._turn, self._connection.begin_nested() as savepoint:
            if read_only:
                await self._connection.execute(text("SET TRANSACTION READ ONLY"))
            yield self._connection
            if read_only:
                await savepoint.rollback()  # which alone can make it read-write again

    @asynccontextmanager
    async def statement(self) -> AsyncIterator[AsyncConnection]:
        async with self.transaction(read_only=True) as connection:
            yield connection


@pytest.fixture
def database(connection: AsyncConnection) -> Database:
    return RolledBackDatabase(connection)


# --- committed --------------------------------------------------------------------------------


@pytest.fixture
async def own_url(server_url: str, template: str) -> AsyncIterator[str]:
    async with clone_of(server_url, template) as url:
        yield url


@pytest.fixture
async def empty_url(server_url: str, template: str) -> AsyncIterator[str]:
    """Yield the URL of a database with nothing in it."""
    async with clone_of(server_url, template, "template0") as url:
        yield url


@pytest.fixture
async def own_database(own_url: str, settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(settings, own_url, application_name="idip tests")
    try:
        yield database
    finally:
        await database.close()


# --- counted ----------------------------------------------------------------------------------


@pytest.fixture
async def statements(
    connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Statements]:
    async with recording(connection, monkeypatch) as recorder:
        yield recorder
