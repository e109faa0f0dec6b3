"""Which client systems may call, what may each do, and what were they answered lately?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, DateTime, Index, LargeBinary, SmallInteger, Table, Text, Uuid
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
