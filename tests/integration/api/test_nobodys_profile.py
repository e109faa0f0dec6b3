"""Names that are none, births that cannot be, brothers on one line: what is spoken of whom?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.cleaning_quality import FIRST_CUSTOMER, count_customers
from tests.builders import a_sale, an_event, email, phone
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

Sold = Callable[..., Awaitable[list[dict[str, Any]]]]

NOBODYS = (
    *("NAO INFORMADO", "SEM NOME", "CONSUMIDOR FINAL", "Público en General", "XXXX", "teste"),
    *("11987654321", "maria@x.com", "Sin nombre", "unknown", "N/A", "Cliente 12"),
)


@pytest.fixture
async def desk(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope, client="rights desk")


@pytest.fixture
def sold(desk: httpx.AsyncClient) -> Sold:
    async def sell(*facts: dict[str, Any]) -> list[dict[str, Any]]:
        answer = await desk.post("/v1/events", json=list(facts))
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    return sell


async def seen(desk: httpx.AsyncClient, customer: str) -> dict[str, Any]:
    told: dict[str, Any] = (await desk.get(f"/v1/customers/{customer}")).json()
    return told


async def rung(desk: httpx.AsyncClient, line: dict[str, str] | None = None) -> dict[str, Any]:
    line = line or phone()
    told = {"channel": "voice", "identifiers": [line], "deadline_ms": 10_000}
    interaction = {"interaction": {"source": "pbx", "id": f"call {line['value']}"}}
    answer = await desk.post("/v1/touchpoints", json=told | interaction)
    assert answer.status_code == 200, answer.text
    customer: dict[str, Any] = answer.json()["customer"]
    return customer


def on_line(name: str, line: dict[str, str], *, is_keyed: bool) -> dict[str, Any]:
    key = {"record_key": f"{name} {line['value']}"} if is_keyed else {}
    return named(name, identifiers=[line], **key)


def ana_and_zuleide(born: str, line: dict[str, str]) -> list[dict[str, Any]]:
    return [
        a_sale(identifiers=[line], profile={"name": name, "birth_date": born})
        for name in ("Ana Lima", "Zuleide Lima")
    ]


def named(name: str, **more: Any) -> dict[str, Any]:
    return a_sale(**({"identifiers": [phone()], "profile": {"name": name}} | more))


async def test_a_name_nobody_has_is_told_back_and_never_spoken(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    lines = [phone(f"11 98765-43{nth:02}") for nth in range(len(NOBODYS))]
    items = await sold(
        *(named(name, identifiers=[line]) for name, line in zip(NOBODYS, lines, strict=True))
    )
    for item in items:
        assert [(each["pointer"], each["code"]) for each in item["ignored"]] == [
            ("/profile/name", "placeholder")
        ]
        shown = await seen(desk, item["customer_id"])
        assert shown["display_name"] is None
        assert "name" in shown["gaps"]
        assert "name" not in shown["profile"]
    ring = await rung(desk, lines[0])
    assert (ring["state"], ring["display_name"], ring["may_speak_name"]) == ("known", None, False)


async def test_a_confirmed_caller_without_a_name_is_not_greeted_by_one(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    (item,) = await sold(named("SEM NOME", record_key="C-1"))
    interaction = {"source": "pbx", "id": "call 1"}
    told = {"channel": "voice", "identifiers": [phone()], "interaction": interaction}
    opened = (await desk.post("/v1/touchpoints", json=told | {"deadline_ms": 10_000})).json()
    path = f"/v1/touchpoints/{opened['touchpoint_id']}/identity"
    word = {"word": "confirmed", "customer_id": item["customer_id"]}
    who = (await desk.post(path, json=word)).json()["customer"]
    assert (who["assurance"], who["may_speak_name"]) == ("attested", False)
    await sold(named("Nara Leao", record_key="C-1"))
    retold = told | {"context": {"reason_closed": True}, "deadline_ms": 10_000}
    who = (await desk.post("/v1/touchpoints", json=retold)).json()["customer"]
    assert (who["display_name"], who["may_speak_name"]) == ("Nara Leao", True)


async def test_a_ring_by_a_filler_is_answered_as_completely_as_any(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    await sold(a_sale(record_key="CONSUMIDOR", identifiers=[]))
    code = {"type": "customer_code", "value": "CONSUMIDOR", "source": "erp"}
    told = {"channel": "voice", "identifiers": [code], "deadline_ms": 10_000, "locale": "en"}
    answer = (await desk.post("/v1/touchpoints", json=told)).json()
    stranger = await desk.post("/v1/touchpoints", json=told | {"identifiers": [phone()]})
    assert answer["customer"]["state"] == "blocked"
    assert "filler" in answer["customer"]["reason"]
    assert answer["customer"]["id"] is None
    assert answer["routing"] == stranger.json()["routing"]
    assert len(answer["decisions"]) == len(stranger.json()["decisions"])
    assert answer["degraded"] == []
    metrics = (await desk.get("/metrics")).text
    assert 'reason="placeholder",state="blocked"' in metrics


async def test_a_name_somebody_has_is_spoken(desk: httpx.AsyncClient, sold: Sold) -> None:
    (item,) = await sold(named("Nara Leao", record_key="C-1"))
    assert "ignored" not in item
    assert "name" not in (await seen(desk, item["customer_id"]))["gaps"]
    ring = await rung(desk)
    assert (ring["display_name"], ring["may_speak_name"]) == ("Nara Leao", True)


async def test_the_till_displaces_no_name(
    desk: httpx.AsyncClient, sold: Sold, connection: Connection
) -> None:
    nara = named("Nara Leao", record_key="C-1", time="2026-11-01T10:00:00-03:00")
    till = named("CONSUMIDOR FINAL", source="till", time="2026-11-20T10:00:00-03:00")
    again = named("SEM NOME", record_key="C-1", time="2026-11-20T11:00:00-03:00")
    one, other, third = await sold(till, nara, again)
    assert one["customer_id"] == other["customer_id"] == third["customer_id"]
    assert (await rung(desk))["display_name"] == "Nara Leao"
    # what came is kept with the event, and tells where it came from
    event = metadata.tables["event"]
    payloads = (await connection.execute(select(event.c.source, event.c.payload))).all()
    assert ("till", "CONSUMIDOR FINAL") in {
        (row.source, row.payload["profile"]["name"]) for row in payloads
    }


async def test_a_birth_that_cannot_be_is_no_evidence(desk: httpx.AsyncClient, sold: Sold) -> None:
    """One birth date makes one person of two first names; a date that nobody was born on does not.

    Of these the event's own day is what a form offers to whoever skips the question.
    """
    impossible = ("2999-01-01", "1800-05-05", "2026-11-20", "1900-01-01", "0001-01-01")
    for nth, born in enumerate(impossible):
        one, other = await sold(*ana_and_zuleide(born, phone(f"11 98765-43{nth:02}")))
        assert one["customer_id"] != other["customer_id"]
        assert [(each["pointer"], each["code"]) for each in one["ignored"]] == [
            ("/profile/birth_date", "invalid")
        ]
        shown = await seen(desk, one["customer_id"])
        assert "birth_date" in shown["gaps"]
        assert "birth_date" not in shown["profile"]


async def test_a_birth_that_may_be_is_evidence(desk: httpx.AsyncClient, sold: Sold) -> None:
    one, other = await sold(*ana_and_zuleide("1984-05-02", phone()))
    assert one["customer_id"] == other["customer_id"]
    assert "birth_date" not in (await seen(desk, one["customer_id"]))["gaps"]


async def test_a_correction_is_no_filler(desk: httpx.AsyncClient, sold: Sold) -> None:
    (item,) = await sold(named("Nara Leao", record_key="C-1"))
    path = f"/v1/customers/{item['customer_id']}/rectifications"
    for attribute, value in (
        *(("birth_date", "2999-01-01"), ("birth_date", "1800-05-05"), ("birth_date", "1900-01-01")),
        *(("name", "XXXX"), ("social_name", "maria@x.com"), ("trade_name", "não informado")),
    ):
        answer = await desk.post(path, json={"profile": {attribute: value}})
        assert answer.status_code == 422
        assert [each["pointer"] for each in answer.json()["errors"]] == [f"/profile/{attribute}"]
        assert value not in answer.text
    good = {"birth_date": "1984-05-02", "name": "Nara Lobo"}
    assert (await desk.post(path, json={"profile": good})).status_code == 201


@pytest.mark.parametrize("is_keyed", [True, False], ids=["keyed", "keyless"])
async def test_two_of_one_house_are_two(
    desk: httpx.AsyncClient, sold: Sold, is_keyed: bool
) -> None:
    for nth, names in enumerate(
        (
            *(("João Pedro Dias", "João Paulo Dias"), ("Maria Eduarda Lima", "Maria Clara Lima")),
            *(("María José Ruiz", "José María Ruiz"), ("Ana María Ruiz", "Ana Isabel Ruiz")),
            ("José Luis Ruiz", "José Antonio Ruiz"),
        )
    ):
        line = phone(f"11 98765-43{nth:02}")
        one, other = await sold(*(on_line(name, line, is_keyed=is_keyed) for name in names))
        assert one["customer_id"] != other["customer_id"]
        ring = await rung(desk, line)
        assert ring["state"] == "shared"
        assert not ring["may_speak_name"]


async def test_twins_of_one_address_are_two_in_any_order(
    sold: Sold, desk: httpx.AsyncClient
) -> None:
    """The control is one of them, told twice."""
    names = ("Clara Dias", "Pedro Dias", "Klara Dias")
    for nth, order in enumerate(permutations(names)):
        shared = {"identifiers": [email(f"dias.{nth}@x.com"), phone(f"11 98765-43{nth:02}")]}
        facts = {
            name: named(name, profile={"name": name, "birth_date": "2001-05-05"}, **shared)
            for name in order
        }
        items = await sold(*(fact | {"record_key": f"{nth} {n}"} for n, fact in facts.items()))
        whose = {n: item["customer_id"] for n, item in zip(facts, items, strict=True)}
        clara, pedro, klara = (whose[name] for name in names)
        assert clara == klara != pedro
        ring = await rung(desk, shared["identifiers"][1])
        assert (ring["state"], {each["asks_for"] for each in ring["candidates"]}) == (
            "shared",
            {"first_name"},
        )


async def test_father_and_son_of_one_name_in_spain_are_two(sold: Sold) -> None:
    father, son = "Juan Pérez García", "Juan Pérez Ruiz"
    one, other = await sold(*(on_line(name, phone(), is_keyed=True) for name in (father, son)))
    assert one["customer_id"] != other["customer_id"]


async def test_who_leaves_out_a_name_or_spells_it_is_one(sold: Sold) -> None:
    for nth, names in enumerate(
        (("João Dias", "João Pedro Dias"), ("Luiz Dias", "Luís Dias"), ("Jordi R", "Jorge R"))
    ):
        line = phone(f"11 98765-43{nth:02}")
        one, other = await sold(*(on_line(name, line, is_keyed=False) for name in names))
        assert one["customer_id"] == other["customer_id"]


async def test_whose_first_name_alone_is_said_is_neither_brothers_in_any_order(
    sold: Sold, desk: httpx.AsyncClient
) -> None:
    names = ("João Dias", "João Pedro Dias", "João Paulo Dias")
    for nth, order in enumerate(permutations(names)):
        line = phone(f"11 98765-43{nth:02}")
        facts = [named(name, record_key=f"{nth}-{name}", identifiers=[line]) for name in order]
        assert len({item["customer_id"] for item in await sold(*facts)}) == 3


async def test_the_counts_of_everybody_know_fillers_too(
    house: House, connection: Connection, sold: Sold
) -> None:
    profile = {"name": "SEM NOME", "birth_date": "1900-01-01"}
    await sold(an_event("profile", record_key="C-1", identifiers=[phone()], profile=profile))
    _, counted = await count_customers(connection, FIRST_CUSTOMER, 10, house.clock.now())
    assert (counted["without_name"], counted["without_birth_date"]) == (1, 1)
    good = {"name": "Nara Leao", "birth_date": "1942-01-19"}
    await sold(an_event("profile", record_key="C-1", identifiers=[phone()], profile=good))
    _, counted = await count_customers(connection, FIRST_CUSTOMER, 10, house.clock.now())
    assert (counted["without_name"], counted["without_birth_date"]) == (0, 0)
