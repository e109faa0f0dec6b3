"""What have we said to each other, and what may we say?

Contacts, consents, preferences and complaints are facts: they hang on records and follow them
through every merge and split.  What holds for a customer is read over the customer's records.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.database.metadata import metadata

touchpoint: Final = Table(
    "touchpoint",
    metadata,
    Column("touchpoint_id", Uuid, primary_key=True),
    Column("interaction_key", LargeBinary, nullable=True, unique=True),
    Column("record_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("request_hash", LargeBinary, nullable=False, comment="of what was asked"),
    Column(
        "context", JSONB, nullable=False, comment="personal: what the caller told of the moment"
    ),
    Column("answer", JSONB, nullable=False, comment="personal: asked again, answered again"),
    Column(
        "identifier_keys",
        ARRAY(LargeBinary),
        nullable=True,
        comment="of what was asked with; null: not kept, or nothing was",
    ),
    Index("ix_touchpoint_record_id_occurred_at", "record_id", "occurred_at"),
)

contact: Final = Table(
    "contact",
    metadata,
    Column("contact_key", LargeBinary, primary_key=True, comment="of the event or touchpoint"),
    Column("thread_key", LargeBinary, nullable=False, comment="what several tell of one contact"),
    Column("record_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("topic", Text, nullable=True),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("direction IN ('inbound', 'outbound')", name="direction"),
    Index("ix_contact_record_id_occurred_at", "record_id", "occurred_at"),
)

consent_fact: Final = Table(
    "consent_fact",
    metadata,
    Column("event_key", LargeBinary, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=True, comment="null: every channel"),
    Column("status", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=True),
    Column("legal_basis", Text, nullable=True),
    Column("text_version", Text, nullable=True),
    Index("ix_consent_fact_record_id", "record_id"),
)

preference_fact: Final = Table(
    "preference_fact",
    metadata,
    Column("event_key", LargeBinary, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Index("ix_preference_fact_record_id", "record_id"),
)

complaint_fact: Final = Table(
    "complaint_fact",
    metadata,
    Column("event_key", LargeBinary, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("case_key", LargeBinary, nullable=False),
    Column("status", Text, nullable=False),
    Column("topic", Text, nullable=True),
    Column("body", Text, nullable=True, comment="consumer agency or court, when one is involved"),
    Column("satisfaction", SmallInteger, nullable=True),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("status IN ('opened', 'assigned', 'closed')", name="status"),
    Index("ix_complaint_fact_record_id", "record_id"),
)
