"""Who is sent away by a look, and is that whom the door would send away as well?"""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from app.access.authenticate import Client
from app.access.scopes import Scope
from app.api.admission.door import Door, Work
from app.api.admission.early import EVENTS, Early, SentAway, is_certainly
from app.api.admission.kinds import TOUCHPOINT, Kind, Sort
from app.problems import TooMany, Unavailable

SHOP = Client(UUID(int=1), "shop", frozenset({Scope.DECISIONS_WRITE}), None, None)
PAGE = b'{"channel": "web", "identifiers": []}'
CALL = b'{"channel": "voice", "identifiers": []}'
KEY = {b"authorization": b"Bearer idip_of-the-shop"}

values = st.recursive(
    st.none() | st.integers() | st.text(max_size=8) | st.sampled_from(["voice", "web", "outbound"]),
    lambda deeper: (
        st.lists(deeper, max_size=3)
        | st.dictionaries(st.sampled_from(["channel", "direction", "context"]), deeper, max_size=3)
    ),
    max_leaves=8,
)


@given(values, st.booleans())
def test_what_a_look_is_certain_of_is_so(document: Any, plainly: bool) -> None:
    """Written plainly or with everything escaped; what is no document of ours is refused anyway."""
    body = json.dumps(document, ensure_ascii=not plainly).encode()
    single = Sort.of(TOUCHPOINT, Scope.DECISIONS_WRITE).of_body(body, document)
    if is_certainly(Kind.OFFER, body):
        assert single.kind is Kind.OFFER
    if is_certainly(Kind.BULK, body):
        assert Sort.of(EVENTS, Scope.EVENTS_WRITE).of_body(body, document).kind is Kind.BULK


def test_no_ring_escapes_by_its_spelling() -> None:
    assert not is_certainly(Kind.OFFER, b'{"channel": "\\u0076oice"}')
    assert not is_certainly(Kind.OFFER, CALL)
    assert is_certainly(Kind.OFFER, PAGE)


async def a_crowded_door(*clients: UUID, longest: int = 2) -> Door:
    """Return a door with nothing free behind it and these clients in the line for offers."""
    door = Door(
        1,
        longest_line=dict.fromkeys(Kind, longest),
        longest_wait_s=dict.fromkeys(Kind, 60.0),
    )
    await door.enter(Work(Kind.RING, writes=False, client="somebody"))
    offers = [Work(Kind.OFFER, writes=True, client=client) for client in clients]
    _waiting.extend(asyncio.create_task(door.enter(offer)) for offer in offers)
    await asyncio.sleep(0)
    return door


_waiting: list[asyncio.Task[float]] = []


async def looked(
    early: Early, body: bytes, fields: dict[bytes, bytes] = KEY, path: str = "/v1/touchpoints"
) -> SentAway | bytes:
    """Return who was sent away, or the body that whoever goes on receives."""
    parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return parts.pop(0)

    told = {b"content-length": str(len(body)).encode()} | fields
    found = await early.look({"method": "POST", "path": path}, told, receive)
    if isinstance(found, SentAway):
        return found
    return bytes((await found())["body"])


async def test_a_client_that_fills_the_line_is_sent_away_by_a_look() -> None:
    early = Early(await a_crowded_door(SHOP.key_id, SHOP.key_id), b"s" * 32)
    assert await looked(early, PAGE) == PAGE, "nobody has said yet whose key that is"
    early.note(KEY, SHOP)
    gone = await looked(early, PAGE)
    assert isinstance(gone, SentAway)
    assert (gone.client, type(gone.problem)) == (SHOP, Unavailable)


async def test_whoever_may_come_in_or_is_not_known_for_certain_goes_on_whole() -> None:
    door = await a_crowded_door(SHOP.key_id, SHOP.key_id)
    early = Early(door, b"s" * 32)
    early.note(KEY, SHOP)
    both = KEY | {b"x-api-key": b"idip_another"}
    assert await looked(early, CALL) == CALL
    assert await looked(early, PAGE, {b"authorization": b"Bearer idip_of-another"}) == PAGE
    assert await looked(early, PAGE, both) == PAGE
    assert await looked(early, PAGE, {}) == PAGE
    assert await looked(early, PAGE, KEY | {b"origin": b"https://shop.example"}) == PAGE
    assert await looked(early, PAGE, KEY | {b"content-encoding": b"gzip"}) == PAGE
    assert await looked(early, PAGE, KEY | {b"content-length": b"70000"}) == PAGE
    assert await looked(early, PAGE, path="/v1/identity/resolve") == PAGE
    assert await looked(early, b"[1]", path="/v1/events") == b"[1]", "the line for bulk is empty"
    assert isinstance(await looked(early, PAGE), SentAway)


async def test_another_client_takes_a_place_in_the_line_and_the_crowd_is_told_why() -> None:
    other = Client(UUID(int=2), "desk", SHOP.scopes, None, None)
    early = Early(await a_crowded_door(SHOP.key_id, SHOP.key_id), b"s" * 32)
    early.note({b"x-api-key": b"idip_of-the-desk"}, other)
    assert await looked(early, PAGE, {b"x-api-key": b"idip_of-the-desk"}) == PAGE
    door = await a_crowded_door(SHOP.key_id, SHOP.key_id, other.key_id, longest=3)
    early = Early(door, b"s" * 32)
    early.note(KEY, SHOP)
    gone = await looked(early, PAGE)
    assert isinstance(gone, SentAway)
    assert isinstance(gone.problem, TooMany)


async def test_in_peace_nobody_is_noted() -> None:
    early = Early(Door(1), b"s" * 32)
    early.note(KEY, SHOP)
    assert not early._clients


async def test_so_many_are_noted_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.api.admission.early._MOST_CLIENTS", 2)
    early = Early(await a_crowded_door(SHOP.key_id), b"s" * 32)
    for key in (b"1", b"2", b"3", b"3"):
        early.note({b"authorization": key}, SHOP)
    assert len(early._clients) == 2, "who is noted again takes nobody's place"
    assert await looked(early, PAGE, {b"authorization": b"1"}) == PAGE
