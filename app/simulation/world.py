"""What is asked for: how many people, where, how long, how dirty, under which seed?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.simulation.chance import Chance
from app.simulation.dirt import RATES, Cause, Dirt
from app.simulation.places import MIX, Mix

HISTORY_DAYS: Final = 730
SHORTEST_DAYS: Final = 90
"""Below this nobody could give up a number, and another take it over, within the history."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A company to be made up; ``today`` is the day before which all of it happened.

    Raises:
        ValueError: the history is too short to tell anything.
    """

    customers: int
    seed: int
    today: date
    days: int = HISTORY_DAYS
    shares: Mapping[str, int] = field(default_factory=lambda: MIX)
    rates: Mapping[Cause, float] = field(default_factory=lambda: RATES)

    def __post_init__(self) -> None:
        if self.days < SHORTEST_DAYS:
            raise ValueError(f"a history here has {SHORTEST_DAYS} days or more")

    def world(self) -> World:
        """Return what everybody in it has in common."""
        chance = Chance(self.seed)
        return World(chance, Dirt(chance, self.rates), Mix(self.shares), self.today, self.days)


@dataclass(frozen=True, slots=True)
class World:
    """What everybody in the company's life has in common."""

    chance: Chance
    dirt: Dirt
    mix: Mix
    today: date
    days: int

    @property
    def start(self) -> date:
        """Return the first day of the history."""
        return self.today - timedelta(days=self.days)

    def day_at(self, part: float) -> date:
        """Return the day at a part of the history, 0 its first and 1 its last, yesterday."""
        return self.start + timedelta(days=int(part * (self.days - 1)))
