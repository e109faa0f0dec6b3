"""Why are these records one customer, and why are those two not?  In bits, field by field.

The same evidence that clustering weighs, told instead of obeyed.  Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import Final

from app.identify.cluster import Cluster
from app.identify.decisions import by_people
from app.identify.doubt import Looked
from app.identify.eras import ties_of
from app.identify.evidence import JOIN_BITS, Limits, Link, bits_held_by
from app.identify.holders import persons_behind
from app.identify.person import WEIGHTS, Level, Person, compare
from app.identify.rivals import Contradiction, Standing, standing_between
from app.vocabulary import IdentifierKey

EXACT: Final = "exact"
"""The level of two identifiers that are the same."""

CHANGED_HANDS: Final = "changed_hands"
"""The level of one that was handed out again: theirs at different times, it ties them no more."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that speaks for or against: the field, how far it agrees, and what that weighs.

    ``holders`` are the persons who hold a shared value, None for what is no value; ``records``
    are those of the customer that it is about.
    """

    field: str
    level: str
    bits: float
    holders: int | None
    records: int


class Obstacle(StrEnum):
    """What keeps two customers apart."""

    PEOPLE = "people"
    TAX_ID = "tax_id"
    COMPANY_AND_PERSON = "company_and_person"
    NOTHING_SHARED = "nothing_shared"
    CHANGED_HANDS = "changed_hands"
    NOT_ENOUGH = "not_enough"
    CONTESTED = "contested"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why two customers are not one: the obstacle, and how many bits are missing."""

    obstacle: Obstacle
    bits: float
    missing_bits: float
    grounds: list[Ground]


def why(looked: Looked, records: Cluster) -> list[Ground]:
    """Return what ties the records of one customer, what weighs most first."""
    grounds = [*_shared(looked, records), *_agreements(looked, records)]
    return sorted(grounds, key=lambda ground: (-ground.bits, ground.field, ground.level))


def why_not(looked: Looked, one: Cluster, other: Cluster, limits: Limits) -> WhyNot:
    """Return why two customers are not one."""
    _, sides = by_people(one | other, looked.decisions)
    found = standing_between(looked, one, other, limits, sides)
    agreement = found.agreement
    tied = _tied(looked, one, other, limits)
    grounds = [
        _between(looked, key, one | other, weighs=key in tied)
        for key in _common(looked, one, other)
    ]
    is_handed_on = any(ground.level == CHANGED_HANDS for ground in grounds)
    if agreement is not None:
        grounds += [
            Ground(thing, level.value, WEIGHTS[thing].get(level, 0.0), None, 2)
            for thing, level in agreement.levels.items()
        ]
    missing = max(0.0, JOIN_BITS - found.bits) if found.shared else JOIN_BITS
    obstacle = _obstacle(found, is_handed_on=is_handed_on)
    return WhyNot(obstacle, round(found.bits, 1), round(missing, 1), grounds)


def _obstacle(found: Standing, *, is_handed_on: bool) -> Obstacle:
    if found.is_decided:
        return Obstacle.PEOPLE
    if found.contradiction is Contradiction.SPEAKS_FOR:
        return Obstacle.COMPANY_AND_PERSON
    if found.contradiction is not Contradiction.NONE:
        return Obstacle.TAX_ID
    if not found.shared:
        # names alone never join anybody
        return Obstacle.CHANGED_HANDS if is_handed_on else Obstacle.NOTHING_SHARED
    return Obstacle.NOT_ENOUGH if found.bits < JOIN_BITS else Obstacle.CONTESTED


def _shared(looked: Looked, records: Cluster) -> Iterator[Ground]:
    """Yield each identifier that several of the records name."""
    named = Counter(
        link.key for link in looked.links if link.record_id in records and not link.beside
    )
    for key, count in sorted(named.items()):
        if count > 1:
            yield _between(looked, key, records)


def _between(
    looked: Looked, key: IdentifierKey, records: Collection[object], *, weighs: bool = True
) -> Ground:
    held: list[Link] = [link for link in looked.links if link.key == key]
    own = sum(link.record_id in records for link in held)
    behind = max(1, persons_behind(held, looked.bearers))
    kind = held[0].type
    if not weighs:
        return Ground(kind.value, CHANGED_HANDS, 0.0, behind, own)
    return Ground(kind.value, EXACT, round(bits_held_by(kind, behind), 1), behind, own)


def _common(looked: Looked, one: Cluster, other: Cluster) -> list[IdentifierKey]:
    ours = {link.key for link in looked.links if link.record_id in one and not link.beside}
    theirs = {link.key for link in looked.links if link.record_id in other and not link.beside}
    return sorted(ours & theirs)


def _tied(looked: Looked, one: Cluster, other: Cluster, limits: Limits) -> set[IdentifierKey]:
    """Return the values that both hold in one era; what never changes hands has one."""
    persons = {record: bearer.person for record, bearer in looked.bearers.items()}
    found = set()
    for (key, _), held in ties_of(looked.links, persons, limits).items():
        records = {link.record_id for link in held}
        if records & one and records & other:
            found.add(key)
    return found


def _agreements(looked: Looked, records: Cluster) -> Iterator[Ground]:
    """Yield how far the persons agree that the records speak of, counted by record."""
    speak: Counter[Person] = Counter(
        looked.bearers[record].person
        for record in records
        if looked.bearers[record].person.is_known
    )
    alike = [(person, person) for person, count in speak.items() if count > 1]
    about: dict[tuple[str, Level], int] = defaultdict(int)
    for one, other in [*alike, *combinations(sorted(speak, key=repr), 2)]:
        count = speak[one] if one is other else speak[one] + speak[other]
        for thing, level in compare(one, other).levels.items():
            about[thing, level] = max(about[thing, level], count)
    for (thing, level), count in about.items():
        yield Ground(thing, level.value, WEIGHTS[thing].get(level, 0.0), None, count)
