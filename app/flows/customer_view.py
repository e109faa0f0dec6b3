"""What do we know of a customer?  The reads behind a page or an agent's screen, composed here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.database.transaction import Connection
from app.differentiate import score
from app.differentiate.score import Value
from app.flows import queries
from app.flows.customer_facts import display_name, facts_of
from app.flows.customer_gaps import Gap, gaps_of
from app.flows.queries import Snapshot
from app.identify import queries as identify
from app.identify.merge import current_id
from app.identify.portrait import queries as portrait
from app.identify.portrait.draw import Portrait, portrait_of
from app.identify.portrait.unusable import Unusable, unusable_of
from app.identify.rows import KnownBy, RecordLink
from app.vocabulary import Channel, CustomerId, RecordId


@dataclass(frozen=True, slots=True)
class CustomerView:
    """One customer as a whole."""

    customer_id: CustomerId
    asked_id: CustomerId
    former_ids: list[CustomerId]
    split_into: list[CustomerId]
    profile: Mapping[str, str]
    known_by: list[KnownBy]
    records: dict[RecordId, RecordLink]
    value: Value
    facts: Mapping[str, object]
    snapshot: Snapshot
    portrait: Portrait
    gaps: list[Gap]
    unusable: list[Unusable]

    @property
    def display_name(self) -> str | None:
        """Return how they want to be called."""
        return display_name(self.profile)


async def view(
    tx: Connection,
    customer: CustomerId,
    zone: ZoneInfo,
    now: datetime,
    source_rank: Sequence[str] = (),
) -> CustomerView:
    """Return the whole of a customer; a merged id answers with its survivor.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    current = await current_id(tx, customer)
    today = now.astimezone(zone).date()
    links = await portrait.record_links(tx, current)
    records: dict[RecordId, RecordLink] = {}
    for link in links:
        if link.record_id not in records or link.record_key is not None:
            records[link.record_id] = link
    seen = await queries.snapshot(tx, current, min(records), None, today, now, source_rank)
    value = score.value_of(seen.numbers, seen.run, today)
    known_by = await portrait.known_by(tx, current)
    former_ids = await identify.former_ids(tx, current)
    drawn = await portrait_of(tx, current, source_rank)
    return CustomerView(
        customer_id=current,
        asked_id=customer,
        former_ids=former_ids,
        split_into=await portrait.split_into(tx, [current, *former_ids]),
        profile=seen.profile,
        known_by=known_by,
        records=records,
        value=value,
        facts=facts_of(seen, value, Channel.VOICE, today, now),
        snapshot=seen,
        portrait=drawn,
        unusable=await unusable_of(tx, current),
        gaps=gaps_of(known_by, drawn.known, drawn.party, now),
    )


async def scored(
    tx: Connection, customer: CustomerId, today: date, at: date | None
) -> tuple[CustomerId, Value]:
    """Return a customer's worth today, or as it was on a past day with what was known of it.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    current = await current_id(tx, customer)
    return current, await score.value(tx, current, at or today, until=at)


async def told(
    tx: Connection, customer: CustomerId, before: tuple[datetime, str] | None, most: int
) -> list[dict[str, Any]]:
    """Return a page of what happened with a customer, newest first.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    current = await current_id(tx, customer)
    rows = await queries.timeline(tx, current, before, most)
    return [
        {
            "kind": row.kind,
            "id": row.id,
            "at": row.occurred_at,
            "channel": row.channel,
            "what": row.what,
            "details": row.details,
        }
        for row in rows
    ]
