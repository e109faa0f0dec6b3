"""How does identify forget?  What it deletes, and the keyed tombstones that keep it deleted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from app.database.hot import HotStatement
from app.database.rows import keys_text
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.erasure.persons import named_at
from app.identify.evidence import FOR_GOOD
from app.identify.tables import (
    edge,
    erasure_tombstone,
    identifier,
    membership,
    profile_fact,
    record,
    record_identifier,
    unusable_identifier,
    visit_fact,
)
from app.vocabulary import CustomerId, IdentifierKey, RecordId

FORGET_LINKS: Final = statement("app.identify.erasure", "forget_links")
PERSONS_AT: Final = statement("app.identify.erasure", "persons_at")
FORGET_REVIEWS: Final = statement("app.identify.erasure", "forget_reviews")
IDLE_ANONYMOUS: Final = statement("app.identify.erasure", "idle_anonymous")
TOMBSTONES_AMONG: Final = HotStatement(
    text(
        "SELECT key_hash FROM erasure_tombstone"
        " WHERE key_hash = ANY(CAST(CAST(:keys AS text) AS bytea[]))"
    )
)


async def tombstones_among(tx: Connection, keys: Collection[bytes]) -> set[bytes]:
    """Return which of the keys belong to somebody who asked to be erased."""
    rows = await TOMBSTONES_AMONG.rows(tx, {"keys": keys_text(sorted(keys))})
    return {key for (key,) in rows}


async def bury(tx: Connection, keys: Collection[bytes], kind: str, now: datetime) -> None:
    """Leave a keyed tombstone for each key, so that a re-import does not bring the person back."""
    if keys:
        await tx.execute(
            insert(erasure_tombstone).on_conflict_do_nothing(),
            [{"key_hash": key, "kind": kind, "erased_at": now} for key in sorted(keys)],
        )


async def persons_at(tx: Connection, records: Collection[RecordId]) -> set[bytes]:
    """Return what stands for the persons one customer's records name, at all they are known by."""
    asked = {"record_ids": list(records), "for_good": FOR_GOOD}
    held = (await tx.execute(PERSONS_AT, asked)).one()
    keys = map(IdentifierKey, held.identifier_keys)
    found = {named_at(key, each) for key in keys for each in held.tokens}
    return {each for each in found if each is not None}


async def visits_of(tx: Connection, records: Collection[RecordId]) -> set[IdentifierKey]:
    """Return the visits that these records logged in to."""
    rows = await tx.execute(
        select(visit_fact.c.visit_key).where(visit_fact.c.record_id.in_(list(records)))
    )
    return {IdentifierKey(row.visit_key) for row in rows}


async def lock_named(tx: Connection, records: Collection[RecordId]) -> None:
    """Lock the identifiers that these records name, in key order."""
    key, link = identifier.c.identifier_key, record_identifier.c
    named = select(link.identifier_key).where(link.record_id.in_(list(records)))
    wanted = select(key).where(key.in_(named)).order_by(key)
    await tx.execute(wanted.with_for_update(key_share=True))


async def forget_records(tx: Connection, records: Collection[RecordId]) -> set[IdentifierKey]:
    """Delete all that identify knows of these records; return what was theirs and nobody's is now.

    What was withdrawn is not among it: it is somebody else's, whom no tombstone may keep out.
    """
    ids = list(records)
    freed = (await tx.execute(FORGET_LINKS, {"record_ids": ids, "for_good": FOR_GOOD})).all()
    keys = [row.identifier_key for row in freed]
    await tx.execute(FORGET_REVIEWS, {"record_ids": ids, "identifier_keys": keys})
    await tx.execute(delete(edge).where(edge.c.record_lo.in_(ids) | edge.c.record_hi.in_(ids)))
    for table in (profile_fact, unusable_identifier, visit_fact, membership, record):
        await tx.execute(delete(table).where(table.c.record_id.in_(ids)))
    return {IdentifierKey(row.identifier_key) for row in freed if row.theirs}


async def idle_anonymous(tx: Connection, before: datetime, most: int) -> list[CustomerId]:
    """Return anonymous customers not heard of since ``before``, the longest idle first."""
    rows = await tx.execute(IDLE_ANONYMOUS, {"before": before, "most": most})
    return [CustomerId(row.customer_id) for row in rows]
