"""May one more come in?  Slots are few: each stands for a connection to the database.

Every kind has a ceiling on what it **and everything less urgent** hold together.  So what lies
above the ceiling of offers is always free for a ring, and bulk can never hold more than its part,
while a quiet house is open to anybody.  Writers have a lower ceiling in each kind: they may wait
for a lock, and however many do, somebody who only asks gets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from app.api.admission.kinds import Kind

_FROM: Final = tuple(tuple(range(kind, len(Kind))) for kind in Kind)
"""The levels that somebody of a kind counts in: its own and those above."""


@dataclass(frozen=True, slots=True)
class Ceilings:
    """How many slots each kind and all below it may hold, and how many of these may be writers."""

    all: tuple[int, int, int]
    writers: tuple[int, int, int]

    @classmethod
    def of(cls, slots: int) -> Self:
        """Return the ceilings for a number of slots, one or more.

        A quarter is kept for rings, bulk has a third; of each part one slot in four, and one at
        least, is for those who only ask.
        """
        bulk = max(1, slots // 3)
        offer = max(1, slots - max(1, slots // 4))
        levels = (bulk, max(bulk, offer), slots)
        bulk_writers, offer_writers, ring_writers = (
            max(1, level - max(1, level // 4)) for level in levels
        )
        return cls(levels, (bulk_writers, offer_writers, ring_writers))


class Slots:
    """What is held at the moment.  Not for threads: one event loop owns it."""

    __slots__ = ("_ceilings", "_held", "_writers")

    def __init__(self, ceilings: Ceilings) -> None:
        """Begin with all of it free."""
        self._ceilings = ceilings
        self._held = [0] * len(Kind)
        self._writers = [0] * len(Kind)

    @property
    def held(self) -> int:
        """Return how many slots are held."""
        return self._held[Kind.RING]

    def has_room(self, kind: Kind, *, writes: bool) -> bool:
        """Tell whether one more of a kind may come in now."""
        if not _is_below(self._held, self._ceilings.all, kind):
            return False
        return not writes or _is_below(self._writers, self._ceilings.writers, kind)

    def take(self, kind: Kind, *, writes: bool) -> None:
        """Hold one slot more; whether there is room has been asked."""
        self._add(1, kind, writes=writes)

    def give_back(self, kind: Kind, *, writes: bool) -> None:
        """Hold one slot less."""
        self._add(-1, kind, writes=writes)

    def _add(self, count: int, kind: Kind, *, writes: bool) -> None:
        for level in _FROM[kind]:
            self._held[level] += count
            if writes:
                self._writers[level] += count


def _is_below(held: list[int], most: tuple[int, int, int], kind: Kind) -> bool:
    for level in _FROM[kind]:  # noqa: SIM110 (every request passes here: a generator costs more)
        if held[level] >= most[level]:
            return False
    return True
