"""Does a customer hold more of something than one person has?  Then somebody should look.

One person has one CPF, one login in a shop, and seldom a sixth telephone within a year.  What is
over a limit is kept and weighs as before: refusing whoever comes last would make the state depend
on arrival.  A review opens instead (``doubts``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.identify.evidence import Link
from app.identify.forest import Forest
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

YEAR_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class CustomerLimit:
    """So many values of a kind one customer may have, ever or first named within so many days."""

    most: int
    within_days: int | None = None


CUSTOMER_LIMITS: Final[Mapping[IdentifierType, CustomerLimit]] = {
    IdentifierType.TAX_ID: CustomerLimit(1),
    IdentifierType.LOGIN: CustomerLimit(1),
    IdentifierType.LOYALTY: CustomerLimit(3),
    IdentifierType.EMAIL: CustomerLimit(5, YEAR_DAYS),
    IdentifierType.PHONE: CustomerLimit(5, YEAR_DAYS),
}
"""The limits of the first epoch (judgement).  A tax id counts by kind, a login by its shop."""

DATED: Final = frozenset(
    kind for kind, limit in CUSTOMER_LIMITS.items() if limit.within_days is not None
)
"""Kinds for which it matters when a value was first named."""

_BY_SCOPE: Final = frozenset({IdentifierType.TAX_ID, IdentifierType.LOGIN})

Kind = tuple[IdentifierType, str, str]
"""What is counted together: a type, and for some whose numbering it is and for what party."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A customer holds ``count`` values of a kind where ``limit`` allows fewer."""

    kind: Kind
    count: int
    limit: CustomerLimit


def limits_passed(
    links: Iterable[Link], together: Collection[frozenset[RecordId]] = ()
) -> list[Passed]:
    """Return which limits the links of one customer pass, in a fixed order.

    ``together`` are the records that people made one: what they joined counts as one value, since
    a person has looked already.
    """
    held: dict[Kind, list[Link]] = defaultdict(list)
    for link in links:
        if link.type in CUSTOMER_LIMITS:
            held[_kind(link)].append(link)
    found = []
    for kind, namings in sorted(held.items()):
        limit = CUSTOMER_LIMITS[kind[0]]
        count = _most_within(_first_named(namings, together), limit.within_days)
        if count > limit.most:
            found.append(Passed(kind, count, limit))
    return found


def _kind(link: Link) -> Kind:
    if link.type in _BY_SCOPE:
        return link.type, link.scope, link.party.value
    return link.type, "", ""


def _first_named(
    namings: Collection[Link], together: Iterable[frozenset[RecordId]]
) -> list[datetime]:
    """Return when each value was first named; values that people joined are one."""
    forest: Forest[IdentifierKey] = Forest()
    for link in namings:
        forest.root(link.key)
    for group in together:
        forest.join(sorted({link.key for link in namings if link.record_id in group}))
    return [
        min(link.first_seen_at for link in namings if link.key in values)
        for values in forest.sets()
    ]


def _most_within(moments: Iterable[datetime], days: int | None) -> int:
    """Return how many of the moments lie in the fullest span of so many days."""
    ordered = sorted(moments)
    if days is None:
        return len(ordered)
    span, most, oldest = timedelta(days=days), 0, 0
    for newest, moment in enumerate(ordered):
        while moment - ordered[oldest] > span:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most
