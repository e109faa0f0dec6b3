"""Which client systems may call, what did each do, and what were they answered lately?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.database.metadata import metadata

api_key: Final = Table(
    "api_key",
    metadata,
    Column("key_id", Uuid, primary_key=True),
    Column("client", Text, nullable=False),
    Column("prefix", Text, nullable=False, unique=True, comment="shown, and looked up by"),
    Column("hash", LargeBinary, nullable=False, comment="HMAC-SHA-256 of the whole key"),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("sources", ARRAY(Text), nullable=True, comment="null: may speak for every source"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=True),
    Column("revoked_at", DateTime(timezone=True), nullable=True),
    Column(
        "origins",
        ARRAY(Text),
        nullable=True,
        comment="not null: a browser key, for pages of these origins only",
    ),
    Column(
        "last_used_at",
        DateTime(timezone=True),
        nullable=True,
        comment="to the minute; written behind the requests",
    ),
    Index("ix_api_key_client", "client"),
)

idempotency_key: Final = Table(
    "idempotency_key",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True, comment="of client and key"),
    Column("fingerprint", LargeBinary, nullable=False, comment="keyed hash of what was asked"),
    Column("claimed_at", DateTime(timezone=True), nullable=False),
    Column("status", SmallInteger, nullable=True, comment="null: while the work goes on"),
    Column("media_type", Text, nullable=True),
    Column("sealed", LargeBinary, nullable=True, comment="the answer; null: erased"),
    Column("mentions", ARRAY(Uuid), nullable=True, comment="every id in the answer"),
    Index("ix_idempotency_key_claimed_at", "claimed_at"),
    Index("ix_idempotency_key_mentions", "mentions", postgresql_using="gin"),
)

audit_act: Final = Table(
    "audit_act",
    metadata,
    Column("act_id", Uuid, primary_key=True, comment="UUIDv7, made in the service"),
    Column(
        "transaction",
        BigInteger,
        nullable=False,
        comment="the database's own number of the transaction that wrote it",
    ),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False, comment="name of a client, or of an account"),
    Column("key_id", Uuid, nullable=True),
    Column("kind", Text, nullable=False),
    Column("customer_id", Uuid, nullable=True, comment="stays after an erasure: it is chance"),
    Column("subject", Uuid, nullable=True, comment="what else it was about, by id"),
    Column("fields", ARRAY(Text), nullable=False, comment="names, never values"),
    Column("request_id", Text, nullable=True),
    Column("reason", Text, nullable=True, comment="a code, never free text"),
    Index("ix_audit_act_transaction", "transaction", "act_id"),
    Index(
        "ix_audit_act_customer_id",
        "customer_id",
        "act_id",
        postgresql_where=text("customer_id IS NOT NULL"),
    ),
    comment="Who did what to which customer; rows are only ever added",
)

audit_link: Final = Table(
    "audit_link",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("act_id", Uuid, nullable=False, unique=True),
    Column("chained_at", DateTime(timezone=True), nullable=False),
    Column(
        "hash",
        LargeBinary,
        nullable=False,
        comment="SHA-256 of the hash before, this place and moment, and the act",
    ),
    comment="The chain over the acts, in the order in which they were found committed",
)

audit_head: Final = Table(
    "audit_head",
    metadata,
    Column("head_id", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column(
        "horizon",
        BigInteger,
        nullable=False,
        comment="acts of transactions before this one are in the chain, or were slipped in",
    ),
    CheckConstraint("head_id = 1", name="one_row"),
    comment="The one row that says where the chain ends; who lengthens it locks it",
)
