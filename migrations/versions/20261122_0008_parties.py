"""Of whom a record speaks, person or company, and identifiers that came with a fault.

Expand only: what the running version still uses stays (CONTRIBUTING.md).  Records start as
`unknown`; they are judged when their component is next looked at, or by `idip clean`.  What came
with a fault before this release stands in the events only.

Revision: 20261122_0008
Revises: 20261122_0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "20261122_0008"
down_revision: str | None = "20261122_0007"


def upgrade() -> None:
    """Add the column, the index that finds the branches of a company, and the table."""
    op.add_column(
        "record",
        sa.Column(
            "party",
            sa.Text(),
            nullable=False,
            server_default=sa.text("'unknown'"),
            comment="of whom it speaks, by its tax ids and names: person, company, unknown",
        ),
    )
    op.create_check_constraint(
        op.f("ck_record_party"), "record", "party IN ('person', 'company', 'unknown')"
    )
    op.create_index(
        "ix_identifier_company_root",
        "identifier",
        [sa.literal_column("left(value, 8)")],
        postgresql_where=sa.text("type = 'tax_id' AND scope = 'BR' AND party = 'company'"),
    )
    op.create_table(
        "unusable_identifier",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False, comment="personal: as the source wrote it"),
        sa.Column("fault", sa.Text(), nullable=False, comment="code of what is wrong with it"),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "record_id", "type", "value", "fault", name=op.f("pk_unusable_identifier")
        ),
    )
