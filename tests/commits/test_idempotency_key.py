"""Does a key make a request count once?  Committed, with senders that do not wait for each other.

``IDIP_DRILL_KEYS=1000`` makes the first test as long as the drill's.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.access import queries
from app.access.idempotency import KEPT_FOR, Answered, KeyedRequest, once
from app.access.issue import KeyOrder, issue_key
from app.access.scopes import Scope
from app.api.dependencies import House
from app.api.writing import Write
from app.database import server
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, Database
from app.flows.founding import found
from app.jobs import hired
from app.main import create_app, furnished
from app.personalise.bundle import shipped_document
from app.settings import Settings
from tests.builders import CPF_ANA, a_sale, phone, tax_id

KEYS = int(os.environ.get("IDIP_DRILL_KEYS", "60"))
SENDERS = 8
NEW_KEY = {"client": "shop", "scopes": ["admin"]}

if TYPE_CHECKING:
    Plain = asyncpg.Connection[Any]


@pytest.fixture
async def outside(own_url: str) -> AsyncIterator[Plain]:
    connection = await server.connect(own_url)
    yield connection
    await connection.close()


@pytest.fixture
async def house(
    settings: Settings, own_url: str, keyed_hash: KeyedHash, clock: FixedClock
) -> AsyncIterator[House]:
    """Yield a house that waits for a lock no longer than a test may take."""
    hasty = settings.model_copy(update={"lock_timeout_ms": 1_000, "acquire_timeout_ms": 10_000})
    database = await Database.open(hasty, own_url, application_name="idip tests")
    await database.write(lambda tx: found(tx, settings, shipped_document(), clock.now()))
    yield furnished(hasty, database, keyed_hash, clock)
    await database.close()


async def a_client(house: House, name: str) -> httpx.AsyncClient:
    order = KeyOrder(name, frozenset(Scope))
    now = house.clock.now()
    issued = await house.database.write(lambda tx: issue_key(tx, house.keyed_hash, order, now))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(house), raise_app_exceptions=False),
        base_url="http://idip.test",
        headers={"authorization": f"Bearer {issued.text}"},
    )


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with await a_client(house, "erp") as client:
        yield client


def key(value: str = "8e03978e-40d5-43dd-bc93-6894a57f9324") -> dict[str, str]:
    return {"idempotency-key": value}


async def keys_made(outside: Plain, client: str = "shop") -> int:
    made = "SELECT count(*) FROM api_key WHERE starts_with(client, $1)"
    count: int = await outside.fetchval(made, client)
    return count


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


# --- once -------------------------------------------------------------------------------------


async def test_three_senders_at_once_have_one_effect_and_one_answer(
    http: httpx.AsyncClient, outside: Plain
) -> None:
    turn = asyncio.Semaphore(SENDERS)

    async def sent(name: str) -> httpx.Response:
        """Send until there is an answer: a busy machine may say "in use" or "not now"."""
        asked = NEW_KEY | {"client": f"shop {name}"}  # no client may have more than two keys
        while True:
            async with turn:
                answer = await http.post("/v1/keys", json=asked, headers=key(name))
            in_use = answer.status_code == 409 and refusal(answer)[1] == "idempotency-key-in-use"
            if not in_use and answer.status_code != 503:
                return answer
            await asyncio.sleep(0.05)

    names = [str(uuid4()) for _ in range(KEYS)]
    answers = await asyncio.gather(*(sent(name) for name in names for _ in range(3)))
    assert {answer.status_code for answer in answers} == {201}
    for nth in range(KEYS):
        assert len({answer.content for answer in answers[3 * nth : 3 * nth + 3]}) == 1
    assert await keys_made(outside) == KEYS


async def test_without_a_key_the_effect_doubles(http: httpx.AsyncClient, outside: Plain) -> None:
    """The control of the test above: the route itself has no memory."""
    answers = [await http.post("/v1/keys", json=NEW_KEY) for _ in range(2)]
    assert len({answer.content for answer in answers}) == 2
    assert await keys_made(outside) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/events", [a_sale(record_key="C-1", identifiers=[phone()])]),
        ("/v1/events", [a_sale(record_key="C-1"), {"id": "none"}]),
        ("/v1/scoring-runs", {}),
        ("/v1/touchpoints", {"channel": "voice", "identifiers": [phone()]}),
    ],
    ids=["events", "events, one refused", "scoring run", "touchpoint"],
)
async def test_the_same_answer_returns_to_the_byte(
    http: httpx.AsyncClient, path: str, body: Any
) -> None:
    first, again = [await http.post(path, json=body, headers=key()) for _ in range(2)]
    other = await http.post(path, json=body, headers=key("another"))
    for answer in (first, again, other):
        assert answer.is_success, answer.text
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert other.content != first.content  # a duplicate, or done a second time


async def test_a_deletion_is_told_again_as_it_was(http: httpx.AsyncClient) -> None:
    made = (await http.post("/v1/keys", json=NEW_KEY)).json()
    for _ in range(2):
        answer = await http.delete(f"/v1/keys/{made['key_id']}", headers=key())
        assert (answer.status_code, answer.content) == (204, b"")
        assert "content-type" not in answer.headers


async def test_quoted_or_not_in_whatever_order_it_is_the_same_request(
    http: httpx.AsyncClient, outside: Plain
) -> None:
    first = await http.post("/v1/keys", json=NEW_KEY, headers=key("k-1"))
    turned = dict(reversed(NEW_KEY.items()))
    assert (await http.post("/v1/keys", json=turned, headers=key('"k-1"'))).content == first.content
    assert await keys_made(outside) == 1


async def test_a_key_belongs_to_its_client(house: House, http: httpx.AsyncClient) -> None:
    first = await http.post("/v1/keys", json=NEW_KEY, headers=key())
    async with await a_client(house, "shop") as other, await a_client(house, "erp") as rotated:
        assert (await other.post("/v1/keys", json=NEW_KEY, headers=key())).content != first.content
        again = await rotated.post("/v1/keys", json=NEW_KEY, headers=key())
    assert again.content == first.content


# --- refused ----------------------------------------------------------------------------------


async def test_a_key_with_another_request_is_refused(http: httpx.AsyncClient) -> None:
    made = await http.post("/v1/keys", json=NEW_KEY, headers=key())
    expected = (422, "idempotency-key-reused")
    for answer in (
        await http.post("/v1/keys", json=NEW_KEY | {"client": "erp"}, headers=key()),
        await http.post("/v1/scoring-runs", json={}, headers=key()),
        await http.delete(f"/v1/keys/{made.json()['key_id']}", headers=key()),
    ):
        assert refusal(answer) == expected


async def test_parameters_of_the_path_are_part_of_the_request(http: httpx.AsyncClient) -> None:
    ids = [(await http.post("/v1/keys", json=NEW_KEY)).json()["key_id"] for _ in range(2)]
    assert (await http.delete(f"/v1/keys/{ids[0]}", headers=key())).status_code == 204
    assert (await http.delete(f"/v1/keys/{ids[1]}", headers=key())).status_code == 422


async def test_a_key_at_work_is_refused_and_free_again_if_the_work_fails(
    house: House, http: httpx.AsyncClient, outside: Plain, monkeypatch: pytest.MonkeyPatch
) -> None:
    recognised: list[KeyedRequest] = []
    original = Write._recognised

    def noted(write: Write, *given: Any) -> KeyedRequest:
        recognised.append(original(write, *given))
        return recognised[-1]

    monkeypatch.setattr(Write, "_recognised", noted)
    assert (await http.post("/v1/keys", json={"client": "shop", "scopes": []})).status_code == 422
    past = NEW_KEY | {"expires_at": "2020-01-01T00:00:00Z"}
    assert (await http.post("/v1/keys", json=past, headers=key())).status_code == 422
    async with outside.transaction():
        await outside.execute(
            "INSERT INTO idempotency_key (key_hash, fingerprint, claimed_at)"
            " VALUES ($1, 'x', now())",
            recognised[0].key_hash,
        )
        answer = await http.post("/v1/keys", json=NEW_KEY, headers=key())
        assert refusal(answer) == (409, "idempotency-key-in-use")
        await outside.execute("DELETE FROM idempotency_key")
    assert (await http.post("/v1/keys", json=NEW_KEY, headers=key())).status_code == 201
    assert await keys_made(outside) == 1


async def test_work_that_breaks_leaves_neither_effect_nor_key(
    own_database: Database, keyed_hash: KeyedHash, clock: FixedClock, outside: Plain
) -> None:
    request = KeyedRequest.of(keyed_hash, "erp", "k", "POST", "/v1/keys")
    order = KeyOrder("shop", frozenset(Scope))

    async def breaking(tx: Connection) -> Answered:
        async def work() -> Answered:
            await issue_key(tx, keyed_hash, order, clock.now())
            raise RuntimeError

        return await once(tx, request, work, clock.now())

    with pytest.raises(RuntimeError):
        await own_database.write(breaking)
    assert await keys_made(outside) == 0
    assert await outside.fetchval("SELECT count(*) FROM idempotency_key") == 0


# --- kept, and forgotten ----------------------------------------------------------------------


async def test_an_answer_is_kept_for_72_hours_and_no_longer(
    house: House, http: httpx.AsyncClient, clock: FixedClock, outside: Plain
) -> None:
    worker = hired(house.settings, house.database, house.keyed_hash, clock)
    expire = worker._jobs["expire idempotency keys"].run
    first = await http.post("/v1/keys", json=NEW_KEY, headers=key())
    clock.advance(KEPT_FOR)
    await expire()
    assert (await http.post("/v1/keys", json=NEW_KEY, headers=key())).content == first.content
    clock.advance(timedelta(seconds=1))
    await expire()
    assert await outside.fetchval("SELECT count(*) FROM idempotency_key") == 0
    assert (await http.post("/v1/keys", json=NEW_KEY, headers=key())).content != first.content


async def test_the_table_tells_neither_the_key_nor_the_answer(
    http: httpx.AsyncClient, outside: Plain
) -> None:
    made = await http.post("/v1/keys", json=NEW_KEY, headers=key("my-own-key"))
    [row] = await outside.fetch("SELECT * FROM idempotency_key")
    kept = b" ".join(str(value).encode() + bytes(row["sealed"]) for value in row.values())
    for secret in (made.json()["key"], made.json()["prefix"], "my-own-key", "erp"):
        assert secret.encode() not in kept


async def test_an_erased_customer_is_in_no_stored_answer(
    http: httpx.AsyncClient, outside: Plain
) -> None:
    sale = [a_sale(record_key="C-1", identifiers=[phone(), tax_id(CPF_ANA)])]
    told = await http.post("/v1/events", json=sale, headers=key("sale"))
    others = await http.post("/v1/keys", json=NEW_KEY, headers=key("others"))
    customer = told.json()["items"][0]["customer_id"]
    ring = {"channel": "voice", "identifiers": [tax_id(CPF_ANA)]}
    rung = await http.post("/v1/touchpoints", json=ring, headers=key("ring"))
    assert rung.json()["customer"]["id"] == customer
    for _ in range(2):
        gone = await http.delete(f"/v1/customers/{customer}", headers=key("erasure"))
        assert gone.status_code == 204
    assert await outside.fetchval("SELECT count(*) FROM idempotency_key WHERE sealed IS NULL") == 2
    for path, body, name in (("/v1/events", sale, "sale"), ("/v1/touchpoints", ring, "ring")):
        answer = await http.post(path, json=body, headers=key(name))
        assert refusal(answer) == (410, "answer-erased")
    again = await http.post("/v1/keys", json=NEW_KEY, headers=key("others"))
    assert again.content == others.content


async def test_an_answer_given_before_they_were_known_is_erased_too(
    http: httpx.AsyncClient,
) -> None:
    ring = {"channel": "voice", "identifiers": [phone()]}
    rung = await http.post("/v1/touchpoints", json=ring, headers=key("ring"))
    sale = a_sale(record_key="C-1", identifiers=[phone()])
    customer = (await http.post("/v1/events", json=[sale])).json()["items"][0]["customer_id"]
    assert customer not in rung.text
    assert (await http.delete(f"/v1/customers/{customer}")).status_code == 204
    answer = await http.post("/v1/touchpoints", json=ring, headers=key("ring"))
    assert refusal(answer) == (410, "answer-erased")


async def test_a_key_that_vanishes_between_two_looks_is_tried_again(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, outside: Plain
) -> None:
    await http.post("/v1/keys", json=NEW_KEY, headers=key())
    claim = queries.claim_key

    async def claimed(tx: Connection, *given: Any) -> bool:
        won = await claim(tx, *given)
        await outside.execute("DELETE FROM idempotency_key WHERE sealed IS NOT NULL")
        return won

    monkeypatch.setattr("app.access.idempotency.claim_key", claimed)
    assert (await http.post("/v1/keys", json=NEW_KEY, headers=key())).status_code == 201
    assert await keys_made(outside) == 2
