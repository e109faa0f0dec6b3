"""How does differentiate read and write?  Every statement of the stage, typed at both ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.database import hot
from app.database.hot import HotStatement
from app.database.rows import amounts_text, array_text, keys_text
from app.database.statements import statement
from app.database.transaction import Connection
from app.differentiate.rfv import CustomerNumbers
from app.differentiate.tables import (
    customer_stat,
    scoring_run,
    trade_fact,
)
from app.differentiate.trade import TradeEntry, TradeFact, TradeKind, TradeStatus
from app.differentiate.yardstick import Yardstick
from app.problems import Unavailable
from app.vocabulary import CustomerId, PurchaseDay, RecordId, ScoringRunId, value_type

CLAIM_ORDERS = HotStatement(statement("app.differentiate", "claim_orders"))
TRADE_FACTS = HotStatement(statement("app.differentiate", "trade_facts"))
FACTS_BESIDE = HotStatement(statement("app.differentiate", "facts_beside"))
WRITE_TRADE_FACTS = HotStatement(statement("app.differentiate", "write_trade_facts"))
WRITE_ENTRIES = HotStatement(statement("app.differentiate", "write_entries"))
REFRESH_STATS = HotStatement(statement("app.differentiate", "refresh_stats"))
NUMBERS_OF = statement("app.differentiate", "numbers_of")
POPULATION = statement("app.differentiate", "population")
READ_ALL = text("SET LOCAL enable_seqscan = on")
"""Before a statement that is about everybody, whom to look up one by one takes longer."""


ACTIVE_RUN = select(scoring_run.c.run_id, scoring_run.c.version, scoring_run.c.yardstick).where(
    scoring_run.c.status == "active"
)
RUNS = select(
    scoring_run.c.run_id,
    scoring_run.c.version,
    scoring_run.c.status,
    scoring_run.c.yardstick,
    scoring_run.c.created_at,
    scoring_run.c.activated_at,
).order_by(scoring_run.c.version.desc())
LOCK_RUNS = select(func.pg_advisory_xact_lock(0x69646970_00000004))
NEXT_VERSION = select(func.coalesce(func.max(scoring_run.c.version), 0) + 1)
DAYS_OF = text(
    "SELECT d.business_on, d.purchases, d.net, d.cost FROM membership AS m"
    " JOIN day_bucket AS d ON d.record_id = m.record_id"
    " WHERE m.customer_id = CAST(:customer_id AS uuid)"
)
DUE_CUSTOMERS = (
    select(customer_stat.c.customer_id)
    .where(customer_stat.c.rescore_on <= bindparam("today"))
    .order_by(customer_stat.c.rescore_on)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
RATES_ON = text(
    "SELECT r.currency, r.valid_on, r.rate FROM rate AS r JOIN unnest("
    "CAST(:currencies AS text[]), CAST(:days AS date[])) AS n (currency, valid_on)"
    " ON r.currency = n.currency AND r.valid_on = n.valid_on"
)


class NotFounded(Unavailable):
    """No yardstick holds yet: ``idip serve`` puts one there before it serves."""

    code = "not-founded"

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("no yardstick holds yet; start with `idip serve`", retry_after_s=5)


@value_type()
class SentMoney:
    """An amount as its sender wrote it, with the rate that made it the deployment's currency."""

    currency: str | None
    rate: Decimal | None
    net: Decimal | None


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """The yardstick that holds now."""

    run_id: ScoringRunId
    version: int
    yardstick: Yardstick


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A scoring run with its place in its life."""

    run_id: ScoringRunId
    version: int
    status: str
    yardstick: Yardstick
    created_at: datetime
    activated_at: datetime | None


@value_type()
class StoredFact:
    """A fact about trade and the order it is filed under now."""

    group_key: bytes
    fact: TradeFact


async def claim_orders(tx: Connection, orders: Mapping[bytes, TradeEntry | None]) -> set[bytes]:
    """Lock the orders in key order, filing what is new as given; return those that were known."""
    rows = sorted(orders.items())
    known = await CLAIM_ORDERS.rows(
        tx,
        {
            "group_keys": keys_text(group for group, _ in rows),
            **_entry_columns([entry for _, entry in rows]),
        },
    )
    return {row["group_key"] for row in known}


async def trade_facts(
    tx: Connection, groups: Collection[bytes], sales: Collection[bytes]
) -> list[StoredFact]:
    """Return every stored fact of the orders, of the sales, and of what waits for those sales."""
    rows = await TRADE_FACTS.rows(
        tx, {"group_keys": keys_text(sorted(groups)), "sale_keys": keys_text(sorted(sales))}
    )
    return [StoredFact(row["group_key"], _fact(row)) for row in rows]


async def facts_beside(tx: Connection, records: Collection[RecordId]) -> list[StoredFact]:
    """Return every stored fact of the orders that these records told of, theirs among them."""
    rows = await FACTS_BESIDE.rows(tx, {"record_ids": list(records)})
    return [StoredFact(row["group_key"], _fact(row)) for row in rows]


async def orders_of(tx: Connection, records: Collection[RecordId]) -> set[bytes]:
    """Return the keys of the orders that these records told of."""
    told = select(trade_fact.c.group_key).where(trade_fact.c.record_id.in_(list(records)))
    return set((await tx.execute(told.distinct())).scalars())


def _fact(row: hot.Row) -> TradeFact:
    return TradeFact(
        event_key=row["event_key"],
        kind=TradeKind(row["kind"]),
        occurred_at=row["occurred_at"],
        business_on=row["business_on"],
        order_key=row["order_key"],
        refers_key=row["refers_key"],
        status=None if row["status"] is None else TradeStatus(row["status"]),
        record_id=row["record_id"],
        net=row["net"],
        cost=row["cost"],
        discount=row["discount"],
    )


async def write_trade_facts(
    tx: Connection, facts: Sequence[StoredFact], sent: Mapping[bytes, SentMoney]
) -> None:
    """Store facts under their order; one already stored only moves to the order it is now in."""
    nothing = SentMoney(None, None, None)
    money = [sent.get(stored.fact.event_key, nothing) for stored in facts]
    await WRITE_TRADE_FACTS.rows(
        tx,
        {
            "event_keys": keys_text(stored.fact.event_key for stored in facts),
            "group_keys": keys_text(stored.group_key for stored in facts),
            "order_keys": keys_text(stored.fact.order_key for stored in facts),
            "refers_keys": keys_text(stored.fact.refers_key for stored in facts),
            "kinds": array_text(stored.fact.kind for stored in facts),
            "statuses": array_text(stored.fact.status for stored in facts),
            "occurred": array_text(stored.fact.occurred_at for stored in facts),
            "business": array_text(stored.fact.business_on for stored in facts),
            "records": [stored.fact.record_id for stored in facts],
            "nets": amounts_text(stored.fact.net for stored in facts),
            "costs": amounts_text(stored.fact.cost for stored in facts),
            "discounts": amounts_text(stored.fact.discount for stored in facts),
            "currencies": array_text(item.currency for item in money),
            "rates": amounts_text(item.rate for item in money),
            "nets_sent": amounts_text(item.net for item in money),
        },
    )


async def write_entries(
    tx: Connection,
    groups: Collection[bytes],
    entries: Mapping[bytes, Sequence[TradeEntry]],
    filed: Sequence[TradeEntry],
) -> set[RecordId]:
    """Replace what orders mean and bring their buckets up to it; return the records that changed.

    ``groups`` are all the orders replaced; one not in ``entries`` has dissolved into another.
    An order that means nothing yet keeps an empty entry, which is its lock.  ``filed`` is what the
    orders that stay as they were filed when claimed bring: it is added to its buckets, the others'
    are re-read.
    """
    rows: list[tuple[bytes, int, TradeEntry | None]] = []
    for group, meant in entries.items():
        rows.extend((group, number, entry) for number, entry in enumerate(meant or (None,)))
    changed = await WRITE_ENTRIES.rows(
        tx,
        {
            "group_keys": keys_text(sorted(groups)),
            "entry_groups": keys_text(group for group, _, _ in rows),
            "ordinals": array_text(ordinal for _, ordinal, _ in rows),
            **_entry_columns([entry for _, _, entry in rows]),
            "filed_records": [entry.record_id for entry in filed],
            "filed_days": array_text(entry.on for entry in filed),
            "filed_purchases": array_text(entry.purchases for entry in filed),
            "filed_nets": amounts_text(entry.net for entry in filed),
            "filed_costs": amounts_text(entry.cost for entry in filed),
        },
    )
    return {RecordId(row["record_id"]) for row in changed}


def _entry_columns(entries: Sequence[TradeEntry | None]) -> dict[str, object]:
    zero = Decimal(0)
    return {
        "records": [entry and entry.record_id for entry in entries],
        "days": array_text(entry and entry.on for entry in entries),
        "purchases": array_text(entry.purchases if entry else 0 for entry in entries),
        "nets": amounts_text(entry.net if entry else zero for entry in entries),
        "costs": amounts_text(entry.cost if entry else zero for entry in entries),
        "discounts": amounts_text(entry.discount if entry else zero for entry in entries),
    }


async def refresh_stats(tx: Connection, customers: Collection[CustomerId], now: datetime) -> None:
    """Re-read the cache of these customers from their records' buckets."""
    if customers:
        await REFRESH_STATS.rows(tx, {"customer_ids": sorted(customers), "now": now})


