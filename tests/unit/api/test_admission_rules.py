"""Who is urgent, who may come in, and whose turn is it?"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.scopes import Scope
from app.api.admission.kinds import LONGEST_SINGLE_BYTES, TOUCHPOINT, Kind, Sort
from app.api.admission.line import Flow, Line
from app.api.admission.slots import Ceilings, Slots
from app.api.scopes import SCOPE_OF

RESOLVE = ("POST", "/v1/identity/resolve")
EVENTS = ("POST", "/v1/events")
RINGING = {"channel": "voice", "direction": "inbound"}


# --- how urgent -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "scope", "kind", "writes"),
    [
        (RESOLVE, Scope.IDENTITY_READ, Kind.RING, False),
        (TOUCHPOINT, Scope.DECISIONS_WRITE, Kind.RING, True),
        (("POST", "/v1/outcomes"), Scope.DECISIONS_WRITE, Kind.OFFER, True),
        (EVENTS, Scope.EVENTS_WRITE, Kind.OFFER, True),
        (("GET", "/v1/customers/{customer_id}"), Scope.CUSTOMERS_READ, Kind.OFFER, False),
        (("POST", "/v1/customers/search"), Scope.CUSTOMERS_READ, Kind.OFFER, False),
        (("GET", "/v1/customers/{customer_id}/export"), Scope.CUSTOMERS_WRITE, Kind.BULK, False),
        (("GET", "/v1/lists/{name}"), Scope.CUSTOMERS_EXPORT, Kind.BULK, False),
        (("POST", "/v1/scoring-runs"), Scope.ADMIN, Kind.BULK, True),
        (("GET", "/v1/keys"), Scope.ADMIN, Kind.BULK, False),
    ],
)
def test_a_route_has_its_kind(
    route: tuple[str, str], scope: Scope, kind: Kind, writes: bool
) -> None:
    sort = Sort.of(route, scope)
    assert (sort.kind, sort.writes) == (kind, writes)


@pytest.mark.parametrize(
    ("route", "scope", "is_long"),
    [
        (("POST", "/v1/scoring-runs"), Scope.ADMIN, True),
        (("GET", "/v1/lists/{name}"), Scope.CUSTOMERS_EXPORT, True),
        (("POST", "/v1/keys"), Scope.ADMIN, False),
        (EVENTS, Scope.EVENTS_WRITE, False),
        (TOUCHPOINT, Scope.DECISIONS_WRITE, False),
    ],
)
def test_few_routes_may_take_long(route: tuple[str, str], scope: Scope, is_long: bool) -> None:
    assert Sort.of(route, scope).is_long is is_long


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (RINGING, Kind.RING),
        ({"channel": "voice"}, Kind.RING),
        ({"channel": "voice", "direction": "outbound"}, Kind.OFFER),
        ({"channel": "web", "direction": "inbound"}, Kind.OFFER),
        ({"channel": ["voice"]}, Kind.OFFER),
        ({}, Kind.OFFER),
        (None, Kind.RING),
        ([RINGING], Kind.BULK),
    ],
)
def test_a_touchpoint_rings_if_somebody_calls(document: Any, kind: Kind) -> None:
    sort = Sort.of(TOUCHPOINT, Scope.DECISIONS_WRITE)
    assert sort.of_body(b"channel=voice", document).kind is kind


@pytest.mark.parametrize(
    ("body", "kind", "is_long"),
    [
        (b'{"id": "1"}', Kind.OFFER, False),
        (b' \n[{"id": "1"}]', Kind.BULK, True),
        (b'{"id": "1"}\n{"id": "2"}', Kind.BULK, True),
        (b"", Kind.OFFER, False),
        (b'{"id": "' + b"1" * LONGEST_SINGLE_BYTES + b'"}', Kind.BULK, True),
    ],
)
def test_what_is_many_or_long_is_bulk(body: bytes, kind: Kind, is_long: bool) -> None:
    found = Sort.of(EVENTS, Scope.EVENTS_WRITE).of_body(body, None)
    assert (found.kind, found.is_long) == (kind, is_long)


def test_every_route_behind_a_key_has_a_sort() -> None:
    sorts = {route: Sort.of(route, scope) for route, scope in SCOPE_OF.items() if scope}
    assert {sort.kind for sort in sorts.values()} == set(Kind)
    assert all(sort.writes for (method, _), sort in sorts.items() if method == "DELETE")


# --- slots ------------------------------------------------------------------------------------


def filled(slots: Slots, kind: Kind, *, writes: bool) -> int:
    """Take as many as there are and return how many that were."""
    taken = 0
    while slots.has_room(kind, writes=writes):
        slots.take(kind, writes=writes)
        taken += 1
    return taken


@pytest.mark.parametrize("count", range(1, 64))
def test_ceilings_leave_room_above_them(count: int) -> None:
    ceilings = Ceilings.of(count)
    bulk, offer, ring = ceilings.all
    assert 1 <= bulk <= offer <= ring == count
    assert all(1 <= few <= most for few, most in zip(ceilings.writers, ceilings.all, strict=True))
    if count >= 4:
        assert bulk < offer < ring
        assert ceilings.writers[1] < offer
        assert ceilings.writers[2] < ring


@pytest.mark.parametrize("count", [4, 7, 8, 15, 40])
@pytest.mark.parametrize("kind", [Kind.BULK, Kind.OFFER])
def test_a_ring_gets_in_however_much_else_there_is(count: int, kind: Kind) -> None:
    slots = Slots(Ceilings.of(count))
    filled(slots, Kind.BULK, writes=True)
    filled(slots, kind, writes=True)
    filled(slots, kind, writes=False)
    assert slots.has_room(Kind.RING, writes=True)


def test_without_ceilings_it_would_not() -> None:
    slots = Slots(Ceilings((7, 7, 7), (7, 7, 7)))
    filled(slots, Kind.BULK, writes=True)
    assert not slots.has_room(Kind.RING, writes=True)


@pytest.mark.parametrize("kind", Kind)
def test_who_asks_gets_in_however_many_writers_are_stuck(kind: Kind) -> None:
    slots = Slots(Ceilings.of(7))
    for lower in range(kind + 1):
        filled(slots, Kind(lower), writes=True)
    assert slots.has_room(max(kind, Kind.OFFER), writes=False)


def test_a_quiet_house_is_open_to_all_of_one_kind() -> None:
    assert filled(Slots(Ceilings.of(7)), Kind.RING, writes=False) == 7
    assert filled(Slots(Ceilings.of(7)), Kind.OFFER, writes=False) == 6
    assert filled(Slots(Ceilings.of(7)), Kind.BULK, writes=False) == 2


@given(st.lists(st.tuples(st.sampled_from(Kind), st.booleans(), st.booleans())))
def test_what_is_given_back_is_free_again(steps: list[tuple[Kind, bool, bool]]) -> None:
    slots, held = Slots(Ceilings.of(7)), list[tuple[Kind, bool]]()
    for kind, writes, comes in steps:
        if comes and slots.has_room(kind, writes=writes):
            slots.take(kind, writes=writes)
            held.append((kind, writes))
        elif held:
            left, wrote = held.pop()
            slots.give_back(left, writes=wrote)
        assert slots.held == len(held) <= 7
    for left, wrote in held:
        slots.give_back(left, writes=wrote)
    assert filled(slots, Kind.RING, writes=False) == 7


# --- the line ---------------------------------------------------------------------------------


def asks(client: str) -> Flow:
    return Flow(client, writes=False)


def order(line: Line[str]) -> str:
    """Return who comes out, one after the other."""
    out = ""
    while (called := line.next(lambda _: True)) is not None:
        out += called[1]
    return out


def test_clients_take_turns() -> None:
    line = Line[str](100)
    for waiter in "aaaaaaaaaabcc":
        line.join(asks(waiter), waiter)
    assert order(line) == "abcacaaaaaaaa"
    assert len(line) == 0


def test_of_one_client_the_first_goes_first() -> None:
    line = Line[str](100)
    for waiter in "1234":
        line.join(asks("a"), waiter)
    assert order(line) == "1234"


def test_a_full_line_turns_away_the_latest_of_who_has_most_in_it() -> None:
    line = Line[str](3)
    assert [line.join(asks("a"), waiter) for waiter in "123"] == [None] * 3
    assert line.join(asks("b"), "x") == "3"
    assert line.join(asks("a"), "4") == "4"
    assert order(line) == "1x2"


def test_who_waits_no_longer_leaves_no_gap() -> None:
    line = Line[str](2)
    line.join(asks("a"), "1")
    line.join(asks("a"), "2")
    line.leave(asks("a"), "1")
    line.leave(asks("a"), "1")
    line.leave(asks("b"), "1")
    assert line.join(asks("a"), "3") is None
    assert order(line) == "23"


def test_writers_that_may_not_enter_do_not_hold_up_who_asks() -> None:
    line = Line[str](10)
    line.join(Flow("a", writes=True), "w")
    line.join(asks("a"), "r")
    assert line.next(lambda writes: not writes) == (asks("a"), "r")
    assert line.next(lambda writes: not writes) is None
    assert line.next(lambda _: True) == (Flow("a", writes=True), "w")


def test_a_line_is_crowded_by_who_has_more_than_an_equal_part() -> None:
    line = Line[str](10)
    for waiter in "aab":
        line.join(asks(waiter), waiter)
    assert line.is_crowded_by("a")
    assert not line.is_crowded_by("b")
    assert not line.is_crowded_by("c")
    line.leave(asks("b"), "b")
    assert not line.is_crowded_by("a")


@given(st.lists(st.sampled_from("aaaab"), max_size=200), st.integers(1, 20))
def test_one_that_sends_more_never_pushes_out_one_that_sends_less(
    arrivals: list[str], longest: int
) -> None:
    line = Line[str](longest)
    waiting = dict.fromkeys("ab", 0)
    for client in arrivals:
        gone = line.join(asks(client), client)
        waiting[client] += 1
        if gone is not None:
            assert waiting[gone] == max(waiting.values())
            waiting[gone] -= 1
        assert len(line) == sum(waiting.values()) <= longest
