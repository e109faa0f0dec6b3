"""Who is who, and why?

Facts hang on records; a customer is a set of records.  A merge or a split moves rows of
``membership`` and rewrites no fact.  Record ids are keyed hashes of (source, record key), so the
record of a fact is known before the database is asked.  See ADR 0009.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.database.metadata import metadata

epoch: Final = Table(
    "epoch",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("model", JSONB, nullable=False, comment="frozen evidence weights and limits"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("promoted_at", DateTime(timezone=True), nullable=True),
    CheckConstraint("status IN ('draft', 'shadow', 'active', 'retired')", name="status"),
    Index(
        "uq_epoch_active",
        "status",
        unique=True,
        postgresql_where=text("status = 'active'"),
    ),
)

identifier: Final = Table(
    "identifier",
    metadata,
    Column("identifier_key", LargeBinary, primary_key=True),
    Column("type", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("value", Text, nullable=False, comment="personal: canonical value"),
    Column("party", Text, nullable=False),
    Column("state", Text, nullable=False, comment="active, generic (past the epoch's limit)"),
    CheckConstraint("state IN ('active', 'generic', 'unidentifying')", name="state"),
    Index("ix_identifier_generic", "identifier_key", postgresql_where=text("state = 'generic'")),
    Index(
        "ix_identifier_company_root",
        text("left(value, 8)"),
        postgresql_where=text("type = 'tax_id' AND scope = 'BR' AND party = 'company'"),
    ),
    postgresql_with={"fillfactor": "85"},
)

record: Final = Table(
    "record",
    metadata,
    Column("record_id", Uuid, primary_key=True, comment="keyed hash of (source, record key)"),
    Column("source", Text, nullable=False),
    Column("keyed", Boolean, nullable=False, comment="the source has a key of its own for it"),
    Column("anonymous", Boolean, nullable=False, comment="made by asking, not by telling"),
    Column(
        "tokens",
        ARRAY(LargeBinary),
        nullable=False,
        server_default=text("'{}'"),
        comment="keyed hashes of each first name and birth date ever told",
    ),
    Column(
        "generic",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="stands for nobody: more persons than the epoch allows",
    ),
    Column("born_customer_id", Uuid, nullable=True, comment="the customer id minted for it"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column(
        "party",
        Text,
        nullable=False,
        server_default=text("'unknown'"),
        comment="of whom it speaks, by its tax ids and names: person, company, unknown",
    ),
    CheckConstraint("party IN ('person', 'company', 'unknown')", name="party"),
    Index("ix_record_generic", "record_id", postgresql_where=text("generic")),
)

record_identifier: Final = Table(
    "record_identifier",
    metadata,
    Column("identifier_key", LargeBinary, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("assurance", SmallInteger, nullable=False, comment="0 inferred … 3 verified"),
    Column(
        "unnamed",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="told at least once without a person's name",
    ),
    Column(
        "denied_at",
        DateTime(timezone=True),
        nullable=True,
        comment="said not to be theirs; weighs again once told later than that",
    ),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
    Index("ix_record_identifier_record_id", "record_id"),
    postgresql_with={"fillfactor": "85"},
)

profile_fact: Final = Table(
    "profile_fact",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("attribute", Text, primary_key=True),
    Column("assurance", SmallInteger, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False, comment="personal"),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("event_key", LargeBinary, nullable=False, comment="breaks ties of time"),
    Column("provider", Text, nullable=True, comment="who enriched it, as the source tells"),
)

unusable_identifier: Final = Table(
    "unusable_identifier",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("type", Text, primary_key=True),
    Column("value", Text, primary_key=True, comment="personal: as the source wrote it"),
    Column("fault", Text, primary_key=True, comment="code of what is wrong with it"),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("last_seen_at", DateTime(timezone=True), nullable=False),
)

component: Final = Table(
    "component",
    metadata,
    Column("component_id", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False),
)

membership: Final = Table(
    "membership",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("component_id", Uuid, nullable=False),
    Column("customer_id", Uuid, nullable=False),
    Index("ix_membership_component_id", "component_id"),
    Index("ix_membership_customer_id", "customer_id"),
)

customer: Final = Table(
    "customer",
    metadata,
    Column("customer_id", Uuid, primary_key=True, comment="public, lives for ever"),
    Column("birth_record_id", Uuid, nullable=False, comment="answers where this record is"),
    Column("current_customer_id", Uuid, nullable=False, comment="itself, or its survivor: flat"),
    Column("anonymous", Boolean, nullable=False, comment="outside lists and counts"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True), nullable=True),
    Index("ix_customer_current_customer_id", "current_customer_id"),
    Index("ix_customer_birth_record_id", "birth_record_id"),
    Index("ix_customer_anonymous_created_at", "created_at", postgresql_where=text("anonymous")),
)

edge: Final = Table(
    "edge",
    metadata,
    Column("record_lo", Uuid, primary_key=True, comment="the lower id of the two"),
    Column("record_hi", Uuid, primary_key=True),
    Column("epoch", Integer, nullable=False, comment="whose weights and limits judged it"),
    Column("kind", Text, nullable=False),
    Column("millibits", Integer, nullable=False, comment="what the evidence weighs together"),
    Column("breakdown", JSONB, nullable=False, comment="millibits by field; null: this decides"),
    CheckConstraint("kind IN ('scored', 'must_link', 'cannot_link')", name="kind"),
    CheckConstraint("record_lo < record_hi", name="order"),
    Index("ix_edge_record_hi", "record_hi"),
)

identity_decision: Final = Table(
    "identity_decision",
    metadata,
    Column("identity_decision_id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False, comment="name of the client key"),
    Column("reason", Text, nullable=True),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('merge', 'split')", name="kind"),
)

identity_side: Final = Table(
    "identity_side",
    metadata,
    Column("identity_decision_id", Uuid, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("side", SmallInteger, nullable=False, comment="a merge has one, a split two or more"),
    Index("ix_identity_side_record_id", "record_id"),
)

identity_log: Final = Table(
    "identity_log",
    metadata,
    Column("log_id", Uuid, primary_key=True),
    Column("record_id", Uuid, nullable=False),
    Column("from_customer_id", Uuid, nullable=True, comment="null: the record is new"),
    Column("to_customer_id", Uuid, nullable=False),
    Column("cause", Text, nullable=False),
    Column("cause_id", Uuid, nullable=True, comment="the person's decision, if one"),
    Column("logged_at", DateTime(timezone=True), nullable=False),
    Index("ix_identity_log_record_id", "record_id"),
    Index("ix_identity_log_to_customer_id", "to_customer_id"),
)

visit_fact: Final = Table(
    "visit_fact",
    metadata,
    Column("visit_key", LargeBinary, primary_key=True),
    Column("occurred_at", DateTime(timezone=True), primary_key=True),
    Column("event_key", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("record_id", Uuid, nullable=True),
    Column("stitch", Boolean, nullable=False, comment="consent to claim the time before login"),
    CheckConstraint("kind IN ('login', 'logout')", name="kind"),
    Index("ix_visit_fact_record_id", "record_id"),
)

erasure_tombstone: Final = Table(
    "erasure_tombstone",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True, comment="of a record or an identifier"),
    Column("kind", Text, nullable=False),
    Column("erased_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind IN ('record', 'identifier')", name="kind"),
)

review: Final = Table(
    "review",
    metadata,
    Column("review_id", Uuid, primary_key=True, comment="hash of the kind and what it is about"),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("identifier_key", LargeBinary, nullable=True, comment="the value it is about, if one"),
    Column("sides", ARRAY(Uuid), nullable=False, comment="a record of each customer involved"),
    Column("details", JSONB, nullable=False, comment="why: levels, bits, counts; no values"),
    Column("fingerprint", LargeBinary, nullable=False, comment="of the details"),
    Column("uncertainty", Double, nullable=False, comment="0 hardly a question … 1 even odds"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('open', 'unsure', 'decided', 'moot')", name="state"),
    Index("ix_review_sides", "sides", postgresql_using="gin"),
    Index("ix_review_state_opened_at", "state", "opened_at"),
    Index("ix_review_identifier_key", "identifier_key"),
)

review_verdict: Final = Table(
    "review_verdict",
    metadata,
    Column("verdict_id", Uuid, primary_key=True),
    Column("review_id", Uuid, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, comment="of what was judged"),
    Column("identity_decision_id", Uuid, nullable=True, comment="what carries it out"),
    Column("actor", Text, nullable=False, comment="name of the client key"),
    Column("reason", Text, nullable=True),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("verdict IN ('same', 'different', 'unsure', 'undo')", name="verdict"),
    Index("ix_review_verdict_review_id", "review_id"),
)

identity_retraction: Final = Table(
    "identity_retraction",
    metadata,
    Column("identity_decision_id", Uuid, primary_key=True, comment="the decision taken back"),
    Column("actor", Text, nullable=False, comment="name of the client key"),
    Column("retracted_at", DateTime(timezone=True), nullable=False),
)

identity_word: Final = Table(
    "identity_word",
    metadata,
    Column("word_id", Uuid, primary_key=True),
    Column("touchpoint_id", Uuid, nullable=False),
    Column("word", Text, nullable=False),
    Column("record_id", Uuid, nullable=False, comment="of the customer it was said about"),
    Column("verified_by", ARRAY(Text), nullable=False, comment="what was checked, by name"),
    Column("actor", Text, nullable=False, comment="name of the client key"),
    Column("said_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("word IN ('confirmed', 'denied')", name="word"),
    Index("ix_identity_word_touchpoint_id", "touchpoint_id"),
    Index("ix_identity_word_record_id", "record_id"),
)

identity_word_link: Final = Table(
    "identity_word_link",
    metadata,
    Column("word_id", Uuid, primary_key=True),
    Column("identifier_key", LargeBinary, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("assurance", SmallInteger, nullable=False, comment="what a confirmed link is worth"),
    Index("ix_identity_word_link_record_id", "record_id"),
)
