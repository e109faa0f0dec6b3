"""Whatever comes between two statements of a deed: is it as if one had come after the other?"""

from __future__ import annotations

from itertools import count

import pytest

from app.api.dependencies import House
from app.identify import queries as identify
from tests.drill.contradictions import contradictions
from tests.drill.scenes import PLAYS, Play, Scene, said, seen
from tests.drill.stepping import Turns, interleaved, one_after_the_other
from tests.drill.test_race_merges import look_at_components

IN_CI = frozenset(
    {
        "a pair is merged both ways round",
        "two merges share a customer",
        "a sale to one who is merged",
        "a sale ties a third to one who is merged",
        "a sale to the record that is split out",
        "a refund passes its sale",
        "somebody buys who is erased",
        "somebody is merged who is erased",
    }
)
"""The others are for ``scripts/drill races``: a play takes some seconds."""

BROKEN: dict[str, str] = {}
"""Plays that the house does not stand yet, and why."""

_scenes = count(1)

Outcome = tuple[object, object, object]


async def set_up(house: House, play: Play) -> Scene:
    scene = Scene(house, next(_scenes))
    await play.before(scene)
    return scene


async def outcome(house: House, scene: Scene, first: object, second: object) -> Outcome:
    state = await house.database.read(lambda tx: seen(tx, scene))
    return said(first), said(second), state


async def serial_outcomes(house: House, play: Play) -> list[Outcome]:
    """Return what comes of it when one deed waits for the other, either way round."""
    found = []
    for first_first in (True, False):
        scene = await set_up(house, play)
        results = await one_after_the_other(
            house.database, play.first(scene), play.second(scene), first_first=first_first
        )
        found.append(await outcome(house, scene, *results))
    return found


async def strange_turns(house: House, play: Play) -> list[tuple[Turns, Outcome]]:
    """Try every change of turns; return those that no order of the two deeds explains."""
    expected = await serial_outcomes(house, play)
    strange = []
    for first_stops in (True, False):
        for after in count():
            turns, scene = Turns(first_stops, after), await set_up(house, play)
            *results, was_reached = await interleaved(
                house.database, play.first(scene), play.second(scene), turns
            )
            found = await outcome(house, scene, *results)
            if found not in expected:
                strange.append((turns, found))
            if not was_reached:
                break
    return strange


def marks_of(name: str) -> list[pytest.MarkDecorator]:
    marks = [pytest.mark.ci] if name in IN_CI else []
    return marks + [
        pytest.mark.xfail(strict=True, reason=BROKEN[name]) for _ in BROKEN.keys() & {name}
    ]


CASES = [pytest.param(play, id=name, marks=marks_of(name)) for name, play in PLAYS.items()]


@pytest.mark.parametrize("play", CASES)
async def test_it_is_as_if_one_had_come_after_the_other(house: House, play: Play) -> None:
    assert await strange_turns(house, play) == []
    assert await house.database.read(contradictions) == []


def test_the_plays_of_ci_are_plays() -> None:
    assert PLAYS.keys() > IN_CI


@pytest.mark.ci
async def test_without_locks_it_is_not(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the components are looked at and not locked."""
    monkeypatch.setattr(identify, "lock_components", look_at_components)
    assert await strange_turns(house, PLAYS["a sale to one who is merged"])
