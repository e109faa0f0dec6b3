"""May somebody see, correct, restrict and erase what we know of them, and is it written down?"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.clock import FixedClock
from app.database.transaction import Connection
from app.flows.export import Export, Perspective, export
from app.flows.subject_erasure import carry_out_due
from tests.builders import CPF_BIA, a_sale, an_event, email, phone, tax_id
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

ERP_NAME = {"name": "Ana Sousa", "birth_date": "1984-05-02", "assurance": "verified"}


@pytest.fixture
async def every(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope, client="rights desk")


Known = Callable[..., Awaitable[str]]


@pytest.fixture
def known(every: httpx.AsyncClient) -> Known:
    """Sell something to Ana, whom we know by this phone; return the customer id."""

    async def made(**changes: Any) -> str:
        told = {"record_key": "C-1", "identifiers": [phone(), tax_id()], "profile": ERP_NAME}
        answer = await every.post("/v1/events", json=a_sale("190.00", **(told | changes)))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["items"][0]["customer_id"])

    return made


async def rung(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    ring = {"channel": "voice", "identifiers": [phone()], "context": {"reason_closed": True}}
    answer = await http.post("/v1/touchpoints", json=ring | changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


# --- correction -------------------------------------------------------------------------------


async def test_a_correction_holds_against_every_later_source(
    every: httpx.AsyncClient, known: Known
) -> None:
    customer = await known()
    path = f"/v1/customers/{customer}"
    answer = await every.post(
        f"{path}/rectifications", json={"profile": {"name": "Ana Maria de Souza"}}
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["rectified"] == ["name"]
    later = an_event(
        "profile", record_key="C-1", profile=ERP_NAME, time="2026-11-20T11:59:59-03:00"
    )
    await every.post("/v1/events", json=later)
    profile = (await every.get(path)).json()["profile"]
    assert profile == {"name": "Ana Maria de Souza", "birth_date": "1984-05-02"}


async def test_a_later_correction_replaces_an_earlier_one(
    every: httpx.AsyncClient, known: Known, clock: FixedClock
) -> None:
    customer = await known()
    for name in ("Ana Maria", "Ana Maria de Souza"):
        clock.set(clock.now() + timedelta(minutes=1))
        body = {"profile": {"name": name}}
        await every.post(f"/v1/customers/{customer}/rectifications", json=body)
    profile = (await every.get(f"/v1/customers/{customer}")).json()["profile"]
    assert profile["name"] == "Ana Maria de Souza"


async def test_no_source_may_claim_to_be_a_correction(every: httpx.AsyncClient) -> None:
    """The control: the assurance above verified is not a word of the surface."""
    claim = an_event("profile", record_key="C-1", profile=ERP_NAME | {"assurance": "rectified"})
    assert (await every.post("/v1/events", json=claim)).status_code == 422


async def test_an_empty_correction_is_refused(every: httpx.AsyncClient, known: Known) -> None:
    answer = await every.post(f"/v1/customers/{await known()}/rectifications", json={"profile": {}})
    assert answer.status_code == 422


# --- consent ----------------------------------------------------------------------------------


async def test_the_latest_word_on_consent_holds(every: httpx.AsyncClient, known: Known) -> None:
    customer = await known()
    word = {"purpose": "marketing", "channel": "voice", "status": "granted"}
    path = f"/v1/customers/{customer}"
    assert (await every.get(path)).json()["marketing_consent"]["voice"] == "unknown"
    answer = await every.put(f"{path}/consents", json={"consents": [word]})
    assert answer.json() == {"customer_id": customer, "taken": 1}
    assert (await every.get(path)).json()["marketing_consent"]["voice"] == "granted"
    no = {"purpose": "marketing", "status": "withdrawn"}
    await every.put(f"{path}/consents", json={"consents": [no]})
    assert (await every.get(path)).json()["marketing_consent"]["voice"] == "denied"


# --- restriction ------------------------------------------------------------------------------


async def test_a_restricted_customer_is_recognised_and_offered_nothing(
    every: httpx.AsyncClient, known: Known
) -> None:
    customer = await known()
    assert (await rung(every))["selling_allowed"]["allowed"]  # the control
    path = f"/v1/customers/{customer}/restraints"
    order = {"kind": "restriction", "reason": "accuracy_contested"}
    placed = await every.post(path, json=order)
    assert placed.status_code == 201, placed.text

    answer = await rung(every)
    assert answer["customer"]["state"] == "known"
    assert answer["customer"]["id"] == customer
    assert answer["value"] is None
    assert answer["selling_allowed"]["allowed"] is False
    assert answer["selling_allowed"]["reason"] == "processing_restricted"
    assert [each["action"] for each in answer["decisions"]] == [None]

    restraint = placed.json()["restraint_id"]
    assert (await every.delete(f"{path}/{restraint}")).status_code == 204
    assert (await rung(every))["selling_allowed"]["allowed"]
    [told] = (await every.get(path)).json()["items"]
    assert (told["in_force"], told["lifted_by"]) == (False, "rights desk")


@pytest.mark.parametrize(
    ("locale", "word"), [("pt-BR", "restrito"), ("es", "limitado"), ("en", "restricted")]
)
async def test_the_reason_is_told_in_three_languages(
    every: httpx.AsyncClient, known: Known, locale: str, word: str
) -> None:
    order = {"kind": "restriction", "reason": "objection_pending"}
    await every.post(f"/v1/customers/{await known()}/restraints", json=order)
    assert word in (await rung(every, locale=locale))["selling_allowed"]["sentence"]


async def test_a_restriction_also_stops_care_that_we_would_begin(
    every: httpx.AsyncClient, known: Known
) -> None:
    customer = await known()
    order = {"kind": "restriction", "reason": "unlawful_processing"}
    await every.post(f"/v1/customers/{customer}/restraints", json=order)
    answer = await rung(every, direction="outbound")
    assert [each["action"] for each in answer["decisions"]] == [None]
    path = f"/v1/decisions/{answer['decisions'][0]['decision_id']}/explain"
    ruled_out = (await every.get(path)).json()["ruled_out"]
    reasons = [{ruling["reason"] for ruling in each["rulings"]} for each in ruled_out]
    assert len(reasons) > 10
    assert all(each & {"processing_restricted", "no_treatment"} for each in reasons)


async def test_decisions_about_a_restricted_customer_are_in_no_list_and_in_their_own_export(
    every: httpx.AsyncClient, known: Known, house: House
) -> None:
    customer = await known()
    [decision] = (await rung(every))["decisions"]
    seen = Perspective(house.keyed_hash, "BRL", house.clock.now().date())

    async def listed(tx: Connection) -> list[str]:
        lines = [line async for line in export(tx, Export.DECISIONS, seen)]
        return [json.loads(line)["decision_id"] for line in lines]

    assert await house.database.read(listed) == [decision["decision_id"]]  # the control
    order = {"kind": "restriction", "reason": "objection_pending"}
    await every.post(f"/v1/customers/{customer}/restraints", json=order)
    assert await house.database.read(listed) == []
    told = (await every.get(f"/v1/customers/{customer}/export")).json()
    assert [each["decision_id"] for each in told["decisions"]] == [decision["decision_id"]]


async def test_a_merge_does_not_shake_a_restriction_off(
    every: httpx.AsyncClient, known: Known
) -> None:
    one = await known()
    other = await known(record_key="C-2", identifiers=[email(), tax_id(CPF_BIA)])
    order = {"kind": "restriction", "reason": "accuracy_contested"}
    await every.post(f"/v1/customers/{other}/restraints", json=order)
    assert (await rung(every))["selling_allowed"]["allowed"]
    await every.post("/v1/customers/merge", json={"customer_ids": [one, other]})
    assert not (await rung(every))["selling_allowed"]["allowed"]


@pytest.mark.parametrize(
    "order",
    [
        {"kind": "hold", "reason": "tax_retention"},
        {"kind": "hold", "reason": "accuracy_contested", "ends_on": "2027-01-01"},
        {"kind": "restriction", "reason": "tax_retention"},
        {"kind": "restriction", "reason": "accuracy_contested", "ends_on": "2026-11-19"},
    ],
)
async def test_an_order_that_means_nothing_is_refused(
    every: httpx.AsyncClient, known: Known, order: dict[str, str]
) -> None:
    answer = await every.post(f"/v1/customers/{await known()}/restraints", json=order)
    assert answer.status_code == 422


# --- hold and erasure -------------------------------------------------------------------------


async def test_a_hold_delays_an_erasure_until_it_ends(
    every: httpx.AsyncClient, known: Known, house: House, clock: FixedClock
) -> None:
    customer = await known()
    path = f"/v1/customers/{customer}"
    hold = {"kind": "hold", "reason": "tax_retention", "ends_on": "2026-11-22"}
    await every.post(f"{path}/restraints", json=hold)
    for _ in range(2):
        refused = await every.delete(path)
        assert refused.status_code == 409
        assert refused.json()["type"] == "/problems/legal-hold"
        assert refused.json()["errors"][0]["code"] == "tax_retention"
        assert "2026-11-22" in refused.json()["detail"]
    [waiting] = (await every.get("/v1/subject-requests")).json()["items"]
    assert (waiting["kind"], waiting["state"]) == ("erasure", "in_progress")
    assert (waiting["reason"], waiting["waits_until"]) == ("tax_retention", "2026-11-22")

    for days, done in ((2, 0), (1, 1), (0, 0)):
        clock.set(clock.now() + timedelta(days=days))
        now, today = clock.now(), clock.now().date()
        found = await house.database.write(lambda tx: carry_out_due(tx, now, today))  # noqa: B023
        assert found == done, days
    assert (await every.get(path)).status_code == 410
    [closed] = (await every.get("/v1/subject-requests")).json()["items"]
    assert (closed["state"], closed["closed_by"]) == ("done", "worker")
    assert (closed["request_id"], closed["customer_id"]) == (waiting["request_id"], None)


async def test_an_erasure_closes_the_request_for_it(every: httpx.AsyncClient, known: Known) -> None:
    customer = await known()
    asked = {"kind": "erasure", "customer_id": customer}
    entered = (await every.post("/v1/subject-requests", json=asked)).json()
    early = await every.post(
        f"/v1/subject-requests/{entered['request_id']}", json={"state": "done"}
    )
    assert (early.status_code, early.json()["type"]) == (409, "/problems/not-erased")
    assert (await every.delete(f"/v1/customers/{customer}")).status_code == 204
    assert (await every.delete(f"/v1/customers/{customer}")).status_code == 410
    [closed] = (await every.get("/v1/subject-requests")).json()["items"]
    assert (closed["request_id"], closed["state"]) == (entered["request_id"], "done")


# --- the register -----------------------------------------------------------------------------


async def test_a_request_is_due_by_the_law_of_the_country(
    every: httpx.AsyncClient, known: Known, clock: FixedClock
) -> None:
    asked = {"kind": "access", "customer_id": await known()}
    entered = await every.post("/v1/subject-requests", json=asked)
    assert entered.status_code == 201, entered.text
    assert entered.json()["due_on"] == "2026-12-05"  # Brazil: fifteen days
    assert not entered.json()["overdue"]

    clock.set(clock.now() + timedelta(days=16))
    late = {"overdue": "true"}
    [found] = (await every.get("/v1/subject-requests", params=late)).json()["items"]
    assert found["overdue"]
    assert "idip_subject_requests_overdue 1.0" in (await every.get("/metrics")).text

    path = f"/v1/subject-requests/{found['request_id']}"
    assert (await every.post(path, json={"state": "refused"})).status_code == 422
    refused = {"state": "refused", "reason": "not_identified"}
    assert (await every.post(path, json=refused)).json()["state"] == "refused"
    assert (await every.post(path, json={"state": "done"})).status_code == 409
    assert (await every.get("/v1/subject-requests", params=late)).json()["items"] == []


async def test_somebody_we_do_not_know_may_ask_too(every: httpx.AsyncClient) -> None:
    entered = (await every.post("/v1/subject-requests", json={"kind": "access"})).json()
    moved = await every.post(
        f"/v1/subject-requests/{entered['request_id']}",
        json={"state": "refused", "reason": "nothing_held"},
    )
    assert (moved.status_code, moved.json()["customer_id"]) == (200, None)


async def test_the_register_has_pages(every: httpx.AsyncClient) -> None:
    for _ in range(3):
        await every.post("/v1/subject-requests", json={"kind": "access"})
    page = (await every.get("/v1/subject-requests", params={"limit": 2})).json()
    rest = await every.get("/v1/subject-requests", params={"limit": 2, "cursor": page["next"]})
    ids = [each["request_id"] for each in [*page["items"], *rest.json()["items"]]]
    assert len(set(ids)) == 3
    assert rest.json()["next"] is None


# --- export -----------------------------------------------------------------------------------


async def test_an_export_tells_everything_in_ones_own_language(
    every: httpx.AsyncClient, known: Known
) -> None:
    customer = await known()
    await every.post(
        "/v1/events",
        json=[
            an_event("consent", record_key="C-1", data={"purpose": "research", "status": "denied"}),
            an_event("complaint", record_key="C-1", data={"case_id": "P-1", "status": "opened"}),
            an_event("preference", record_key="C-1", data={"human_first": True}),
        ],
    )
    decision = (await rung(every))["decisions"][0]["decision_id"]
    outcome = {"decision_id": decision, "outcome": "no_answer", "time": "2026-11-20T12:00:00-03:00"}
    await every.post("/v1/outcomes", json=outcome)
    await every.post(
        f"/v1/customers/{customer}/rectifications", json={"profile": {"name": "Ana de Souza"}}
    )
    answer = await every.get(f"/v1/customers/{customer}/export", headers={"accept-language": "es"})
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text)
    assert told["document"]["customer_id"] == customer
    assert told["who_you_are"]["profile"]["name"] == "Ana de Souza"
    phones = [each for each in told["known_by"] if each["type"] == "phone"]
    assert [(each["value"], each["sources"]) for each in phones] == [("+5511987654321", ["erp"])]
    names = [each for each in told["profile_values"] if each["attribute"] == "name"]
    assert [(n["value"], n["assurance"], n["source"], n["holds"]) for n in names] == [
        ("Ana de Souza", "rectified", "idip", True),
        ("Ana Sousa", "verified", "erp", False),
    ]
    assert {each["type"] for each in told["events"]} == {
        "sale",
        "consent",
        "complaint",
        "preference",
        "profile",
    }
    assert told["consents"][0]["purpose"] == "research"
    assert told["complaints"][0]["status"] == "opened"
    assert told["preferences"] == [
        {"occurred_at": "2026-11-20T13:00:00Z", "data": {"human_first": True}}
    ]
    [decided] = told["decisions"]
    assert decided["decision_id"] == decision
    assert decided["why"]
    assert decided["outcomes"][0]["outcome"] == "no_answer"
    assert told["moments"][0]["state"] == "known"
    assert "última compra" in told["score"]["meaning"][0]
    assert "customer.rectified" in {each["what"] for each in told["looked_at"]}
    assert "Quién" in told["reading"]["looked_at"]


async def test_an_export_tells_nothing_of_others_on_the_same_telephone(
    every: httpx.AsyncClient, known: Known
) -> None:
    ana = await known()
    bia = await known(
        record_key="C-2",
        identifiers=[phone(), tax_id(CPF_BIA), email("bia@example.com")],
        profile={"name": "Bia Canarinha", "birth_date": "1990-01-01"},
    )
    assert ana != bia
    await rung(every)
    told = (await every.get(f"/v1/customers/{ana}/export")).text
    bias = (await every.get(f"/v1/customers/{bia}/export")).text
    assert "Canarinha" in bias  # the control
    assert [
        word for word in ("Canarinha", CPF_BIA, "11144477735", bia, "C-2") if word in told
    ] == []


async def test_who_may_only_read_may_not_export(client: NewClient, known: Known) -> None:
    customer = await known()
    reader = await client(Scope.CUSTOMERS_READ)
    assert (await reader.get(f"/v1/customers/{customer}/export")).status_code == 403


async def test_an_erased_customer_has_no_export(every: httpx.AsyncClient, known: Known) -> None:
    customer = await known()
    await every.delete(f"/v1/customers/{customer}")
    assert (await every.get(f"/v1/customers/{customer}/export")).status_code == 410
