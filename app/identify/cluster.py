"""Which records are one customer?  A pure function of links and people's decisions.

The answer depends on the set of facts alone, never on the order in which they came:

1. people's decisions come first, in the order they were decided;
2. then the identifiers, strongest type first.  Records that share one are joined, level by level;
3. where joining would put two vetoed sides (two tax ids, two sides of a person's split) together,
   each side keeps what touches it alone, and what touches several sides stays by itself.

Rule 3 is where "attach to the best match" goes wrong: whichever record comes first takes what both
could claim.  Here what two sides could claim belongs to neither until something tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from app.identify.evidence import Link, bits_of, is_veto
from app.vocabulary import RecordId

Axis = Hashable
Labels = dict[Axis, set[Hashable]]
Partition = frozenset[frozenset[RecordId]]
Node = TypeVar("Node", bound=Hashable)

_FREE: Final[frozenset[object]] = frozenset()


class DecisionKind(StrEnum):
    """What a person decided about records."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class PeoplesDecision:
    """A person's word: these records are one customer, or these sides are not."""

    decision_id: UUID
    decided_at: datetime
    kind: DecisionKind
    sides: Mapping[RecordId, int]


class Forest(dict[Node, Node]):
    """Disjoint sets with path halving (Tarjan and van Leeuwen 1984)."""

    def root(self, node: Node) -> Node:
        """Return the name of the set that holds the node, which joins as a set of its own."""
        self.setdefault(node, node)
        while self[node] != node:
            self[node] = self[self[node]]
            node = self[node]
        return node

    def join(self, nodes: Iterable[Node]) -> None:
        """Put the nodes and all that is in their sets into one."""
        first: Node | None = None
        for node in nodes:
            root = self.root(node)
            if first is None:
                first = root
            elif root != first:
                self[root] = first

    def sets(self) -> list[frozenset[Node]]:
        """Return the disjoint sets."""
        members: dict[Node, set[Node]] = defaultdict(set)
        for node in list(self):
            members[self.root(node)].add(node)
        return [frozenset(group) for group in members.values()]


def components(
    records: Iterable[RecordId], links: Iterable[Link], ties: Iterable[Iterable[RecordId]] = ()
) -> list[frozenset[RecordId]]:
    """Return the records tied together by identifiers or other ties, through others too.

    Vetoes do not count here: a component is what has to be looked at, and locked, together.
    """
    forest: Forest[RecordId] = Forest()
    for record in records:
        forest.root(record)
    for holders in (*_holders(links).values(), *ties):
        forest.join(holders)
    return forest.sets()


def partition(
    records: Collection[RecordId],
    links: Collection[Link],
    decisions: Collection[PeoplesDecision] = (),
) -> Partition:
    """Return the customers of one component as sets of records.

    ``links`` must be those that join (``evidence.joins``); a link of a record not in ``records`` is
    left out.  The empty component has no customers.
    """
    known = set(records)
    inside = [link for link in links if link.record_id in known]
    clusters, labels = _by_people(known, decisions)
    for record, axes in _vetoes(inside).items():
        for axis, values in axes.items():
            labels[record].setdefault(axis, set()).update(values)
    levels: dict[float, list[Link]] = defaultdict(list)
    for link in inside:
        levels[bits_of(link.type)].append(link)
    for bits in sorted(levels, reverse=True):
        clusters = _join_level(clusters, labels, _holders(levels[bits]).values())
    return frozenset(clusters)


def _holders(links: Iterable[Link]) -> dict[bytes, set[RecordId]]:
    holders: dict[bytes, set[RecordId]] = defaultdict(set)
    for link in links:
        holders[link.key].add(link.record_id)
    return holders


def _vetoes(links: Iterable[Link]) -> dict[RecordId, Labels]:
    """Return each record's vetoing values; a record that contradicts itself vetoes nothing."""
    labels: dict[RecordId, Labels] = defaultdict(dict)
    for link in links:
        if is_veto(link):
            axis = (link.type, link.scope, link.party)
            labels[link.record_id].setdefault(axis, set()).add(link.key)
    return {
        record: {axis: values for axis, values in axes.items() if len(values) == 1}
        for record, axes in labels.items()
    }


