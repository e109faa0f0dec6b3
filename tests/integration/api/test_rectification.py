"""May somebody say "this is not mine", and does it hold against every source, in any order?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from app.access import audit
from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.clock import FixedClock
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.cleaning_broom import Broom
from app.flows.cleaning_round import counting, take_slices
from app.vocabulary import CustomerId
from tests.builders import CPF_BIA, EMAIL_ANA, a_sale, an_event, email, phone, tax_id
from tests.integration.api.conftest import NewClient

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded_house")]

OTHER_PHONE = phone("11 97654-3210")
ANA = {"record_key": "C-1", "identifiers": [phone(), tax_id()], "profile": {"name": "Ana Souza"}}
BIA = {
    "record_key": "C-2",
    "identifiers": [phone(), tax_id(CPF_BIA)],
    "profile": {"name": "Bia Lima"},
}

Sold = Callable[..., Awaitable[str]]


@pytest.fixture
async def desk(client: NewClient) -> httpx.AsyncClient:
    return await client(*Scope, client="rights desk")


@pytest.fixture
def sold(desk: httpx.AsyncClient) -> Sold:
    async def sell(**who: Any) -> str:
        answer = await desk.post("/v1/events", json=a_sale(**who))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["items"][0]["customer_id"])

    return sell


async def rectified(
    desk: httpx.AsyncClient, customer: str, key: str | None = None, **told: Any
) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    path = f"/v1/customers/{customer}/rectifications"
    return await desk.post(path, json=told, headers=headers)


async def whose(desk: httpx.AsyncClient, *identifiers: dict[str, str]) -> tuple[str, str | None]:
    answer = await desk.post("/v1/identity/resolve", json={"identifiers": list(identifiers)})
    told = answer.json()
    return told["state"], told["customer_id"]


async def known_types(desk: httpx.AsyncClient, customer: str) -> list[str]:
    return [
        each["type"] for each in (await desk.get(f"/v1/customers/{customer}")).json()["identifiers"]
    ]


async def test_what_is_not_theirs_finds_them_no_more_whatever_comes_later(
    desk: httpx.AsyncClient, sold: Sold, clock: FixedClock
) -> None:
    ana = await sold(**ANA)
    assert await whose(desk, phone()) == ("known", ana)
    answer = await rectified(desk, ana, denied=[phone()])
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "customer_id": ana,
        "rectified": [],
        "denied": ["phone"],
        "claimed": [],
    }
    assert await whose(desk, phone()) == ("unknown", None)
    for days in (0, 1, 400):
        clock.advance(timedelta(days=days))
        assert await sold(**ANA, time=clock.now().isoformat()) == ana
        assert await whose(desk, phone()) == ("unknown", None)
    assert await whose(desk, tax_id()) == ("known", ana)
    assert await known_types(desk, ana) == ["customer_code", "tax_id"]


async def test_an_agents_denial_does_not_hold_so_long(
    desk: httpx.AsyncClient, sold: Sold, clock: FixedClock
) -> None:
    """The control of the above: what brings an agent's denial to an end does come."""
    ana = await sold(**ANA)
    ring = {"channel": "voice", "identifiers": [phone()]}
    rung = (await desk.post("/v1/touchpoints", json=ring)).json()
    word = {"word": "denied"}
    await desk.post(f"/v1/touchpoints/{rung['touchpoint_id']}/identity", json=word)
    assert await whose(desk, phone()) == ("unknown", None)
    assert "phone" not in await known_types(desk, ana)
    clock.advance(timedelta(days=1))
    await sold(**ANA, time=clock.now().isoformat())
    assert await whose(desk, phone()) == ("known", ana)
    assert "phone" in await known_types(desk, ana)


