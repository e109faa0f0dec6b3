"""Sums of money have room for six digits more than one amount.

They had the width of one amount: a hundred of the longest on one record and day made every sale
after them fail, and a merge could have done the same.  Where only the precision grows PostgreSQL
rewrites neither rows nor indexes: the tables are locked for a moment, whatever they hold, and the
running version goes on.

Revision: 20261123_0011
Revises: 20261122_0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261123_0011"
down_revision: str | None = "20261122_0010"


def upgrade() -> None:
    """Widen what adds up: an order's entries, a record's day, a customer's numbers."""
    for table, columns in {
        "trade_entry": ("net", "cost", "discount"),
        "day_bucket": ("net", "cost"),
        "customer_stat": ("net", "cost"),
    }.items():
        for column in columns:
            op.alter_column(table, column, type_=sa.Numeric(24, 2), existing_type=sa.Numeric(18, 2))
