"""What is looked at next, and put right?  One slice of each step of cleaning.

A slice reads on from where the one before ended and is done in a moment.  What it locks, it locks
for a few groups of records at a time: whoever calls meanwhile waits a tenth of a second at most.
Done twice, as after a kill, it is as good as once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.transaction import Connection, Work
from app.differentiate import queries as differentiate
from app.flows import cleaning_profiles as profiles
from app.flows import cleaning_quality as quality
from app.flows.cleaning_broom import Broom, Cleaned
from app.flows.erasure import expire_idle
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify import checkup
from app.identify.attach import Attached
from app.identify.normalise import VERSION
from app.vocabulary import ComponentId, CustomerId, IdentifierKey

IDENTIFIERS_AT_ONCE: Final = 100
PROFILE_FACTS_AT_ONCE: Final = 500
COMPONENTS_AT_ONCE: Final = 25
CUSTOMERS_COUNTED_AT_ONCE: Final = 1_000
CHANGED_AT_ONCE: Final = 25
"""Of what a slice finds to be changed, so much is locked and changed in one transaction."""

T = TypeVar("T")


class Step(StrEnum):
    """What cleaning looks at, in this order."""

    IDENTIFIERS = "identifiers"
    PROFILES = "profiles"
    STRANGERS = "strangers"
    CUSTOMERS = "customers"
    QUALITY = "quality"


@dataclass(frozen=True, slots=True)
class Slice:
    """What a slice found, and the key it ended with; None: the step is at its end."""

    after: str | None
    found: Cleaned


async def _identifiers(broom: Broom, after: str) -> Slice:
    key = IdentifierKey(bytes.fromhex(after))
    stored = await broom.database.read(
        partial(checkup.identifiers_after, after=key, most=IDENTIFIERS_AT_ONCE)
    )
    if not stored:
        await _freeze_rules(broom)
        return Slice(None, Cleaned())
    changes = checkup.read_again(stored, broom.keyed_hash, broom.settings.country)
    for some in by_few(changes):
        rewrite = partial(checkup.rewrite, changes=some, now=broom.clock.now())
        await broom.sweep(partial(_settled, look=rewrite, broom=broom))
    found = Cleaned(identifiers=len(stored), identifiers_changed=len(changes))
    return Slice(stored[-1].key.hex(), found)


async def _freeze_rules(broom: Broom) -> None:
    """Say that all identifiers are as today's rules read them; said already, it stays said."""
    if await broom.database.read(checkup.normaliser_in_use) != VERSION:
        await broom.sweep(lambda tx: checkup.freeze_epoch(tx, broom.clock.now()))


async def _profiles(broom: Broom, after: str) -> Slice:
    last = profiles.StoredFact.at(after) if after else profiles.FIRST_FACT
    facts = await broom.database.read(
        partial(profiles.facts_after, after=last, most=PROFILE_FACTS_AT_ONCE)
    )
    if not facts:
        return Slice(None, Cleaned())
    nothing = profiles.saying_nothing(facts, broom.settings.zone)
    for some in by_few(nothing):
        await broom.sweep(partial(profiles.put_right, facts=some))
    unnamed = await broom.database.read(partial(profiles.provided, facts=facts))
    for few in by_few(unnamed):
        await broom.sweep(partial(profiles.name_providers, found=few))
    found = Cleaned(profile_facts=len(facts), profile_facts_changed=len(nothing))
    return Slice(facts[-1].place, found)


async def _strangers(broom: Broom, _: str) -> Slice:
    now = broom.clock.now()
    before = now - timedelta(days=broom.settings.anonymous_idle_days)
    forgotten = await broom.sweep(partial(expire_idle, before=before, now=now))
    # What a rehearsal took back would be found again and again.
    ended = broom.rehearse or not forgotten
    return Slice(None if ended else "more", Cleaned(strangers_forgotten=forgotten))


async def _customers(broom: Broom, after: str) -> Slice:
    last = ComponentId(UUID(after)) if after else checkup.FIRST_COMPONENT
    components = await broom.database.read(
        partial(checkup.components_after, after=last, most=COMPONENTS_AT_ONCE)
    )
    if not components:
        return Slice(None, Cleaned())
    look = partial(checkup.look_again, components=components, now=broom.clock.now())
    attached, recounted = await broom.sweep(partial(_settled, look=look, broom=broom))
    found = Cleaned(
        components=len(components),
        records_moved=len(attached.moves),
        edges_changed=attached.edges,
        customers_recounted=recounted,
    )
    return Slice(str(components[-1]), found)


async def _quality(broom: Broom, after: str) -> Slice:
    count = partial(
        quality.count_customers,
        after=UUID(after) if after else quality.FIRST_CUSTOMER,
        most=CUSTOMERS_COUNTED_AT_ONCE,
        now=broom.clock.now(),
    )
    last, counts = await broom.database.read(count)
    if last is not None:
        return Slice(str(last), Cleaned(quality=counts))
    return Slice(None, Cleaned(quality=counts | await broom.database.read(quality.count_values)))


SLICE_OF: Final[Mapping[Step, Callable[[Broom, str], Awaitable[Slice]]]] = {
    Step.IDENTIFIERS: _identifiers,
    Step.PROFILES: _profiles,
    Step.STRANGERS: _strangers,
    Step.CUSTOMERS: _customers,
    Step.QUALITY: _quality,
}
"""How a slice of each step is done, given the key that the one before ended with, "" at first."""


def by_few(changes: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield what is to be changed, so much at a time as may be locked."""
    for begin in range(0, len(changes), CHANGED_AT_ONCE):
        yield changes[begin : begin + CHANGED_AT_ONCE]


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