async def test_the_number_is_then_the_other_ones_who_has_it(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    ana, bia = await sold(**ANA), await sold(**BIA)
    assert (await whose(desk, phone()))[0] == "shared"
    await rectified(desk, ana, denied=[phone()])
    assert await whose(desk, phone()) == ("known", bia)


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_an_erasure_keeps_out_nobody_whose_number_it_really_is(
    desk: httpx.AsyncClient, sold: Sold, withdrawn: bool
) -> None:
    """What was withdrawn is not buried with them; what was theirs is (the control)."""
    ana = await sold(**ANA)
    if withdrawn:
        await rectified(desk, ana, denied=[phone()])
    assert (await desk.delete(f"/v1/customers/{ana}")).status_code == 204
    bia = await sold(record_key="C-2", identifiers=[phone()], profile={"name": "Bia Lima"})
    assert await whose(desk, phone()) == (("known", bia) if withdrawn else ("unknown", None))


async def test_a_telling_before_and_one_after_end_in_one_state(
    desk: httpx.AsyncClient, sold: Sold, connection: Connection
) -> None:
    links = metadata.tables["record_identifier"]
    states = []
    for late in (False, True):
        async with connection.begin_nested() as savepoint:
            ana = await sold(**ANA)
            await sold(**BIA)
            again = ANA | {"time": "2026-11-20T11:00:00-03:00"}
            if not late:
                await sold(**again)
            await rectified(desk, ana, denied=[phone()])
            if late:
                await sold(**again)
            stored = await connection.execute(select(links))
            seen = sorted(tuple(row) for row in stored)
            states.append((seen, (await whose(desk, phone()))[0]))
            await savepoint.rollback()
    assert states[0] == states[1]


async def test_it_takes_no_customer_apart(desk: httpx.AsyncClient, sold: Sold) -> None:
    """Two records that hang together by a wrong tax id alone stay one until somebody splits."""
    ana = await sold(record_key="C-1", identifiers=[tax_id()])
    assert await sold(source="shop", record_key="S-1", identifiers=[tax_id()]) == ana
    await rectified(desk, ana, denied=[tax_id()])
    assert await sold(source="shop", record_key="S-1") == ana
    assert await whose(desk, tax_id()) == ("unknown", None)
    right = await sold(record_key="C-1", identifiers=[tax_id(CPF_BIA)])
    assert right == ana, "what was denied contradicts nothing"


async def test_what_was_split_off_keeps_the_number(desk: httpx.AsyncClient, sold: Sold) -> None:
    ana = await sold(**ANA)
    assert await sold(source="till", identifiers=[phone()]) == ana
    records = (await desk.get(f"/v1/customers/{ana}")).json()["records"]
    [till] = [each["record_id"] for each in records if each["source"] == "till"]
    split = await desk.post(f"/v1/customers/{ana}/split", json={"sides": [[till]]})
    assert split.status_code == 200, split.text
    await rectified(desk, ana, denied=[phone()])
    state, holder = await whose(desk, phone())
    assert (state, holder == ana) == ("known", False)


async def test_what_is_theirs_after_all_finds_them_again(
    desk: httpx.AsyncClient, sold: Sold, clock: FixedClock
) -> None:
    ana = await sold(**ANA)
    await rectified(desk, ana, denied=[phone()])
    for _ in range(2):
        clock.advance(timedelta(minutes=1))
        answer = await rectified(desk, ana, claimed=[phone()])
        assert (answer.status_code, answer.json()["claimed"]) == (201, ["phone"])
    assert await whose(desk, phone()) == ("known", ana)


async def test_a_repeated_request_is_one_and_a_repeated_word_is_no_other(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    ana = await sold(**ANA)
    first = await rectified(desk, ana, key="once", denied=[phone()])
    again = await rectified(desk, ana, key="once", denied=[phone()])
    assert again.json() == first.json()
    said = [each for each in (await exported(desk, ana))["events"] if each["source"] == "idip"]
    assert len(said) == 1
    assert (await rectified(desk, ana, denied=[phone()])).status_code == 201
    assert await whose(desk, phone()) == ("unknown", None)


@pytest.mark.parametrize(
    ("told", "status", "problem"),
    [
        ({"denied": [OTHER_PHONE]}, 409, "not-known-by"),
        ({"claimed": [OTHER_PHONE]}, 409, "not-known-by"),
        (
            {"denied": [{"type": "customer_code", "value": "C-1", "source": "erp"}]},
            409,
            "names-a-record",
        ),
        ({"denied": [tax_id("529.982.247-26")]}, 422, "invalid-input"),
        ({"denied": [phone()], "claimed": [phone()]}, 422, "invalid-input"),
        ({}, 422, "invalid-input"),
    ],
)
async def test_what_cannot_be_corrected_is_refused_and_changes_nothing(
    desk: httpx.AsyncClient, sold: Sold, told: dict[str, Any], status: int, problem: str
) -> None:
    ana = await sold(**ANA)
    answer = await rectified(desk, ana, **told)
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}")
    assert answer.json()["errors"][0]["pointer"].startswith(("/denied/0", "/claimed", "/profile"))
    assert "7654" not in answer.text
    assert await whose(desk, phone()) == ("known", ana)


async def test_a_corrected_name_puts_the_customer_together_anew(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    """Who shares a line is judged by the names: a corrected one is judged at once."""
    line = {"identifiers": [phone()], "profile": {"name": "Ana Souza"}}
    ana = await sold(record_key="C-1", **line)
    assert await sold(record_key="C-2", **line) == ana
    shop = {"source": "shop", "record_key": "S-1", **line}
    assert await sold(**shop) == ana
    answer = await rectified(desk, ana, profile={"name": "Bruno Lima"})
    bruno = answer.json()["customer_id"]
    holders = {await sold(record_key="C-1"), await sold(record_key="C-2")}
    assert holders == {bruno, await sold(source="shop", record_key="S-1")}
    assert len(holders) == 2


async def test_it_is_in_the_audit_without_values(
    desk: httpx.AsyncClient, sold: Sold, house: House
) -> None:
    ana = await sold(**ANA)
    await rectified(desk, ana, denied=[phone()], profile={"name": "Ana Sousa"})
    acts = await house.database.read(lambda tx: audit.about(tx, [CustomerId(UUID(ana))], 10))
    [act] = [each for each, _ in acts if each.kind == "customer.rectified"]
    assert act.fields == ("name", "denied.phone")
    assert "98765" not in repr(acts)


async def test_no_review_asks_about_a_persons_own_word(desk: httpx.AsyncClient, sold: Sold) -> None:
    ana = await sold(**ANA)
    ring = {"channel": "voice", "identifiers": [phone()]}
    rung = (await desk.post("/v1/touchpoints", json=ring)).json()
    path = f"/v1/touchpoints/{rung['touchpoint_id']}/identity"
    await desk.post(path, json={"word": "denied"})
    asked = (await desk.get("/v1/reviews")).json()["items"]
    assert [each["kind"] for each in asked] == ["denied"]  # the control: an agent's word does
    await rectified(desk, ana, denied=[phone()])
    assert (await desk.get("/v1/reviews")).json()["items"] == []


# --- what the export tells of it --------------------------------------------------------------


async def exported(desk: httpx.AsyncClient, customer: str) -> dict[str, Any]:
    answer = await desk.get(f"/v1/customers/{customer}/export", headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_an_export_tells_denials_words_and_reviews(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    ana = await sold(**(ANA | {"identifiers": [phone(), email(), tax_id()]}))
    ring = {"channel": "voice", "identifiers": [email()]}
    rung = (await desk.post("/v1/touchpoints", json=ring)).json()
    path = f"/v1/touchpoints/{rung['touchpoint_id']}/identity"
    await desk.post(path, json={"word": "denied"})
    [review] = (await desk.get("/v1/reviews")).json()["items"]
    verdict = {"verdict": "different", "reason": "she changed her address"}
    decided = await desk.post(f"/v1/reviews/{review['id']}", json=verdict)
    assert decided.status_code == 200, decided.text
    await rectified(desk, ana, denied=[phone()])

    told = await exported(desk, ana)
    assert [each["type"] for each in told["known_by"]] == ["customer_code", "tax_id"]
    said = [(each["type"], each["for_good"]) for each in told["not_theirs"]]
    assert said == [("email", False), ("phone", True)]
    [word] = told["words"]
    assert (word["word"], word["actor"]) == ("denied", "rights desk")
    assert [each["value"] for each in word["about"]] == [EMAIL_ANA]
    [asked] = told["reviews"]
    assert asked["why"]
    [given] = asked["verdicts"]
    assert (given["verdict"], given["reason"]) == ("different", "she changed her address")
    assert told["reading"]["words"]


async def test_of_a_review_about_others_too_neither_reason_nor_evidence_is_told(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    line = {"identifiers": [phone()]}
    father = await sold(record_key="C-1", **line, profile={"name": "José Canarinho Souza"})
    son = await sold(record_key="C-2", **line, profile={"name": "José Canarinho Souza Filho"})
    assert father != son
    [review] = (await desk.get("/v1/reviews")).json()["items"]
    verdict = {"verdict": "different", "reason": "Filho is the son"}
    decided = await desk.post(f"/v1/reviews/{review['id']}", json=verdict)
    assert decided.status_code == 200, decided.text
    [asked] = (await exported(desk, father))["reviews"]
    assert (asked["kind"], asked["why"]) == ("possibly_same", None)
    assert [(each["verdict"], each["reason"]) for each in asked["verdicts"]] == [
        ("different", None)
    ]
    told = str(await exported(desk, father))
    assert ("Filho" in told, son in told) == (False, False)


async def test_a_correction_was_told_to_us_wherever_it_hangs(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    ana = await sold(**ANA)
    await rectified(desk, ana, profile={"name": "Ana Maria Souza"})
    attributes = (await desk.get(f"/v1/customers/{ana}")).json()["attributes"]
    [name] = [each for each in attributes if each["attribute"] == "name"]
    assert [(each["source"], each["assurance"]) for each in name["said"]] == [
        ("idip", "rectified"),
        ("erp", "declared"),
    ]


# --- gaps and restriction ---------------------------------------------------------------------


async def test_a_customer_shows_what_is_missing(desk: httpx.AsyncClient, sold: Sold) -> None:
    ana = await sold(**ANA)
    view = (await desk.get(f"/v1/customers/{ana}")).json()
    assert (view["gaps"], view["restricted"]) == (["email", "birth_date"], False)
    await rectified(desk, ana, denied=[phone()])
    order = {"kind": "restriction", "reason": "accuracy_contested"}
    await desk.post(f"/v1/customers/{ana}/restraints", json=order)
    view = (await desk.get(f"/v1/customers/{ana}")).json()
    assert view["gaps"] == ["phone", "email", "contact_point", "birth_date"]
    assert view["restricted"] is True


async def test_what_is_missing_is_counted_by_the_same_rules(
    desk: httpx.AsyncClient, sold: Sold, house: House
) -> None:
    firm = {"identifiers": [tax_id("11.222.333/0001-81")], "profile": {"trade_name": "Loja"}}
    customers = {
        await sold(**ANA),
        await sold(record_key="F-1", **firm),
        await sold(record_key="C-7", identifiers=[email()], time="2023-11-01T10:00:00-03:00"),
    }
    told = [
        gap
        for customer in customers
        for gap in (await desk.get(f"/v1/customers/{UUID(customer)}")).json()["gaps"]
    ]
    broom = Broom(house.database, house.keyed_hash, house.settings, house.clock)
    await take_slices(broom, counting)
    figures = (await desk.get("/metrics")).text.splitlines()
    assert 'idip_data_quality{measure="customers"} 3.0' in figures
    for gap in ("phone", "email", "contact_point", "tax_id", "name", "birth_date"):
        line = f'idip_data_quality{{measure="without_{gap}"}} {float(told.count(gap))}'
        assert line in figures, (gap, told)
    assert told.count("stale_contact_points") == 1
    assert 'idip_data_quality{measure="stale_contact_points"} 1.0' in figures


async def test_a_correction_may_come_while_a_source_tells(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    """Another record that names the number brings it along: it is new evidence."""
    ana = await sold(**ANA)
    await rectified(desk, ana, denied=[phone()])
    crm = ANA | {"record_key": "K-1", "source": "crm"}
    told = an_event("profile", **crm)
    await desk.post("/v1/events", json=told)
    assert await whose(desk, phone()) == ("known", ana)
    await rectified(desk, ana, denied=[phone()])
    assert await whose(desk, phone()) == ("unknown", None)
