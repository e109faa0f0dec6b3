"""How does identify read and write?  Every statement of the stage, typed at both ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import insert

from app.database.hot import HotStatement, Row
from app.database.rows import array_text, keys_text
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.evidence import FOR_GOOD, Link
from app.identify.holders import Bearer
from app.identify.limits import limits_in
from app.identify.parties import with_parties
from app.identify.rows import (
    Content,
    CustomerRow,
    Epoch,
    LinkRow,
    Located,
    PartitionRows,
    Place,
    ProfileFact,
    RecordRow,
    StoredLink,
    StoredRecord,
    VisitFact,
)
from app.identify.tables import (
    customer,
    epoch,
    identity_decision,
    identity_side,
    membership,
    visit_fact,
)
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Party,
    RecordId,
)

MOST_TOKENS = 200
"""Above any limit an epoch may set on the persons of one record."""

CLAIM_IDENTIFIERS = HotStatement(statement("app.identify", "claim_identifiers"))
LOCK_COMPONENTS = HotStatement(statement("app.identify", "lock_components"))
LOCATED = HotStatement(statement("app.identify", "located"))
COMPONENT_CONTENT = HotStatement(statement("app.identify", "component_content"))
DECISIONS_ABOUT = HotStatement(statement("app.identify", "decisions_about"))
WRITE_LINKS = HotStatement(statement("app.identify", "write_links"))
WRITE_PARTITION = HotStatement(statement("app.identify", "write_partition"))
WRITE_PROFILE = HotStatement(statement("app.identify", "write_profile"))

ACTIVE_EPOCH = HotStatement(select(epoch.c.epoch, epoch.c.model).where(epoch.c.status == "active"))
CURRENT_OF = select(
    customer.c.customer_id,
    customer.c.current_customer_id,
    customer.c.anonymous,
    customer.c.erased_at,
).where(customer.c.customer_id == bindparam("customer_id"))
FORMER_IDS = select(customer.c.customer_id).where(
    customer.c.current_customer_id == bindparam("customer_id"),
    customer.c.customer_id != bindparam("customer_id"),
)
RECORDS_OF = select(membership.c.record_id, membership.c.component_id).where(
    membership.c.customer_id == bindparam("customer_id")
)
CUSTOMERS_OF = text(
    "SELECT m.record_id, m.customer_id FROM membership AS m"
    " JOIN record AS r ON r.record_id = m.record_id AND NOT r.generic"
    " WHERE m.record_id = ANY(CAST(:ids AS uuid[]))"
)


async def active_epoch(tx: Connection) -> Epoch:
    """Return the epoch that holds now."""
    row = await ACTIVE_EPOCH.one(tx, {})
    return Epoch(row.epoch, limits_in(row.model))


async def claim_identifiers(
    tx: Connection, identifiers: dict[IdentifierKey, tuple[Identifier, bool]]
) -> set[IdentifierKey]:
    """Lock the identifiers in key order, making the new; return those that may join records.

    Each comes with whether its kind joins at all; a value past its epoch's limit no longer does.
    """
    items = sorted(identifiers.items())
    rows = await CLAIM_IDENTIFIERS.rows(
        tx,
        {
            "keys": keys_text(key for key, _ in items),
            "types": array_text(found.type.value for _, (found, _) in items),
            "scopes": array_text(found.scope for _, (found, _) in items),
            "person_values": array_text(found.value for _, (found, _) in items),
            "parties": array_text(found.party.value for _, (found, _) in items),
            "states": array_text("active" if joins else "unidentifying" for _, (_, joins) in items),
        },
    )
    return {IdentifierKey(key) for key, state in rows if state == "active"}


async def lock_components(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> set[ComponentId]:
    """Lock the components that records or identifiers touch, in order; return their ids."""
    rows = await LOCK_COMPONENTS.rows(
        tx, {"record_ids": list(records), "identifier_keys": keys_text(sorted(keys))}
    )
    return {ComponentId(component) for (component,) in rows}


async def located(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> Located:
    """Return where records and the holders of identifiers stand now."""
    rows = await LOCATED.rows(
        tx, {"record_ids": list(records), "identifier_keys": keys_text(sorted(keys))}
    )
    places: dict[RecordId, Place] = {}
    links: dict[IdentifierKey, dict[RecordId, StoredLink]] = defaultdict(dict)
    generic: set[RecordId] = set()
    for record, component, customer_id, is_nobodys, key, *link in rows:
        if key is not None:
            links[key][record] = StoredLink(*link)
            continue
        places[record] = Place(component, customer_id)
        if is_nobodys:
            generic.add(record)
    return Located(places, links, frozenset(generic))


async def component_content(
    tx: Connection, components: Collection[ComponentId], arrived: Collection[RecordId]
) -> Content:
    """Return the records and joining links of locked components and of records just stored."""
    rows = await COMPONENT_CONTENT.rows(
        tx, {"component_ids": list(components), "arrived": list(arrived)}
    )
    records: dict[RecordId, StoredRecord] = {}
    links: list[Link] = []
    past: list[Link] = []
    for row in rows:
        if row["record_id"] not in records:
            records[row["record_id"]] = _stored_record(row)
        if row["identifier_key"] is not None:
            link, denied_at = _link(row), row["denied_at"]
            if denied_at is None or denied_at < link.last_seen_at:
                links.append(link)
            if denied_at is not None:
                past.append(link)
    return with_parties(Content(records, links, past))


def _stored_record(row: Row) -> StoredRecord:
    customer_id = row["customer_id"]
    return StoredRecord(
        row["record_id"],
        None if customer_id is None else Place(row["component_id"], customer_id),
        row["born_customer_id"],
        row["anonymous"],
        row["generic"],
        Bearer(
            row["source"],
            row["keyed"],
            frozenset(row["tokens"]),
            row["name"],
            row["birth_date"],
            row["social_name"],
            tuple(filter(None, (row["company_name"], row["trade_name"]))),
        ),
        Party(row["record_party"]),
    )


def _link(row: Row) -> Link:
    return Link(
        row["record_id"],
        row["identifier_key"],
        IdentifierType(row["type"]),
        row["scope"],
        Party(row["party"]),
        verified=row["assurance"] == Assurance.VERIFIED.rank,
        unnamed=row["unnamed"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        withdrawn=row["denied_at"] == FOR_GOOD,
    )


async def decisions_about(tx: Connection, records: Collection[RecordId]) -> list[PeoplesDecision]:
    """Return every decision a person took about any of the records."""
    rows = await DECISIONS_ABOUT.rows(tx, {"record_ids": list(records)})
    sides: dict[UUID, dict[RecordId, int]] = defaultdict(dict)
    for row in rows:
        sides[row.identity_decision_id][row.record_id] = row.side
    heads = {row.identity_decision_id: (row.decided_at, row.kind) for row in rows}
    return [
        PeoplesDecision(decision_id, decided_at, DecisionKind(kind), sides[decision_id])
        for decision_id, (decided_at, kind) in heads.items()
    ]


async def write_links(
    tx: Connection, records: Sequence[RecordRow], links: Sequence[LinkRow], now: datetime
) -> set[RecordId]:
    """Store records and the identifiers they name; repeated and shuffled facts write the same.

    Returned are the records that are new or name a person they never named before.
    """
    spoken = [(row.record_id, token) for row in records for token in sorted(row.tokens)]
    rows = await WRITE_LINKS.rows(
        tx,
        {
            "record_ids": [row.record_id for row in records],
            "sources": array_text(row.source for row in records),
            "keyed": array_text(row.keyed for row in records),
            "anonymous": array_text(row.anonymous for row in records),
            "token_records": [record_id for record_id, _ in spoken],
            "tokens": keys_text(token for _, token in spoken),
            "most_tokens": MOST_TOKENS,
            "link_keys": keys_text(row.key for row in links),
            "link_records": [row.record_id for row in links],
            "assurances": array_text(row.assurance for row in links),
            "unnamed": array_text(row.unnamed for row in links),
            "first_seen": array_text(row.first_seen_at for row in links),
            "last_seen": array_text(row.last_seen_at for row in links),
            "now": now,
        },
    )
    return {RecordId(row.record_id) for row in rows}


async def write_partition(
    tx: Connection, rows: PartitionRows, *, cause: str, cause_id: UUID | None, now: datetime
) -> None:
    """Write memberships, minted ids, aliases and the log of who moved, in one statement."""
    born = {record: customer_id for customer_id, record in rows.births.items()}
    parties = {record: party.value for record, party in rows.parties.items()}
    nobodys = frozenset(rows.generic_records)
    marked = sorted(born.keys() | parties.keys() | nobodys)
    await WRITE_PARTITION.rows(
        tx,
        {
            "epoch": rows.epoch,
            "new_components": rows.new_components,
            "dead_components": rows.dead_components,
            "record_ids": list(rows.places),
            "component_ids": [place.component_id for place in rows.places.values()],
            "customer_ids": [place.customer_id for place in rows.places.values()],
            "marked": list(marked),
            "born_ids": [born.get(record) for record in marked],
            "generic": [record in nobodys for record in marked],
            "parties": [parties.get(record) for record in marked],
            "alias_ids": [alias.customer_id for alias in rows.aliases],
            "alias_births": [alias.birth_record_id for alias in rows.aliases],
            "alias_currents": [alias.current_customer_id for alias in rows.aliases],
            "alias_anonymous": [alias.anonymous for alias in rows.aliases],
            "generic_keys": sorted(rows.generic_keys),
            "log_ids": [move.log_id for move in rows.moves],
            "log_records": [move.record_id for move in rows.moves],
            "log_from": [move.came_from for move in rows.moves],
            "log_to": [move.to for move in rows.moves],
            "cause": cause,
            "cause_id": cause_id,
            "now": now,
        },
    )


async def write_profile(tx: Connection, facts: Iterable[ProfileFact]) -> set[RecordId]:
    """Keep the newest fact of each (record, attribute, assurance), whatever came first.

    Returned are the records that may speak of another person now.
    """
    newest: dict[tuple[RecordId, str, int], ProfileFact] = {}
    for fact in facts:
        key = (fact.record_id, fact.attribute, fact.assurance)
        held = newest.get(key)
        if held is None or (held.occurred_at, held.event_key) < (fact.occurred_at, fact.event_key):
            newest[key] = fact
    rows = [newest[key] for key in sorted(newest)]
    if not rows:
        return set()
    changed = await WRITE_PROFILE.rows(
        tx,
        {
            "record_ids": [row.record_id for row in rows],
            "attributes": array_text(row.attribute for row in rows),
            "assurances": array_text(row.assurance for row in rows),
            "person_values": array_text(row.value for row in rows),
            "occurred": array_text(row.occurred_at for row in rows),
            "event_keys": keys_text(row.event_key for row in rows),
            "providers": array_text(row.provider for row in rows),
        },
    )
    return {RecordId(row.record_id) for row in changed}


async def write_visits(tx: Connection, facts: Sequence[VisitFact]) -> None:
    """Store logins and logouts: the cuts that a visit's spans are rebuilt from."""
    if facts:
        await tx.execute(
            insert(visit_fact).on_conflict_do_nothing(),
            [
                {
                    "visit_key": fact.visit_key,
                    "occurred_at": fact.occurred_at,
                    "event_key": fact.event_key,
                    "kind": fact.kind,
                    "record_id": fact.record_id,
                    "stitch": fact.stitch,
                }
                for fact in facts
            ],
        )


