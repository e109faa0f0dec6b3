"""Where does a moment of contact stand?  Its deployment, its caller's record, and the lock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, SetGrew
from app.flows.queries import Snapshot, snapshot
from app.flows.touchpoint_command import TouchpointCommand
from app.identify import queries
from app.identify.attach import attach
from app.identify.keys import OWN_SOURCE, identifier_key, own_record
from app.identify.normalise import normalise
from app.identify.resolve import Resolution, unusable
from app.identify.rows import NamedIdentifier, RecordEvidence
from app.identify.telling import Traits, said_in
from app.personalise.catalogue import Catalogue
from app.vocabulary import (
    Assurance,
    CustomerId,
    Faulty,
    Identifier,
    RecordId,
    TouchpointId,
    value_type,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a deployment brings to every moment of contact."""

    keyed_hash: KeyedHash
    country: str
    zone: ZoneInfo
    company_name: str
    catalogue: Catalogue
    source_rank: tuple[str, ...] = ()

    def identifiers(self, command: TouchpointCommand) -> list[Identifier]:
        """Return what was given, normalised, each once; what names nobody is left out."""
        given = self._read(command)
        return list(dict.fromkeys(each for each in given if isinstance(each, Identifier)))

    def unusable(self, command: TouchpointCommand) -> Resolution:
        """Return who it is where nothing that was given is usable."""
        return unusable({each.fault for each in self._read(command) if isinstance(each, Faulty)})

    def said(self, command: TouchpointCommand) -> Traits:
        """Return what the caller answered, ready to be compared."""
        return said_in(command.said, self.country)

    def interaction_key(self, command: TouchpointCommand) -> bytes | None:
        """Return by what the same moment is known when it is asked about again."""
        asked = command.interaction
        if asked is None:
            return None
        return self.keyed_hash.digest("interaction", asked.source, asked.id)

    def request_hash(self, command: TouchpointCommand) -> bytes:
        """Return by what the same question is known."""
        return self.keyed_hash.digest("touchpoint", command.request)

    def _read(self, command: TouchpointCommand) -> Iterator[Identifier | Faulty]:
        return (normalise(raw, country=raw.country or self.country) for raw in command.identifiers)


@value_type()
class Stand:
    """Where the facts of this moment hang, and whose they are; None is nobody."""

    record: RecordId
    customer: CustomerId | None


async def take_stand(
    tx: Connection,
    who: Resolution,
    identifiers: list[Identifier],
    touchpoint_id: TouchpointId,
    desk: Desk,
    now: datetime,
) -> Stand:
    """Lock the customer, and say on which record the facts of this moment will hang.

    On one of a known customer's records that hold what was given; on the identifier's own record
    where nobody, or more than one, is known by it; on nobody's where nothing was given.
    """
    if who.customer is not None:
        await queries.lock_components(tx, [who.customer.record_id], ())
        return Stand(who.customer.record_id, who.customer.customer_id)
    if not identifiers:
        return Stand(RecordId(touchpoint_id), None)
    best = min(identifiers, key=lambda found: (not found.identifies, found.type, found.value))
    record = own_record(desk.keyed_hash, best)
    key = identifier_key(desk.keyed_hash, best)
    named = NamedIdentifier(key, best, Assurance.INFERRED, now)
    told = RecordEvidence(record, OWN_SOURCE, keyed=False, anonymous=True, names=(named,))
    attached = await attach(tx, [told], (), now)
    return Stand(record, attached.customers[record])


async def stand_aside(
    _tx: Connection,
    who: Resolution,
    _identifiers: list[Identifier],
    touchpoint_id: TouchpointId,
    _desk: Desk,
    _now: datetime,
) -> Stand:
    """Say whose this moment is in place of ``take_stand`` where no fact of it will hang anywhere.

    Nothing is locked or written.  Whoever is not known is nobody here, though they may have asked
    before: of them nothing is looked at but what holds for everybody.
    """
    if who.customer is not None:
        return Stand(who.customer.record_id, who.customer.customer_id)
    return Stand(RecordId(touchpoint_id), None)


async def look(
    tx: Connection, stand: Stand, interaction_key: bytes | None, at: datetime, desk: Desk
) -> Snapshot:
    """Return all that one decision looks at, as it is under the customer's lock.

    Raises:
        SetGrew: the customer was merged or split before we had the lock.
    """
    today = at.astimezone(desk.zone).date()
    seen = await snapshot(
        tx, stand.customer, stand.record, interaction_key, today, at, desk.source_rank
    )
    if seen.customer_now != stand.customer:
        raise SetGrew
    return seen