def _by_people(
    records: set[RecordId], decisions: Collection[PeoplesDecision]
) -> tuple[list[frozenset[RecordId]], dict[RecordId, Labels]]:
    """Apply people's decisions in their order: a later word overrides an earlier one.

    A merge joins its records and makes the sides it bridges of every earlier split one side; a
    split divides what earlier merges joined and keeps its sides apart from now on.
    """
    together: dict[RecordId, set[RecordId]] = {record: {record} for record in records}
    sides: dict[UUID, dict[RecordId, int]] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.decision_id)):
        named = {record: side for record, side in decision.sides.items() if record in records}
        if decision.kind is DecisionKind.MERGE:
            _merge(together, sides, set(named))
        else:
            _split(together, named)
            sides[decision.decision_id] = named
    labels: dict[RecordId, Labels] = {record: {} for record in records}
    for decision_id, named in sides.items():
        for record, side in named.items():
            labels[record][decision_id] = {side}
    return list({frozenset(group) for group in together.values()}), labels


def _merge(
    together: dict[RecordId, set[RecordId]],
    sides: dict[UUID, dict[RecordId, int]],
    named: set[RecordId],
) -> None:
    group = set().union(*(together[record] for record in named))
    for record in group:
        together[record] = group
    for earlier in sides.values():
        bridged = {earlier[record] for record in group if record in earlier}
        if len(bridged) > 1:
            one = min(bridged)
            earlier.update({r: one for r, side in earlier.items() if side in bridged})


def _split(together: dict[RecordId, set[RecordId]], named: Mapping[RecordId, int]) -> None:
    for group in list({frozenset(together[record]) for record in named}):
        parts: dict[int, set[RecordId]] = defaultdict(set)
        for record in group:
            parts[named.get(record, min(named.values()))].add(record)
        for part in parts.values():
            for record in part:
                together[record] = part


def _join_level(
    clusters: list[frozenset[RecordId]],
    labels: Mapping[RecordId, Labels],
    shared: Iterable[set[RecordId]],
) -> list[frozenset[RecordId]]:
    """Join clusters through identifiers of one strength, dividing only where sides are vetoed."""
    home = {record: number for number, cluster in enumerate(clusters) for record in cluster}
    ties = [{home[record] for record in holders} for holders in shared]
    ties = [tie for tie in ties if len(tie) > 1]
    if not ties:
        return clusters
    forest: Forest[int] = Forest()
    for number in range(len(clusters)):
        forest.root(number)
    for tie in ties:
        forest.join(tie)
    joined: list[frozenset[RecordId]] = []
    for group in forest.sets():
        own = [tie for tie in ties if tie <= group]
        stands = {number: _labels_of(clusters[number], labels) for number in group}
        joined.extend(
            frozenset().union(*(clusters[number] for number in part))
            for part in _divide(group, own, stands)
        )
    return joined


def _labels_of(cluster: Iterable[RecordId], labels: Mapping[RecordId, Labels]) -> Labels:
    union: Labels = {}
    for record in cluster:
        for axis, values in labels[record].items():
            union.setdefault(axis, set()).update(values)
    return union


def _divide(
    group: frozenset[int], ties: list[set[int]], labels: Mapping[int, Labels]
) -> list[frozenset[int]]:
    """Return the parts of a connected group that may be together."""
    sides = _sides(group, labels)
    if len(set(sides.values()) - {_FREE}) <= 1:
        return [group]
    free: Forest[int] = Forest()
    parts: Forest[int] = Forest()
    for number in group:
        parts.root(number)
    for tie in ties:
        free.join(number for number in tie if sides[number] == _FREE)
        for same in _by_side(tie, sides).values():
            parts.join(same)
    for region in free.sets():
        parts.join(region)
        touching = {n for tie in ties if tie & region for n in tie if sides[n] != _FREE}
        if len({sides[number] for number in touching}) == 1:
            parts.join((*region, *touching))
    return parts.sets()


def _sides(group: frozenset[int], labels: Mapping[int, Labels]) -> dict[int, frozenset[object]]:
    """Return for each cluster where it stands on the axes the group disagrees on; free is empty."""
    values: dict[Axis, list[set[Hashable]]] = defaultdict(list)
    for number in group:
        for axis, found in labels[number].items():
            values[axis].append(found)
    disputed = {axis for axis, found in values.items() if not set.intersection(*found)}
    return {
        number: frozenset(
            (axis, frozenset(found)) for axis, found in labels[number].items() if axis in disputed
        )
        for number in group
    }


def _by_side(
    tie: set[int], sides: Mapping[int, frozenset[object]]
) -> dict[frozenset[object], set[int]]:
    found: dict[frozenset[object], set[int]] = defaultdict(set)
    for number in tie:
        if sides[number] != _FREE:
            found[sides[number]].add(number)
    return found
