"""Who is sent requests?  Not a process about to stop, nor one that is ahead of its schema."""

from __future__ import annotations

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.failures import NO_ROOM
from app.database.room import Room
from tests.integration.api.conftest import NewClient

READY = "/readyz"
SALE = {
    "id": "1",
    "source": "erp",
    "type": "sale",
    "time": "2026-11-20T10:00:00Z",
    "record_key": "A",
    "data": {"net": "10.00", "currency": "BRL", "status": "paid"},
}


def places(answer: httpx.Response) -> list[str]:
    return [fault["pointer"] for fault in answer.json()["errors"]]


async def set_revision(connection: AsyncConnection, revision: str) -> None:
    await connection.execute(
        text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision}
    )


async def test_who_is_about_to_stop_says_so_and_goes_on_answering(
    app: FastAPI, stranger: httpx.AsyncClient
) -> None:
    assert (await stranger.get(READY)).status_code == 200
    app.state.stopping.noticed = True
    answer = await stranger.get(READY)
    assert (answer.status_code, places(answer)) == (503, ["process"])
    assert (await stranger.get("/livez")).status_code == 200


async def test_the_version_before_stays_ready_when_a_newer_one_has_migrated(
    connection: AsyncConnection, stranger: httpx.AsyncClient
) -> None:
    await set_revision(connection, "29991231_0001")
    assert (await stranger.get(READY)).status_code == 200


async def test_a_version_ahead_of_its_schema_is_not_ready(
    connection: AsyncConnection, stranger: httpx.AsyncClient
) -> None:
    await set_revision(connection, "20261122_0001")
    answer = await stranger.get(READY)
    assert (answer.status_code, places(answer)) == (503, ["schema"])


async def test_a_full_disk_turns_writes_off_and_leaves_reads_on(
    house: House, client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    erp = await client(Scope.EVENTS_WRITE, Scope.IDENTITY_READ)
    assert (await erp.get(READY)).json()["writes"] == "on"
    monkeypatch.setattr(house.database, "_room", Room(house.settings.data_dir.parent, 2**80))
    told = await erp.post("/v1/events", json=SALE)
    assert (told.status_code, told.json()["type"]) == (503, f"/problems/{NO_ROOM}")
    assert told.headers["retry-after"]
    asked = await erp.post("/v1/identity/resolve", json={"identifiers": []})
    assert (asked.status_code, asked.json()["state"]) == (200, "unknown")
    ready = await erp.get(READY)
    assert (ready.status_code, ready.json()["writes"]) == (200, "off")
    monkeypatch.undo()
    assert (await erp.post("/v1/events", json=SALE)).status_code == 200
