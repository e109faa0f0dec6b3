"""What do we know, for other programs to read?  One JSON object a row, streamed by a cursor.

Neither names nor contact points are in it, and nothing that a decision read of a person: who needs
those asks for one customer.  Record keys are, so that a row can be found again in its own system.
Whose data are restricted is in what only says which record is whose, and in nothing made for use.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson

from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection
from app.differentiate import queries as differentiate
from app.differentiate.queries import numbers_from
from app.differentiate.score import value_of
from app.identify.keys import keyed_record

EXPORT_RECORDS = statement("app.flows", "export_records")
EXPORT_EVENTS = statement("app.flows", "export_events")
EXPORT_CUSTOMERS = statement("app.flows", "export_customers")
EXPORT_SCORES = statement("app.flows", "export_scores")
EXPORT_DECISIONS = statement("app.flows", "export_decisions")

_AT_ONCE: Final = 1_000


class Export(StrEnum):
    """What can be exported."""

    RECORDS = "records"
    EVENTS = "events"
    CUSTOMERS = "customers"
    SCORES = "scores"
    DECISIONS = "decisions"


@dataclass(frozen=True, slots=True)
class Perspective:
    """Whose numbers, and as of which day."""

    keyed_hash: KeyedHash
    currency: str
    today: date


async def export(tx: Connection, what: Export, seen: Perspective) -> AsyncIterator[bytes]:
    """Yield one line of NDJSON a row, ordered by id; memory does not grow with their number.

    records: source, record_key (null: the source gave none), customer_id.
    events: source, id, type, customer_id (null: nobody's); an erased fact is not there.
    customers: the numbers of a lifetime.  scores: R, F, V with the numbers they were read from.
    decisions: what was offered and what came of it.
    """
    today = {"today": seen.today}
    match what:
        case Export.RECORDS:
            rows = _rows(tx, EXPORT_RECORDS, {}, lambda row: _record(row, seen.keyed_hash))
        case Export.EVENTS:
            rows = _rows(tx, EXPORT_EVENTS, {}, lambda row: dict(row._asdict()))
        case Export.CUSTOMERS:
            rows = _rows(tx, EXPORT_CUSTOMERS, today, lambda row: _customer(row, seen.currency))
        case Export.SCORES:
            rows = _scores(tx, seen)
        case Export.DECISIONS:
            rows = _rows(tx, EXPORT_DECISIONS, today, _decision)
    async for row in rows:
        yield orjson.dumps(row, default=_as_text, option=orjson.OPT_APPEND_NEWLINE)


async def _rows(
    tx: Connection,
    query: Any,
    parameters: Mapping[str, object],
    document: Callable[[Any], dict[str, Any]],
) -> AsyncIterator[dict[str, Any]]:
    found = await tx.stream(query, parameters, execution_options={"yield_per": _AT_ONCE})
    async for row in found:
        yield document(row)


async def _scores(tx: Connection, seen: Perspective) -> AsyncIterator[dict[str, Any]]:
    run = await differentiate.active_run(tx)
    parameters = {"today": seen.today, "window_days": run.yardstick.window_days}

    def scored(row: Any) -> dict[str, Any]:
        return _score(row, run, seen.today)

    async for row in _rows(tx, EXPORT_SCORES, parameters, scored):
        yield row


def _record(row: Any, keyed_hash: KeyedHash) -> dict[str, Any]:
    key = _own_key(row, keyed_hash)
    return {"source": row.source, "record_key": key, "customer_id": row.customer_id}


def _own_key(row: Any, keyed_hash: KeyedHash) -> str | None:
    """Return the code that is the record's own key: its hash is the record's id.

    A record may name further codes of its source, such as one it bore before.
    """
    codes: list[str] = row.codes or []
    own = (code for code in codes if keyed_record(keyed_hash, row.source, code) == row.record_id)
    return next(own, codes[0] if codes else None)


def _customer(row: Any, currency: str) -> dict[str, Any]:
    return {
        "customer_id": row.customer_id,
        "records": row.records,
        "sources": row.sources,
        "currency": currency,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "purchase_days": row.purchase_days,
        "purchases": row.purchases,
        "net": row.net,
        "cost": row.cost,
        "segment": row.segment,
    }


def _score(row: Any, run: differentiate.ActiveRun, today: date) -> dict[str, Any]:
    value = value_of(numbers_from(row, run.yardstick.window_days), run, today)
    return {
        "customer_id": row.customer_id,
        "as_of": today,
        "scored_version": run.version,
        "r": value.rfv and value.rfv.r,
        "f": value.rfv and value.rfv.f,
        "v": value.rfv and value.rfv.v,
        "segment": value.segment.value,
        "abc": value.abc and value.abc.value,
        "currency": run.yardstick.currency,
        "first_on": value.numbers.first_on,
        "last_on": value.numbers.last_on,
        "purchase_days": value.numbers.purchase_days_window,
        "purchases": value.numbers.purchases_window,
        "net": value.numbers.net_window,
        "contribution": value.numbers.contribution_window,
    }


def _decision(row: Any) -> dict[str, Any]:
    return {**row._asdict(), "outcomes": row.outcomes or []}


def _as_text(value: object) -> str:
    if isinstance(value, Decimal | UUID):  # the driver's own kind of UUID
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
