"""How does a record find its customer, with many writers at once?

One order of locks for everybody: identifiers by key, then components by id, then membership is read
again under the locks.  Only the touched components are re-clustered, and their customers come out
as a pure function of the facts (``placing``), whatever was there before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.identify import edge_store, queries, reviews
from app.identify.evidence import joins
from app.identify.holders import Token
from app.identify.news import components_of_news
from app.identify.placing import partition_rows
from app.identify.rows import (
    Content,
    Epoch,
    LinkRow,
    Move,
    NamedIdentifier,
    Place,
    ProfileFact,
    RecordEvidence,
    RecordRow,
)
from app.vocabulary import ComponentId, CustomerId, IdentifierKey, RecordId


@dataclass(frozen=True, slots=True)
class Attached:
    """The customer of every record looked at, who moved, and which records stand for nobody.

    ``cause_id`` is the person's decision that moved them, if one did; ``edges`` is how many edges
    were not as they were stored.
    """

    customers: dict[RecordId, CustomerId]
    moves: tuple[Move, ...] = ()
    generic: frozenset[RecordId] = frozenset()
    cause_id: UUID | None = None
    edges: int = 0

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
    profile: Collection[ProfileFact] = (),
) -> Attached:
    """Put the records told about with their customers, and lock all that this touches.

    ``touched`` are further records whose customers' numbers this transaction will change;
    ``profile`` is what the same facts say of the persons.  A new record must name an identifier of
    its own, or nothing keeps two writers from making it twice.

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
    if not told:
        stay = {record: place.customer_id for record, place in found.places.items()}
        return Attached(stay, generic=found.generic)
    spoken = await _write(tx, told, found.places.keys(), profile, now)
    arrived = {evidence.record_id for evidence in told} - found.places.keys()
    epoch = await queries.active_epoch(tx)
    unsettled = components_of_news(told, active, found, arrived | spoken, epoch.limits)
    stay = {
        record: place.customer_id
        for record, place in found.places.items()
        if place.component_id not in unsettled
    }
    if not arrived and not unsettled:
        return Attached(stay, generic=found.generic)
    relinked = await relink(tx, unsettled, arrived, now, cause="evidence", epoch=epoch)
    nobodys = relinked.generic | (found.generic & stay.keys())
    return replace(relinked, customers=stay | relinked.customers, generic=nobodys)


async def _write(
    tx: Connection,
    told: Sequence[RecordEvidence],
    known: Collection[RecordId],
    profile: Collection[ProfileFact],
    now: datetime,
) -> set[RecordId]:
    """Store what was told; return the records that speak of other persons than before.

    A record that is known is written again only where it names a person: nothing else of it grows.
    """
    grown = [each for each in told if each.token is not None or each.record_id not in known]
    spoken = await queries.write_links(tx, _record_rows(grown), _link_rows(told), now)
    return spoken | await queries.write_profile(tx, profile)


async def relink(
    tx: Connection,
    locked: Collection[ComponentId],
    arrived: Collection[RecordId],
    now: datetime,
    *,
    cause: str,
    cause_id: UUID | None = None,
    epoch: Epoch | None = None,
) -> Attached:
    """Re-cluster locked components, with records that have no place yet; write what changed.

    ``epoch`` is the one that holds, where it was read already.
    """
    epoch = epoch or await queries.active_epoch(tx)
    content = await queries.component_content(tx, locked, arrived)
    decisions = await queries.decisions_about(tx, content.records)
    rows = partition_rows(content, decisions, epoch.number, epoch.limits, uuid7)
    if rows.places or rows.aliases or rows.generic_keys or rows.generic_records or rows.parties:
        await queries.write_partition(tx, rows, cause=cause, cause_id=cause_id, now=now)
    edges = await edge_store.write(tx, rows) if rows.judged else 0
    await reviews.settle(tx, content, rows, epoch.limits, now)
    customers = {
        record: (rows.places.get(record) or _placed(content, record)).customer_id
        for record in content.records
    }
    generic = {record for record, found in content.records.items() if found.generic}
    nobodys = frozenset(generic.union(rows.generic_records))
    return Attached(customers, tuple(rows.moves), nobodys, cause_id, edges)


def _record_rows(told: Iterable[RecordEvidence]) -> list[RecordRow]:
    tokens: dict[RecordId, set[Token]] = defaultdict(set)
    for each in told:
        tokens[each.record_id].update(() if each.token is None else (each.token,))
    rows = {
        each.record_id: RecordRow(
            each.record_id,
            each.source,
            each.keyed,
            each.anonymous,
            frozenset(tokens[each.record_id]),
        )
        for each in told
    }
    return list(rows.values())


def _link_rows(told: Iterable[RecordEvidence]) -> list[LinkRow]:
    """Return one row a (record, identifier): the span of its namings and the best assurance."""
    rows: dict[tuple[IdentifierKey, RecordId], LinkRow] = {}
    for evidence in told:
        for named in evidence.names:
            row = _link_row(named, evidence)
            before = rows.get((row.key, row.record_id))
            rows[row.key, row.record_id] = row if before is None else _together(before, row)
    return list(rows.values())


def _link_row(named: NamedIdentifier, evidence: RecordEvidence) -> LinkRow:
    rank, unnamed, seen_at = named.assurance.rank, evidence.token is None, named.seen_at
    return LinkRow(named.key, evidence.record_id, rank, unnamed, seen_at, seen_at)


def _together(one: LinkRow, other: LinkRow) -> LinkRow:
    return LinkRow(
        one.key,
        one.record_id,
        max(one.assurance, other.assurance),
        one.unnamed or other.unnamed,
        min(one.first_seen_at, other.first_seen_at),
        max(one.last_seen_at, other.last_seen_at),
    )


def _placed(content: Content, record: RecordId) -> Place:
    place = content.records[record].place
    if place is None:
        raise LookupError("a record left the partition without a place")
    return place
