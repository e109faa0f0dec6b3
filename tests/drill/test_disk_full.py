"""The disk-full drill at the size of CI: a short round, and one in which the server goes down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.drill.disk_full import (
    GOAL_HEALED_S,
    LEAST_FREE_MIB,
    Disturbing,
    NotHere,
    drill,
    figures,
)
from tests.drill.figures import are_kept, plain

pytestmark = pytest.mark.ci

LENIENCE = 3.0
"""CI shares its cores: counts are held to exactly, times to this many times the goal."""


@pytest.mark.parametrize("wal", [False, True], ids=["guarded", "log too"])
def test_nothing_acknowledged_is_lost_and_it_heals_by_itself(wal: bool) -> None:
    try:
        found = drill(Disturbing(1, 2.0, wal), 20261122, LEAST_FREE_MIB)
    except NotHere as why:
        pytest.skip(str(why))
    assert max(found.healed_s) <= LENIENCE * GOAL_HEALED_S
    told = figures(replace(found, healed_s=(0.0,)), goes_down=wal)
    assert are_kept(told), plain(told)
