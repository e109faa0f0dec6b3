"""What did they buy, and against which yardstick is it read?

``trade_fact`` is what arrived, ``trade_entry`` what an order's facts together mean, ``day_bucket``
the sum by (record, day), ``customer_stat`` a cache over a customer's records: each is re-read from
the one before it and never shifted.  Money is in the deployment's currency; see ADR 0009.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.database.metadata import metadata

MONEY: Final = Numeric(18, 2)
SUM: Final = Numeric(24, 2)
"""Holds ten thousand million of the largest amounts that are taken (``event_reading``): more sales
than can be counted beside it."""

trade_fact: Final = Table(
    "trade_fact",
    metadata,
    Column("event_key", LargeBinary, primary_key=True),
    Column("group_key", LargeBinary, nullable=False, comment="the order it belongs to now"),
    Column("order_key", LargeBinary, nullable=True, comment="keyed hash of (source, order id)"),
    Column("refers_key", LargeBinary, nullable=True, comment="event key of the sale it speaks of"),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=True),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("business_on", Date, nullable=False),
    Column("record_id", Uuid, nullable=True),
    Column("net", MONEY, nullable=True),
    Column("cost", MONEY, nullable=True),
    Column("discount", MONEY, nullable=True),
    Column("currency", Text, nullable=True, comment="as sent"),
    Column("rate", Numeric(18, 8), nullable=True, comment="base units for one unit of currency"),
    Column("net_sent", MONEY, nullable=True, comment="in the currency sent"),
    CheckConstraint("net <> 'NaN' AND net_sent <> 'NaN' AND cost <> 'NaN'", name="money_is_number"),
    Index("ix_trade_fact_group_key", "group_key"),
    Index(
        "ix_trade_fact_refers_key",
        "refers_key",
        postgresql_where=text("refers_key IS NOT NULL"),
    ),
    Index("ix_trade_fact_record_id", "record_id"),
)

trade_entry: Final = Table(
    "trade_entry",
    metadata,
    Column("group_key", LargeBinary, primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True, autoincrement=False),
    Column("record_id", Uuid, nullable=True, comment="null: counts in totals only"),
    Column("business_on", Date, nullable=True, comment="null: the order counts for nothing yet"),
    Column("purchases", SmallInteger, nullable=False),
    Column("net", SUM, nullable=False),
    Column("cost", SUM, nullable=False),
    Column("discount", SUM, nullable=False),
    Index("ix_trade_entry_record_id_business_on", "record_id", "business_on"),
)

day_bucket: Final = Table(
    "day_bucket",
    metadata,
    Column("record_id", Uuid, primary_key=True),
    Column("business_on", Date, primary_key=True),
    Column("purchases", Integer, nullable=False),
    Column("net", SUM, nullable=False),
    Column("cost", SUM, nullable=False),
    CheckConstraint("purchases >= 0", name="purchases"),
)

customer_stat: Final = Table(
    "customer_stat",
    metadata,
    Column("customer_id", Uuid, primary_key=True),
    Column("first_on", Date, nullable=True),
    Column("last_on", Date, nullable=True),
    Column("purchase_days", Integer, nullable=False, comment="distinct, over a lifetime"),
    Column("purchases", Integer, nullable=False),
    Column("net", SUM, nullable=False),
    Column("cost", SUM, nullable=False),
    Column("refreshed_at", DateTime(timezone=True), nullable=False),
    Column("segment", Text, nullable=True, comment="as scored last, for lists; answers compute it"),
    Column("scored_version", Integer, nullable=True, comment="of the scoring run it was read by"),
    Column("rescore_on", Date, nullable=True, comment="when time alone may change the segment"),
    Index("ix_customer_stat_rescore_on", "rescore_on"),
    Index("ix_customer_stat_segment", "segment"),
)

scoring_run: Final = Table(
    "scoring_run",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False, unique=True, autoincrement=False),
    Column("status", Text, nullable=False),
    Column("yardstick", JSONB, nullable=False, comment="frozen cut points and thresholds"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("activated_at", DateTime(timezone=True), nullable=True),
    CheckConstraint("status IN ('draft', 'shadow', 'active', 'retired')", name="status"),
    Index(
        "uq_scoring_run_active",
        "status",
        unique=True,
        postgresql_where=text("status = 'active'"),
    ),
)

rate: Final = Table(
    "rate",
    metadata,
    Column("currency", Text, primary_key=True),
    Column("valid_on", Date, primary_key=True),
    Column("rate", Numeric(18, 8), nullable=False, comment="base units for one unit: immutable"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("rate > 0 AND rate <> 'NaN'", name="rate"),
)
