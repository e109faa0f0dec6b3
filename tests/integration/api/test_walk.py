"""The whole walk over HTTP: ring, sale, offer, outcome, and what each changes for the next."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.clock import FixedClock
from tests.builders import CPF_BIA, a_sale, an_event, email, phone, tax_id
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

RING = {"channel": "voice", "identifiers": [phone()], "context": {"reason_closed": True}}
MONTHS = [f"2026-{month:02}-05T10:00:00-03:00" for month in range(1, 12)]


@pytest.fixture
async def every(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope)


async def told(http: httpx.AsyncClient, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await http.post("/v1/events", json=list(documents))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def rung(http: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await http.post("/v1/touchpoints", json=RING | changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def regular(http: httpx.AsyncClient) -> str:
    """Sell something every month to the owner of the phone; return the customer id."""
    items = await told(
        http,
        *[a_sale("190.00", record_key="C-1", identifiers=[phone()], time=day) for day in MONTHS],
    )
    return str(items[0]["customer_id"])


async def test_a_rejection_changes_the_next_choice(every: httpx.AsyncClient) -> None:
    await regular(every)
    first = (await rung(every))["decisions"][0]
    assert first["action"] is not None
    outcome = {
        "decision_id": first["decision_id"],
        "outcome": "rejected",
        "time": "2026-11-20T12:00:00-03:00",
    }
    answer = await every.post("/v1/outcomes", json=outcome)
    assert answer.json()["items"][0]["status"] == "accepted"
    again = await every.post("/v1/outcomes", json=[outcome])
    assert again.json()["items"][0]["status"] == "duplicate"
    after = (await rung(every))["decisions"][0]
    assert after["action"] != first["action"]


async def test_answers_of_others_move_the_propensity(every: httpx.AsyncClient) -> None:
    await regular(every)
    before = (await rung(every))["decisions"][0]
    other = [tax_id(CPF_BIA), email("bia@example.com")]
    await told(
        every,
        *[a_sale("190.00", record_key="C-2", identifiers=other, time=day) for day in MONTHS],
    )
    bia = await rung(every, identifiers=[email("bia@example.com")])
    assert bia["decisions"][0]["action"] == before["action"]
    await every.post(
        "/v1/outcomes",
        json={
            "decision_id": bia["decisions"][0]["decision_id"],
            "outcome": "accepted",
            "time": "2026-11-20T12:00:00-03:00",
        },
    )
    after = await rung(every, interaction={"source": "pbx", "id": "2"})
    ranked = await every.get(f"/v1/decisions/{after['decisions'][0]['decision_id']}/explain")
    row = next(r for r in ranked.json()["ranking"] if r["action"] == before["action"])
    assert float(row["propensity"]) > float(before["propensity"])
    assert (row["trials"], row["successes"]) == (1, 1)


async def test_a_refund_and_a_cancellation_change_the_score(every: httpx.AsyncClient) -> None:
    customer = await regular(every)
    await told(every, a_sale("500.00", id="NF-9", record_key="C-1"))
    path = f"/v1/customers/{customer}/score"
    assert (await every.get(path)).json()["net"] == "2590.00"
    refund = {"refers_to": {"id": "NF-9"}, "net": "100.00"}
    await told(every, an_event("refund", record_key="C-1", data=refund))
    refunded = (await every.get(path)).json()
    assert (refunded["net"], refunded["purchase_days"]) == ("2490.00", 12)
    await told(every, an_event("cancellation", data={"refers_to": {"id": "NF-9"}}))
    cancelled = (await every.get(path)).json()
    assert (cancelled["net"], cancelled["purchase_days"]) == ("2090.00", 11)
    past = (await every.get(path, params={"at": "2026-06-30"})).json()
    assert (past["net"], past["purchase_days"]) == ("1140.00", 6)


async def test_a_decision_is_explained_and_made_again(every: httpx.AsyncClient) -> None:
    await regular(every)
    decision = (await rung(every))["decisions"][0]
    path = f"/v1/decisions/{decision['decision_id']}"
    assert (await every.get(path)).json()["action"] == decision["action"]
    spanish = await every.get(f"{path}/explain", headers={"Accept-Language": "es"})
    assert "vale" in spanish.json()["why"]
    assert len(spanish.json()["ruled_out"]) == 15
    replayed = (await every.post(f"{path}/replay")).json()
    assert (replayed["same"], replayed["differs"]) == (True, [])


async def test_merge_split_and_timeline(every: httpx.AsyncClient) -> None:
    one = await regular(every)
    [item] = await told(every, a_sale("40.00", record_key="C-2", identifiers=[email()]))
    other = item["customer_id"]
    word = {"customer_ids": [one, other], "reason": "same person"}
    preview = await every.post("/v1/customers/merge", json=word | {"preview": True})
    assert len(preview.json()["customers"]) == 1
    assert (await every.get(f"/v1/customers/{other}")).json()["id"] == other

    await every.post("/v1/customers/merge", json=word)
    whole = (await every.get(f"/v1/customers/{other}")).json()
    assert whole["id"] == one
    assert whole["former_ids"] == [other]
    assert whole["score"]["net"] == "2130.00"
    page = (await every.get(f"/v1/customers/{one}/timeline", params={"limit": 5})).json()
    assert len(page["items"]) == 5
    # Put into the address as it came: nothing in it needs to be written otherwise there.
    rest = await every.get(f"/v1/customers/{one}/timeline?cursor={page['next']}")
    assert len(rest.json()["items"]) == 7

    explained = (await every.get(f"/v1/customers/{one}/explain")).json()["records"]
    assert (await every.get(f"/v1/customers/{one}/explain")).json()["people_said"][0]["reason"] == (
        "same person"
    )
    assert {r["record_key"] for r in explained} == {"C-1", "C-2"}
    apart = [[r["record_id"] for r in explained if any(n["type"] == "email" for n in r["names"])]]
    await every.post(f"/v1/customers/{one}/split", json={"sides": apart})
    assert (await every.get(f"/v1/customers/{other}")).json()["id"] == other
    assert (await every.get(f"/v1/customers/{one}")).json()["score"]["net"] == "2090.00"


async def test_an_erased_customer_is_gone(every: httpx.AsyncClient) -> None:
    customer = await regular(every)
    decision = (await rung(every))["decisions"][0]["decision_id"]
    assert (await every.delete(f"/v1/customers/{customer}")).status_code == 204
    assert (await every.get(f"/v1/customers/{customer}")).status_code == 410
    assert (await every.post(f"/v1/decisions/{decision}/replay")).status_code == 410
    assert (await rung(every))["customer"]["state"] == "unknown"


async def test_yardsticks_are_measured_and_activated(every: httpx.AsyncClient) -> None:
    customer = await regular(every)
    run = (await every.post("/v1/scoring-runs", json={"window_days": 365})).json()
    assert (run["status"], run["version"]) == ("draft", 2)
    active = (await every.post(f"/v1/scoring-runs/{run['run_id']}/activate")).json()
    assert active["status"] == "active"
    score = (await every.get(f"/v1/customers/{customer}/score")).json()
    assert score["yardstick"]["version"] == 2
    catalogue = (await every.get("/v1/catalogue")).json()
    assert len(catalogue["content"]["actions"]) == 16


async def test_past_its_deadline_a_ring_is_answered_all_the_same(
    every: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def late(*_: object) -> None:
        await asyncio.sleep(5)

    monkeypatch.setattr("app.api.touchpoints.answer_touchpoint", late)
    answer = await rung(every, deadline_ms=20)
    assert answer["degraded"][0] == "deadline"
    assert answer["routing"]["ivr"] == "full"
    assert answer["decisions"] == []


async def test_a_no_is_obeyed_on_its_channel(every: httpx.AsyncClient) -> None:
    await regular(every)
    assert (await rung(every))["selling_allowed"]["allowed"] is True
    no = {"purpose": "marketing", "channel": "voice", "status": "denied"}
    await told(every, an_event("consent", record_key="C-1", data=no))
    answer = await rung(every)
    assert answer["selling_allowed"]["reason"] == "consent_denied"
    assert answer["decisions"][0]["strategy"] in {None, "service", "complaint"}
    yes = no | {"status": "granted"}
    later = "2026-11-20T11:00:00-03:00"
    await told(every, an_event("consent", record_key="C-1", data=yes, time=later))
    assert (await rung(every))["selling_allowed"]["allowed"] is True


async def test_an_offer_is_not_made_for_ever(every: httpx.AsyncClient) -> None:
    """Every offer has a cap: asked often enough, the same caller hears of something else."""
    await regular(every)
    offers = [(await rung(every))["decisions"][0] for _ in range(8)]
    assert offers[0]["action"] is not None
    last = offers[-1]
    assert last["action"] != offers[0]["action"]
    against = {each["action"]: each["reason"] for each in last["ruled_out"]}
    assert against[offers[0]["action"]].startswith("cap_")


async def test_worth_fades_without_a_write(every: httpx.AsyncClient, house: House) -> None:
    customer = await regular(every)
    path = f"/v1/customers/{customer}/score"
    fresh = (await every.get(path)).json()
    assert isinstance(house.clock, FixedClock)
    house.clock.advance(timedelta(days=300))
    faded = (await every.get(path)).json()
    assert (fresh["r"], fresh["purchase_days"]) == (5, 11)
    assert faded["r"] == 1
    assert faded["purchase_days"] < fresh["purchase_days"]
    assert faded["last_purchase_on"] == fresh["last_purchase_on"]


async def test_an_agents_words_come_in_their_language(every: httpx.AsyncClient) -> None:
    await regular(every)
    words = set()
    for language in ("pt-BR", "es", "en"):
        wanted = {"Accept-Language": language}
        answer = await every.post("/v1/touchpoints", json=RING, headers=wanted)
        words.add(answer.json()["customer"]["reason"])
    assert len(words) == 3


async def test_the_brief_is_told_in_the_agents_language(every: httpx.AsyncClient) -> None:
    await regular(every)
    notes = {}
    for language in ("pt-BR", "es", "en"):
        wanted = {"Accept-Language": language}
        answer = await every.post("/v1/touchpoints", json=RING, headers=wanted)
        routing = answer.json()["routing"]
        notes[language] = routing["brief"]["notes"] + routing["brief"]["do_not_say"]
        assert "known_customer" in routing["reasons"]
    assert all(" " in sentence for told in notes.values() for sentence in told)
    assert not set(notes["pt-BR"]) & set(notes["es"]) | set(notes["es"]) & set(notes["en"])


async def test_an_opt_out_is_obeyed_until_a_later_yes(every: httpx.AsyncClient) -> None:
    await regular(every)
    offered = (await rung(every))["decisions"][0]["decision_id"]
    said = {"decision_id": offered, "outcome": "opted_out", "time": "2026-11-20T11:00:00-03:00"}
    await every.post("/v1/outcomes", json=said)
    assert (await rung(every))["selling_allowed"]["reason"] == "consent_denied"
    yes = {"purpose": "marketing", "channel": "voice", "status": "granted"}
    early, late = "2026-11-20T10:00:00-03:00", "2026-11-20T12:00:00-03:00"
    await told(every, an_event("consent", record_key="C-1", data=yes, time=early))
    assert (await rung(every))["selling_allowed"]["allowed"] is False
    await told(every, an_event("consent", record_key="C-1", data=yes, time=late))
    assert (await rung(every))["selling_allowed"]["allowed"] is True


async def test_an_outcome_that_cannot_be_is_refused(every: httpx.AsyncClient) -> None:
    await regular(every)
    offered = (await rung(every))["decisions"][0]["decision_id"]
    empty = (await rung(every, context={"reason_closed": False}))["decisions"][0]["decision_id"]
    now, later = "2026-11-20T12:00:00-03:00", "2030-01-01T00:00:00-03:00"
    answer = await every.post(
        "/v1/outcomes",
        json=[
            {"decision_id": offered, "outcome": "accepted", "time": later},
            {"decision_id": empty, "outcome": "accepted", "time": now},
            {"decision_id": offered, "outcome": "accepted", "time": now},
        ],
    )
    assert answer.status_code == 207
    assert [item["status"] for item in answer.json()["items"]] == ["refused", "refused", "accepted"]


async def test_an_outcome_that_cannot_be_read_keeps_no_other_from_being_taken(
    every: httpx.AsyncClient,
) -> None:
    await regular(every)
    offered = (await rung(every))["decisions"][0]["decision_id"]
    good = {"decision_id": offered, "outcome": "accepted", "time": "2026-11-20T12:00:00-03:00"}
    unknown = {"decision_id": offered, "outcome": "bought"}
    answer = await every.post("/v1/outcomes", json=[unknown, good, "noise", {"outcome": "shown"}])
    assert answer.status_code == 207
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["refused", "accepted", "refused", "refused"]
    assert [item["decision_id"] for item in items] == [offered, offered, None, None]
    assert [item["outcome"] for item in items] == [None, "accepted", None, "shown"]
    faults = items[0]["problem"]["errors"]
    assert {fault["pointer"] for fault in faults} == {"/outcome", "/time"}
    none = await every.post("/v1/outcomes", json=[unknown])
    assert [item["status"] for item in none.json()["items"]] == ["refused"]
    alone = await every.post("/v1/outcomes", json=unknown)
    assert alone.status_code == 422


async def test_an_empty_number_is_a_withheld_one(every: httpx.AsyncClient) -> None:
    answer = await rung(every, identifiers=[phone("")])
    assert answer["customer"]["state"] == "unknown"
    [item] = await told(every, a_sale(record_key="C-1", identifiers=[phone("")]))
    assert item["ignored"][0]["code"] == "empty"


@pytest.mark.parametrize("time", ["1900-01-02T00:00:00Z", "1969-12-31T23:59:59Z"])
async def test_a_moment_before_there_were_ids_is_answered(
    every: httpx.AsyncClient, time: str
) -> None:
    await regular(every)
    assert (await rung(every, time=time))["customer"]["state"] == "known"
    nobody = {"interaction": {"source": "pbx", "id": time}, "identifiers": []}
    assert (await rung(every, time=time, **nobody))["customer"]["state"] == "unknown"
