"""Idempotency keys: which requests were answered lately, and how.

Expand only: what the running version still uses stays (CONTRIBUTING.md).

Revision: 20261122_0002
Revises: 20261122_0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_0002"
down_revision: str | None = "20261122_0001"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "idempotency_key",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False, comment="of client and key"),
        sa.Column(
            "fingerprint", sa.LargeBinary(), nullable=False, comment="keyed hash of what was asked"
        ),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status", sa.SmallInteger(), nullable=True, comment="null: while the work goes on"
        ),
        sa.Column("media_type", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True, comment="the answer; null: erased"),
        sa.Column(
            "mentions", postgresql.ARRAY(sa.Uuid()), nullable=True, comment="every id in the answer"
        ),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_claimed_at", "idempotency_key", ["claimed_at"])
    op.create_index(
        "ix_idempotency_key_mentions", "idempotency_key", ["mentions"], postgresql_using="gin"
    )
