"""What would become of events that are not sent?  What the load would say, and nothing is changed.

Left out is only what cannot be told without writing: whether two events far apart in one file are
the same, and whose each would be.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.flows.event_command import EventCommand, ItemResult, ItemStatus, Unreadable
from app.flows.event_reading import (
    TRADE,
    Rates,
    Reader,
    ReadEvent,
    needs_rate,
    read_event,
    sent_money,
    trade_fact,
)
from app.ledger import queries as ledger
from app.problems import Conflict, Problem

Commands = Sequence[EventCommand | Unreadable]


def rehearse(command: EventCommand | Unreadable, reader: Reader, now: datetime) -> ItemResult:
    """Tell what can be told of an event without a database: refused, or what of it is no evidence.

    What only the database knows is left out: ids that came before, rates of foreign currencies.
    """
    read = _read(command, reader, now)
    return read if isinstance(read, ItemResult) else _accepted(read)


async def rehearse_array(
    tx: Connection, commands: Commands, reader: Reader, now: datetime
) -> list[ItemResult]:
    """Tell what would become of each event, with what the database knows; it is only read.

    A rate that is missing, an amount that is too large and an id that came with other content are
    refused, as the load refuses them; what came before with the same content is a duplicate.
    """
    told = [_read(command, reader, now) for command in commands]
    found = [each for each in told if isinstance(each, ReadEvent)]
    foreign = {pair for read in found if (pair := needs_rate(read, reader)) is not None}
    rates = await differentiate.rates_on(tx, foreign) if foreign else {}
    stored = await ledger.stored_claims(tx, {read.event_key for read in found}) if found else {}
    # Of an event that was only referred to nothing is known yet: its content is None.
    known: dict[bytes, bytes | None] = {key: it.content_hash for key, it in stored.items()}
    results: list[ItemResult] = []
    for each in told:
        if isinstance(each, ReadEvent):
            judged = _judged(each, known, rates, reader)
            if judged.status is not ItemStatus.REFUSED:  # it leaves no trace, nor would it
                known[each.event_key] = each.content_hash
            results.append(judged)
        else:
            results.append(each)
    return results


def _read(
    command: EventCommand | Unreadable, reader: Reader, now: datetime
) -> ReadEvent | ItemResult:
    if isinstance(command, Unreadable):
        return ItemResult(command.id, ItemStatus.REFUSED, problem=command.problem)
    try:
        return read_event(command, reader, now)
    except Problem as problem:
        return ItemResult(command.id, ItemStatus.REFUSED, problem=problem.anew())


def _judged(
    read: ReadEvent, known: dict[bytes, bytes | None], rates: Rates, reader: Reader
) -> ItemResult:
    before = known.get(read.event_key)
    try:
        if read.command.type in TRADE:
            trade_fact(read, sent_money(read, reader, rates), reader)
        if before not in (None, read.content_hash):
            raise Conflict("this event id came before with other content", code="event-id-reused")
    except Problem as problem:
        return ItemResult(read.command.id, ItemStatus.REFUSED, problem=problem.anew())
    if before is None:
        return _accepted(read)
    return ItemResult(read.command.id, ItemStatus.DUPLICATE, ignored=read.ignored)


def _accepted(read: ReadEvent) -> ItemResult:
    return ItemResult(read.command.id, ItemStatus.ACCEPTED, ignored=read.ignored)
