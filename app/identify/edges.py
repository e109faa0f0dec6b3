"""How strongly do two records speak for one person?  Scored edges: few, and the same in any order.

An edge says what the evidence says about two records, whatever the partition makes of them: the
best value they share, in bits, and what their names and birth dates add or take away.  People's
merges are ``must_link``; their splits, two tax ids of one kind, and a company and who speaks for
it, ``cannot_link``.

A value of n records would make n² pairs.  Records that share a value and are alike (the same person
by name and birth date, the same tax ids, the same side of every split) stand to all others as the
first of them does, so only that one is judged against the others' firsts, and each of the rest
against its own first.  First is the lowest record id, a keyed hash: no order of arrival changes it.
See ADR 19.

An edge depends only on facts whose change has its component looked at again.  When a value was
seen last is none of them, so an edge knows no eras (``eras``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from operator import attrgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from app.identify.cluster import is_of_roles, vetoes_of
from app.identify.decisions import PeoplesDecision, by_people
from app.identify.evidence import Link, bits_held_by, bits_of
from app.identify.holders import Bearer, persons_behind
from app.identify.person import NOBODY, WEIGHTS, Agreement, Person, compare
from app.identify.sides import Axis, Labels
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

PEOPLE: Final = "people"
TWO_TAX_IDS: Final = "two_tax_ids"
COMPANY_AND_PERSON: Final = "company_and_person"
"""What a breakdown names that decides whatever the bits are."""

MOST_JUDGED: Final = 20
"""So many unlike holders of a value are judged each against each; the rest against the first."""

_REMEMBERED: Final = 5_000
_ID: Final = attrgetter("int")
"""By this ids are in their order, at the speed of numbers."""

_NOBODYS: Final[Mapping[RecordId, Bearer]] = MappingProxyType({})
_NONE: Final[Labels] = MappingProxyType({})

Pair = tuple[int, int]
"""Two records of a component, by their places in the order of their ids; the lower first."""

Holders = tuple[int, ...]
"""Who holds a value: places, sorted."""

Breakdown = tuple[tuple[str, int | None], ...]
"""Millibits by field, sorted; they add up to the edge's.  None: this decides, whatever they say."""


class EdgeKind(StrEnum):
    """Whether an edge weighs, or decides."""

    SCORED = "scored"
    MUST_LINK = "must_link"
    CANNOT_LINK = "cannot_link"


@dataclass(frozen=True, slots=True)
class Edge:
    """What the evidence says about two records; ``record_lo`` is the lower id."""

    record_lo: RecordId
    record_hi: RecordId
    kind: EdgeKind
    millibits: int
    breakdown: Breakdown


class _Stand(NamedTuple):
    """What a record is judged by: its person, its sides of people's splits, its tax ids."""

    person: Person
    sides: Labels
    tax_ids: Labels

    @property
    def like(self) -> Hashable:
        """Return what is equal for records that stand alike to all others."""
        if not self.sides and not self.tax_ids:
            return self.person
        return self.person, frozenset(self.sides.items()), frozenset(self.tax_ids.items())


def edges_of(
    records: Collection[RecordId],
    links: Collection[Link],
    decisions: Collection[PeoplesDecision] = (),
    bearers: Mapping[RecordId, Bearer] = _NOBODYS,
) -> list[Edge]:
    """Return the edges of one component, by record ids; a record alone has none.

    Takes what ``cluster.partition`` takes: links that join and are not past their limit; a link of
    a record not in ``records`` is left out.
    """
    known = frozenset(records)
    if len(known) < 2:
        return []
    judge = _Judge(known, links, decisions, bearers)
    return [judge.edge(pair) for pair in sorted(set(judge.pairs()))]