async def stats_of(
    tx: Connection, customers: Collection[CustomerId]
) -> dict[CustomerId, tuple[Any, ...]]:
    """Return the cached numbers of these customers, to be compared; not when they were read."""
    c = customer_stat.c
    found = select(
        c.customer_id, c.first_on, c.last_on, c.purchase_days, c.purchases, c.net, c.cost
    ).where(c.customer_id.in_(customers))
    return {CustomerId(row[0]): tuple(row[1:]) for row in await tx.execute(found)}


async def numbers_of(
    tx: Connection,
    customer: CustomerId,
    today: date,
    window_days: int,
    until: date | None = None,
) -> CustomerNumbers:
    """Return what a customer's records bought, as of a day; all zero for one who never bought.

    With ``until`` what came after that day is left out.
    """
    result = await tx.execute(
        NUMBERS_OF,
        {"customer_id": customer, "today": today, "window_days": window_days, "until": until},
    )
    row = result.one()
    return numbers_from(row, window_days)


def numbers_from(row: Row[Any] | hot.Row, window_days: int) -> CustomerNumbers:
    """Read a row that carries the columns of ``numbers_of.sql``."""
    return CustomerNumbers(
        window_days=window_days,
        first_on=row.first_on,
        last_on=row.last_on,
        purchase_days_lifetime=row.purchase_days_lifetime,
        purchase_days_window=row.purchase_days_window,
        purchases_window=row.purchases_window,
        net_window=row.net_window,
        cost_window=row.cost_window,
        net_previous=row.net_previous,
    )


