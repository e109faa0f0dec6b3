"""What does cleaning work with, and what does it find?"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from app.database.clock import Clock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, Database, Work
from app.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What was looked at, and what had to be put right."""

    identifiers: int = 0
    identifiers_changed: int = 0
    profile_facts: int = 0
    profile_facts_changed: int = 0
    strangers_forgotten: int = 0
    components: int = 0
    records_moved: int = 0
    edges_changed: int = 0
    customers_recounted: int = 0
    quality: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, counts: Mapping[str, Any]) -> Cleaned:
        """Return what was kept; a count that only another release knows is left out."""
        known = {each.name for each in fields(cls)}
        return cls(**{name: count for name, count in counts.items() if name in known})

    def plus(self, more: Cleaned) -> Cleaned:
        """Return both together."""
        mine, theirs = asdict(self), asdict(more)
        quality = _sum(mine.pop("quality"), theirs.pop("quality"))
        return Cleaned(**_sum(mine, theirs), quality=quality)


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


@dataclass(frozen=True, slots=True)
class Broom:
    """What cleaning works with; ``rehearse`` takes every change back."""

    database: Database
    keyed_hash: KeyedHash
    settings: Settings
    clock: Clock
    rehearse: bool = False

    async def sweep(self, work: Work[T]) -> T:
        """Do a batch in a transaction of its own."""
        if not self.rehearse:
            return await self.database.write(work)
        results: list[T] = []

        async def rehearsal(tx: Connection) -> None:
            results.append(await work(tx))
            raise _TakenBack

        with suppress(_TakenBack):
            await self.database.write(rehearsal)
        return results[-1]


class _TakenBack(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""
