"""The agent's word over HTTP: denied and confirmed, and the same touchpoint answered anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from app.database.clock import FixedClock
from tests.builders import CPF_ANA, a_sale, an_event, phone, tax_id

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

Ring = Callable[..., Awaitable[dict[str, Any]]]
Sold = Callable[..., Awaitable[list[str]]]

BORN = "1984-05-02"
ANA: dict[str, Any] = {
    "record_key": "C-1",
    "identifiers": [phone()],
    "profile": {"name": "Ana Souza"},
}
BRUNO: dict[str, Any] = {
    "record_key": "C-2",
    "identifiers": [phone()],
    "profile": {"name": "Bruno Lima"},
}


@pytest.fixture
async def desk(client: Any) -> httpx.AsyncClient:
    return await client(
        Scope.EVENTS_WRITE, Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.DECISIONS_WRITE
    )


@pytest.fixture
def sold(desk: httpx.AsyncClient) -> Sold:
    async def sell(*sales: dict[str, Any]) -> list[str]:
        answer = await desk.post("/v1/events", json=list(sales))
        assert answer.status_code == 200, answer.text
        return [item["customer_id"] for item in answer.json()["items"]]

    return sell


@pytest.fixture
def ring(desk: httpx.AsyncClient) -> Ring:
    async def rang(call: str = "call-1", **more: Any) -> dict[str, Any]:
        given = {
            "interaction": {"source": "pbx", "id": call},
            "channel": "voice",
            "identifiers": [phone()],
            "deadline_ms": 10_000,
        }
        answer = await desk.post("/v1/touchpoints", json=given | more)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return rang


async def say(
    desk: httpx.AsyncClient, touchpoint: dict[str, Any], word: str, **more: Any
) -> httpx.Response:
    path = f"/v1/touchpoints/{touchpoint['touchpoint_id']}/identity"
    return await desk.post(path, json={"word": word, **more})


async def test_a_denied_caller_is_answered_anew_and_the_number_is_nobodys(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    first = await ring()
    assert first["customer"]["id"] == ana
    anew = (await say(desk, first, "denied")).json()
    assert anew["touchpoint_id"] == first["touchpoint_id"]
    assert (anew["customer"]["state"], anew["customer"]["id"]) == ("unknown", None)
    assert anew["value"] is None
    assert anew["decisions"][0]["decision_id"] != first["decisions"][0]["decision_id"]
    assert (await ring())["customer"] == anew["customer"]
    assert (await ring("call-2"))["customer"]["state"] == "unknown"


async def test_a_denied_number_is_not_called_new(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    new = (await ring("call-0"))["customer"]
    await sold(a_sale(**ANA))
    await say(desk, await ring(), "denied")
    denied = (await ring("call-2"))["customer"]
    assert denied["state"] == new["state"] == "unknown"
    assert denied["reason"] != new["reason"]


async def test_the_answer_given_back_makes_the_moment_the_callers(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    ana, bruno = await sold(a_sale(**ANA), a_sale(**BRUNO))
    shared = await ring()
    assert {each["asks_for"] for each in shared["customer"]["candidates"]} == {"first_name"}
    told = await ring(said={"first_name": "Bruno"})
    assert told["touchpoint_id"] == shared["touchpoint_id"]
    customer = told["customer"]
    assert (customer["state"], customer["id"]) == ("known", bruno)
    assert (customer["assurance"], customer["may_disclose"]) == ("caller_id", False)
    assert customer["may_speak_name"] is False, "the line is still of two"
    contacts = {}
    for each in (ana, bruno):
        timeline = (await desk.get(f"/v1/customers/{each}/timeline")).json()["items"]
        contacts[each] = sum(item["kind"] in {"contact", "touchpoint"} for item in timeline)
    assert contacts[ana] < contacts[bruno]
    known = await say(desk, told, "confirmed")
    assert known.json()["customer"]["id"] == bruno
    assert (await ring("call-2"))["customer"]["state"] == "shared", "what was said is kept nowhere"


async def test_a_denial_said_twice_is_one(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    first = await ring()
    anew = (await say(desk, first, "denied")).json()
    clock.advance(timedelta(seconds=1))
    names: list[dict[str, str]] = [{}, {"customer_id": ana}]
    for named in names:
        assert (await say(desk, first, "denied", **named)).json() == anew
    other = await ring("call-2")
    assert (await say(desk, other, "denied")).json()["type"] == "/problems/which-customer"


async def test_a_denied_number_goes_to_the_other_who_has_it(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    ana, bruno = await sold(a_sale(**ANA), a_sale(**BRUNO))
    shared = await ring()
    assert shared["customer"]["state"] == "shared"
    anew = (await say(desk, shared, "denied", customer_id=ana)).json()
    assert (anew["customer"]["state"], anew["customer"]["id"]) == ("known", bruno)


async def test_a_number_is_theirs_again_once_they_tell_it_later(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    await say(desk, await ring(), "denied")
    late = a_sale(**(ANA | {"time": "2026-11-19T10:00:00-03:00"}))
    await sold(late)
    assert (await ring("call-2"))["customer"]["state"] == "unknown"
    clock.advance(timedelta(days=1))
    await sold(a_sale(**(ANA | {"time": clock.now().isoformat()})))
    assert (await ring("call-3"))["customer"]["id"] == ana


async def test_a_denial_takes_no_customer_apart(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    in_shop = ANA | {"source": "shop"}
    one, other = await sold(a_sale(**ANA), a_sale(**in_shop))
    assert one == other
    await say(desk, await ring(), "denied")
    one, other = await sold(a_sale(record_key="C-1"), a_sale(record_key="C-1", source="shop"))
    assert one == other


async def test_a_confirmed_candidate_is_known_attested_and_stays_so(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    known = {"identifiers": [phone(), tax_id()], "profile": ANA["profile"] | {"birth_date": BORN}}
    ana, _ = await sold(a_sale(**(ANA | known)), a_sale(**BRUNO))
    shared = await ring()
    told = (await say(desk, shared, "confirmed", customer_id=ana)).json()["customer"]
    assert (told["state"], told["id"], told["assurance"]) == ("known", ana, "attested")
    assert (told["may_speak_name"], told["may_disclose"]) == (True, False)
    checked = ["first_name", "birth_date", "tax_id"]
    told = (await say(desk, shared, "confirmed", customer_id=ana, verified_by=checked)).json()
    assert told["customer"]["may_disclose"] is True
    again = await ring(context={"reason_closed": True, "cart_value": "10.50"})
    assert (again["customer"]["id"], again["customer"]["assurance"]) == (ana, "attested")
    assert again["touchpoint_id"] == shared["touchpoint_id"]


async def test_an_unknown_number_is_tied_to_whom_the_agent_found(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    (ana,) = await sold(a_sale(record_key="C-1", identifiers=[tax_id()], profile={"name": "Ana"}))
    unknown = await ring()
    assert unknown["customer"]["state"] == "unknown"
    wrong_id = await say(desk, unknown, "confirmed", customer_id=ana)
    assert wrong_id.json()["type"] == "/problems/not-a-candidate"
    assert (await say(desk, unknown, "denied", customer_id=ana)).status_code == 422
    checked = {"customer_id": ana, "verified_by": ["tax_id"]}
    told = (await say(desk, unknown, "confirmed", **checked)).json()
    assert told["customer"]["id"] == ana
    assert (await ring("call-2"))["customer"]["id"] == ana


@pytest.mark.parametrize(
    ("checks", "not_held"),
    [
        (["first_name"], []),
        (["first_name", "last_purchase"], []),
        (["one_time_code"], []),
        (["tax_id", "document"], ["document", "tax_id"]),
        (["first_name", "birth_date", "postal_code"], ["birth_date", "postal_code"]),
    ],
)
async def test_only_what_we_hold_can_have_been_checked(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, checks: list[str], not_held: list[str]
) -> None:
    filler = ANA["profile"] | {"birth_date": "1900-01-01"}
    await sold(a_sale(**(ANA | {"profile": filler})))
    first = await ring()
    told = await say(desk, first, "confirmed", verified_by=checks)
    assert told.status_code == (422 if not_held else 200)
    if not_held:
        problem = told.json()
        assert problem["detail"].endswith("first_name, last_purchase, one_time_code")
        assert [each["detail"].split()[3] for each in problem["errors"]] == not_held
        assert "Ana" not in told.text
        assert (await ring())["customer"]["may_disclose"] is False


async def test_what_a_third_party_told_is_no_check(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    profile = {"name": "Ana Souza", "birth_date": BORN, "assurance": "enriched"}
    bureau = an_event("profile", record_key="C-1", profile=profile | {"provider": "bureau"})
    await sold(a_sale(**ANA), bureau)
    told = await say(desk, await ring(), "confirmed", verified_by=["birth_date"])
    assert told.json()["type"] == "/problems/not-held"


async def test_a_number_that_an_agent_tied_receives_no_code_that_proves_anything(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    (ana,) = await sold(a_sale(record_key="C-1", identifiers=[tax_id()], profile={"name": "Ana"}))
    first = await ring()
    tied = {"customer_id": ana, "verified_by": ["tax_id"]}
    assert (await say(desk, first, "confirmed", **tied)).status_code == 200
    told = await say(desk, first, "confirmed", verified_by=["one_time_code"])
    assert told.json()["type"] == "/problems/not-held"


async def test_a_later_confirmation_takes_the_place_of_an_earlier_one(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    only_code: dict[str, Any] = {"identifiers": []}
    ana, bruno = await sold(a_sale(**(ANA | only_code)), a_sale(**(BRUNO | only_code)))
    call = await ring()
    for customer in (ana, ana, bruno, ana, bruno):
        checks = ["first_name"] if customer == bruno else ["first_name", "last_purchase"]
        said: dict[str, Any] = {"customer_id": customer, "verified_by": checks}
        told = await say(desk, call, "confirmed", **said)
        assert told.json()["customer"]["id"] == customer
        clock.advance(timedelta(seconds=1))
        if customer == ana:
            said["verified_by"] = ["last_purchase"]
            assert (await say(desk, call, "confirmed", **said)).status_code == 200
            clock.advance(timedelta(seconds=1))
        other = await ring(f"call-{clock.now().isoformat()}")
        assert (other["customer"]["state"], other["customer"]["id"]) == ("known", customer)


async def test_what_others_told_survives_a_confirmation_that_was_a_mistake(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    ana, bruno = await sold(a_sale(**ANA), a_sale(**(BRUNO | {"identifiers": []})))
    call = await ring()
    await say(desk, call, "confirmed")
    clock.advance(timedelta(seconds=1))
    said = {"customer_id": bruno, "verified_by": ["first_name"]}
    told = await say(desk, call, "confirmed", **said)
    assert told.json()["customer"]["id"] == bruno
    other = (await ring("call-2"))["customer"]
    assert {each["id"] for each in other["candidates"]} == {ana, bruno}
    clock.advance(timedelta(seconds=1))
    told = await say(desk, call, "denied", customer_id=ana)
    assert told.json()["customer"]["id"] == bruno, "that it is not Ana says nothing against Bruno"


async def test_a_denial_that_a_mistake_opened_is_closed_again(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    ana, bruno = await sold(a_sale(**ANA), a_sale(**(BRUNO | {"identifiers": []})))
    await say(desk, await ring(), "denied")
    clock.advance(timedelta(seconds=1))
    call = await ring("call-2")
    for customer in (ana, bruno):
        clock.advance(timedelta(seconds=1))
        said = {"customer_id": customer, "verified_by": ["first_name"]}
        assert (await say(desk, call, "confirmed", **said)).status_code == 200
    assert (await ring("call-3"))["customer"]["id"] == bruno


async def test_the_same_word_again_is_the_same_word(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, statements: Any
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    first = await ring()
    told = await say(desk, first, "confirmed")
    assert (await say(desk, first, "confirmed")).json() == told.json()
    events = (await desk.get(f"/v1/customers/{ana}/explain")).json()["how"]
    assert {each["cause"] for each in events} == {"evidence"}


async def test_a_tax_id_never_becomes_somebody_elses(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring
) -> None:
    (ana,) = await sold(a_sale(record_key="C-1", identifiers=[tax_id(CPF_ANA)]))
    first = await ring(identifiers=[tax_id(CPF_ANA)])
    assert (await say(desk, first, "denied")).json()["customer"]["state"] == "unknown"
    assert (await ring("call-2", identifiers=[tax_id(CPF_ANA)]))["customer"]["id"] == ana


async def test_a_denial_can_be_overruled_and_that_undone(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    await say(desk, await ring(), "denied")
    (review,) = (await desk.get("/v1/reviews")).json()["items"]
    assert (review["kind"], review["customers"][0]["customer_id"]) == ("denied", ana)
    path = f"/v1/reviews/{review['id']}"
    clock.advance(timedelta(minutes=1))
    decided = await desk.post(path, json={"verdict": "same"})
    assert decided.json()["review"]["state"] == "decided"
    assert (await ring("call-2"))["customer"]["id"] == ana
    clock.advance(timedelta(minutes=1))
    undone = await desk.post(path, json={"verdict": "undo"})
    assert undone.json()["review"]["state"] == "open"
    assert (await ring("call-3"))["customer"]["state"] == "unknown"


async def test_wrong_person_is_a_denial_and_told_twice_one(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, clock: FixedClock
) -> None:
    days = [f"2026-{month:02}-05T10:00:00-03:00" for month in range(1, 12)]
    await sold(*(a_sale("190.00", **(ANA | {"time": day})) for day in days))
    called = await ring(direction="outbound", context={"reason_closed": True})
    decision = next((d for d in called["decisions"] if d["action"]), None)
    if decision is None:
        called = await ring("call-2", context={"reason_closed": True})
        decision = next(d for d in called["decisions"] if d["action"])
    outcome = {
        "decision_id": decision["decision_id"],
        "outcome": "wrong_person",
        "time": clock.now().isoformat(),
    }
    for status in ("accepted", "duplicate"):
        told = await desk.post("/v1/outcomes", json=[outcome])
        assert told.json()["items"][0]["status"] == status
    assert (await ring("call-9"))["customer"]["state"] == "unknown"
    assert len((await desk.get("/v1/reviews", params={"kind": "denied"})).json()["items"]) == 1


async def test_what_cannot_be_is_told(desk: httpx.AsyncClient, sold: Sold, ring: Ring) -> None:
    await sold(a_sale(**ANA))
    first = await ring()
    nobody = "01a20291-8961-705d-b618-46b99ebbc9a9"
    assert (await say(desk, first, "confirmed", customer_id=nobody)).status_code == 422
    assert (await say(desk, {"touchpoint_id": nobody}, "denied")).status_code == 404
    assert (await say(desk, first, "perhaps")).status_code == 422


async def test_an_erased_customer_takes_the_words_along(
    desk: httpx.AsyncClient, sold: Sold, ring: Ring, connection: Any
) -> None:
    (ana,) = await sold(a_sale(**ANA))
    await say(desk, await ring(), "denied")
    assert (await desk.delete(f"/v1/customers/{ana}")).status_code in {200, 202, 204}
    assert (await desk.get("/v1/reviews")).json()["items"] == []
    left = await connection.exec_driver_sql(
        "SELECT (SELECT count(*) FROM identity_word_link) + (SELECT count(*) FROM review)"
    )
    assert left.scalar_one() == 0
