"""Is the house clean?  Identifiers read again, customers looked at again, numbers counted again.

    identifiers   read again by the rules of today, when these are newer than the active epoch
    profiles      names and birth dates judged again by the rules of today
    strangers     customers made by asking alone, and idle for long, are forgotten
    customers     clustered again from the facts: who differs from what is stored is put right, and
                  so are the edges between their records
    numbers       counted again from the buckets: what differs is put right
    quality       gaps, stale contact points, values of many, suspected duplicates are counted

Each batch is a transaction of its own, so that cleaning may be stopped at any time and goes beside
the serving.  A rehearsal does the very same and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar

from uuid_utils.compat import uuid7

from app.database import outbox
from app.database.clock import Clock
from app.database.keyed_hash import KeyedHash
from app.database.outbox import OutboxRow
from app.database.statements import statement
from app.database.transaction import Connection, Database, Work
from app.differentiate import queries as differentiate
from app.flows.cleaning_profiles import FIRST_FACT, facts_after, put_right, saying_nothing
from app.flows.erasure import expire_idle
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify import checkup
from app.identify.attach import Attached
from app.identify.normalise import VERSION
from app.settings import Settings
from app.vocabulary import CustomerId

DATA_QUALITY: Final = statement("app.flows", "data_quality")

IDENTIFIERS_AT_ONCE: Final = 500
COMPONENTS_AT_ONCE: Final = 200
PROFILE_FACTS_AT_ONCE: Final = 1_000
STALE_AFTER: Final = timedelta(days=730)

T = TypeVar("T")
Tell = Callable[[str, int], None]
"""Is told what is being cleaned, and how many of it are done."""


@dataclass(slots=True)
class Cleaned:
    """What was looked at, and what had to be put right."""

    identifiers: int = 0
    identifiers_changed: int = 0
    profile_facts_changed: int = 0
    strangers_forgotten: int = 0
    components: int = 0
    records_moved: int = 0
    edges_changed: int = 0
    customers_recounted: int = 0
    quality: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Broom:
    """What cleaning works with; ``rehearse`` takes every change back."""

    database: Database
    keyed_hash: KeyedHash
    settings: Settings
    clock: Clock
    rehearse: bool = False

    async def sweep(self, work: Work[T]) -> T:
        """Do a batch in a transaction of its own."""
        if not self.rehearse:
            return await self.database.write(work)
        results: list[T] = []

        async def rehearsal(tx: Connection) -> None:
            results.append(await work(tx))
            raise _TakenBack

        with suppress(_TakenBack):
            await self.database.write(rehearsal)
        return results[-1]


class _TakenBack(Exception):
    """Ends a rehearsal, so that its transaction is rolled back."""


async def clean(broom: Broom, tell: Tell, *, everything: bool = False) -> Cleaned:
    """Clean the whole house; return what was found.

    ``everything`` reads identifiers again though no rule has changed.
    """
    cleaned = Cleaned()
    in_use = await broom.database.read(checkup.normaliser_in_use)
    if everything or in_use != VERSION:
        await _identifiers(broom, cleaned, tell)
    if in_use != VERSION:
        await broom.sweep(lambda tx: checkup.freeze_epoch(tx, broom.clock.now()))
    await _profiles(broom, cleaned, tell)
    await _strangers(broom, cleaned)
    await _customers(broom, cleaned, tell)
    cleaned.quality = await broom.database.read(lambda tx: data_quality(tx, broom.clock))
    return cleaned


async def data_quality(tx: Connection, clock: Clock) -> dict[str, int]:
    """Return counts of customers and values by what is wrong or missing with them."""
    rows = await tx.execute(DATA_QUALITY, {"stale_before": clock.now() - STALE_AFTER})
    return {row.measure: int(row.found) for row in rows}


async def _identifiers(broom: Broom, cleaned: Cleaned, tell: Tell) -> None:
    after = checkup.FIRST_IDENTIFIER
    while found := await broom.database.read(
        partial(checkup.identifiers_after, after=after, most=IDENTIFIERS_AT_ONCE)
    ):
        after = found[-1].key
        changes = checkup.read_again(found, broom.keyed_hash, broom.settings.country)
        if changes:
            rewrite = partial(checkup.rewrite, changes=changes, now=broom.clock.now())
            await broom.sweep(partial(_settled, look=rewrite, broom=broom))
        cleaned.identifiers += len(found)
        cleaned.identifiers_changed += len(changes)
        tell("identifiers", cleaned.identifiers)


async def _profiles(broom: Broom, cleaned: Cleaned, tell: Tell) -> None:
    after, looked_at = FIRST_FACT, 0
    while found := await broom.database.read(
        partial(facts_after, after=after, most=PROFILE_FACTS_AT_ONCE)
    ):
        after, looked_at = found[-1], looked_at + len(found)
        if nothing := saying_nothing(found, broom.settings.zone):
            await broom.sweep(partial(put_right, facts=nothing))
        cleaned.profile_facts_changed += len(nothing)
        tell("profiles", looked_at)


async def _strangers(broom: Broom, cleaned: Cleaned) -> None:
    now = broom.clock.now()
    before = now - timedelta(days=broom.settings.anonymous_idle_days)
    while forgotten := await broom.sweep(partial(expire_idle, before=before, now=now)):
        cleaned.strangers_forgotten += forgotten
        if broom.rehearse:
            return  # what was taken back would be found again and again


async def _customers(broom: Broom, cleaned: Cleaned, tell: Tell) -> None:
    after = checkup.FIRST_COMPONENT
    while found := await broom.database.read(
        partial(checkup.components_after, after=after, most=COMPONENTS_AT_ONCE)
    ):
        after = found[-1]
        look = partial(checkup.look_again, components=found, now=broom.clock.now())
        attached, recounted = await broom.sweep(partial(_settled, look=look, broom=broom))
        cleaned.components += len(found)
        cleaned.records_moved += len(attached.moves)
        cleaned.edges_changed += attached.edges
        cleaned.customers_recounted += recounted
        tell("customers", cleaned.components)


async def _settled(tx: Connection, look: Work[Attached], broom: Broom) -> tuple[Attached, int]:
    """Count the customers looked at anew; return what moved, and how many numbers were wrong."""
    attached = await look(tx)
    customers = set(attached.customers.values()) | attached.changed
    wrong = await _recount(tx, customers, broom) - attached.changed
    told = sorted(wrong | attached.changed)
    rows = [OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(each)}) for each in told]
    await outbox.put(tx, rows)
    return attached, len(wrong)


async def _recount(
    tx: Connection, customers: Collection[CustomerId], broom: Broom
) -> set[CustomerId]:
    """Count customers' numbers again from their buckets; return whose were not what was stored."""
    before = await differentiate.stats_of(tx, customers)
    await differentiate.refresh_stats(tx, customers, broom.clock.now())
    after = await differentiate.stats_of(tx, customers)
    return {each for each in customers if before.get(each) != after.get(each)}
