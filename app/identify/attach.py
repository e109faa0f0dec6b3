"""How does a record find its customer, with many writers at once?

One order of locks for everybody: identifiers by key, then components by id, then membership is read
again under the locks.  Only the touched components are re-clustered, and their customers come out
as a pure function of the facts (``cluster``), whatever was there before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.identify import queries
from app.identify.cluster import DecisionKind, PeoplesDecision, components, partition
from app.identify.evidence import joins
from app.identify.rows import (
    Alias,
    Content,
    LinkRow,
    Located,
    Move,
    PartitionRows,
    Place,
    RecordRow,
)
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    RecordId,
)


@dataclass(frozen=True, slots=True)
class NamedIdentifier:
    """An identifier as a record names it: what that is worth, and when it was said."""

    key: IdentifierKey
    identifier: Identifier
    assurance: Assurance
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """What one fact says about who its record is."""

    record_id: RecordId
    source: str
    keyed: bool
    anonymous: bool
    names: tuple[NamedIdentifier, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """The customer of every record looked at, and who moved."""

    customers: dict[RecordId, CustomerId]
    moves: tuple[Move, ...] = ()

    @property
    def changed(self) -> frozenset[CustomerId]:
        """Return every customer that won or lost a record."""
        lost = {move.came_from for move in self.moves if move.came_from is not None}
        return frozenset(lost | {move.to for move in self.moves})


async def attach(
    tx: Connection,
    told: Sequence[RecordEvidence],
    touched: Collection[RecordId],
    now: datetime,
) -> Attached:
    """Put the records told about with their customers, and lock all that this touches.

    ``touched`` are further records whose customers' numbers this transaction will change.  A new
    record must name an identifier of its own, or nothing keeps two writers from making it twice.

    Raises:
        SetGrew: another writer tied a further component to ours between our look and our lock.
    """
    claims = {n.key: (n.identifier, joins(n.identifier)) for e in told for n in e.names}
    active = await queries.claim_identifiers(tx, claims) if claims else set()
    records = {evidence.record_id for evidence in told} | set(touched)
    locked = await queries.lock_components(tx, records, active)
    found = await queries.located(tx, records, active)
    if not found.components <= locked:
        raise SetGrew
    if told:
        await queries.write_links(tx, _record_rows(told), _link_rows(told), now)
    arrived = {evidence.record_id for evidence in told} - found.places.keys()
    if not arrived and _links_known(told, active, found):
        return Attached({record: place.customer_id for record, place in found.places.items()})
    return await relink(tx, locked, arrived, now, cause="evidence")


async def relink(
    tx: Connection,
    locked: Collection[ComponentId],
    arrived: Collection[RecordId],
    now: datetime,
    *,
    cause: str,
    cause_id: UUID | None = None,
) -> Attached:
    """Re-cluster locked components, with records that have no place yet; write what changed."""
    content = await queries.component_content(tx, locked, arrived)
    decisions = await queries.decisions_about(tx, content.records)
    rows = _partition_rows(content, decisions, await queries.active_epoch(tx))
    if rows.places or rows.aliases:
        await queries.write_partition(tx, rows, cause=cause, cause_id=cause_id, now=now)
    customers = {
        record: (rows.places.get(record) or _placed(content, record)).customer_id
        for record in content.records
    }
    return Attached(customers, tuple(rows.moves))


def _record_rows(told: Iterable[RecordEvidence]) -> list[RecordRow]:
    rows = {e.record_id: RecordRow(e.record_id, e.source, e.keyed, e.anonymous) for e in told}
    return list(rows.values())


def _link_rows(told: Iterable[RecordEvidence]) -> list[LinkRow]:
    """Return one row a (record, identifier): the span of its namings and the best assurance."""
    namings: dict[tuple[IdentifierKey, RecordId], list[NamedIdentifier]] = defaultdict(list)
    for evidence in told:
        for named in evidence.names:
            namings[named.key, evidence.record_id].append(named)
    return [
        LinkRow(
            key,
            record_id,
            max(named.assurance.rank for named in group),
            min(named.seen_at for named in group),
            max(named.seen_at for named in group),
        )
        for (key, record_id), group in namings.items()
    ]


def _links_known(
    told: Iterable[RecordEvidence], active: Collection[IdentifierKey], found: Located
) -> bool:
    return all(
        (named.key, evidence.record_id) in found.links
        for evidence in told
        for named in evidence.names
        if named.key in active
    )


def _placed(content: Content, record: RecordId) -> Place:
    place = content.records[record].place
    if place is None:
        raise LookupError("a record left the partition without a place")
    return place


def _partition_rows(
    content: Content, decisions: Sequence[PeoplesDecision], epoch: int
) -> PartitionRows:
    """Compare the partition the facts ask for with the one stored; return what has to change."""
    rows = PartitionRows(epoch, [], [], {}, {}, [], [])
    for group in components(content.records, content.links, _ties(content, decisions)):
        _place_component(rows, content, decisions, group)
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


def _place_component(
    rows: PartitionRows,
    content: Content,
    decisions: Sequence[PeoplesDecision],
    group: frozenset[RecordId],
) -> None:
    present = {
        found.place.component_id
        for record in group
        if (found := content.records[record]).place is not None
    }
    component = min(present) if present else ComponentId(uuid7())
    if not present:
        rows.new_components.append(component)
    rows.dead_components.extend(present - {component})
    links = [link for link in content.links if link.record_id in group]
    for cluster in partition(group, links, decisions):
        _place_customer(rows, content, cluster, component)


def _place_customer(
    rows: PartitionRows,
    content: Content,
    cluster: frozenset[RecordId],
    component: ComponentId,
) -> None:
    """Give a customer its id: the oldest one born to any of its records, else a new one.

    An id belongs for ever to the record it was minted for and answers with the customer that holds
    this record now.  So merging keeps the oldest id, and a split gives each side back its own.
    """
    births = {
        born: record
        for record in cluster
        if (born := content.records[record].born_customer_id) is not None
    }
    if not births:
        births = {CustomerId(uuid7()): min(cluster)}
        rows.births.update(births)
    current = min(births)
    anonymous = all(content.records[record].anonymous for record in cluster)
    rows.aliases.extend(Alias(born, births[born], current, anonymous) for born in births)
    for record in cluster:
        place = Place(component, current)
        stored = content.records[record].place
        if stored != place:
            rows.places[record] = place
        if stored is None or stored.customer_id != current:
            came_from = None if stored is None else stored.customer_id
            rows.moves.append(Move(uuid7(), record, came_from, current))