async def days_of(tx: Connection, customer: CustomerId) -> list[PurchaseDay]:
    """Return a customer's buckets, those of each record apart, in no order."""
    rows = await tx.execute(DAYS_OF, {"customer_id": customer})
    return [PurchaseDay(*row) for row in rows]


async def population(tx: Connection, today: date, window_days: int) -> list[CustomerNumbers]:
    """Return the numbers of every customer that is not anonymous, for freezing a yardstick.

    What came after the day is left out.
    """
    await tx.execute(READ_ALL)
    rows = await tx.execute(POPULATION, {"today": today, "window_days": window_days})
    return [numbers_from(row, window_days) for row in rows]


async def active_run(tx: Connection) -> ActiveRun:
    """Return the yardstick that holds now.

    Raises:
        NotFounded: none does yet.
    """
    row = (await tx.execute(ACTIVE_RUN)).one_or_none()
    if row is None:
        raise NotFounded
    return ActiveRun(row.run_id, row.version, Yardstick.from_json(row.yardstick))


async def runs(tx: Connection) -> list[StoredRun]:
    """Return every scoring run, newest first."""
    return [
        StoredRun(
            row.run_id,
            row.version,
            row.status,
            Yardstick.from_json(row.yardstick),
            row.created_at,
            row.activated_at,
        )
        for row in await tx.execute(RUNS)
    ]


