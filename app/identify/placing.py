"""Where does each record of some components belong, and what has to be written to have it so?

The partition that the facts ask for, held against the one stored.  Pure: ``mint`` makes the ids
that a new customer or component needs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.identify.cluster import Cluster, components, partition
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.denials import denied_links, past_links
from app.identify.doubts import looked_at
from app.identify.edges import edges_of
from app.identify.evidence import Limits, Link
from app.identify.holders import generic_records, generic_values
from app.identify.rows import Alias, Content, Move, PartitionRows, Place
from app.vocabulary import ComponentId, CustomerId, RecordId

Mint = Callable[[], UUID]
"""Makes a new id, later ones larger."""


def partition_rows(
    content: Content,
    decisions: Sequence[PeoplesDecision],
    epoch: int,
    limits: Limits,
    mint: Mint,
) -> PartitionRows:
    """Compare the partition the facts ask for with the one stored; return what has to change.

    The edges are all those of the components with several records, changed or not.
    """
    bearers = {record: found.bearer for record, found in content.records.items()}
    stored = {record for record, found in content.records.items() if found.generic}
    nobody = generic_records(bearers, limits) | stored
    denied = denied_links(content)
    named = [*content.links, *denied]
    generic = generic_values(named, bearers, limits)
    rows = PartitionRows(epoch, [], [], {}, {}, [], [], sorted(nobody - stored), sorted(generic))
    rows.parties.update(
        (record, found.bearer.party)
        for record, found in content.records.items()
        if found.bearer.party is not found.party
    )
    weighs: dict[RecordId, list[Link]] = defaultdict(list)
    for link in content.links:
        if link.key not in generic and link.record_id not in nobody:
            weighs[link.record_id].append(link)
    past = past_links(content, generic, nobody)
    asked_about = [link for link in denied if link.key not in generic]
    looked = looked_at(content, asked_about, nobody, decisions)
    placing = _Placing(rows, content, nobody, mint)
    for group in components(content.records, named, _ties(content, decisions)):
        links = [link for record in group for link in weighs[record]]
        before = [link for record in group for link in past.get(record, ())]
        own = {record: bearers[record] for record in group}
        clusters = partition(group, [*links, *before], decisions, own, limits)
        placing.place(group, clusters)
        if len(group) > 1:
            rows.judged.extend(group)
            rows.edges.extend(edges_of(group, [*links, *before], decisions, own))
        rows.looked.append(looked(clusters, links, before))
    return rows


def _ties(content: Content, decisions: Iterable[PeoplesDecision]) -> list[Collection[RecordId]]:
    """Return what else holds components together: they only grow, and people's merges join them."""
    stored: dict[ComponentId, set[RecordId]] = defaultdict(set)
    for found in content.records.values():
        if found.place is not None:
            stored[found.place.component_id].add(found.record_id)
    merges = [
        decision.sides.keys() & content.records.keys()
        for decision in decisions
        if decision.kind is DecisionKind.MERGE
    ]
    return [*stored.values(), *merges]


@dataclass(frozen=True, slots=True)
class _Placing:
    """Adds to the rows what puts records where the partition says."""

    rows: PartitionRows
    content: Content
    nobody: Collection[RecordId]
    mint: Mint

    def place(self, group: Cluster, clusters: Iterable[Cluster]) -> None:
        """Put the records of a component with their customers."""
        present = {
            found.place.component_id
            for record in group
            if (found := self.content.records[record]).place is not None
        }
        component = min(present) if present else ComponentId(self.mint())
        if not present:
            self.rows.new_components.append(component)
        self.rows.dead_components.extend(present - {component})
        for cluster in clusters:
            self._place_customer(cluster, component)

    def _place_customer(self, cluster: Cluster, component: ComponentId) -> None:
        """Give a customer its id: the oldest one born to any of its records, else a new one.

        An id belongs for ever to the record it was minted for and answers with the customer that
        holds this record now.  So merging keeps the oldest id, and a split gives each side back its
        own.
        """
        records = self.content.records
        births = {
            born: record
            for record in cluster
            if (born := records[record].born_customer_id) is not None
        }
        if not births:
            births = {CustomerId(self.mint()): min(cluster)}
            self.rows.births.update(births)
        current = min(births)
        anonymous = all(records[each].anonymous or each in self.nobody for each in cluster)
        self.rows.aliases.extend(
            Alias(born, birth, current, anonymous) for born, birth in births.items()
        )
        for record in cluster:
            self._move(record, Place(component, current))

    def _move(self, record: RecordId, place: Place) -> None:
        stored = self.content.records[record].place
        if stored != place:
            self.rows.places[record] = place
        if stored is None or stored.customer_id != place.customer_id:
            came_from = None if stored is None else stored.customer_id
            self.rows.moves.append(Move(self.mint(), record, came_from, place.customer_id))
