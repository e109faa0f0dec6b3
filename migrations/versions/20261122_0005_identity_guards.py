"""Who holds a value: persons counted, denials, and the limits of the first epoch.

Expand only: what the running version still uses stays (CONTRIBUTING.md).

Revision: 20261122_0005
Revises: 20261122_0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_0005"
down_revision: str | None = "20261122_0004"

LIMITS = {
    "holders": {
        "phone": 20,
        "email": 12,
        "social": 12,
        "loyalty": 12,
        "document": 12,
        "login": 12,
        "tax_id": 12,
    },
    "nameless": 30,
    "persons_of_a_record": 20,
    "largest": 100,
    "quiet_days": 180,
}


def upgrade() -> None:
    """Add what counts persons and what denies, and freeze the limits."""
    op.add_column(
        "record",
        sa.Column(
            "tokens",
            postgresql.ARRAY(sa.LargeBinary()),
            nullable=False,
            server_default=sa.text("'{}'"),
            comment="keyed hashes of each first name and birth date ever told",
        ),
    )
    op.add_column(
        "record",
        sa.Column(
            "generic",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="stands for nobody: more persons than the epoch allows",
        ),
    )
    op.add_column(
        "record_identifier",
        sa.Column(
            "unnamed",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("false"),
            comment="told at least once without a person's name",
        ),
    )
    op.add_column(
        "record_identifier",
        sa.Column(
            "denied_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="said not to be theirs; weighs again once told later than that",
        ),
    )
    epoch = sa.table("epoch", sa.column("epoch", sa.Integer), sa.column("model", postgresql.JSONB))
    op.execute(
        epoch.update()
        .where(epoch.c.epoch == 1)
        .values(model=epoch.c.model.concat(sa.cast({"limits": LIMITS}, postgresql.JSONB)))
    )
