"""What was decided, with what in hand, and what came of it?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.database.metadata import metadata

bundle: Final = Table(
    "bundle",
    metadata,
    Column("bundle_id", Text, primary_key=True, comment="SHA-256 of the canonical content"),
    Column("content", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False),
    CheckConstraint("status IN ('active', 'retired')", name="status"),
    Index("uq_bundle_active", "status", unique=True, postgresql_where=text("status = 'active'")),
)

decision: Final = Table(
    "decision",
    metadata,
    Column("decision_id", Uuid, primary_key=True),
    Column("touchpoint_id", Uuid, nullable=True),
    Column("record_id", Uuid, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("slot", SmallInteger, nullable=False),
    Column("action_key", Text, nullable=True, comment="null: nothing was worth offering"),
    Column("strategy", Text, nullable=True),
    Column("segment", Text, nullable=False, comment="the cell that learns from it"),
    Column("label", SmallInteger, nullable=True, comment="what came of it: 1, 0, null not known"),
    Column("bundle_id", Text, nullable=False),
    Column("inputs", JSONB, nullable=False, comment="personal: all that deciding read"),
    Column("result", JSONB, nullable=False, comment="chosen, ruled out and why, versions"),
    Index("ix_decision_record_id_decided_at", "record_id", "decided_at"),
    postgresql_partition_by="RANGE (decision_id)",
)

outcome: Final = Table(
    "outcome",
    metadata,
    Column("outcome_key", LargeBinary, primary_key=True),
    Column("decision_id", Uuid, nullable=False),
    Column("record_id", Uuid, nullable=False),
    Column("action_key", Text, nullable=True),
    Column("outcome", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("until", DateTime(timezone=True), nullable=True, comment="deferred until"),
    Column("value", Numeric(18, 2), nullable=True),
    Column("details", JSONB, nullable=False),
    Index("ix_outcome_decision_id", "decision_id"),
    Index("ix_outcome_record_id", "record_id"),
)

propensity: Final = Table(
    "propensity",
    metadata,
    Column("action_key", Text, primary_key=True),
    Column("segment", Text, primary_key=True),
    Column("trials", Integer, nullable=False),
    Column("successes", Integer, nullable=False),
    CheckConstraint("successes >= 0 AND successes <= trials", name="counts"),
)
