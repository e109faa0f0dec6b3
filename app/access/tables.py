"""Which client systems may call, and what may each do?"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, DateTime, Index, LargeBinary, Table, Text, Uuid
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
