"""Reviews over HTTP: asked once, decided once, taken back; and how it all came about."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.scopes import Scope
from app.database.clock import FixedClock
from tests.builders import CPF_ANA, CPF_BIA, a_sale, phone, tax_id

Sold = Callable[..., Awaitable[list[str]]]

FATHER = {"record_key": "C-1", "identifiers": [phone()], "profile": {"name": "José Souza"}}
SON = {"record_key": "C-2", "identifiers": [phone()], "profile": {"name": "José Souza Filho"}}
OTHER_SURNAME = SON | {
    "profile": {"name": "José Lima Filho"},
    "time": "2026-11-20T11:00:00-03:00",
}
"""Says less for one customer than before, and still enough to ask."""


@pytest.fixture
async def desk(client: Any) -> httpx.AsyncClient:
    return await client(
        Scope.EVENTS_WRITE, Scope.CUSTOMERS_READ, Scope.CUSTOMERS_WRITE, Scope.DECISIONS_WRITE
    )


@pytest.fixture
def sold(desk: httpx.AsyncClient) -> Sold:
    """Take sales in; return the customer of each."""

    async def sell(*sales: dict[str, Any]) -> list[str]:
        answer = await desk.post("/v1/events", json=list(sales))
        assert answer.status_code == 200, answer.text
        return [item["customer_id"] for item in answer.json()["items"]]

    return sell


async def asked(desk: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    answer = await desk.get("/v1/reviews", params=wanted)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def say(
    desk: httpx.AsyncClient, review: dict[str, Any], verdict: str, **more: Any
) -> httpx.Response:
    return await desk.post(f"/v1/reviews/{review['id']}", json={"verdict": verdict, **more})


async def test_a_doubt_is_asked_with_its_reason_and_both_ends(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    father, son = await sold(a_sale("900.00", **FATHER), a_sale("50.00", **SON))
    assert father != son
    (review,) = await asked(desk)
    assert (review["kind"], review["state"], review["stake"]) == ("possibly_same", "open", "950.00")
    assert {each["customer_id"] for each in review["customers"]} == {father, son}
    assert "telefone" in review["sentence"]
    assert "{" not in review["sentence"]
    (one,) = review["outcomes"]["same"]
    assert (one["figures"]["net"], one["figures"]["purchase_days"]) == ("950.00", 1)
    assert len(review["outcomes"]["different"]) == 2


async def test_a_verdict_sticks_is_idempotent_and_can_be_undone(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    await sold(a_sale("900.00", **FATHER), a_sale("50.00", **SON))
    (review,) = await asked(desk)
    before = await say(desk, review, "same", preview=True)
    assert before.json()["preview"] is True
    assert [each["id"] for each in await asked(desk)] == [review["id"]]

    done = await say(desk, review, "same", shown=review["shown"], reason="typo")
    assert done.json()["review"]["state"] == "decided"
    assert done.json()["regrouped"]["customers"] == before.json()["regrouped"]["customers"]
    father, son = await sold(a_sale(**FATHER), a_sale(**SON))
    assert father == son

    again = await say(desk, review, "same")
    assert (again.status_code, again.json()["regrouped"]) == (200, None)
    other = await say(desk, review, "different")
    assert (other.status_code, other.json()["type"]) == (409, "/problems/already-decided")

    undone = await say(desk, review, "undo")
    assert undone.json()["review"]["state"] == "open"
    father, son = await sold(a_sale(**FATHER), a_sale(**SON))
    assert father != son
    assert (await say(desk, review, "undo")).status_code == 200


async def test_who_is_kept_apart_stays_apart(desk: httpx.AsyncClient, sold: Sold) -> None:
    await sold(a_sale(**FATHER), a_sale(**SON))
    (review,) = await asked(desk)
    assert (await say(desk, review, "different")).json()["review"]["state"] == "decided"
    same_name = SON | {"profile": {"name": "José Souza"}, "time": "2026-11-20T11:00:00-03:00"}
    father, son = await sold(a_sale(**FATHER), a_sale(**same_name))
    assert father != son
    assert await asked(desk) == []


async def test_what_was_shown_must_still_be_so(desk: httpx.AsyncClient, sold: Sold) -> None:
    await sold(a_sale(**FATHER), a_sale(**SON))
    (review,) = await asked(desk)
    await sold(a_sale(**OTHER_SURNAME))
    stale = await say(desk, review, "same", shown=review["shown"])
    assert (stale.status_code, stale.json()["type"]) == (409, "/problems/not-what-was-shown")


async def test_a_review_whose_reason_is_gone_closes_itself(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    await sold(a_sale(**FATHER), a_sale(**SON))
    (review,) = await asked(desk)
    at = "2026-11-20T12:00:00-03:00"
    father = {"name": "José Souza", "birth_date": "1950-01-31"}
    son = {"name": "José Souza Filho", "birth_date": "1984-05-02"}
    await sold(
        a_sale(record_key="C-1", profile=father, time=at),
        a_sale(record_key="C-2", profile=son, time=at),
    )
    assert await asked(desk) == []
    assert [each["id"] for each in await asked(desk, state="moot")] == [review["id"]]
    assert (await say(desk, review, "same")).status_code == 409


async def test_unsure_is_asked_again_when_the_evidence_changes(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    await sold(a_sale(**FATHER), a_sale(**SON))
    (review,) = await asked(desk)
    await say(desk, review, "unsure")
    assert await asked(desk) == []
    assert len(await asked(desk, state="unsure")) == 1
    await sold(a_sale(**OTHER_SURNAME))
    assert len(await asked(desk)) == 1


async def test_the_most_is_at_stake_first_and_pages_go_on(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    for number in range(21):
        line = [phone(f"11 9{7000 + number}-1234")]
        keys = {"identifiers": line, "record_key": f"A-{number}"}
        other = {"identifiers": line, "record_key": f"B-{number}"}
        net = f"{100 + number}.00"
        await sold(
            a_sale(net, **(keys | {"profile": {"name": "José Souza"}})),
            a_sale(net, **(other | {"profile": {"name": "José Souza Filho"}})),
        )
    first = (await desk.get("/v1/reviews")).json()
    stakes = [float(item["stake"]) for item in first["items"]]
    assert stakes == sorted(stakes, reverse=True)
    rest = (await desk.get("/v1/reviews", params={"cursor": first["next"]})).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (20, 1, None)
    bad = await desk.get("/v1/reviews", params={"cursor": "NaN~x"})
    assert (bad.status_code, bad.json()["type"]) == (422, "/problems/not-a-cursor")


async def test_a_limit_only_asks_and_a_split_is_said_by_records(
    desk: httpx.AsyncClient, sold: Sold
) -> None:
    sale = {"record_key": "C-1", "identifiers": [tax_id(CPF_ANA), tax_id(CPF_BIA)]}
    (customer,) = await sold(a_sale(**sale))
    assert customer is not None
    (review,) = await asked(desk, kind="limit_passed")
    assert (review["details"]["type"], review["details"]["count"]) == ("tax_id", 2)
    assert (await say(desk, review, "different")).json()["type"] == "/problems/which-records"
    assert (await say(desk, review, "same")).json()["review"]["state"] == "decided"
    await sold(a_sale(**sale))
    assert await asked(desk) == []


async def test_a_review_is_not_for_everybody(client: Any, stranger: httpx.AsyncClient) -> None:
    reader = await client(Scope.CUSTOMERS_READ)
    assert (await reader.get("/v1/reviews")).status_code == 403
    assert (await stranger.get("/v1/reviews")).status_code == 401


async def test_a_merge_shows_the_numbers_of_both_ends(desk: httpx.AsyncClient, sold: Sold) -> None:
    customers = await sold(a_sale("900.00", **FATHER), a_sale("50.00", **SON))
    body = {"customer_ids": customers, "preview": True}
    told = (await desk.post("/v1/customers/merge", json=body)).json()
    assert [each["figures"]["net"] for each in told["customers"]] == ["950.00"]
    assert {each["figures"]["net"] for each in told["before"]} == {"900.00", "50.00"}


async def test_explain_says_why_why_not_how_and_then(
    desk: httpx.AsyncClient, sold: Sold, clock: FixedClock
) -> None:
    father, son = await sold(a_sale(**FATHER), a_sale(**SON))
    then = clock.now().isoformat()
    clock.advance(timedelta(minutes=5))
    await desk.post("/v1/customers/merge", json={"customer_ids": [father, son]})
    asked_of = f"/v1/customers/{son}/explain"
    told = (await desk.get(asked_of, params={"at": then})).json()
    assert {ground["field"] for ground in told["why"]} >= {"phone", "first_name", "suffix"}
    assert [step["cause"] for step in told["how"]] == ["evidence", "evidence", "merge"]
    assert (told["then"]["customer_id"], len(told["then"]["records"])) == (son, 1)
    sentences = {
        (await desk.get(asked_of, headers={"accept-language": language})).json()["sentence"]
        for language in ("pt-BR", "es", "en")
    }
    assert len(sentences) == 3
    one = await desk.get(asked_of, params={"against": father})
    assert (one.status_code, one.json()["type"]) == (422, "/problems/one-customer")


async def test_explain_says_what_keeps_two_apart(desk: httpx.AsyncClient, sold: Sold) -> None:
    father, son = await sold(a_sale(**FATHER), a_sale(**SON))
    found = await desk.get(f"/v1/customers/{father}/explain", params={"against": son})
    why_not = found.json()["why_not"]
    assert (why_not["obstacle"], why_not["customer_id"]) == ("not_enough", son)
    assert why_not["bits"] + why_not["missing_bits"] == 6.0
