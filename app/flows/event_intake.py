"""What happens when facts arrive?  One transaction for one or a thousand, told straight.

    read       what each event says, and about whom            (pure)
    claim      its once-for-ever identity                      → new, duplicate or refused
    bury       what speaks of somebody who was erased
    write      the facts, those about trade under their locked orders
    attach     records to customers, under the locks of identifiers and components, in that order
    book       what orders mean now, the numbers, and what others must be told

Every statement is set-based: their number does not grow with the array.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from uuid_utils.compat import uuid7

from app.database import outbox
from app.database.outbox import OutboxRow
from app.database.transaction import Connection, SetGrew
from app.differentiate import queries as differentiate
from app.differentiate import score
from app.flows import event_facts
from app.flows.event_command import EventCommand, ItemResult, ItemStatus, Unreadable
from app.flows.event_erased import persons_named, without_names
from app.flows.event_facts import Told
from app.flows.event_reading import (
    TRADE,
    Rates,
    Reader,
    ReadEvent,
    about_the_person,
    needs_rate,
    read_event,
    sent_money,
    trade_fact,
)
from app.identify import queries as identify
from app.identify.attach import Attached, attach
from app.identify.erasure import queries as forgetting
from app.identify.holdings import holdings_of
from app.identify.portrait import unusable
from app.interact import queries as interact
from app.ledger import queries as ledger
from app.ledger.queries import EventClaim
from app.problems import Conflict, Problem
from app.vocabulary import CustomerId, EventId, RecordId

CUSTOMER_CHANGED = "customer.changed"
"""Outbox topic: a customer's records or numbers are not what they were."""

INSTANT: Final = timedelta(microseconds=1)
"""How much later than its neighbour an item of an array is told.  To take one takes a hundred times
as long, so that whoever sends the next array once this one is answered tells it later still."""

_BREATH: Final = 6
"""After so many events others get their turn: a ring waits no longer than reading these takes."""


@dataclass(slots=True)
class _Sheet:
    """What became of each item, by place, and whose record answers for those that came before."""

    results: dict[int, ItemResult] = field(default_factory=dict)
    owners: dict[int, RecordId] = field(default_factory=dict)

    def refuse(self, place: int, event_id: str | None, problem: Problem) -> None:
        self.results[place] = ItemResult(event_id, ItemStatus.REFUSED, problem=problem.anew())


async def take_events(
    tx: Connection, items: Sequence[EventCommand | Unreadable], reader: Reader, now: datetime
) -> list[ItemResult]:
    """Take in events; return what became of each, in order.

    The items that cannot be read or must not be taken are refused, each by itself.  The state
    afterwards is a function of the set of facts taken: shuffled, repeated, late, one by one or in
    arrays, it is the same.
    """
    sheet = _Sheet()
    told = await _read(tx, items, reader, now, sheet)
    fresh, awaited = await _claim(tx, told, reader, now, sheet)
    named = _erasable(fresh)
    if erased := await _erased(tx, named):
        # The person is taken out of it: it counts, and links nothing.
        fresh = [item.about(without_names(item.read, erased)) for item in fresh]
        named = _erasable(fresh)
    customers = await _write(tx, fresh, awaited, named, now) if fresh else {}
    await _answer(tx, told, fresh, customers, now, sheet)
    return [sheet.results[place] for place in range(len(items))]


async def _read(
    tx: Connection,
    items: Sequence[EventCommand | Unreadable],
    reader: Reader,
    now: datetime,
    sheet: _Sheet,
) -> list[Told]:
    """Read what can be read; refuse the rest."""
    found: list[tuple[int, ReadEvent]] = []
    for place, item in enumerate(items):
        try:
            if isinstance(item, Unreadable):
                sheet.refuse(place, item.id, item.problem)
            else:
                found.append((place, read_event(item, reader, now)))
        except Problem as problem:
            sheet.refuse(place, item.id, problem)
        if place % _BREATH == _BREATH - 1:
            await asyncio.sleep(0)
    foreign = {pair for _, read in found if (pair := needs_rate(read, reader)) is not None}
    rates = await differentiate.rates_on(tx, foreign) if foreign else {}
    told: list[Told] = []
    for place, read in found:
        try:
            told.append(_told(place, read, reader, rates))
        except Problem as problem:
            sheet.refuse(place, read.command.id, problem)
    return told


def _told(place: int, read: ReadEvent, reader: Reader, rates: Rates) -> Told:
    event_id = EventId(uuid7())
    if read.command.type not in TRADE:
        return Told(place, event_id, read)
    sent = sent_money(read, reader, rates)
    return Told(place, event_id, read, trade_fact(read, sent, reader), sent)


async def _claim(
    tx: Connection, told: Sequence[Told], reader: Reader, now: datetime, sheet: _Sheet
) -> tuple[list[Told], frozenset[bytes]]:
    """Take each event's identity; return those that are new, and what duplicates add to a person.

    With them come the keys that others referred to before.  The same id with the same content is a
    duplicate, with other content it is refused: a source that corrects itself says so under a new
    id.
    """
    first: dict[bytes, Told] = {}
    for item in told:
        first.setdefault(item.read.event_key, item)
    referred = {item.trade.refers_key for item in told if item.trade and item.trade.refers_key}
    claims = {key: _identity(item) for key, item in first.items()}
    if not claims:
        return [], frozenset()
    claimed = await ledger.claim_events(tx, list(claims.values()), referred)
    old = claims.keys() - claimed.new
    stored = claims | (await ledger.stored_claims(tx, old) if old else {})
    added: dict[bytes, Told] = {}
    for item in told:
        key = item.read.event_key
        if key in old or item is not first[key]:
            again = _repeated(item, stored[key], reader, now, sheet)
            if again is not None:  # the same news told once more is the fact it was
                added.setdefault(again.read.event_key, again)
    fresh = [item for key, item in first.items() if key in claimed.new]
    if added:
        late = await ledger.claim_events(tx, [_identity(item) for item in added.values()], ())
        fresh += [added[key] for key in late.new]
    return fresh, claimed.awaited


