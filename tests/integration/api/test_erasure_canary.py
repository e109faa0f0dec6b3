"""Is anything of an erased person left, anywhere?  Every table, a dump, the log and the exports."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import make_url

from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.clock import FixedClock
from app.database.embedded.binaries import WHEEL
from app.database.keyed_hash import KeyedHash
from app.database.server import connect
from app.database.transaction import Database
from app.flows.event_command import EventType
from app.flows.export import Export, Perspective, export
from app.flows.founding import found
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import a_sale, an_event
from tests.integration.api.conftest import calling

pytestmark = pytest.mark.anyio

NAME = "Zenobia Canarinha"
PHONE = "+5511987650042"
EMAIL = "zenobia.canarinha@example.com"
TAX_ID = "39053344705"
RECORD = "CANARY-REC-1"
VISIT = "canary-visit-0001"
WORD = "canaryword"
VALUES = (NAME, "Canarinha", "11987650042", EMAIL, TAX_ID, RECORD, VISIT, WORD)

PHONES = {"type": "phone", "value": PHONE}
EMAILS = {"type": "email", "value": EMAIL}
TAX_IDS = {"type": "tax_id", "value": "390.533.447-05", "country": "BR"}
VISITS = {"type": "visit", "value": VISIT}
PERSON = {"identifiers": [PHONES, EMAILS, TAX_IDS], "profile": {"name": NAME, "city": WORD}}

DATA: dict[EventType, dict[str, Any]] = {
    EventType.SALE: {"status": "paid", "currency": "BRL", "net": "190.00", "order_id": WORD},
    EventType.REFUND: {"net": "10.00", "currency": "BRL", "order_id": WORD},
    EventType.CANCELLATION: {"order_id": WORD},
    EventType.PAYMENT: {"status": "paid", "order_id": WORD},
    EventType.INTERACTION: {"channel": "voice", "direction": "inbound", "topic": WORD},
    EventType.COMPLAINT: {"case_id": WORD, "status": "opened", "topic": WORD},
    EventType.CONSENT: {"purpose": "marketing", "status": "granted", "proof": WORD},
    EventType.PREFERENCE: {"language": WORD},
    EventType.CONTRACT: {"contract_id": WORD},
    EventType.COST: {"activity": WORD, "amount": "1.00"},
    EventType.LEAD: {"stage": WORD},
}
"""What stands in ``data``; a type that is not here is sent with none."""


def documents(suffix: str) -> list[dict[str, Any]]:
    """Return one event of every type about her, and facts that reach her by other ways."""
    own = {"source": "erp", "record_key": RECORD, **PERSON}
    every = [
        an_event(kind.value, **own, id=f"{kind}-{suffix}", data=DATA.get(kind, {}))
        for kind in EventType
        if kind not in {EventType.LOGIN, EventType.LOGOUT}
    ]
    return [
        *every,
        a_sale(id=f"keyless-{suffix}", source="till", **PERSON),
        a_sale(id=f"generic-{suffix}", source="till", record_key="consumidor final", **PERSON),
        an_event("login", id=f"login-{suffix}", source="shop", identifiers=[VISITS, EMAILS]),
        an_event("navigation", id=f"page-{suffix}", source="shop", identifiers=[VISITS]),
        an_event("logout", id=f"logout-{suffix}", source="shop", identifiers=[VISITS]),
    ]


@pytest.fixture
async def own_house(
    settings: Settings, own_database: Database, keyed_hash: KeyedHash, clock: FixedClock
) -> House:
    house = furnished(settings, own_database, keyed_hash, clock)
    await own_database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))
    return house


@pytest.fixture
async def desk(own_house: House) -> AsyncIterator[httpx.AsyncClient]:
    order = KeyOrder("every scope", frozenset(Scope), None, None)
    now = own_house.clock.now()
    key = await own_house.database.write(lambda tx: issue_key(tx, own_house.keyed_hash, order, now))
    async with calling(create_app(own_house), authorization=f"Bearer {key.text}") as http:
        yield http


async def sent(http: httpx.AsyncClient, suffix: str) -> list[dict[str, Any]]:
    answer = await http.post(
        "/v1/events", json=documents(suffix), headers={"idempotency-key": f"events-{suffix}"}
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def lived(http: httpx.AsyncClient) -> str:
    """Let her live through every route that takes something about a person; return her id."""
    customer = str((await sent(http, "first"))[0]["customer_id"])
    path = f"/v1/customers/{customer}"
    [other] = (await http.post("/v1/events", json=[a_sale(record_key="C-9")])).json()["items"]
    word = {"customer_ids": [customer, other["customer_id"]], "reason": f"{WORD} says so"}
    assert (await http.post("/v1/customers/merge", json=word)).status_code == 200
    ring = {
        "interaction": {"source": "pbx", "id": WORD},
        "channel": "voice",
        "identifiers": [PHONES],
        "context": {"intent": WORD, "reason_closed": True},
    }
    rung = await http.post("/v1/touchpoints", json=ring)
    decision = rung.json()["decisions"][0]["decision_id"]
    outcome = {"decision_id": decision, "outcome": "no_answer", "time": "2026-11-20T12:00:00-03:00"}
    answers = [
        rung,
        await http.post("/v1/outcomes", json=outcome),
        await http.post("/v1/identity/resolve", json={"identifiers": [EMAILS]}),
        await http.post(f"{path}/rectifications", json={"profile": {"social_name": NAME}}),
        await http.post(f"{path}/rectifications", json={"denied": [EMAILS]}),
        await http.post(f"{path}/rectifications", json={"claimed": [EMAILS]}),
        await http.put(
            f"{path}/consents",
            json={"consents": [{"purpose": "research", "status": "denied", "proof": WORD}]},
        ),
        await http.post(
            f"{path}/restraints", json={"kind": "restriction", "reason": "accuracy_contested"}
        ),
        await http.post("/v1/subject-requests", json={"kind": "access", "customer_id": customer}),
        await http.get(path),
        await http.get(f"{path}/timeline"),
    ]
    assert [each.text for each in answers if each.status_code >= 400] == []
    return customer


async def rows(url: str) -> str:
    """Return every row of every table as text, whatever tables there are."""
    connection = await connect(url)
    try:
        tables = await connection.fetch(
            "SELECT format('SELECT t::text FROM %I.%I AS t', table_schema, table_name) AS query"
            " FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        assert len(tables) > 20
        found = [await connection.fetch(table["query"]) for table in tables]
        return "\n".join(row[0] for each in found for row in each)
    finally:
        await connection.close()


async def dump(url: str) -> str:
    """Return what a backup holds."""
    wheel = find_spec(WHEEL)  # not imported: its helper would run
    assert wheel is not None
    assert wheel.origin is not None
    program = Path(wheel.origin).parent / "pginstall" / "bin" / "pg_dump"
    place = make_url(url)
    options = {
        "PGHOST": str(place.query.get("host") or place.host or ""),
        "PGPORT": str(place.port or ""),
        "PGUSER": place.username or "",
        "PGPASSWORD": place.password or "",
        "PGDATABASE": place.database or "",
    }
    environment = os.environ | {name: value for name, value in options.items() if value}
    process = await asyncio.create_subprocess_exec(
        program, "--no-sync", env=environment, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


async def exported(house: House) -> str:
    seen = Perspective(house.keyed_hash, "BRL", house.clock.now().date())
    async with house.database.transaction(read_only=True) as tx:
        lines = [[line async for line in export(tx, what, seen)] for what in Export]
    return b"".join(line for each in lines for line in each).decode()


def left(text: str) -> list[str]:
    """Return which of her values stand in a text, as they are or as bytes are written."""
    return [value for value in VALUES if value in text or value.encode().hex() in text]


async def test_nothing_of_an_erased_person_is_left_anywhere(
    desk: httpx.AsyncClient, own_house: House, own_url: str, log: io.StringIO
) -> None:
    customer = await lived(desk)
    # The controls: before, all of it is found wherever it may stand.
    assert left(await rows(own_url)) == list(VALUES)
    assert left(await dump(own_url)) == list(VALUES)
    told = (await desk.get(f"/v1/customers/{customer}/export")).text
    assert left(told) == list(VALUES)
    assert left(await exported(own_house)) == [RECORD]

    assert (await desk.delete(f"/v1/customers/{customer}")).status_code == 204
    assert left(await rows(own_url)) == []
    assert left(await dump(own_url)) == []
    assert left(await exported(own_house)) == []
    assert left(log.getvalue()) == []

    for suffix in ("first", "again"):
        headers = {"idempotency-key": f"resent-{suffix}"}
        answer = await desk.post("/v1/events", json=documents(suffix), headers=headers)
        assert {item["customer_id"] for item in answer.json()["items"]} == {None}
    assert left(await rows(own_url)) == []
    assert left(log.getvalue()) == []
