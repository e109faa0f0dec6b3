"""What does a person tell us about themself, through whoever looks after their rights?

A correction (``subject_rectification``) or a word on consent.  Both are facts like any other, with
the source ``idip`` and the customer id they were told against: they hang on the record that id was
minted for and go with it through every merge and split.  Nothing told before is rewritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from uuid_utils.compat import uuid7

from app.access import audit
from app.access.audit import Act, ActKind, Actor
from app.database import outbox
from app.database.keyed_hash import KeyedHash
from app.database.outbox import OutboxRow
from app.database.statements import statement
from app.database.transaction import Connection, SetGrew
from app.flows.erasure import Held, hold_still
from app.flows.event_command import EventType
from app.flows.event_intake import CUSTOMER_CHANGED
from app.identify.keys import OWN_SOURCE
from app.interact import queries as interact
from app.interact.queries import ConsentRow, DialogueRows
from app.ledger import queries as ledger
from app.ledger.queries import EventClaim, EventRow
from app.vocabulary import CustomerId, EventId, RecordId

HOME = statement("app.flows", "subject_home")


@dataclass(frozen=True, slots=True)
class Word:
    """Through whom, when, and under which deployment something is told."""

    actor: Actor
    now: datetime
    keyed_hash: KeyedHash
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Consent:
    """A yes or a no to a purpose, on one channel or on all of them."""

    purpose: str
    channel: str | None
    status: str
    legal_basis: str | None
    text_version: str | None
    proof: str | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Home:
    """A locked customer, and the record of theirs that what they say hangs on."""

    held: Held
    record_id: RecordId


@dataclass(frozen=True, slots=True)
class Fact:
    """What is told, as it is appended to the ledger."""

    event_key: bytes
    row: EventRow


async def consent(
    tx: Connection, customer: CustomerId, consents: Sequence[Consent], word: Word
) -> CustomerId:
    """Take a person's word on purposes and channels; the latest word on each holds.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
    """
    home = await home_of(tx, customer)
    current = home.held.customer_id
    facts = [fact_of(EventType.CONSENT, {"data": _data(each)}, home, word) for each in consents]
    await append(tx, facts, home)
    rows = [
        ConsentRow(
            fact.event_key,
            home.record_id,
            each.purpose,
            each.channel,
            each.status,
            word.now,
            each.expires_at,
            each.legal_basis,
            each.text_version,
        )
        for fact, each in zip(facts, consents, strict=True)
    ]
    await interact.write_facts(tx, DialogueRows([], rows, [], []))
    await audit.note(tx, Act(word.actor, ActKind.CONSENT_CHANGED, word.now, current))
    await announce(tx, current)
    return current


async def home_of(tx: Connection, customer: CustomerId) -> Home:
    """Lock a customer; return it with the record that the id asked was minted for.

    Raises:
        NotFound, Gone: the id was never given out, or has been erased.
        SetGrew: it was merged or split meanwhile.
    """
    held = await hold_still(tx, customer)
    row = (await tx.execute(HOME, {"customer_id": customer})).one_or_none()
    home = None if row is None else RecordId(UUID(bytes=row.record_id.bytes))
    if home not in held.records:
        raise SetGrew
    return Home(held, home)


def fact_of(kind: EventType, content: Mapping[str, Any], home: Home, word: Word) -> Fact:
    """Return a fact told to us rather than by another system; its id is new."""
    event_id = EventId(uuid7())
    key = word.keyed_hash.digest("event", OWN_SOURCE, str(event_id))
    told = {"id": str(event_id), "type": kind.value, "time": word.now, **content}
    return Fact(
        key,
        EventRow(
            event_id=event_id,
            event_key=key,
            record_id=home.record_id,
            visit_key=None,
            source=OWN_SOURCE,
            type=kind.value,
            occurred_at=word.now,
            offset_minutes=0,
            business_on=word.now.astimezone(word.zone).date(),
            payload=orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z).decode(),
        ),
    )


async def append(tx: Connection, facts: Sequence[Fact], home: Home) -> None:
    """Append facts to the ledger, on the person's record."""
    nothing = b""  # its id is new, so no content is ever compared
    claims = [
        EventClaim(fact.event_key, fact.row.event_id, nothing, nothing, home.record_id)
        for fact in facts
    ]
    await ledger.claim_events(tx, claims, ())
    await ledger.append_events(tx, [fact.row for fact in facts])


def _data(consent: Consent) -> dict[str, Any]:
    told = {
        "purpose": consent.purpose,
        "channel": consent.channel,
        "status": consent.status,
        "legal_basis": consent.legal_basis,
        "text_version": consent.text_version,
        "proof": consent.proof,
        "expires_at": consent.expires_at,
    }
    return {name: value for name, value in told.items() if value is not None}


async def announce(tx: Connection, customer: CustomerId) -> None:
    """Say in the outbox that a customer changed."""
    await outbox.put(tx, [OutboxRow(uuid7(), CUSTOMER_CHANGED, {"customer_id": str(customer)})])
