"""Data-subject rights: the register of requests, and what restrains the use or erasure of records.

Expand only: what the running version still uses stays (CONTRIBUTING.md).

Revision: 20261122_0004
Revises: 20261122_0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_0004"
down_revision: str | None = "20261122_0003"


def upgrade() -> None:
    """Add both tables."""
    _add_subject_request()
    _add_restraint()


def _add_subject_request() -> None:
    op.create_table(
        "subject_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "subject_key",
            sa.LargeBinary(),
            nullable=True,
            comment="keyed hash of the customer id",
        ),
        sa.Column(
            "customer_id", sa.Uuid(), nullable=True, comment="null: nobody we know, or erased"
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "due_on", sa.Date(), nullable=False, comment="by the law of the deployment's country"
        ),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column(
            "reason", sa.Text(), nullable=True, comment="code: why refused, or what it waits for"
        ),
        sa.Column(
            "waits_until", sa.Date(), nullable=True, comment="last day of the hold it waits for"
        ),
        sa.Column("received_by", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "closed_by", sa.Text(), nullable=True, comment="name of the client key, or worker"
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_subject_request")),
        sa.CheckConstraint(
            "kind IN"
            " ('access', 'rectification', 'erasure', 'restriction', 'objection', 'portability')",
            name=op.f("ck_subject_request_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'in_progress', 'done', 'refused')",
            name=op.f("ck_subject_request_state"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NOT NULL) = (state IN ('done', 'refused'))",
            name=op.f("ck_subject_request_closed"),
        ),
    )
    op.create_index("ix_subject_request_customer_id", "subject_request", ["customer_id"])
    op.create_index(
        "ix_subject_request_open_due_on",
        "subject_request",
        ["due_on"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _add_restraint() -> None:
    op.create_table(
        "restraint",
        sa.Column("restraint_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False, comment="code"),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "ends_on",
            sa.Date(),
            nullable=True,
            comment="its last day; null: until lifted",
        ),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of the client key"),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("restraint_id", "record_id", name=op.f("pk_restraint")),
        sa.CheckConstraint("kind IN ('restriction', 'hold')", name=op.f("ck_restraint_kind")),
        sa.CheckConstraint(
            "kind <> 'hold' OR ends_on IS NOT NULL", name=op.f("ck_restraint_hold_ends")
        ),
    )
    op.create_index("ix_restraint_record_id", "restraint", ["record_id"])
