"""Who provided a fact, where the cleaning of the house is, and how good the data are.

Expand only: what the running version still uses stays (CONTRIBUTING.md).  Facts stored before this
release name no provider until the first round of cleaning, which finds it in their events.

Revision: 20261122_0009
Revises: 20261122_0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision: str = "20261122_0009"
down_revision: str | None = "20261122_0008"


def upgrade() -> None:
    """Add the column, two tables, and the indexes that count what is past its limit."""
    op.add_column(
        "profile_fact",
        sa.Column(
            "provider", sa.Text(), nullable=True, comment="who enriched it, as the source tells"
        ),
    )
    op.create_index(
        "ix_identifier_generic",
        "identifier",
        ["identifier_key"],
        postgresql_where=sa.text("state = 'generic'"),
    )
    op.create_index(
        "ix_record_generic", "record", ["record_id"], postgresql_where=sa.text("generic")
    )
    op.create_table(
        "cleaning_round",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column(
            "rules", sa.Integer(), nullable=False, comment="version of the normaliser it reads by"
        ),
        sa.Column("first_step", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=True, comment="that it is at; null: all are done"),
        sa.Column(
            "after",
            sa.Text(),
            nullable=False,
            server_default=sa.text("''"),
            comment="key that the step was last at; empty: at its beginning",
        ),
        sa.Column("found", JSONB(), nullable=False, comment="counts so far"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (step IS NOT NULL)", name=op.f("ck_cleaning_round_finished")
        ),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_cleaning_round")),
        comment="Rounds of cleaning: one at a time through the whole house, one that only counts",
    )
    op.create_index(
        "uq_cleaning_round_open",
        "cleaning_round",
        [sa.literal_column("(first_step = 'quality')")],
        unique=True,
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_table(
        "data_quality",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("measure", name=op.f("pk_data_quality")),
        comment="How many customers there are, and of how many what is missing or old",
    )
