"""Audit and keys: who did what, chained; where a browser key may be used from, and its last use.

Expand only: what the running version still uses stays (CONTRIBUTING.md).

Revision: 20261122_0003
Revises: 20261122_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "20261122_0003"
down_revision: str | None = "20261122_0002"


def upgrade() -> None:
    """Add the columns and the tables."""
    op.add_column(
        "api_key",
        sa.Column(
            "origins",
            postgresql.ARRAY(sa.Text()),
            nullable=True,
            comment="not null: a browser key, for pages of these origins only",
        ),
    )
    op.add_column(
        "api_key",
        sa.Column(
            "last_used_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="to the minute; written behind the requests",
        ),
    )
    op.create_table(
        "audit_act",
        sa.Column("act_id", sa.Uuid(), nullable=False, comment="UUIDv7, made in the service"),
        sa.Column(
            "transaction",
            sa.BigInteger(),
            nullable=False,
            comment="the database's own number of the transaction that wrote it",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False, comment="name of a client, or of an account"),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "customer_id", sa.Uuid(), nullable=True, comment="stays after an erasure: it is chance"
        ),
        sa.Column("subject", sa.Uuid(), nullable=True, comment="what else it was about, by id"),
        sa.Column(
            "fields", postgresql.ARRAY(sa.Text()), nullable=False, comment="names, never values"
        ),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True, comment="a code, never free text"),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_audit_act")),
        comment="Who did what to which customer; rows are only ever added",
    )
    op.create_index("ix_audit_act_transaction", "audit_act", ["transaction", "act_id"])
    op.create_index(
        "ix_audit_act_customer_id",
        "audit_act",
        ["customer_id", "act_id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_table(
        "audit_link",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("chained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "hash",
            sa.LargeBinary(),
            nullable=False,
            comment="SHA-256 of the hash before, this place and moment, and the act",
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("act_id", name=op.f("uq_audit_link_act_id")),
        comment="The chain over the acts, in the order in which they were found committed",
    )
    op.create_table(
        "audit_head",
        sa.Column("head_id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "horizon",
            sa.BigInteger(),
            nullable=False,
            comment="acts of transactions before this one are in the chain, or were slipped in",
        ),
        sa.CheckConstraint("head_id = 1", name="one_row"),
        sa.PrimaryKeyConstraint("head_id", name=op.f("pk_audit_head")),
        comment="The one row that says where the chain ends; who lengthens it locks it",
    )
    # Against slips and injected statements; a superuser, or the owner who grants it to himself
    # again, is what the chain is for.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON audit_act, audit_link FROM CURRENT_USER")
