"""Which deeds over HTTP are noted, by whom, about whom; and is any value among them?"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from app.access import audit
from app.access.audit import StoredAct
from app.access.scopes import Scope
from app.api import audit as noting
from app.api.dependencies import House
from app.flows.founding import found
from app.personalise.bundle import shipped_document
from app.problems import Unavailable
from tests.builders import CPF_ANA, CPF_BIA, a_sale, email, phone, tax_id
from tests.integration.api.conftest import NewClient

NAME = "Ana Maria de Souza"
ANA = a_sale(
    record_key="C-1",
    identifiers=[phone(), tax_id(CPF_ANA), email()],
    profile={"name": NAME, "birth_date": "1984-05-02"},
)
BIA = a_sale(record_key="C-2", identifiers=[tax_id(CPF_BIA)], profile={"name": "Bia Lima"})
VALUES = (
    NAME,
    "Souza",
    "Bia",
    "52998224725",
    CPF_ANA,
    "98765",
    "ana.souza",
    "1984",
    "C-1",
    "typed",
)


@pytest.fixture
async def office(client: NewClient, house: House) -> httpx.AsyncClient:
    now = house.clock.now()
    await house.database.write(lambda tx: found(tx, house.settings, shipped_document(), now))
    return await client(*Scope, client="office")


async def customers(office: httpx.AsyncClient) -> list[str]:
    items = (await office.post("/v1/events", json=[ANA, BIA])).json()["items"]
    return [item["customer_id"] for item in items]


async def acts(house: House, *ids: str) -> list[StoredAct]:
    """Return what was noted, oldest first: about these customers, or all."""
    wanted: Any = [UUID(each) for each in ids] or None
    found = await house.database.read(lambda tx: audit.about(tx, wanted, 100))
    return [act for act, _ in reversed(found)]


async def test_who_looked_at_a_customer_is_noted(office: httpx.AsyncClient, house: House) -> None:
    ana, _ = await customers(office)
    for path in ("", "/timeline", "/explain", "/score"):
        answer = await office.get(f"/v1/customers/{ana}{path}")
        assert answer.status_code == 200
        if not path:
            request_id = answer.headers["x-request-id"]
    noted = await acts(house, ana)
    assert [act.kind for act in noted] == [
        "customer.seen",
        "timeline.seen",
        "customer.explained",
    ]
    assert (noted[0].actor, noted[0].request_id) == ("office", request_id)
    assert {"name", "phone", "tax_id"} <= set(noted[0].fields)
    assert noted[0].key_id is not None


async def test_who_is_not_there_was_not_looked_at(office: httpx.AsyncClient, house: House) -> None:
    assert (await office.get(f"/v1/customers/{UUID(int=7)}")).status_code == 404
    assert await acts(house) == []


async def test_a_ring_pays_nothing(office: httpx.AsyncClient, house: House) -> None:
    await customers(office)
    await office.post("/v1/touchpoints", json={"channel": "voice", "identifiers": [phone()]})
    await office.post("/v1/identity/resolve", json={"identifiers": [phone()]})
    assert await acts(house) == []


async def test_a_merge_is_noted_with_everybody_it_touched_and_a_preview_is_not(
    office: httpx.AsyncClient, house: House
) -> None:
    both = await customers(office)
    told = {"customer_ids": both, "reason": "typed by somebody"}
    assert (await office.post("/v1/customers/merge", json=told | {"preview": True})).is_success
    assert await acts(house) == []
    assert (await office.post("/v1/customers/merge", json=told)).is_success
    noted = await acts(house, *both)
    assert {act.kind for act in noted} == {"customers.merged"}
    assert {str(act.customer_id) for act in noted} == set(both)


async def test_a_request_sent_again_is_noted_once(office: httpx.AsyncClient, house: House) -> None:
    told = {"customer_ids": await customers(office)}
    for _ in range(2):
        headers = {"idempotency-key": "8e03978e-40d5-43dd"}
        assert (await office.post("/v1/customers/merge", json=told, headers=headers)).is_success
    assert len(await acts(house)) == 2


async def test_what_is_noted_holds_no_values_and_outlives_an_erasure(
    office: httpx.AsyncClient, house: House, connection: Any
) -> None:
    ana, bia = await customers(office)
    await office.get(f"/v1/customers/{ana}")
    told = {"customer_ids": [ana, bia], "reason": "typed by somebody"}
    merged = (await office.post("/v1/customers/merge", json=told)).json()
    survivor = merged["customers"][0]
    side = [survivor["records"][0]]
    split = f"/v1/customers/{survivor['customer_id']}/split"
    await office.post(split, json={"sides": [side], "reason": "typed by somebody"})
    ring = {"channel": "voice", "identifiers": [phone()]}
    decision = (await office.post("/v1/touchpoints", json=ring)).json()["decisions"][0]
    await office.get(f"/v1/decisions/{decision['decision_id']}/explain")
    assert (await office.delete(f"/v1/customers/{ana}")).is_success
    kinds = {act.kind for act in await acts(house)}
    assert kinds == {
        "customer.seen",
        "customers.merged",
        "customer.split",
        "decision.explained",
        "customer.erased",
    }
    assert "customer.seen" in {act.kind for act in await acts(house, ana)}
    rows = repr((await connection.execute(text("SELECT * FROM audit_act"))).all())
    assert not [value for value in VALUES if value in rows]


async def test_yardsticks_are_noted(office: httpx.AsyncClient, house: House) -> None:
    run = (await office.post("/v1/scoring-runs", json={})).json()["run_id"]
    await office.post(f"/v1/scoring-runs/{run}/activate")
    noted = await acts(house)
    assert [act.kind for act in noted] == ["scoring.measured", "scoring.activated"]
    assert {str(act.subject) for act in noted} == {run}


async def test_reads_go_on_while_nothing_can_be_noted_and_the_log_says_so(
    office: httpx.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch, log: Any
) -> None:
    ana, _ = await customers(office)

    async def full(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(noting.audit, "note", full)
    answer = await office.get(f"/v1/customers/{ana}")
    assert answer.status_code == 200
    (line,) = [line for line in log.getvalue().splitlines() if "was not noted" in line]
    assert answer.headers["x-request-id"] in line
    assert ana not in line
