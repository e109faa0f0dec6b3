"""Reviews: what somebody should look at, what they said, and an agent's word about a caller.

Expand only: what the running version still uses stays (CONTRIBUTING.md).

Revision: 20261122_0006
Revises: 20261122_0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_0006"
down_revision: str | None = "20261122_0005"


def upgrade() -> None:
    """Add the tables, what a moment was asked with, and who held a record when."""
    _add_reviews()
    _add_retractions()
    _add_words()
    op.add_column(
        "touchpoint",
        sa.Column(
            "identifier_keys",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=True,
            comment="of what was asked with; null: not kept, or nothing was",
        ),
    )
    op.create_index("ix_identity_log_to_customer_id", "identity_log", ["to_customer_id"])


def _add_reviews() -> None:
    op.create_table(
        "review",
        sa.Column(
            "review_id", sa.Uuid(), nullable=False, comment="hash of the kind and what it is about"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "identifier_key",
            sa.LargeBinary(),
            nullable=True,
            comment="the value it is about, if one",
        ),
        sa.Column(
            "sides",
            postgresql.ARRAY(sa.Uuid()),
            nullable=False,
            comment="a record of each customer involved",
        ),
        sa.Column(
            "details",
            postgresql.JSONB(),
            nullable=False,
            comment="why: levels, bits, counts; no values",
        ),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="of the details"),
        sa.Column(
            "uncertainty",
            sa.Double(),
            nullable=False,
            comment="0 hardly a question … 1 even odds",
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("review_id", name=op.f("pk_review")),
        sa.CheckConstraint(
            "state IN ('open', 'unsure', 'decided', 'moot')", name=op.f("ck_review_state")
        ),
    )
    op.create_index("ix_review_sides", "review", ["sides"], postgresql_using="gin")
    op.create_index("ix_review_state_opened_at", "review", ["state", "opened_at"])
    op.create_index("ix_review_identifier_key", "review", ["identifier_key"])
    op.create_table(
        "review_verdict",
        sa.Column("verdict_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False, comment="of what was judged"),
        sa.Column("identity_decision_id", sa.Uuid(), nullable=True, comment="what carries it out"),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("verdict_id", name=op.f("pk_review_verdict")),
        sa.CheckConstraint(
            "verdict IN ('same', 'different', 'unsure', 'undo')",
            name=op.f("ck_review_verdict_verdict"),
        ),
    )
    op.create_index("ix_review_verdict_review_id", "review_verdict", ["review_id"])


def _add_retractions() -> None:
    op.create_table(
        "identity_retraction",
        sa.Column(
            "identity_decision_id",
            sa.Uuid(),
            nullable=False,
            comment="the decision taken back",
        ),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("identity_decision_id", name=op.f("pk_identity_retraction")),
    )


def _add_words() -> None:
    op.create_table(
        "identity_word",
        sa.Column("word_id", sa.Uuid(), nullable=False),
        sa.Column("touchpoint_id", sa.Uuid(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column(
            "record_id", sa.Uuid(), nullable=False, comment="of the customer it was said about"
        ),
        sa.Column(
            "verified_by",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="what was checked, by name",
        ),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("word_id", name=op.f("pk_identity_word")),
        sa.CheckConstraint("word IN ('confirmed', 'denied')", name=op.f("ck_identity_word_word")),
    )
    op.create_index("ix_identity_word_touchpoint_id", "identity_word", ["touchpoint_id"])
    op.create_index("ix_identity_word_record_id", "identity_word", ["record_id"])
    op.create_table(
        "identity_word_link",
        sa.Column("word_id", sa.Uuid(), nullable=False),
        sa.Column("identifier_key", sa.LargeBinary(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column(
            "assurance",
            sa.SmallInteger(),
            nullable=False,
            comment="what a confirmed link is worth",
        ),
        sa.PrimaryKeyConstraint(
            "word_id", "identifier_key", "record_id", name=op.f("pk_identity_word_link")
        ),
    )
    op.create_index("ix_identity_word_link_record_id", "identity_word_link", ["record_id"])
