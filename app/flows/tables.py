"""What did people ask about their own data, where is the cleaning, and how good are the data?

The register outlives the person: once they are erased it keeps a keyed pseudonym, dates and the
outcome.  A restraint hangs on records, as every fact does, so that it follows them through merges
and splits: one restrained record restrains its customer.  See ADR 0017.

Neither a round of cleaning nor the counts name anybody.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

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

cleaning_round: Final = Table(
    "cleaning_round",
    metadata,
    Column("round_id", Uuid, primary_key=True),
    Column("rules", Integer, nullable=False, comment="version of the normaliser it reads by"),
    Column("first_step", Text, nullable=False),
    Column("step", Text, nullable=True, comment="that it is at; null: all are done"),
    Column(
        "after",
        Text,
        nullable=False,
        server_default=text("''"),
        comment="key that the step was last at; empty: at its beginning",
    ),
    Column("found", JSONB, nullable=False, comment="counts so far"),
    Column("began_at", DateTime(timezone=True), nullable=False),
    Column("moved_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=True),
    CheckConstraint("(finished_at IS NULL) = (step IS NOT NULL)", name="finished"),
    Index(
        "uq_cleaning_round_open",
        literal_column("(first_step = 'quality')"),
        unique=True,
        postgresql_where=text("finished_at IS NULL"),
    ),
    comment="Rounds of cleaning: one at a time through the whole house, one that only counts",
)

data_quality: Final = Table(
    "data_quality",
    metadata,
    Column("measure", Text, primary_key=True),
    Column("found", BigInteger, nullable=False),
    Column("counted_at", DateTime(timezone=True), nullable=False),
    comment="How many customers there are, and of how many what is missing or old",
)