def _repeated(
    item: Told, before: EventClaim, reader: Reader, now: datetime, sheet: _Sheet
) -> Told | None:
    """Answer for an event that came before; return what it newly says of its person, if anything.

    Newer identifiers or profile are taken as a profile fact of now, on the record of the event;
    what is told later in an array is newer, as it would be in a request of its own.
    """
    command = item.read.command
    if before.content_hash != item.read.content_hash:
        reused = Conflict("this event id came before with other content", code="event-id-reused")
        sheet.refuse(item.place, command.id, reused)
        return None
    sheet.results[item.place] = ItemResult(
        command.id, ItemStatus.DUPLICATE, ignored=item.read.ignored
    )
    if before.record_id is None:
        return None
    sheet.owners[item.place] = before.record_id
    read = about_the_person(item.read, before, reader, now + item.place * INSTANT)
    return None if read is None else Told(item.place, EventId(uuid7()), read)


def _identity(item: Told) -> EventClaim:
    read = item.read
    return EventClaim(
        read.event_key, item.event_id, read.content_hash, read.person_hash, read.record_id
    )


def _erasable(fresh: Sequence[Told]) -> list[bytes]:
    """Return by what each event would be known to speak of somebody erased, in order.

    It is asked for twice, and what is in order already is put in order again for next to nothing.
    """
    wanted: set[bytes] = {named.key for item in fresh for named in item.names}
    for item in fresh:
        if item.read.evidence is not None:
            wanted.add(item.read.evidence.record_id.bytes)
            wanted |= persons_named(item.read.evidence)
        if item.read.visit_key is not None:
            wanted.add(item.read.visit_key)
    return sorted(wanted)


async def _erased(tx: Connection, named: Collection[bytes]) -> set[bytes]:
    """Return which records, identifiers and visits of these belong to somebody erased."""
    return await forgetting.tombstones_among(tx, named) if named else set()


async def _write(
    tx: Connection,
    fresh: Sequence[Told],
    awaited: Collection[bytes],
    named: Collection[bytes],
    now: datetime,
) -> dict[RecordId, CustomerId]:
    """Write what is new, under the locks of all it touches; return each record's customer.

    The facts themselves are most of what is written, and need no customer's lock: they come first,
    so that the next who tells of the same customers waits half as long.

    ``awaited`` are the events that others referred to before; ``named`` is what it names of whom,
    none of them erased so far.

    Raises:
        SetGrew: somebody spoken of here was erased while we waited for the locks.
    """
    trade = [item.trade for item in fresh if item.trade is not None]
    sent = event_facts.sent(fresh)
    orders = await score.claim(tx, trade, sent, awaited) if trade else None
    await ledger.append_events(tx, [event_facts.event_row(item) for item in fresh])
    evidence = [item.read.evidence for item in fresh if item.read.evidence is not None]
    touched = orders.records if orders else frozenset()
    profile = event_facts.profile_facts(fresh)
    attached = Attached({})
    if evidence or touched:
        attached = await attach(tx, evidence, touched, now, profile)
    if await _erased(tx, named):
        raise SetGrew
    await identify.write_visits(tx, event_facts.visit_facts(fresh))
    await unusable.keep(tx, event_facts.unusable_rows(fresh))
    await interact.write_facts(tx, event_facts.dialogue(fresh))
    booked = await score.book(tx, orders) if orders else set()
    changed = attached.changed | {attached.customers[record] for record in booked}
    await differentiate.refresh_stats(tx, changed, now)
    await outbox.put(tx, [_announcement(customer) for customer in sorted(changed)])
    return {
        record: customer
        for record, customer in attached.customers.items()
        if record not in attached.generic
    }


def _announcement(customer: CustomerId) -> OutboxRow:
    return OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})


async def _answer(
    tx: Connection,
    told: Sequence[Told],
    fresh: Sequence[Told],
    customers: Mapping[RecordId, CustomerId],
    now: datetime,
    sheet: _Sheet,
) -> None:
    """Name the customer of every item taken: of its record, or of the visit it came in."""
    for item in fresh:
        command = item.read.command
        accepted = ItemResult(command.id, ItemStatus.ACCEPTED, ignored=item.read.ignored)
        if sheet.results.setdefault(item.place, accepted) is accepted and item.read.record_id:
            sheet.owners[item.place] = item.read.record_id
    known = dict(customers)
    strangers = set(sheet.owners.values()) - known.keys()
    known |= await identify.customers_of(tx, strangers) if strangers else {}
    named = {place: known.get(record) for place, record in sheet.owners.items()}
    visits = {t.place: t.read.visit_key for t in told if t.place not in named and t.read.visit_key}
    if visits:
        held = await holdings_of(tx, (), set(visits.values()), now)
        owner = {holding.key: holding.customer_id for holding in held}
        named |= {place: owner.get(visit) for place, visit in visits.items()}
    for place, customer in named.items():
        it = sheet.results[place]
        sheet.results[place] = ItemResult(it.id, it.status, customer, it.ignored, it.problem)
