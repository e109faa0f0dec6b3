"""Who is this, over HTTP?  One shape for every answer, one statement, nothing changed."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from tests.builders import CPF_ANA, CPF_BIA, PHONE_ANA, a_sale, email, phone, tax_id

RESOLVE = "/v1/identity/resolve"
SHAPE = {
    "state",
    "customer_id",
    "former_ids",
    "confidence",
    "question",
    "asks_for",
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


@pytest.mark.parametrize("identifiers", [[], [phone()], [phone("anonymous")], [email("x")]])
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


ANA = {"name": "Ana Souza", "birth_date": "1984-05-02"}
BRUNO = {"name": "Bruno Souza", "birth_date": "1980-01-31"}


async def a_household(ivr: httpx.AsyncClient, *profiles: dict[str, str]) -> list[str]:
    told = await ivr.post(
        "/v1/events",
        json=[
            a_sale(record_key=f"C-{nth}", identifiers=[phone()], profile=profile)
            for nth, profile in enumerate(profiles)
        ],
    )
    return [item["customer_id"] for item in told.json()["items"]]


async def test_the_answer_to_the_question_tells_who_it_is(ivr: httpx.AsyncClient) -> None:
    ana, bruno = await a_household(ivr, ANA, BRUNO)
    asked = await resolved(ivr, phone())
    assert (asked["state"], asked["asks_for"]) == ("shared", "first_name")
    for customer, answer in ((ana, "ANA"), (bruno, "bruno souza")):
        who = await resolved(ivr, phone(), said={"first_name": answer})
        assert (who["state"], who["customer_id"]) == ("known", customer)
        assert (who["reason"], who["question"]) == ("told_apart", None)
        assert who["confidence"] > 0.99
        assert len(who["candidates"]) == 2
        assert answer not in who["sentence"]
    by_date = await resolved(ivr, phone(), said={"birth_date": "1980-01-31"})
    assert by_date["customer_id"] == bruno


async def test_the_sentence_says_what_told_them_apart(ivr: httpx.AsyncClient) -> None:
    await a_household(ivr, ANA, BRUNO)
    said = {"first_name": "Ana", "birth_date": "1984-05-02"}
    for locale, answers in (
        ("pt-BR", "primeiro nome, data de nascimento"),
        ("es", "nombre de pila, fecha de nacimiento"),
        ("en", "first name, date of birth"),
    ):
        who = await resolved(ivr, phone(), said=said, locale=locale)
        assert f": {answers}." in who["sentence"]


async def test_an_answer_that_fits_nobody_is_followed_by_another_question(
    ivr: httpx.AsyncClient,
) -> None:
    await a_household(ivr, ANA, BRUNO)
    who = await resolved(ivr, phone(), said={"first_name": "Carlos"})
    assert (who["state"], who["reason"]) == ("shared", "answer_fits_nobody")
    assert (who["customer_id"], who["asks_for"]) == (None, "birth_date")
    both = await resolved(ivr, phone(), said={"first_name": "Carlos", "birth_date": "1999-09-09"})
    assert (both["state"], both["question"], both["asks_for"]) == ("shared", None, None)


async def test_nobody_is_looked_up_by_what_is_said(ivr: httpx.AsyncClient) -> None:
    (ana,) = await a_household(ivr, ANA)
    said = {"first_name": "Ana", "birth_date": "1984-05-02", "tax_id": CPF_ANA}
    for identifiers in ([], [phone("(11) 91234-5678")]):
        assert (await resolved(ivr, *identifiers, said=said))["state"] == "unknown"
    assert (await resolved(ivr, phone(), said=said))["customer_id"] == ana  # the control


async def test_no_question_asks_for_what_no_candidate_has(ivr: httpx.AsyncClient) -> None:
    given = [
        a_sale(record_key="C-1", identifiers=[phone(), tax_id()], profile={"name": "Chico Dias"}),
        a_sale(record_key="C-2", identifiers=[phone(), tax_id(CPF_BIA)]),
    ]
    told = (await ivr.post("/v1/events", json=given)).json()["items"]
    assert (await resolved(ivr, phone()))["asks_for"] == "tax_id"
    said = {"tax_id": CPF_BIA}
    assert (await resolved(ivr, phone(), said=said))["customer_id"] == told[1]["customer_id"]


async def test_a_former_holder_is_not_counted_and_the_past_is_theirs(
    ivr: httpx.AsyncClient,
) -> None:
    def bought(key: str, day: str, profile: dict[str, str]) -> dict[str, Any]:
        time = f"{day}T10:00:00-03:00"
        return a_sale(record_key=key, identifiers=[phone()], profile=profile, time=time)

    told = await ivr.post(
        "/v1/events",
        json=[bought("C-1", "2025-11-20", ANA), bought("C-2", "2026-08-20", BRUNO)],
    )
    ana, bruno = (item["customer_id"] for item in told.json()["items"])
    assert (await resolved(ivr, phone()))["customer_id"] == bruno
    for then, holder in (("2025-12-15", ana), ("2026-08-19", ana), ("2026-08-21", bruno)):
        who = await resolved(ivr, phone(), time=f"{then}T12:00:00Z")
        assert (who["state"], who["customer_id"]) == ("known", holder), then
    await ivr.post("/v1/events", json=bought("C-3", "2026-11-01", {"name": "Carlos Dias"}))
    shared = await resolved(ivr, phone())
    assert shared["state"] == "shared"
    assert shared["sentence"].startswith("2 clientes")


async def test_the_code_of_a_till_for_everybody_is_blocked(ivr: httpx.AsyncClient) -> None:
    names = "Ana Bruno Carla Diego Elisa Fabio Gabriela Heitor Irene Joao Karina Luis Maria Nelson"
    names += " Olga Paulo Rui Sara Tiago Ursula Vera Wagner"
    till = [a_sale(record_key="7", profile={"name": f"{name} Lima"}) for name in names.split()]
    code = {"type": "customer_code", "value": "7", "source": "erp"}
    await ivr.post("/v1/events", json=till[:3])
    assert (await resolved(ivr, code))["state"] == "known"
    await ivr.post("/v1/events", json=till[3:])
    who = await resolved(ivr, code)
    assert (who["state"], who["reason"]) == ("blocked", "held_by_many")
    assert "muitos" in who["sentence"]


@pytest.mark.parametrize(
    "given", [phone("190"), phone("0800 123 4567"), email("x1@ct.vtex.com.br")]
)
async def test_a_kind_that_never_identifies_is_not_said_to_be_of_many(
    ivr: httpx.AsyncClient, given: dict[str, str]
) -> None:
    who = await resolved(ivr, given)
    assert (who["state"], who["reason"]) == ("blocked", "never_identifies")
    assert "muitos" not in who["sentence"]


@pytest.mark.parametrize(
    "given",
    [
        {"type": "customer_code", "value": "CONSUMIDOR", "source": "erp"},
        {"type": "customer_code", "value": "000000", "source": "erp"},
        {"type": "loyalty", "value": "CLIENTE PADRAO"},
        phone("99999-9999"),
        phone("000"),
        email("nao@tem.com"),
        tax_id("111.111.111-11"),
    ],
)
async def test_a_filler_is_blocked_by_its_name_and_nothing_is_looked_up(
    ivr: httpx.AsyncClient, statements: Any, given: dict[str, str]
) -> None:
    await resolved(ivr, given)
    statements.clear()
    who = await resolved(ivr, given, locale="en")
    assert (who["state"], who["reason"]) == ("blocked", "placeholder")
    assert "filler" in who["sentence"]
    assert [each["code"] for each in who["ignored"]] == ["placeholder"]
    assert not [each for each in statements.sent if "identifier" in each]
    beside = await resolved(ivr, given, phone())
    assert (beside["state"], beside["reason"]) == ("unknown", "not_seen_before")


@pytest.mark.parametrize("given", [phone("anonymous"), email("x"), tax_id("529.982.247-24")])
async def test_what_is_no_filler_is_just_not_usable(
    ivr: httpx.AsyncClient, given: dict[str, str]
) -> None:
    who = await resolved(ivr, given)
    assert (who["state"], who["reason"]) == ("unknown", "no_identifier")


async def test_a_foreign_tax_id_is_called_by_its_name(ivr: httpx.AsyncClient) -> None:
    rfc = {"type": "tax_id", "value": "GODE561231GR8", "country": "MX"}
    given = [
        a_sale(record_key="C-1", identifiers=[rfc]),
        a_sale(record_key="C-2", identifiers=[tax_id()]),
    ]
    await ivr.post("/v1/events", json=given)
    assert "RFC" in (await resolved(ivr, rfc))["sentence"]
    assert "CPF" in (await resolved(ivr, tax_id()))["sentence"]
