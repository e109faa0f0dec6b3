"""Indexes of visits and of references hold what has one: most facts have neither.

A sale of an ERP comes in no visit and refers to nothing, and was written into both all the same.
An index of the same name takes the place of each, and serves the running version as well.  Nothing
is written to the two tables while it is made: PostgreSQL makes no index of a partitioned table
beside its writers.

Revision: 20261122_0010
Revises: 20261122_0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_0010"
down_revision: str | None = "20261122_0009"


def upgrade() -> None:
    """Make both anew, leaving out the facts that have nothing to look up."""
    op.drop_index("ix_event_visit_key_occurred_at", "event")
    op.create_index(
        "ix_event_visit_key_occurred_at",
        "event",
        ["visit_key", "occurred_at"],
        postgresql_where=sa.text("visit_key IS NOT NULL"),
    )
    op.drop_index("ix_trade_fact_refers_key", "trade_fact")
    op.create_index(
        "ix_trade_fact_refers_key",
        "trade_fact",
        ["refers_key"],
        postgresql_where=sa.text("refers_key IS NOT NULL"),
    )
