"""What did a person ask of us about their own data, and what keeps us from using or erasing it?

The register outlives the person: once they are erased it keeps a keyed pseudonym, dates and the
outcome.  A restraint hangs on records, as every fact does, so that it follows them through merges
and splits: one restrained record restrains its customer.  See ADR 0017.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from app.database.metadata import metadata

subject_request: Final = Table(
    "subject_request",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject_key", LargeBinary, nullable=True, comment="keyed hash of the customer id"),
    Column("customer_id", Uuid, nullable=True, comment="null: nobody we know, or erased"),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("due_on", Date, nullable=False, comment="by the law of the deployment's country"),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=True, comment="code: why refused, or what it waits for"),
    Column("waits_until", Date, nullable=True, comment="last day of the hold it waits for"),
    Column("received_by", Text, nullable=False, comment="name of the client key"),
    Column("closed_at", DateTime(timezone=True), nullable=True),
    Column("closed_by", Text, nullable=True, comment="name of the client key, or worker"),
    CheckConstraint(
        "kind IN ('access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')",
        name="kind",
    ),
    CheckConstraint("state IN ('received', 'in_progress', 'done', 'refused')", name="state"),
    CheckConstraint("(closed_at IS NOT NULL) = (state IN ('done', 'refused'))", name="closed"),
    Index("ix_subject_request_customer_id", "customer_id"),
    Index("ix_subject_request_open_due_on", "due_on", postgresql_where=text("closed_at IS NULL")),
)

restraint: Final = Table(
    "restraint",
    metadata,
    Column("restraint_id", Uuid, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False, comment="code"),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_on", Date, nullable=True, comment="its last day; null: until lifted"),
    Column("actor", Text, nullable=False, comment="name of the client key"),
    Column("lifted_at", DateTime(timezone=True), nullable=True),
    Column("lifted_by", Text, nullable=True),
    CheckConstraint("kind IN ('restriction', 'hold')", name="kind"),
    CheckConstraint("kind <> 'hold' OR ends_on IS NOT NULL", name="hold_ends"),
    Index("ix_restraint_record_id", "record_id"),
)
