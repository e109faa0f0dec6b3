"""Which facts came, once and for ever?

``event_key`` is the once-for-ever identity of a fact and outlives its erasure; ``event`` is the
fact itself, partitioned by the month of its UUIDv7 id (the month it was received), so that old
months can be detached whole.  See ADR 0009.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.database.metadata import metadata

event_key: Final = Table(
    "event_key",
    metadata,
    Column("event_key", LargeBinary, primary_key=True, comment="keyed hash of (source, event id)"),
    Column("event_id", Uuid, nullable=True, comment="null: only referred to, not seen yet"),
    Column(
        "content_hash", LargeBinary, nullable=True, comment="of type, time, record_key and data"
    ),
    Column("person_hash", LargeBinary, nullable=True, comment="of identifiers and profile"),
    Column("record_id", Uuid, nullable=True, comment="null: generic, erased or not seen yet"),
    Index("ix_event_key_record_id", "record_id"),
)

event: Final = Table(
    "event",
    metadata,
    Column("event_id", Uuid, primary_key=True, comment="UUIDv7: when it was received"),
    Column("event_key", LargeBinary, nullable=False),
    Column("record_id", Uuid, nullable=True),
    Column("visit_key", LargeBinary, nullable=True, comment="identifier key of the visit, if one"),
    Column("source", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("offset_minutes", SmallInteger, nullable=False, comment="of the sender's clock"),
    Column("business_on", Date, nullable=False, comment="in the deployment's zone, fixed here"),
    Column("payload", JSONB, nullable=False, comment="personal: as received, deletable"),
    Index("ix_event_record_id_occurred_at", "record_id", "occurred_at"),
    Index(
        "ix_event_visit_key_occurred_at",
        "visit_key",
        "occurred_at",
        postgresql_where=text("visit_key IS NOT NULL"),
    ),
    postgresql_partition_by="RANGE (event_id)",
)