async def lock_runs(tx: Connection) -> None:
    """Let nobody else measure or activate a run before this transaction ends.

    The next version is nobody's row yet, and the run that holds is two rows: there is none to lock.
    """
    await tx.execute(LOCK_RUNS)


async def next_version(tx: Connection) -> int:
    """Return the number the next run will bear; the caller has locked the runs."""
    return int((await tx.execute(NEXT_VERSION)).scalar_one())


async def write_run(
    tx: Connection, run_id: UUID, version: int, yardstick: Yardstick, now: datetime
) -> None:
    """Store a run as a draft; its yardstick is never changed afterwards."""
    await tx.execute(
        insert(scoring_run),
        {
            "run_id": run_id,
            "version": version,
            "status": "draft",
            "yardstick": yardstick.as_json(),
            "created_at": now,
            "activated_at": None,
        },
    )


async def activate_run(tx: Connection, run_id: UUID, now: datetime) -> bool:
    """Make this run the active one and retire the other; False if there is no such run."""
    await tx.execute(
        update(scoring_run).where(scoring_run.c.status == "active").values(status="retired")
    )
    done = await tx.execute(
        update(scoring_run)
        .where(scoring_run.c.run_id == bindparam("wanted"))
        .values(status="active", activated_at=now),
        {"wanted": run_id},
    )
    return done.rowcount == 1


async def rates_on(
    tx: Connection, wanted: Collection[tuple[str, date]]
) -> dict[tuple[str, date], Decimal]:
    """Return the rate of each (currency, day) that has one: base units for one unit."""
    pairs = sorted(wanted)
    rows = await tx.execute(
        RATES_ON, {"currencies": [pair[0] for pair in pairs], "days": [pair[1] for pair in pairs]}
    )
    return {(row.currency, row.valid_on): row.rate for row in rows}


async def forget_records(
    tx: Connection, records: Collection[RecordId], customers: Collection[CustomerId]
) -> None:
    """Delete what erased records told of trade, and the numbers of their customers.

    What it brought, entries and buckets, goes as its orders are settled without it.
    """
    await tx.execute(delete(trade_fact).where(trade_fact.c.record_id.in_(list(records))))
    await tx.execute(delete(customer_stat).where(customer_stat.c.customer_id.in_(list(customers))))


async def due_customers(tx: Connection, today: date, most: int) -> list[CustomerId]:
    """Return customers whose stored segment may have changed by time alone, the longest due first.

    Rows that another worker holds are passed over.
    """
    rows = await tx.execute(DUE_CUSTOMERS, {"today": today, "most": most})
    return [CustomerId(row.customer_id) for row in rows]


async def store_segment(
    tx: Connection, customer: CustomerId, segment: str, version: int, due_on: date | None
) -> None:
    """Keep the segment a customer was found in, for lists."""
    await tx.execute(
        update(customer_stat)
        .where(customer_stat.c.customer_id == customer)
        .values(segment=segment, scored_version=version, rescore_on=due_on)
    )


async def all_due(tx: Connection, today: date) -> None:
    """Have every stored segment read anew: the yardstick has moved, not the customers."""
    await tx.execute(update(customer_stat).values(rescore_on=today))
