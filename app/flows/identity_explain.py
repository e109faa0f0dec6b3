"""How did these records become one customer?  Why, why not another, how, and how it was then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from app.database.statements import statement
from app.database.transaction import Connection
from app.identify import edge_store
from app.identify import queries as identify
from app.identify.denials import denied_links
from app.identify.doubt import Looked
from app.identify.doubts import looked_at
from app.identify.edge_store import StoredEdge
from app.identify.explaining import Ground, WhyNot, why, why_not
from app.identify.merge import current_id
from app.identify.portrait import queries as portrait
from app.identify.rows import RecordLink, SpokenWord
from app.problems import InvalidInput
from app.vocabulary import ComponentId, CustomerId, RecordId

IDENTITY_MOVES: Final = statement("app.flows", "identity_moves")
MEMBERS_AT: Final = statement("app.flows", "members_at")

MOST_STEPS: Final = 1_000
"""Steps of the log that one answer tells, the oldest first."""

MOST_EDGES: Final = 200
"""Edges that one answer tells, those within the customer first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a record of this customer: it moved, or was told to be nobody's.

    ``came_from`` is None for a record that was new; ``actor`` who decided, if a person did.
    """

    at: datetime
    what: str
    record_id: RecordId
    came_from: CustomerId | None
    to: CustomerId | None
    cause: str
    actor: str | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Then:
    """The records that answered to an id at some moment, and under which id."""

    at: datetime
    holder: CustomerId | None
    records: list[RecordId]


@dataclass(frozen=True, slots=True)
class Explained:
    """How a customer's records became one: what ties them, what people said, what happened.

    ``edges`` are the scored pairs, stored when the records were clustered last; of so many that
    one answer does not hold them ``edges_left_out`` counts the rest.
    """

    customer_id: CustomerId
    links: list[RecordLink]
    words: list[SpokenWord]
    grounds: list[Ground]
    steps: list[Step]
    edges: list[StoredEdge]
    edges_left_out: int
    against: CustomerId | None = None
    not_one: WhyNot | None = None
    then: Then | None = None


async def explained(
    tx: Connection,
    customer: CustomerId,
    against: CustomerId | None = None,
    at: datetime | None = None,
) -> Explained:
    """Return how a customer's records became one, and why another is not the same.

    Raises:
        NotFound, Gone: an id was never given out, or has been erased.
        InvalidInput: both ids answer with one customer.
    """
    current = await current_id(tx, customer)
    other = None if against is None else await current_id(tx, against)
    if other == current:
        raise InvalidInput("both ids answer with the same customer", code="one-customer")
    held = await identify.records_of(tx, current)
    rival = {} if other is None else await identify.records_of(tx, other)
    looked = await _looked(tx, {*held.values(), *rival.values()}, [set(held), set(rival)])
    limits = (await identify.active_epoch(tx)).limits
    records = frozenset(held)
    ids = [current, *await identify.former_ids(tx, current)]
    edges, left_out = await edge_store.edges_of(tx, records, records | rival.keys(), MOST_EDGES)
    return Explained(
        customer_id=current,
        links=await portrait.record_links(tx, current),
        words=await portrait.words_about(tx, current),
        grounds=why(looked, records),
        steps=await steps_of(tx, ids),
        edges=edges,
        edges_left_out=left_out,
        against=other,
        not_one=why_not(looked, records, frozenset(rival), limits) if rival else None,
        then=None if at is None else await members_at(tx, customer, at),
    )


async def steps_of(tx: Connection, customers: Collection[CustomerId]) -> list[Step]:
    """Return what happened to the records that were ever with one of these ids, in order."""
    rows = await tx.execute(IDENTITY_MOVES, {"customer_ids": list(customers), "most": MOST_STEPS})
    return [Step(*row) for row in rows]


async def members_at(tx: Connection, customer: CustomerId, at: datetime) -> Then:
    """Return which records answered to an id at a moment, rebuilt from the log."""
    rows = (await tx.execute(MEMBERS_AT, {"customer_id": customer, "at": at})).all()
    holder = CustomerId(rows[0].holder_id) if rows else None
    return Then(at, holder, [RecordId(row.record_id) for row in rows])


async def _looked(
    tx: Connection, components: Collection[ComponentId], customers: Sequence[set[RecordId]]
) -> Looked:
    """Return the components of some customers as clustering would see them."""
    content = await identify.component_content(tx, components, ())
    decisions = await identify.decisions_about(tx, content.records)
    nobody = {record for record, found in content.records.items() if found.generic}
    weighing = [link for link in content.links if link.record_id not in nobody]
    clusters = frozenset(frozenset(each) for each in customers if each)
    looked = looked_at(content, denied_links(content), nobody, decisions)(clusters, weighing, ())
    bearers = {record: found.bearer for record, found in content.records.items()}
    return replace(looked, bearers=bearers)
