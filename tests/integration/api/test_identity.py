"""Who is this, over HTTP?  One shape for every answer, one statement, nothing changed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from tests.builders import CPF_BIA, PHONE_ANA, a_sale, email, phone, tax_id

RESOLVE = "/v1/identity/resolve"
SHAPE = {
    "state",
    "customer_id",
    "former_ids",
    "confidence",
    "question",
    "reason",
    "sentence",
    "evidence",
    "candidates",
    "ignored",
    "weightless",
}


@pytest.fixture
async def ivr(client: Any) -> httpx.AsyncClient:
    return await client(Scope.IDENTITY_READ, Scope.EVENTS_WRITE)


async def resolved(ivr: httpx.AsyncClient, *identifiers: Any, **more: Any) -> dict[str, Any]:
    answer = await ivr.post(RESOLVE, json={"identifiers": list(identifiers), **more})
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    assert document.keys() == SHAPE
    return document


async def test_a_known_caller_is_known_with_evidence(ivr: httpx.AsyncClient) -> None:
    told = await ivr.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[phone()]))
    who = await resolved(ivr, phone("+55 11 98765 4321"))
    assert who["state"] == "known"
    assert who["customer_id"] == told.json()["items"][0]["customer_id"]
    assert who["reason"] == "exact"
    assert who["confidence"] > 0.99
    [evidence] = who["evidence"]
    assert evidence.keys() == {"type", "bits", "holders", "assurance", "last_seen_at"}
    assert (evidence["type"], evidence["holders"]) == ("phone", 1)


@pytest.mark.parametrize("identifiers", [[], [phone()], [phone("000")], [email("x")]])
async def test_a_stranger_is_unknown_and_no_error(
    ivr: httpx.AsyncClient, identifiers: list[Any]
) -> None:
    who = await resolved(ivr, *identifiers)
    assert (who["state"], who["customer_id"], who["confidence"]) == ("unknown", None, 0.0)


async def test_two_holders_of_one_phone_share_it(ivr: httpx.AsyncClient) -> None:
    await ivr.post(
        "/v1/events",
        json=[
            a_sale(record_key="C-1", identifiers=[phone(), tax_id()]),
            a_sale(record_key="C-2", identifiers=[phone(), tax_id(CPF_BIA)]),
        ],
    )
    who = await resolved(ivr, phone())
    assert (who["state"], who["customer_id"]) == ("shared", None)
    assert len(who["candidates"]) == 2
    assert (await resolved(ivr, phone(), tax_id()))["state"] == "known"


async def test_what_is_no_evidence_is_told_by_its_place(ivr: httpx.AsyncClient) -> None:
    who = await resolved(ivr, phone(), {"type": "tax_id", "value": "111.111.111-11"})
    assert [fault["pointer"] for fault in who["ignored"]] == ["/identifiers/1"]
    assert PHONE_ANA not in str(who)


async def test_the_sentence_is_in_the_language_asked_for(ivr: httpx.AsyncClient) -> None:
    by_default = await resolved(ivr)
    by_field = await resolved(ivr, locale="es")
    by_header = await ivr.post(
        RESOLVE, json={"identifiers": []}, headers={"accept-language": "fr, en-GB;q=0.8, es;q=0.5"}
    )
    sentences = {by_default["sentence"], by_field["sentence"], by_header.json()["sentence"]}
    assert len(sentences) == 3


async def test_asking_costs_one_statement_and_changes_nothing(
    ivr: httpx.AsyncClient, statements: Any
) -> None:
    await ivr.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[phone()]))
    statements.clear()
    await resolved(ivr, phone())
    assert len(statements) == 1
    assert (
        statements.sent[0]
        .lstrip("/ *abcdefghijklmnopqrstuvwxyz._\n")
        .startswith(("WITH", "SELECT"))
    )


async def test_past_moments_are_answered_too(ivr: httpx.AsyncClient) -> None:
    who = await resolved(ivr, phone(), time="2020-01-01T00:00:00Z")
    assert who["state"] == "unknown"
