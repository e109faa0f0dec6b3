"""What do companies, their desks and bad values look like to who calls?"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from tests.builders import an_event, email, tax_id
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

CNPJ, DESK = "11.222.333/0001-81", "contato@petro.com.br"
FIRM = an_event(
    "profile",
    record_key="F-1",
    identifiers=[tax_id(CNPJ), email(DESK), email("ana souza@x.com")],
    profile={"company_name": "Petro Ltda"},
)
ANA = an_event(
    "profile",
    source="crm",
    record_key="P-1",
    identifiers=[tax_id(CNPJ)],
    profile={"name": "Ana Dutra"},
)


@pytest.fixture
async def caller(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope)


async def ids(caller: httpx.AsyncClient) -> list[str]:
    answer = await caller.post("/v1/events", json=[FIRM, ANA])
    assert answer.status_code == 200
    return [item["customer_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize("asked", [tax_id(CNPJ), email(DESK)])
async def test_the_number_and_the_desk_answer_with_the_company(
    caller: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    company, ana = await ids(caller)
    assert company != ana
    body: dict[str, Any] = {"channel": "email", "identifiers": [asked], "deadline_ms": 10_000}
    opened = (await caller.post("/v1/touchpoints", json=body)).json()["customer"]
    assert (opened["state"], opened["id"]) == ("known", company)
    who = (await caller.post("/v1/identity/resolve", json={"identifiers": [asked]})).json()
    assert (who["state"], who["customer_id"]) == ("known", company)


@pytest.mark.parametrize(
    ("language", "said"),
    [("pt-BR", "um é a empresa"), ("es", "uno es la empresa"), ("en", "one is a company")],
)
async def test_why_a_company_and_its_contact_person_are_two(
    caller: httpx.AsyncClient, language: str, said: str
) -> None:
    company, ana = await ids(caller)
    for one, other in ((company, ana), (ana, company)):
        told = await caller.get(
            f"/v1/customers/{one}/explain",
            params={"against": other},
            headers={"Accept-Language": language},
        )
        found = told.json()["why_not"]
        assert found["obstacle"] == "company_and_person"
        assert said in found["sentence"]
        decisive = {field for edge in told.json()["edges"] for field in edge["breakdown"]}
        assert "two_tax_ids" not in decisive


async def test_who_merges_a_company_with_its_contact_person_is_told(
    caller: httpx.AsyncClient,
) -> None:
    both = sorted(await ids(caller))
    body = {"customer_ids": both, "preview": True}
    told = (await caller.post("/v1/customers/merge", json=body)).json()
    assert told["contradictions"] == [{"kind": "company_and_person", "customer_ids": both}]


async def test_bad_values_are_seen_exported_and_counted(caller: httpx.AsyncClient) -> None:
    company, ana = await ids(caller)
    shown = (await caller.get(f"/v1/customers/{company}")).json()
    assert (shown["display_name"], shown["party"]) == ("Petro Ltda", "company")
    assert [(each["type"], each["fault"]) for each in shown["unusable"]] == [("email", "invalid")]
    told = (await caller.get(f"/v1/customers/{company}/export")).json()
    assert told["unusable"][0]["value"] == "ana souza@x.com"
    assert (await caller.get(f"/v1/customers/{ana}")).json()["unusable"] == []
    metrics = (await caller.get("/metrics")).text
    assert 'idip_unusable_identifiers_total{fault="invalid",type="email"}' in metrics
    assert "souza" not in metrics
