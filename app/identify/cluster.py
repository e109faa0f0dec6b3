"""Which records are one customer?  A pure function of links, persons and people's decisions.

The answer depends on the set of facts alone, never on the order in which they came:

1. people's decisions come first, in the order they were decided;
2. then the identifiers, strongest type first.  Records that share a value are joined, level by
   level, as far as their persons let them (``sides``); a recycled number is another value in each
   of its eras (``eras``), and a value of many persons weighs less;
3. a customer larger than any should be is taken apart again: the weakest evidence in it goes, step
   by step, until every part fits.  What was verified, and what people joined, stays.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from app.identify.decisions import PeoplesDecision, by_people
from app.identify.eras import ties_of
from app.identify.evidence import (
    LIMITS,
    Limits,
    Link,
    bits_held_by,
    bits_of,
    is_company_id,
    is_veto,
)
from app.identify.forest import Forest
from app.identify.holders import Bearer, persons_behind
from app.identify.person import Person
from app.identify.sides import Axis, Bond, Stand, divide, union
from app.vocabulary import IdentifierKey, RecordId

Cluster = frozenset[RecordId]
Partition = frozenset[Cluster]
Vetoes = dict[Axis, frozenset[object]]
Levels = dict[float, list[tuple[float, list[Link]]]]
"""By the strength of its type, strongest first to be obeyed: a tie's weight, and who holds it."""

_NOBODYS: Final[Mapping[RecordId, Bearer]] = MappingProxyType({})
_ALL_EVIDENCE: Final = 0.0
_SPEAKS_FOR: Final = "speaks for"
"""The axes on which a company and who only speaks for it are opposed: this and the tax id."""


def components(
    records: Iterable[RecordId], links: Iterable[Link], ties: Iterable[Iterable[RecordId]] = ()
) -> list[Cluster]:
    """Return the records tied together by identifiers or other ties, through others too.

    Vetoes do not count here: a component is what has to be looked at, and locked, together.
    """
    forest: Forest[RecordId] = Forest()
    for record in records:
        forest.root(record)
    holders: dict[bytes, set[RecordId]] = defaultdict(set)
    for link in links:
        holders[link.key].add(link.record_id)
    for tied in (*holders.values(), *ties):
        forest.join(tied)
    return forest.sets()


def partition(
    records: Collection[RecordId],
    links: Collection[Link],
    decisions: Collection[PeoplesDecision] = (),
    bearers: Mapping[RecordId, Bearer] = _NOBODYS,
    limits: Limits = LIMITS,
) -> Partition:
    """Return the customers of one component as sets of records.

    ``links`` must be those that join (``evidence.joins``) and are not past their limit
    (``holders``); a link of a record not in ``records`` is left out.  A record without a bearer
    speaks of nobody in particular.  The empty component has no customers.
    """
    known = frozenset(records)
    inside = [link for link in links if link.record_id in known]
    made, sides = by_people(known, decisions)
    if len(made) < 2:
        return frozenset(made)
    vetoes = vetoes_of(inside)
    stands = {
        record: Stand(
            {axis: frozenset(values) for axis, values in sides[record].items()}
            | vetoes.get(record, {}),
            _persons(bearers.get(record)),
        )
        for record in known
    }
    kinds = _kinds(inside, stands) if len(known) > limits.largest else {}
    evidence = _Evidence(stands, kinds, limits)
    return frozenset(evidence.fitting(made, _levels(inside, bearers, limits), _ALL_EVIDENCE))


def vetoes_of(links: Iterable[Link]) -> dict[RecordId, Vetoes]:
    """Return each record's vetoing values; a record that contradicts itself vetoes nothing.

    A contact person of a company is not the company, whatever else they share.
    """
    found: dict[RecordId, dict[Axis, set[object]]] = defaultdict(lambda: defaultdict(set))
    for link in links:
        if is_veto(link):
            found[link.record_id][link.type, link.scope, link.party].add(link.key)
        if is_company_id(link):
            found[link.record_id][_SPEAKS_FOR, link.key].add(link.beside)
    return {
        record: {axis: frozenset(values) for axis, values in axes.items() if len(values) == 1}
        for record, axes in found.items()
    }


def is_of_roles(axis: Axis) -> bool:
    """Tell whether those opposed on an axis of vetoes are a company and who speaks for it."""
    return isinstance(axis, tuple) and axis[0] == _SPEAKS_FOR


def _persons(bearer: Bearer | None) -> frozenset[Person]:
    known = bearer is not None and bearer.person.is_known
    return frozenset({bearer.person}) if bearer is not None and known else frozenset()


