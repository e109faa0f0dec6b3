"""How does interact read and write?  Every statement of the stage, typed at both ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, text

from app.database.rows import rows_to_json
from app.database.transaction import Connection
from app.interact.tables import (
    complaint_fact,
    consent_fact,
    contact,
    preference_fact,
    touchpoint,
)
from app.vocabulary import RecordId, TouchpointId

ADD_CONTACTS = text(
    "INSERT INTO contact SELECT * FROM jsonb_populate_recordset("
    "CAST(NULL AS contact), CAST(:rows AS jsonb)) ON CONFLICT DO NOTHING"
)
ADD_CONSENTS = text(
    "INSERT INTO consent_fact SELECT * FROM jsonb_populate_recordset("
    "CAST(NULL AS consent_fact), CAST(:rows AS jsonb)) ON CONFLICT DO NOTHING"
)
ADD_PREFERENCES = text(
    "INSERT INTO preference_fact SELECT * FROM jsonb_populate_recordset("
    "CAST(NULL AS preference_fact), CAST(:rows AS jsonb)) ON CONFLICT DO NOTHING"
)
ADD_COMPLAINTS = text(
    "INSERT INTO complaint_fact SELECT * FROM jsonb_populate_recordset("
    "CAST(NULL AS complaint_fact), CAST(:rows AS jsonb)) ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact with a customer, whoever started it; several facts may speak of one thread."""

    contact_key: bytes
    thread_key: bytes
    record_id: RecordId
    channel: str
    direction: str
    topic: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A yes or a no to a purpose, on one channel or on every one."""

    event_key: bytes
    record_id: RecordId
    purpose: str
    channel: str | None
    status: str
    occurred_at: datetime
    expires_at: datetime | None
    legal_basis: str | None
    text_version: str | None


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """How somebody wants to be spoken to."""

    event_key: bytes
    record_id: RecordId
    data: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One step in the life of a complaint."""

    event_key: bytes
    record_id: RecordId
    case_key: bytes
    status: str
    topic: str | None
    body: str | None
    satisfaction: int | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class DialogueRows:
    """What facts add to the dialogue with customers."""

    contacts: list[ContactRow]
    consents: list[ConsentRow]
    preferences: list[PreferenceRow]
    complaints: list[ComplaintRow]


async def write_facts(tx: Connection, rows: DialogueRows) -> None:
    """Store facts of the dialogue, a statement a kind; each is known by its event, stored once."""
    for statement, kind in (
        (ADD_CONTACTS, rows.contacts),
        (ADD_CONSENTS, rows.consents),
        (ADD_PREFERENCES, rows.preferences),
        (ADD_COMPLAINTS, rows.complaints),
    ):
        if kind:
            await tx.execute(statement, {"rows": rows_to_json(kind)})


async def forget_records(tx: Connection, records: Collection[RecordId]) -> set[TouchpointId]:
    """Delete the dialogue with erased records; return the touchpoints there were."""
    ids = list(records)
    for table in (contact, consent_fact, preference_fact, complaint_fact):
        await tx.execute(delete(table).where(table.c.record_id.in_(ids)))
    forgotten = await tx.execute(
        delete(touchpoint)
        .where(touchpoint.c.record_id.in_(ids))
        .returning(touchpoint.c.touchpoint_id)
    )
    return {TouchpointId(row.touchpoint_id) for row in forgotten}
