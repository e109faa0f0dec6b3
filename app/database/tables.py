"""Which tables does the house itself need, before any stage has one?"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Named,
    SmallInteger,
    Table,
    Text,
    TypedColumns,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.database.metadata import metadata


class _DeploymentColumns(TypedColumns):
    deployment_id: Named[int] = Column(SmallInteger, primary_key=True, autoincrement=False)
    secret_check: Named[bytes] = Column(
        LargeBinary, comment="keyed hash of a constant: tells whether the secret is still the same"
    )
    currency: Named[str] = Column(Text, comment="ISO 4217; every stored base amount is in it")
    timezone: Named[str] = Column(Text, comment="IANA zone; business days were fixed in it")
    created_at: Named[datetime] = Column(DateTime(timezone=True))


deployment: Final = Table(
    "deployment",
    metadata,
    _DeploymentColumns,
    CheckConstraint("deployment_id = 1", name="one_row"),
    CheckConstraint("octet_length(secret_check) = 16", name="secret_check_length"),
    comment="The one row that says whose data this is",
)


class _OutboxColumns(TypedColumns):
    outbox_id: Named[UUID] = Column(Uuid, primary_key=True, comment="UUIDv7, made in the service")
    topic: Named[str] = Column(Text)
    ids: Named[dict[str, str]] = Column(
        JSONB, comment="ids only, never personal data: the handler reads the rest"
    )
    created_at: Named[datetime] = Column(DateTime(timezone=True))
    available_at: Named[datetime] = Column(DateTime(timezone=True))
    attempts: Named[int] = Column(Integer, server_default=text("0"), comment="leases taken so far")
    leased_until: Named[datetime | None] = Column(DateTime(timezone=True))
    parked_at: Named[datetime | None] = Column(
        DateTime(timezone=True), comment="given up after too many attempts; a person looks at it"
    )


outbox: Final = Table(
    "outbox",
    metadata,
    _OutboxColumns,
    CheckConstraint("attempts >= 0", name="attempts"),
    CheckConstraint("jsonb_typeof(ids) = 'object'", name="ids_object"),
    Index(
        None,
        "available_at",
        "outbox_id",
        postgresql_where=text("parked_at IS NULL"),
    ),
    comment="What must happen after a commit, written in the same transaction",
)


class _JobColumns(TypedColumns):
    name: Named[str] = Column(Text, primary_key=True)
    due_at: Named[datetime] = Column(DateTime(timezone=True))
    leased_until: Named[datetime | None] = Column(DateTime(timezone=True))
    last_succeeded_at: Named[datetime | None] = Column(DateTime(timezone=True))


job: Final = Table(
    "job",
    metadata,
    _JobColumns,
    comment="Scheduled work: each name is run by one worker at a time, under a lease",
)