def _kinds(links: Iterable[Link], stands: Mapping[RecordId, Stand]) -> Mapping[RecordId, Hashable]:
    """Return what is equal for records that no evidence could tell apart: as one they are counted.

    They name the same person and, of what several records name, the same.  So a guest who orders
    two hundred times is not taken for a crowd.  A record without a person counts by itself.
    """
    holders: dict[IdentifierKey, set[RecordId]] = defaultdict(set)
    for link in links:
        holders[link.key].add(link.record_id)
    shared: dict[RecordId, set[IdentifierKey]] = defaultdict(set)
    for key, records in holders.items():
        if len(records) > 1:
            for record in records:
                shared[record].add(key)
    return {
        record: (stands[record].persons, frozenset(keys))
        for record, keys in shared.items()
        if stands[record].persons
    }


def _levels(links: Collection[Link], bearers: Mapping[RecordId, Bearer], limits: Limits) -> Levels:
    """Return what ties several records, and its weight, by the strength of its type."""
    levels: Levels = defaultdict(list)
    persons = {record: bearer.person for record, bearer in bearers.items()}
    for held in ties_of(links, persons, limits).values():
        if len(held) > 1:
            kind = held[0].type
            weight = bits_held_by(kind, persons_behind(held, bearers))
            levels[bits_of(kind)].append((weight, held))
    return levels


class _Evidence:
    """What ties the records of one component, by strength, is obeyed as far as it may be."""

    def __init__(
        self,
        stands: Mapping[RecordId, Stand],
        kinds: Mapping[RecordId, Hashable],
        limits: Limits,
    ) -> None:
        self._stands = stands
        self._kinds = kinds
        self._limits = limits

    def fitting(self, made: Iterable[Cluster], levels: Levels, floor: float) -> list[Cluster]:
        """Return the clusters joined by what weighs more than ``floor``, none larger than allowed.

        What still is too large once nothing is left to take away stays: people or proofs made it.
        """
        units = list(made)
        joined = self._joined(units, levels, floor)
        large = [cluster for cluster in joined if self._is_large(cluster)]
        if not large:
            return joined
        found = [cluster for cluster in joined if not self._is_large(cluster)]
        home = {record: number for number, cluster in enumerate(large) for record in cluster}
        own = _within(levels, home)
        for number, cluster in enumerate(large):
            weights = (bits for level in own[number].values() for bits, _ in level)
            higher = min((bits for bits in weights if bits > floor), default=None)
            if higher is None:
                found.append(cluster)
            else:
                inside = [unit for unit in units if home.get(next(iter(unit))) == number]
                found.extend(self.fitting(inside, own[number], higher))
        return found

    def _is_large(self, cluster: Cluster) -> bool:
        if len(cluster) <= self._limits.largest:
            return False
        return len({self._kinds.get(each, each) for each in cluster}) > self._limits.largest

    def _joined(self, clusters: list[Cluster], levels: Levels, floor: float) -> list[Cluster]:
        for strength in sorted(levels, reverse=True):
            ties = [(bits, _holding(bits, held, floor)) for bits, held in levels[strength]]
            clusters = self._join_level(clusters, ties)
        return clusters

    def _join_level(
        self, clusters: list[Cluster], ties: Iterable[tuple[float, set[RecordId]]]
    ) -> list[Cluster]:
        """Join clusters through values of one strength, as far as nothing speaks against it."""
        home = {record: number for number, cluster in enumerate(clusters) for record in cluster}
        bonds = [
            Bond(members, bits)
            for bits, records in ties
            if len(members := frozenset(home[r] for r in records if r in home)) > 1
        ]
        if not bonds:
            return clusters
        forest: Forest[int] = Forest()
        for bond in bonds:
            forest.join(bond.members)
        own: dict[int, list[Bond]] = defaultdict(list)
        for bond in bonds:
            own[forest.root(min(bond.members))].append(bond)
        joined = [cluster for number, cluster in enumerate(clusters) if number not in forest]
        for group in forest.sets():
            stands = {number: self._stand_of(clusters[number]) for number in sorted(group)}
            joined.extend(
                frozenset().union(*(clusters[number] for number in part))
                for part in divide(own[forest.root(min(group))], stands)
            )
        return joined

    def _stand_of(self, cluster: Cluster) -> Stand:
        return union(self._stands[record] for record in cluster)


def _holding(bits: float, held: Iterable[Link], floor: float) -> set[RecordId]:
    """Return who is tied by a value: at or below the floor only those who proved it."""
    return {link.record_id for link in held if bits > floor or link.verified}


def _within(levels: Levels, home: Mapping[RecordId, int]) -> dict[int, Levels]:
    """Return for each cluster what ties its own records, with the weight it has among all."""
    found: dict[int, Levels] = defaultdict(lambda: defaultdict(list))
    for strength, ties in levels.items():
        for bits, held in ties:
            parts: dict[int, list[Link]] = defaultdict(list)
            for link in held:
                if link.record_id in home:
                    parts[home[link.record_id]].append(link)
            for number, part in parts.items():
                found[number][strength].append((bits, part))
    return found
