"""Who did what to which customer?  Noted in the transaction that does it, and chained behind it.

    await audit.note(tx, Act(actor, ActKind.CUSTOMERS_MERGED, now, customer_id=survivor))

Whoever writes waits for nobody: the chain is lengthened by a job of the worker, which takes what is
committed.  A transaction that commits late is not lost to it: the chain keeps as its horizon the
oldest transaction that was still running when it looked, and looks from there again (ADR 15).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from uuid_utils.compat import uuid7

from app.access.audit import queries
from app.access.audit.acts import (
    BEGINNING,
    Act,
    ActKind,
    Actor,
    Break,
    Head,
    StoredAct,
    chained,
    first_break,
)
from app.database.transaction import Connection, Database
from app.vocabulary import CustomerId

__all__ = [
    "Act",
    "ActKind",
    "Actor",
    "StoredAct",
    "Verdict",
    "about",
    "chain",
    "head",
    "note",
    "tell_head",
    "verify",
]

log = structlog.get_logger(__name__)

CHAINED_AT_ONCE: Final = 1_000
READ_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the chain ends; ``broken`` is the first place where it does not hold."""

    head: Head
    broken: Break | None = None


async def note(tx: Connection, *acts: Act) -> None:
    """Keep what is done in this transaction: both are committed, or neither is."""
    await queries.add_acts(tx, [(uuid7(), act) for act in acts])


async def about(
    tx: Connection, customers: Collection[CustomerId] | None, most: int
) -> list[tuple[StoredAct, int | None]]:
    """Return what was done to these customers, newest first, with its place in the chain.

    Give a customer's former ids too: an act keeps the id that it was done under.
    """
    return await queries.acts_about(tx, customers, most)


async def chain(tx: Connection, now: datetime) -> int:
    """Lengthen the chain by acts that are committed, a thousand at most; return how many.

    One at a time: whoever lengthens it holds the row that says where it ends.
    """
    head, horizon = await queries.lock_head(tx)
    acts = await queries.pending_acts(tx, horizon.to_look_from, CHAINED_AT_ONCE)
    links = chained(head, acts, now)
    # Every transaction before the oldest that ran when we looked has ended, and was seen.
    seen_all = len(acts) < CHAINED_AT_ONCE
    seen_to = horizon.oldest_running if seen_all else horizon.to_look_from
    new_head = Head(links[-1].position, links[-1].hash) if links else head
    if links or seen_to != horizon.oldest_chained:
        await queries.lengthen(tx, links, new_head, seen_to)
    return len(links)


async def head(database: Database) -> Head:
    """Return where the chain ends: keep it elsewhere, and everything up to it is held."""
    found, _ = await database.read(queries.find_head)
    return found


async def tell_head(database: Database) -> None:
    """Say in the log where the chain ends: who keeps the log can tell when it is made anew."""
    log.info("the audit so far", head=str(await head(database)))


async def verify(database: Database, told: Head | None = None) -> Verdict:
    """Make every link again and compare; ``told`` is a head that was kept elsewhere."""
    end, horizon = await database.read(queries.find_head)
    at = BEGINNING
    while at.position < end.position:
        page = partial(queries.places, after=at.position, until=end.position, most=READ_AT_ONCE)
        found = await database.read(page)
        reached = first_break(at, found)
        if isinstance(reached, Break):
            return Verdict(at, reached)
        if not found:
            return Verdict(at, Break(at.position + 1, None, "the end of the chain was removed"))
        at = reached
    return await _judged(database, at, end, told, horizon.to_look_from)


async def _judged(
    database: Database, at: Head, end: Head, told: Head | None, horizon: int
) -> Verdict:
    """Compare where the chain led with where it should, and look for what stands beside it."""
    if at != end:
        return Verdict(
            at, Break(end.position, None, "the end of the chain is not what was chained")
        )
    if beyond := await database.read(queries.beyond_head):
        return Verdict(at, Break(*beyond, "the chain was lengthened by somebody else"))
    if told is not None and told.position > 0:
        known = await database.read(lambda tx: queries.find_hash(tx, told.position))
        if known != told.hash:
            why = "the chain was made anew: this is not the head that was told"
            return Verdict(at, Break(told.position, None, why))
    stranger = await database.read(lambda tx: queries.slipped_in(tx, horizon))
    if stranger is not None:
        why = "the act was slipped in, pretending to be older than the chain"
        return Verdict(at, Break(end.position, stranger, why))
    return Verdict(at)
