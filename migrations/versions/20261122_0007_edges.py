"""Scored edges: what the evidence says about two records that share something.

Expand only: what the running version still uses stays (CONTRIBUTING.md).  The table starts empty;
a component's edges are written when it is next looked at, or by `idip clean`.

Revision: 20261122_0007
Revises: 20261122_0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_0007"
down_revision: str | None = "20261122_0006"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "edge",
        sa.Column("record_lo", sa.Uuid(), nullable=False, comment="the lower id of the two"),
        sa.Column("record_hi", sa.Uuid(), nullable=False),
        sa.Column(
            "epoch", sa.Integer(), nullable=False, comment="whose weights and limits judged it"
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "millibits",
            sa.Integer(),
            nullable=False,
            comment="what the evidence weighs together",
        ),
        sa.Column(
            "breakdown",
            postgresql.JSONB(),
            nullable=False,
            comment="millibits by field; null: this decides",
        ),
        sa.PrimaryKeyConstraint("record_lo", "record_hi", name=op.f("pk_edge")),
        sa.CheckConstraint(
            "kind IN ('scored', 'must_link', 'cannot_link')", name=op.f("ck_edge_kind")
        ),
        sa.CheckConstraint("record_lo < record_hi", name=op.f("ck_edge_order")),
    )
    op.create_index("ix_edge_record_hi", "edge", ["record_hi"])
