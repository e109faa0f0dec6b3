"""The house: every table the first walk needs, and the room that later ones will.

Epochs, keyed hashes, tombstones, currencies with their rates, senders' offsets and monthly
partitions are here from the start: none of them can be added to facts that came without.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "20261122_0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "api_key",
    "bundle",
    "complaint_fact",
    "component",
    "consent_fact",
    "contact",
    "customer",
    "customer_stat",
    "day_bucket",
    "decision",
    "deployment",
    "epoch",
    "erasure_tombstone",
    "event",
    "event_key",
    "identifier",
    "identity_decision",
    "identity_log",
    "identity_side",
    "job",
    "membership",
    "outbox",
    "outcome",
    "preference_fact",
    "profile_fact",
    "propensity",
    "rate",
    "record",
    "record_identifier",
    "scoring_run",
    "touchpoint",
    "trade_entry",
    "trade_fact",
    "visit_fact",
)
FIRST_EPOCH = {
    "epoch": 1,
    "status": "active",
    "model": {"evidence": "exact", "normaliser": 1},
}


def upgrade() -> None:
    """Make every table, the partitions that catch what no month has, and the first epoch."""
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False, comment="shown, and looked up by"),
        sa.Column(
            "hash", sa.LargeBinary(), nullable=False, comment="HMAC-SHA-256 of the whole key"
        ),
        sa.Column("scopes", postgresql.ARRAY(Text()), nullable=False),
        sa.Column(
            "sources",
            postgresql.ARRAY(Text()),
            nullable=True,
            comment="null: may speak for every source",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_index("ix_api_key_client", "api_key", ["client"], unique=False)
    op.create_table(
        "bundle",
        sa.Column(
            "bundle_id", sa.Text(), nullable=False, comment="SHA-256 of the canonical content"
        ),
        sa.Column("content", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.CheckConstraint("status IN ('active', 'retired')", name=op.f("ck_bundle_status")),
        sa.PrimaryKeyConstraint("bundle_id", name=op.f("pk_bundle")),
    )
    op.create_index(
        "uq_bundle_active",
        "bundle",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "complaint_fact",
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("case_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column(
            "body",
            sa.Text(),
            nullable=True,
            comment="consumer agency or court, when one is involved",
        ),
        sa.Column("satisfaction", sa.SmallInteger(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('opened', 'assigned', 'closed')", name=op.f("ck_complaint_fact_status")
        ),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_complaint_fact")),
    )
    op.create_index("ix_complaint_fact_record_id", "complaint_fact", ["record_id"], unique=False)
    op.create_table(
        "component",
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("component_id", name=op.f("pk_component")),
    )
    op.create_table(
        "consent_fact",
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=True, comment="null: every channel"),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("legal_basis", sa.Text(), nullable=True),
        sa.Column("text_version", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_consent_fact")),
    )
    op.create_index("ix_consent_fact_record_id", "consent_fact", ["record_id"], unique=False)
    op.create_table(
        "contact",
        sa.Column(
            "contact_key", sa.LargeBinary(), nullable=False, comment="of the event or touchpoint"
        ),
        sa.Column(
            "thread_key",
            sa.LargeBinary(),
            nullable=False,
            comment="what several tell of one contact",
        ),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "direction IN ('inbound', 'outbound')", name=op.f("ck_contact_direction")
        ),
        sa.PrimaryKeyConstraint("contact_key", name=op.f("pk_contact")),
    )
    op.create_index(
        "ix_contact_record_id_occurred_at", "contact", ["record_id", "occurred_at"], unique=False
    )
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.Uuid(), nullable=False, comment="public, lives for ever"),
        sa.Column(
            "birth_record_id", sa.Uuid(), nullable=False, comment="answers where this record is"
        ),
        sa.Column(
            "current_customer_id",
            sa.Uuid(),
            nullable=False,
            comment="itself, or its survivor: flat",
        ),
        sa.Column("anonymous", sa.Boolean(), nullable=False, comment="outside lists and counts"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer")),
    )
    op.create_index(
        "ix_customer_anonymous_created_at",
        "customer",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("anonymous"),
    )
    op.create_index("ix_customer_birth_record_id", "customer", ["birth_record_id"], unique=False)
    op.create_index(
        "ix_customer_current_customer_id", "customer", ["current_customer_id"], unique=False
    )
    op.create_table(
        "customer_stat",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column(
            "purchase_days", sa.Integer(), nullable=False, comment="distinct, over a lifetime"
        ),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "segment",
            sa.Text(),
            nullable=True,
            comment="as scored last, for lists; answers compute it",
        ),
        sa.Column(
            "scored_version",
            sa.Integer(),
            nullable=True,
            comment="of the scoring run it was read by",
        ),
        sa.Column(
            "rescore_on", sa.Date(), nullable=True, comment="when time alone may change the segment"
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_stat")),
    )
    op.create_index("ix_customer_stat_rescore_on", "customer_stat", ["rescore_on"], unique=False)
    op.create_index("ix_customer_stat_segment", "customer_stat", ["segment"], unique=False)
    op.create_table(
        "day_bucket",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.CheckConstraint("purchases >= 0", name=op.f("ck_day_bucket_purchases")),
        sa.PrimaryKeyConstraint("record_id", "business_on", name=op.f("pk_day_bucket")),
    )
    op.create_table(
        "decision",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("touchpoint_id", sa.Uuid(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column(
            "action_key", sa.Text(), nullable=True, comment="null: nothing was worth offering"
        ),
        sa.Column("strategy", sa.Text(), nullable=True),
        sa.Column("segment", sa.Text(), nullable=False, comment="the cell that learns from it"),
        sa.Column(
            "label",
            sa.SmallInteger(),
            nullable=True,
            comment="what came of it: 1, 0, null not known",
        ),
        sa.Column("bundle_id", sa.Text(), nullable=False),
        sa.Column(
            "inputs",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="personal: all that deciding read",
        ),
        sa.Column(
            "result",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="chosen, ruled out and why, versions",
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
        postgresql_partition_by="RANGE (decision_id)",
    )
    op.create_index(
        "ix_decision_record_id_decided_at", "decision", ["record_id", "decided_at"], unique=False
    )
    op.create_table(
        "deployment",
        sa.Column("deployment_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "secret_check",
            sa.LargeBinary(),
            nullable=False,
            comment="keyed hash of a constant: tells whether the secret is still the same",
        ),
        sa.Column(
            "currency",
            sa.Text(),
            nullable=False,
            comment="ISO 4217; every stored base amount is in it",
        ),
        sa.Column(
            "timezone",
            sa.Text(),
            nullable=False,
            comment="IANA zone; business days were fixed in it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("deployment_id = 1", name=op.f("ck_deployment_one_row")),
        sa.CheckConstraint(
            "octet_length(secret_check) = 16", name=op.f("ck_deployment_secret_check_length")
        ),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("pk_deployment")),
        comment="The one row that says whose data this is",
    )
    op.create_table(
        "epoch",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "model",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="frozen evidence weights and limits",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promoted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'shadow', 'active', 'retired')", name=op.f("ck_epoch_status")
        ),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_epoch")),
    )
    op.create_index(
        "uq_epoch_active",
        "epoch",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "erasure_tombstone",
        sa.Column(
            "key_hash", sa.LargeBinary(), nullable=False, comment="of a record or an identifier"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('record', 'identifier')", name=op.f("ck_erasure_tombstone_kind")
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_erasure_tombstone")),
    )
    op.create_table(
        "event",
        sa.Column("event_id", sa.Uuid(), nullable=False, comment="UUIDv7: when it was received"),
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column(
            "visit_key",
            sa.LargeBinary(),
            nullable=True,
            comment="identifier key of the visit, if one",
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "offset_minutes", sa.SmallInteger(), nullable=False, comment="of the sender's clock"
        ),
        sa.Column(
            "business_on", sa.Date(), nullable=False, comment="in the deployment's zone, fixed here"
        ),
        sa.Column(
            "payload",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="personal: as received, deletable",
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event")),
        postgresql_partition_by="RANGE (event_id)",
    )
    op.create_index(
        "ix_event_record_id_occurred_at", "event", ["record_id", "occurred_at"], unique=False
    )
    op.create_index(
        "ix_event_visit_key_occurred_at", "event", ["visit_key", "occurred_at"], unique=False
    )
    op.create_table(
        "event_key",
        sa.Column(
            "event_key",
            sa.LargeBinary(),
            nullable=False,
            comment="keyed hash of (source, event id)",
        ),
        sa.Column(
            "event_id", sa.Uuid(), nullable=True, comment="null: only referred to, not seen yet"
        ),
        sa.Column(
            "content_hash",
            sa.LargeBinary(),
            nullable=True,
            comment="of type, time, record_key and data",
        ),
        sa.Column(
            "person_hash", sa.LargeBinary(), nullable=True, comment="of identifiers and profile"
        ),
        sa.Column(
            "record_id", sa.Uuid(), nullable=True, comment="null: generic, erased or not seen yet"
        ),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_event_key")),
    )
    op.create_index("ix_event_key_record_id", "event_key", ["record_id"], unique=False)
    op.create_table(
        "identifier",
        sa.Column("identifier_key", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="personal: canonical value"),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="active, generic (past the epoch's limit)"
        ),
        sa.CheckConstraint(
            "state IN ('active', 'generic', 'unidentifying')", name=op.f("ck_identifier_state")
        ),
        sa.PrimaryKeyConstraint("identifier_key", name=op.f("pk_identifier")),
        postgresql_with={"fillfactor": "85"},
    )
    op.create_table(
        "identity_decision",
        sa.Column("identity_decision_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('merge', 'split')", name=op.f("ck_identity_decision_kind")),
        sa.PrimaryKeyConstraint("identity_decision_id", name=op.f("pk_identity_decision")),
    )
    op.create_table(
        "identity_log",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("from_customer_id", sa.Uuid(), nullable=True, comment="null: the record is new"),
        sa.Column("to_customer_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("cause_id", sa.Uuid(), nullable=True, comment="the person's decision, if one"),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_identity_log")),
    )
    op.create_index("ix_identity_log_record_id", "identity_log", ["record_id"], unique=False)
    op.create_table(
        "identity_side",
        sa.Column("identity_decision_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "side",
            sa.SmallInteger(),
            nullable=False,
            comment="a merge has one, a split two or more",
        ),
        sa.PrimaryKeyConstraint("identity_decision_id", "record_id", name=op.f("pk_identity_side")),
    )
    op.create_index("ix_identity_side_record_id", "identity_side", ["record_id"], unique=False)
    op.create_table(
        "job",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
        comment="Scheduled work: each name is run by one worker at a time, under a lease",
    )
    op.create_table(
        "membership",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_membership")),
    )
    op.create_index("ix_membership_component_id", "membership", ["component_id"], unique=False)
    op.create_index("ix_membership_customer_id", "membership", ["customer_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("outbox_id", sa.Uuid(), nullable=False, comment="UUIDv7, made in the service"),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column(
            "ids",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="ids only, never personal data: the handler reads the rest",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="leases taken so far",
        ),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "parked_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="given up after too many attempts; a person looks at it",
        ),
        sa.CheckConstraint("jsonb_typeof(ids) = 'object'", name=op.f("ck_outbox_ids_object")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        sa.PrimaryKeyConstraint("outbox_id", name=op.f("pk_outbox")),
        comment="What must happen after a commit, written in the same transaction",
    )
    op.create_index(
        op.f("ix_outbox_available_at_outbox_id"),
        "outbox",
        ["available_at", "outbox_id"],
        unique=False,
        postgresql_where=sa.text("parked_at IS NULL"),
    )
    op.create_table(
        "outcome",
        sa.Column("outcome_key", sa.LargeBinary(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("action_key", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True, comment="deferred until"),
        sa.Column("value", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.PrimaryKeyConstraint("outcome_key", name=op.f("pk_outcome")),
    )
    op.create_index("ix_outcome_decision_id", "outcome", ["decision_id"], unique=False)
    op.create_index("ix_outcome_record_id", "outcome", ["record_id"], unique=False)
    op.create_table(
        "preference_fact",
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_preference_fact")),
    )
    op.create_index("ix_preference_fact_record_id", "preference_fact", ["record_id"], unique=False)
    op.create_table(
        "profile_fact",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("assurance", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="personal"),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_key", sa.LargeBinary(), nullable=False, comment="breaks ties of time"),
        sa.PrimaryKeyConstraint(
            "record_id", "attribute", "assurance", name=op.f("pk_profile_fact")
        ),
    )
    op.create_table(
        "propensity",
        sa.Column("action_key", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("trials", sa.Integer(), nullable=False),
        sa.Column("successes", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "successes >= 0 AND successes <= trials", name=op.f("ck_propensity_counts")
        ),
        sa.PrimaryKeyConstraint("action_key", "segment", name=op.f("pk_propensity")),
    )
    op.create_table(
        "rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=False),
        sa.Column(
            "rate",
            sa.Numeric(precision=18, scale=8),
            nullable=False,
            comment="base units for one unit: immutable",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("rate > 0 AND rate <> 'NaN'", name=op.f("ck_rate_rate")),
        sa.PrimaryKeyConstraint("currency", "valid_on", name=op.f("pk_rate")),
    )
    op.create_table(
        "record",
        sa.Column(
            "record_id", sa.Uuid(), nullable=False, comment="keyed hash of (source, record key)"
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "keyed", sa.Boolean(), nullable=False, comment="the source has a key of its own for it"
        ),
        sa.Column(
            "anonymous", sa.Boolean(), nullable=False, comment="made by asking, not by telling"
        ),
        sa.Column(
            "born_customer_id", sa.Uuid(), nullable=True, comment="the customer id minted for it"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("pk_record")),
    )
    op.create_table(
        "record_identifier",
        sa.Column("identifier_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "assurance", sa.SmallInteger(), nullable=False, comment="0 inferred … 3 verified"
        ),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identifier_key", "record_id", name=op.f("pk_record_identifier")),
        postgresql_with={"fillfactor": "85"},
    )
    op.create_index(
        "ix_record_identifier_record_id", "record_identifier", ["record_id"], unique=False
    )
    op.create_table(
        "scoring_run",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column(
            "yardstick",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="frozen cut points and thresholds",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'shadow', 'active', 'retired')", name=op.f("ck_scoring_run_status")
        ),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_scoring_run")),
        sa.UniqueConstraint("version", name=op.f("uq_scoring_run_version")),
    )
    op.create_index(
        "uq_scoring_run_active",
        "scoring_run",
        ["status"],
        unique=True,
        postgresql_where=sa.text("status = 'active'"),
    )
    op.create_table(
        "touchpoint",
        sa.Column("touchpoint_id", sa.Uuid(), nullable=False),
        sa.Column("interaction_key", sa.LargeBinary(), nullable=True),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False, comment="of what was asked"),
        sa.Column(
            "context",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="personal: what the caller told of the moment",
        ),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=Text()),
            nullable=False,
            comment="personal: asked again, answered again",
        ),
        sa.PrimaryKeyConstraint("touchpoint_id", name=op.f("pk_touchpoint")),
        sa.UniqueConstraint("interaction_key", name=op.f("uq_touchpoint_interaction_key")),
    )
    op.create_index(
        "ix_touchpoint_record_id_occurred_at",
        "touchpoint",
        ["record_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "trade_entry",
        sa.Column("group_key", sa.LargeBinary(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True, comment="null: counts in totals only"),
        sa.Column(
            "business_on",
            sa.Date(),
            nullable=True,
            comment="null: the order counts for nothing yet",
        ),
        sa.Column("purchases", sa.SmallInteger(), nullable=False),
        sa.Column("net", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("cost", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("discount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.PrimaryKeyConstraint("group_key", "ordinal", name=op.f("pk_trade_entry")),
    )
    op.create_index(
        "ix_trade_entry_record_id_business_on",
        "trade_entry",
        ["record_id", "business_on"],
        unique=False,
    )
    op.create_table(
        "trade_fact",
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "group_key", sa.LargeBinary(), nullable=False, comment="the order it belongs to now"
        ),
        sa.Column(
            "order_key", sa.LargeBinary(), nullable=True, comment="keyed hash of (source, order id)"
        ),
        sa.Column(
            "refers_key",
            sa.LargeBinary(),
            nullable=True,
            comment="event key of the sale it speaks of",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_on", sa.Date(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column("net", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("cost", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("discount", sa.Numeric(precision=18, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True, comment="as sent"),
        sa.Column(
            "rate",
            sa.Numeric(precision=18, scale=8),
            nullable=True,
            comment="base units for one unit of currency",
        ),
        sa.Column(
            "net_sent",
            sa.Numeric(precision=18, scale=2),
            nullable=True,
            comment="in the currency sent",
        ),
        sa.CheckConstraint(
            "net <> 'NaN' AND net_sent <> 'NaN' AND cost <> 'NaN'",
            name=op.f("ck_trade_fact_money_is_number"),
        ),
        sa.PrimaryKeyConstraint("event_key", name=op.f("pk_trade_fact")),
    )
    op.create_index("ix_trade_fact_group_key", "trade_fact", ["group_key"], unique=False)
    op.create_index("ix_trade_fact_record_id", "trade_fact", ["record_id"], unique=False)
    op.create_index("ix_trade_fact_refers_key", "trade_fact", ["refers_key"], unique=False)
    op.create_table(
        "visit_fact",
        sa.Column("visit_key", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=True),
        sa.Column(
            "stitch", sa.Boolean(), nullable=False, comment="consent to claim the time before login"
        ),
        sa.CheckConstraint("kind IN ('login', 'logout')", name=op.f("ck_visit_fact_kind")),
        sa.PrimaryKeyConstraint(
            "visit_key", "occurred_at", "event_key", name=op.f("pk_visit_fact")
        ),
    )
    op.create_index("ix_visit_fact_record_id", "visit_fact", ["record_id"], unique=False)

    for table in ("event", "decision"):
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    epoch = sa.table(
        "epoch",
        sa.column("epoch", sa.Integer),
        sa.column("status", sa.Text),
        sa.column("model", postgresql.JSONB),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("promoted_at", sa.DateTime(timezone=True)),
    )
    op.execute(
        epoch.insert().values(**FIRST_EPOCH, created_at=sa.func.now(), promoted_at=sa.func.now())
    )


def downgrade() -> None:
    """Leave nothing behind; only ever run on a database that holds nothing yet."""
    for table in TABLES:
        op.drop_table(table)
