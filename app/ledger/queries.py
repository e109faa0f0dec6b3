"""How are facts kept, once each and for ever?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, text, update

from app.database.hot import HotStatement
from app.database.rows import array_text, keys_text
from app.database.statements import statement
from app.database.transaction import Connection
from app.ledger.tables import event, event_key
from app.vocabulary import EventId, IdentifierKey, RecordId, value_type

CLAIM_EVENTS = HotStatement(statement("app.ledger", "claim_events"))
APPEND_EVENTS = HotStatement(statement("app.ledger", "append_events"))
STORED_KEYS = HotStatement(
    text(
        "SELECT event_key, event_id, content_hash, person_hash, record_id FROM event_key"
        " WHERE event_key = ANY(CAST(CAST(:keys AS text) AS bytea[]))"
    )
)


@value_type()
class EventClaim:
    """The identity of an event: whose it is, and hashes of what it says."""

    event_key: bytes
    event_id: EventId
    content_hash: bytes
    person_hash: bytes
    record_id: RecordId | None


@value_type()
class EventRow:
    """A fact to append, as it came."""

    event_id: EventId
    event_key: bytes
    record_id: RecordId | None
    visit_key: IdentifierKey | None
    source: str
    type: str
    occurred_at: datetime
    offset_minutes: int
    business_on: date
    payload: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """The event keys that are new, and those of them that were referred to before they came."""

    new: frozenset[bytes]
    awaited: frozenset[bytes]


async def claim_events(
    tx: Connection, claims: Sequence[EventClaim], referred: Collection[bytes]
) -> Claimed:
    """Take the events' identities, and lock the sales referred to; return which are new.

    No event key may come twice.  A key that is both told and referred to counts as told.
    """
    told = {claim.event_key for claim in claims}
    only_referred = sorted(set(referred) - told)
    nothing = [None] * len(only_referred)
    rows = await CLAIM_EVENTS.rows(
        tx,
        {
            "keys": keys_text([*(claim.event_key for claim in claims), *only_referred]),
            "event_ids": [claim.event_id for claim in claims] + nothing,
            "contents": keys_text([*(claim.content_hash for claim in claims), *nothing]),
            "people": keys_text([*(claim.person_hash for claim in claims), *nothing]),
            "records": [claim.record_id for claim in claims] + nothing,
        },
    )
    new = {row["event_key"]: row["awaited"] for row in rows if row["event_key"] in told}
    return Claimed(frozenset(new), frozenset(key for key, awaited in new.items() if awaited))


async def stored_claims(tx: Connection, keys: Collection[bytes]) -> dict[bytes, EventClaim]:
    """Return what is stored of events that came before."""
    rows = await STORED_KEYS.rows(tx, {"keys": keys_text(sorted(keys))})
    return {row["event_key"]: EventClaim(*row) for row in rows}


async def append_events(tx: Connection, rows: Sequence[EventRow]) -> None:
    """Append facts; the caller has claimed their identities in this transaction."""
    if not rows:
        return
    await APPEND_EVENTS.rows(
        tx,
        {
            "event_ids": [row.event_id for row in rows],
            "event_keys": keys_text(row.event_key for row in rows),
            "records": [row.record_id for row in rows],
            "visits": keys_text(row.visit_key for row in rows),
            "sources": array_text(row.source for row in rows),
            "types": array_text(row.type for row in rows),
            "occurred": array_text(row.occurred_at for row in rows),
            "offsets": array_text(row.offset_minutes for row in rows),
            "business": array_text(row.business_on for row in rows),
            "payloads": [row.payload for row in rows],
        },
    )


async def lock_told(tx: Connection, records: Collection[RecordId]) -> None:
    """Lock the identities of all facts that these records told, in key order."""
    key = event_key.c.event_key
    told = select(key).where(event_key.c.record_id.in_(list(records))).order_by(key)
    await tx.execute(told.with_for_update(key_share=True))


async def forget_records(
    tx: Connection, records: Collection[RecordId], visits: Collection[IdentifierKey]
) -> None:
    """Delete the facts of erased records and of their visits.

    That they came once stays known, by keyed hash alone.
    """
    ids = list(records)
    await tx.execute(delete(event).where(event.c.record_id.in_(ids)))
    if visits:
        of_nobody = event.c.record_id.is_(None)
        await tx.execute(delete(event).where(event.c.visit_key.in_(list(visits)), of_nobody))
    await tx.execute(update(event_key).where(event_key.c.record_id.in_(ids)).values(record_id=None))
