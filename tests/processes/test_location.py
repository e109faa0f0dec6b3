"""Is the deployment's database found, with its secret, and refused when it must be?"""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from app.database.clock import FixedClock
from app.database.embedded import processes
from app.database.location import located
from app.database.preparation import prepare
from app.database.schema import schema_serves
from app.database.server import UnsafeDatabase, connect
from app.database.transaction import Database
from app.problems import Unavailable
from app.settings import Settings, SettingsError


async def test_without_a_url_it_is_ours_and_goes_when_we_go(
    data_dir: Path, clock: FixedClock
) -> None:
    settings = Settings(data_dir=data_dir, pool_size=1)
    async with located(settings) as first, located(settings) as second:
        assert first.keyed_hash.digest("x") == second.keyed_hash.digest("x")
        await prepare(first, settings, clock)
        database = await Database.open(settings, second.url, application_name="idip tests")
        assert await database.read(schema_serves)
        await database.close()
    assert processes.postmaster(data_dir / "postgres") is None


async def test_with_a_url_a_secret_must_be_given(own_url: str, tmp_path: Path) -> None:
    elsewhere = Settings(database_url=SecretStr(own_url), data_dir=tmp_path / "unused")
    with pytest.raises(SettingsError, match="IDIP_SECRET_KEY"):
        async with located(elsewhere):
            pass
    given = elsewhere.model_copy(update={"secret_key": SecretStr("x" * 32)})
    async with located(given) as location:
        assert location.url == own_url
        assert location.embedded is None
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize(
    "url",
    ["postgresql://someone@127.0.0.1:1/db", "postgresql://someone@/db?host=/no/such/folder"],
)
async def test_nobody_there_is_not_now(url: str, settings: Settings) -> None:
    with pytest.raises(Unavailable):
        await Database.open(settings, url, application_name="idip tests")


async def test_a_database_that_is_not_there_is_a_mistake_in_the_settings(
    own_url: str, settings: Settings
) -> None:
    url = own_url.replace("/idip_test_", "/not_idip_test_")
    with pytest.raises(SettingsError, match="InvalidCatalogName"):
        await Database.open(settings, url, application_name="idip tests")


async def test_a_server_that_does_not_wait_for_its_disk_is_refused(
    own_url: str, settings: Settings
) -> None:
    name = own_url.rpartition("/idip_test_")[2].partition("?")[0]
    admin = await connect(own_url)
    await admin.execute(f"ALTER DATABASE idip_test_{name} SET synchronous_commit = off")
    await admin.close()
    with pytest.raises(UnsafeDatabase, match="synchronous_commit"):
        await Database.open(settings, own_url, application_name="idip tests")
    accepting = settings.model_copy(update={"allow_async_commit": True})
    database = await Database.open(accepting, own_url, application_name="idip tests")
    await database.close()
