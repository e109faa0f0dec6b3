"""The crash drill at the size of CI, and the control without which it would mean nothing."""

from __future__ import annotations

import pytest

from tests.drill.crash import GOALS_S, Figures, Order, drill, lines
from tests.drill.figures import plain
from tests.drill.killer import Kind

pytestmark = pytest.mark.ci

SEED = 20261122
KILLS = 21
EVENTS = 5_000
LENIENCE = 3.0
"""CI shares its cores: counts are held to exactly, times to this many times the goal."""


@pytest.fixture(scope="module")
def figures() -> Figures:
    found = drill(Order(seconds=30, seed=SEED, at_least_kills=KILLS, at_least_events=EVENTS))
    print(f"\n{plain(lines(found))}")  # noqa: T201 (shown when a test fails, or with -s)
    return found


def test_it_was_a_drill(figures: Figures) -> None:
    assert len(figures.kills) >= KILLS
    assert figures.acknowledged >= EVENTS
    assert all(figures.of(kind) for kind in Kind)


def test_what_was_acknowledged_is_there_once_and_to_the_cent(figures: Figures) -> None:
    assert figures.books.is_right, figures.books


def test_callers_hear_yes_or_not_now(figures: Figures) -> None:
    assert not figures.wrong_answers


@pytest.mark.parametrize("kind", Kind)
def test_callers_are_soon_served_again(figures: Figures, kind: Kind) -> None:
    assert max(figures.of(kind), default=0.0) <= LENIENCE * GOALS_S[kind]


def test_a_second_blow_is_overcome_too(figures: Figures) -> None:
    assert max(figures.of_second_blows, default=0.0) <= LENIENCE * max(GOALS_S.values())


def test_a_server_that_does_not_wait_for_its_disk_is_caught_losing() -> None:
    order = Order(seconds=0, seed=SEED, mix=(Kind.SERVER,), at_least_kills=4, async_commit=True)
    found = drill(order)
    assert found.books.lost > 0
    assert not found.promise_kept
