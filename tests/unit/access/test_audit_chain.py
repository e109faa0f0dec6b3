"""Does the chain name the first act that is not what it was?  Each way to tamper, and none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.audit.acts import (
    BEGINNING,
    Act,
    ActKind,
    Break,
    Head,
    Link,
    StoredAct,
    chained,
    first_break,
    link_hash,
    read_head,
)

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
Places = list[tuple[Link, StoredAct | None]]


def an_act(number: int, **changes: Any) -> StoredAct:
    act = StoredAct(
        act_id=UUID(int=number),
        transaction=700 + number,
        at=NOW + timedelta(seconds=number),
        actor="office",
        key_id=UUID(int=1),
        kind=ActKind.CUSTOMER_SEEN,
        customer_id=UUID(int=90 + number),
        subject=None,
        fields=("email", "name"),
        request_id="0192-request",
        reason=None,
    )
    return replace(act, **changes)


def a_chain(length: int = 5) -> Places:
    acts = [an_act(number) for number in range(1, length + 1)]
    return list(zip(chained(BEGINNING, acts, NOW), acts, strict=True))


def broken_at(places: Places) -> int | None:
    found = first_break(BEGINNING, places)
    return found.position if isinstance(found, Break) else None


def test_a_chain_nobody_touched_holds_to_its_head() -> None:
    places = a_chain()
    assert first_break(BEGINNING, places) == Head(5, places[-1][0].hash)


def test_a_chain_is_lengthened_where_it_ends() -> None:
    acts = [an_act(number) for number in range(1, 6)]
    first = chained(BEGINNING, acts[:2], NOW)
    rest = chained(Head(2, first[-1].hash), acts[2:], NOW)
    assert [link.position for link in first + rest] == [1, 2, 3, 4, 5]
    assert (first + rest)[-1] == a_chain()[-1][0]


OTHERWISE: dict[str, Any] = {
    "act_id": UUID(int=77),
    "transaction": 1,
    "at": NOW,
    "actor": "somebody else",
    "key_id": None,
    "kind": "customer.erased",
    "customer_id": None,
    "subject": UUID(int=3),
    "fields": ("email",),
    "request_id": None,
    "reason": "asked",
}


def test_every_column_of_an_act_is_held() -> None:
    assert OTHERWISE.keys() == set(StoredAct.__dataclass_fields__)


@pytest.mark.parametrize("column", OTHERWISE)
def test_an_act_that_was_changed_is_named(column: str) -> None:
    places = a_chain()
    link, act = places[2]
    assert act is not None
    places[2] = (link, replace(act, **{column: OTHERWISE[column]}))
    assert broken_at(places) == 3


def test_an_act_that_was_removed_is_named() -> None:
    places = a_chain()
    places[2] = (places[2][0], None)
    assert broken_at(places) == 3


def test_a_place_that_was_removed_is_named() -> None:
    places = a_chain()
    del places[2]
    assert broken_at(places) == 3


def test_an_act_that_was_put_in_between_is_named() -> None:
    places, act = a_chain(), an_act(50)
    before = places[1][0]
    forged = Link(3, act.act_id, NOW, link_hash(before.hash, 3, NOW, act))
    later = [(replace(link, position=link.position + 1), found) for link, found in places[2:]]
    assert broken_at([*places[:2], (forged, act), *later]) == 4


def test_acts_that_changed_places_are_named() -> None:
    places = a_chain()
    (one, first), (two, second) = places[1], places[2]
    places[1], places[2] = (one, second), (two, first)
    assert broken_at(places) == 2


def test_a_chain_made_anew_ends_elsewhere() -> None:
    acts = [an_act(number) for number in range(1, 6)]
    acts[2] = replace(acts[2], actor="nobody")
    anew = list(zip(chained(BEGINNING, acts, NOW), acts, strict=True))
    assert first_break(BEGINNING, anew) != first_break(BEGINNING, a_chain())


def test_the_same_moment_in_another_zone_is_the_same_act() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=-3)))
    assert link_hash(b"", 1, NOW, an_act(1, at=NOW)) == link_hash(
        b"", 1, there, an_act(1, at=there)
    )


@given(st.lists(st.text(max_size=6), max_size=3), st.lists(st.text(max_size=6), max_size=3))
def test_no_two_acts_are_spelt_alike(one: list[str], other: list[str]) -> None:
    hashes = [link_hash(b"", 1, NOW, an_act(1, fields=tuple(names))) for names in (one, other)]
    assert (hashes[0] == hashes[1]) == (one == other)


def test_a_head_is_read_as_it_was_told() -> None:
    head = Head(12, bytes(range(32)))
    assert read_head(str(head)) == head
    for text in ("", "12", "12:xyz", "12:00", f"-1:{'00' * 32}", "a:" + "00" * 32):
        with pytest.raises(ValueError):  # noqa: PT011 (which part is wrong is not said)
            read_head(text)


def test_an_act_has_no_place_for_a_value() -> None:
    assert set(Act.__dataclass_fields__) == {
        "actor",
        "kind",
        "at",
        "customer_id",
        "subject",
        "fields",
        "reason",
    }
