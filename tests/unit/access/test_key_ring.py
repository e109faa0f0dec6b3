"""How long is a key believed, and what does somebody with made-up keys cost?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.access import authenticate
from app.access.authenticate import KeyRing
from app.access.flights import Flights
from app.access.keys import RANDOM_BYTES, hash_of, new_key, prefix_of
from app.access.queries import StoredKey
from app.access.scopes import Scope
from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.problems import Unauthenticated, Unavailable
from tests.conftest import NOW

HASH = KeyedHash(b"a secret for tests, and only for tests")
TTL_S = 3.0


class Table(Database):
    """What the database would say, and how often it was asked."""

    def __init__(self) -> None:
        self.keys: dict[str, StoredKey] = {}
        self.origins: set[str] = set()
        self.asked = 0
        self.is_down = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def read(self, work: Callable[[Any], Awaitable[Any]]) -> Any:
        self.asked += 1
        if self.is_down:
            raise Unavailable
        found = await work(self)
        await self.may_answer.wait()  # on its way to us
        return found

    async def execute(self, _statement: object, values: dict[str, Any]) -> Any:
        key = self.keys.get(values.get("wanted", ""))
        origins = self.origins
        answers = {"one_or_none": lambda _self: key, "scalars": lambda _self: origins}
        return type("Result", (), answers)()


class Stopwatch:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


def text_of(number: int) -> str:
    return new_key(number.to_bytes(RANDOM_BYTES, "big"))


def stored(text: str, **changes: Any) -> StoredKey:
    key = StoredKey(
        key_id=uuid4(),
        client="erp",
        prefix=prefix_of(text) or "",
        hash=hash_of(HASH, text),
        scopes=frozenset({Scope.EVENTS_WRITE}),
        sources=None,
        created_at=NOW,
        expires_at=None,
        revoked_at=None,
    )
    return replace(key, **changes)


@pytest.fixture
async def table() -> Table:
    return Table()


@pytest.fixture
def stopwatch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
def ring(table: Table, stopwatch: Stopwatch, clock: FixedClock) -> KeyRing:
    return KeyRing(table, HASH, clock, ttl_s=TTL_S, elapsed_s=stopwatch)


def given_key(table: Table, **changes: Any) -> str:
    text = text_of(len(table.keys) + 1)
    table.keys[prefix_of(text) or ""] = stored(text, **changes)
    return text


async def test_a_key_is_asked_about_once_in_a_while(
    ring: KeyRing, table: Table, stopwatch: Stopwatch
) -> None:
    text = given_key(table)
    for _ in range(5):
        assert (await ring.client_of(text)).name == "erp"
    assert table.asked == 1
    stopwatch.s += TTL_S
    await ring.client_of(text)
    assert table.asked == 2


async def test_a_revoked_key_stops_working_when_it_is_next_asked_about(
    ring: KeyRing, table: Table, stopwatch: Stopwatch
) -> None:
    text = given_key(table)
    await ring.client_of(text)
    table.keys[prefix_of(text) or ""] = stored(text, revoked_at=NOW)
    stopwatch.s += TTL_S
    with pytest.raises(Unauthenticated):
        await ring.client_of(text)


async def test_a_key_that_is_forgotten_stops_working_at_once(ring: KeyRing, table: Table) -> None:
    text = given_key(table)
    client = await ring.client_of(text)
    table.keys.clear()
    ring.forget(client.key_id)
    with pytest.raises(Unauthenticated):
        await ring.client_of(text)


async def test_a_key_expires_to_the_second_though_it_is_remembered(
    ring: KeyRing, table: Table, clock: FixedClock
) -> None:
    text = given_key(table, expires_at=NOW + timedelta(seconds=1))
    await ring.client_of(text)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        await ring.client_of(text)


async def test_another_secret_under_a_known_prefix_opens_nothing(
    ring: KeyRing, table: Table
) -> None:
    text, other = given_key(table), text_of(99)
    table.keys[prefix_of(other) or ""] = stored(text)
    with pytest.raises(Unauthenticated):
        await ring.client_of(other)


async def test_what_is_no_key_never_reaches_the_database(ring: KeyRing, table: Table) -> None:
    for text in ("", "idip_x", text_of(1)[:-1]):
        with pytest.raises(Unauthenticated):
            await ring.client_of(text)
    assert table.asked == 0


async def test_a_made_up_key_is_asked_about_once_in_a_while_too(
    ring: KeyRing, table: Table
) -> None:
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await ring.client_of(text_of(7))
    assert table.asked == 1


async def test_made_up_keys_push_no_client_out_of_memory(
    ring: KeyRing, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticate, "MOST_REFUSED", 10)
    text = given_key(table)
    await ring.client_of(text)
    for number in range(100, 150):
        with pytest.raises(Unauthenticated):
            await ring.client_of(text_of(number))
    asked = table.asked
    await ring.client_of(text)
    assert table.asked == asked
    assert len(ring._refused) <= 10


async def test_without_a_database_a_remembered_key_goes_on_and_others_wait(
    ring: KeyRing, table: Table
) -> None:
    text = given_key(table)
    await ring.client_of(text)
    table.is_down = True
    await ring.client_of(text)
    with pytest.raises(Unavailable):
        await ring.client_of(text_of(7))


async def test_a_client_speaks_for_its_sources_and_has_its_scopes(
    ring: KeyRing, table: Table
) -> None:
    client = await ring.client_of(given_key(table, sources=frozenset({"shop"})))
    assert client.may(Scope.EVENTS_WRITE)
    assert not client.may(Scope.ADMIN)
    assert client.may_speak_for("shop")
    assert not client.may_speak_for("erp")
    assert (await ring.client_of(given_key(table))).may_speak_for("anything")


async def on_their_way(*asking: Awaitable[Any]) -> list[asyncio.Future[Any]]:
    tasks = [asyncio.ensure_future(each) for each in asking]
    for _ in range(5):
        await asyncio.sleep(0)
    return tasks


async def test_all_who_need_one_key_at_once_share_a_look(
    ring: KeyRing, table: Table, stopwatch: Stopwatch
) -> None:
    text = given_key(table)
    await ring.client_of(text)
    stopwatch.s += TTL_S
    table.may_answer.clear()
    first, *others = await on_their_way(*(ring.client_of(text) for _ in range(20)))
    assert table.asked == 2
    first.cancel()
    await on_their_way()
    table.may_answer.set()
    assert {client.name for client in await asyncio.gather(*others)} == {"erp"}
    assert table.asked == 2


async def test_all_who_share_a_look_hear_that_it_failed(ring: KeyRing, table: Table) -> None:
    table.is_down = True
    text = given_key(table)
    told = await asyncio.gather(*(ring.client_of(text) for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [Unavailable] * 3
    assert table.asked == 1


@pytest.mark.parametrize("disowned", [True, False])
async def test_a_key_revoked_while_it_was_looked_up_is_not_remembered(
    ring: KeyRing, table: Table, monkeypatch: pytest.MonkeyPatch, disowned: bool
) -> None:
    """Without ``disown``, the control, what was read before the revocation is believed after it."""
    if not disowned:
        monkeypatch.setattr(Flights, "disown", lambda _: None)
    text = given_key(table)
    key_id = table.keys[prefix_of(text) or ""].key_id
    table.may_answer.clear()
    (asking,) = await on_their_way(ring.client_of(text))
    table.keys.clear()
    ring.forget(key_id)
    table.may_answer.set()
    await asking
    if disowned:
        with pytest.raises(Unauthenticated):
            await ring.client_of(text)
    else:
        assert (await ring.client_of(text)).name == "erp"


async def test_a_look_that_takes_long_is_believed_from_when_it_began(
    ring: KeyRing, table: Table, stopwatch: Stopwatch
) -> None:
    text = given_key(table)
    table.may_answer.clear()
    (asking,) = await on_their_way(ring.client_of(text))
    table.keys.clear()
    stopwatch.s += TTL_S
    (late,) = await on_their_way(ring.client_of(text))
    table.may_answer.set()
    assert (await asking).name == "erp"
    with pytest.raises(Unauthenticated):
        await late
    with pytest.raises(Unauthenticated):
        await ring.client_of(text)


async def test_made_up_keys_that_come_at_once_leave_no_more_than_others(
    ring: KeyRing, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authenticate, "MOST_REFUSED", 10)
    texts = [text_of(number) for number in range(100, 150)]
    await asyncio.gather(*(ring.client_of(text) for text in texts), return_exceptions=True)
    assert (len(ring._refused), len(ring._asking)) == (10, 0)


async def test_all_pages_that_come_at_once_share_a_look(ring: KeyRing, table: Table) -> None:
    table.origins = {"https://shop.example"}
    page = "https://shop.example"
    assert all(await asyncio.gather(*(ring.knows_origin(page) for _ in range(5))))
    assert not await ring.knows_origin("https://other.example")
    assert table.asked == 1