async def find_customer(tx: Connection, customer_id: CustomerId) -> CustomerRow | None:
    """Return the customer an id names and who answers to it, or None for an id never given out."""
    row = (await tx.execute(CURRENT_OF, {"customer_id": customer_id})).one_or_none()
    if row is None:
        return None
    return CustomerRow(row.customer_id, row.current_customer_id, row.anonymous, row.erased_at)


async def former_ids(tx: Connection, customer_id: CustomerId) -> list[CustomerId]:
    """Return the merged ids that this customer answers for, oldest first."""
    rows = await tx.execute(FORMER_IDS, {"customer_id": customer_id})
    return sorted(CustomerId(row.customer_id) for row in rows)


async def records_of(tx: Connection, customer_id: CustomerId) -> dict[RecordId, ComponentId]:
    """Return a customer's records, each with its component."""
    rows = await tx.execute(RECORDS_OF, {"customer_id": customer_id})
    return {RecordId(row.record_id): ComponentId(row.component_id) for row in rows}


async def customers_of(tx: Connection, records: Collection[RecordId]) -> dict[RecordId, CustomerId]:
    """Return the customer of each record that has one; a record of many stands for nobody."""
    rows = await tx.execute(CUSTOMERS_OF, {"ids": list(records)})
    return {RecordId(row.record_id): CustomerId(row.customer_id) for row in rows}


async def write_decision(
    tx: Connection, decision: PeoplesDecision, *, actor: str, reason: str | None
) -> None:
    """Append a person's decision; it is never changed, only overridden by a later one."""
    await tx.execute(
        insert(identity_decision),
        {
            "identity_decision_id": decision.decision_id,
            "kind": decision.kind.value,
            "actor": actor,
            "reason": reason,
            "decided_at": decision.decided_at,
        },
    )
    await tx.execute(
        insert(identity_side),
        [
            {
                "identity_decision_id": decision.decision_id,
                "record_id": record_id,
                "side": side,
            }
            for record_id, side in decision.sides.items()
        ],
    )
