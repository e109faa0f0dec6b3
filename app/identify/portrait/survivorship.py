"""Which of several values is a customer's?  Verified before rank of the source before recency.

What says nothing ("NAO INFORMADO", born in 2999) comes after all that may be true, whoever said it.

Every value is kept with where it came from; which one shows is chosen when it is looked at, so that
a merge or a split chooses anew and nothing is overwritten.  ``snapshot.sql`` obeys the same order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.identify.normalise.faults import Fault
from app.identify.profile import fault_of
from app.vocabulary import Assurance


@dataclass(frozen=True, slots=True)
class ProfileValue:
    """One thing a source said of a person, with how far it can be trusted."""

    attribute: str
    value: str
    assurance: Assurance
    source: str
    said_at: datetime
    event_key: bytes
    provider: str | None = None
    """Who enriched it; the source is who told us."""

    @property
    def fault(self) -> Fault | None:
        """Return why it says nothing, or None; what is told now never does (``profile``)."""
        return fault_of(self.attribute, self.value, self.said_at.date())


def survivors(
    values: Iterable[ProfileValue], source_rank: Sequence[str] = ()
) -> dict[str, list[ProfileValue]]:
    """Return the values of each attribute, the one that shows first.

    ``source_rank`` names the sources to be believed before others, the best first; those not named
    are equal.
    """
    place = {source: number for number, source in enumerate(source_rank)}

    def trust(said: ProfileValue) -> tuple[bool, int, int, datetime, bytes]:
        rank = place.get(said.source, len(place))
        if said.assurance is Assurance.RECTIFIED:  # of two corrections the later one holds
            rank = 0
        return said.fault is None, said.assurance.rank, -rank, said.said_at, said.event_key

    found: dict[str, list[ProfileValue]] = defaultdict(list)
    for said in sorted(values, key=trust, reverse=True):
        found[said.attribute].append(said)
    return dict(found)