class _Judge:
    """Chooses the pairs of one component, and says what the evidence says about each."""

    def __init__(
        self,
        known: frozenset[RecordId],
        links: Collection[Link],
        decisions: Collection[PeoplesDecision],
        bearers: Mapping[RecordId, Bearer],
    ) -> None:
        self._records = sorted(known, key=_ID)
        place = {record: number for number, record in enumerate(self._records)}
        made, sides = by_people(known, decisions) if decisions else ([], {})
        self._made = [sorted(place[each] for each in group) for group in made]
        self._joined = {each: group[0] for group in self._made for each in group}
        decided = {record: _frozen(labels) for record, labels in sides.items() if labels}
        tax_ids = vetoes_of(links)
        self._stands = [
            _Stand(
                bearers[record].person if record in bearers else NOBODY,
                decided.get(record, _NONE),
                tax_ids.get(record, _NONE),
            )
            for record in self._records
        ]
        shared = _shared(links, place)
        self._holders = list(shared)
        self._worth = [_worth(held, bearers) for held in shared.values()]
        self._held: dict[int, set[int]] = defaultdict(set)
        for number, holders in enumerate(self._holders):
            for holder in holders:
                self._held[holder].add(number)

    def pairs(self) -> Iterator[Pair]:
        """Yield the pairs worth an edge, some of them more than once."""
        for group in self._made:
            yield from _star(group)
        yield from self._kept_apart()
        for holders in self._holders:
            alike: dict[Hashable, list[int]] = defaultdict(list)
            for holder in holders:
                alike[self._stands[holder].like].append(holder)
            for like in alike.values():
                yield from _star(like)
            yield from _each_with_each([like[0] for like in alike.values()])

    def _kept_apart(self) -> Iterator[Pair]:
        """Yield the first records of the sides of each of people's splits."""
        firsts: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
        for number, stand in enumerate(self._stands):
            for split, side in stand.sides.items():
                firsts[split].setdefault(side, number)
        for sides in firsts.values():
            yield from _each_with_each(list(sides.values()))

    def edge(self, pair: Pair) -> Edge:
        """Return what the evidence says about two records."""
        lo, hi = pair
        one, other = self._stands[lo], self._stands[hi]
        shared = self._held[lo] & self._held[hi]
        best = max((self._worth[number] for number in shared), default=None)
        millibits, weighed = _weighed(best, compare(one.person, other.person))
        is_merged = self._joined.get(lo, lo) == self._joined.get(hi, hi)
        kind, decisive = _verdict(one, other, is_merged=is_merged)
        breakdown = tuple(sorted((*decisive, *weighed))) if decisive else weighed
        return Edge(self._records[lo], self._records[hi], kind, millibits, breakdown)


def _verdict(one: _Stand, other: _Stand, *, is_merged: bool) -> tuple[EdgeKind, Breakdown]:
    """Return whether something decides about two records, and what; people's merges first."""
    decisive = []
    if is_merged or _is_opposed(one.sides, other.sides):
        decisive.append(PEOPLE)
    opposing = _opposing(one.tax_ids, other.tax_ids)
    decisive += {COMPANY_AND_PERSON if is_of_roles(axis) else TWO_TAX_IDS for axis in opposing}
    told = tuple((code, None) for code in decisive)
    if is_merged:
        return EdgeKind.MUST_LINK, told
    return (EdgeKind.CANNOT_LINK if told else EdgeKind.SCORED), told


def _shared(links: Iterable[Link], place: Mapping[RecordId, int]) -> dict[Holders, list[Link]]:
    """Return by who holds them the values that several records name; of equally held the best."""
    named: dict[IdentifierKey, list[Link]] = defaultdict(list)
    for link in links:
        if link.record_id in place and not link.beside:
            named[link.key].append(link)
    found: dict[Holders, list[Link]] = {}
    for held in named.values():
        if len(held) > 1:
            holders = tuple(sorted(place[link.record_id] for link in held))
            if holders not in found or _strength(found[holders]) < _strength(held):
                found[holders] = held
    return found


def _strength(held: Sequence[Link]) -> tuple[float, IdentifierType]:
    return bits_of(held[0].type), held[0].type


def _worth(held: Sequence[Link], bearers: Mapping[RecordId, Bearer]) -> tuple[int, IdentifierType]:
    kind = held[0].type
    return _millibits(bits_held_by(kind, persons_behind(held, bearers))), kind


@lru_cache(maxsize=_REMEMBERED)
def _weighed(
    best: tuple[int, IdentifierType] | None, agreement: Agreement
) -> tuple[int, Breakdown]:
    """Return what the best shared value and the persons weigh together, and each by itself."""
    parts = {} if best is None else {best[1].value: best[0]}
    for thing, level in agreement.levels.items():
        parts[thing] = _millibits(WEIGHTS[thing].get(level, 0.0))
    return sum(parts.values()), tuple(sorted(parts.items()))


def _millibits(bits: float) -> int:
    return round(1000 * bits)


def _frozen(labels: Mapping[Axis, Collection[Hashable]]) -> Labels:
    return {axis: frozenset(values) for axis, values in labels.items()}


def _is_opposed(ones: Labels, others: Labels) -> bool:
    return any(True for _ in _opposing(ones, others))


def _opposing(ones: Labels, others: Labels) -> Iterator[Axis]:
    """Yield the axes on which two records stand on different sides."""
    if ones and others:
        for axis in ones.keys() & others.keys():
            if ones[axis].isdisjoint(others[axis]):
                yield axis


def _star(records: Sequence[int]) -> Iterator[Pair]:
    """Yield the first of some sorted records with each other one."""
    return ((records[0], other) for other in records[1:])


def _each_with_each(records: Sequence[int]) -> Iterator[Pair]:
    """Yield the pairs of some sorted records, as far as they are judged each against each."""
    yield from combinations(records[:MOST_JUDGED], 2)
    yield from ((records[0], other) for other in records[MOST_JUDGED:])
