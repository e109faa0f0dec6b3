"""What spans the stages?  The few reads that no stage could do alone, and the one write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.dialects.postgresql import JSONB

from app.database.hot import HotStatement
from app.database.partitions import smallest_uuid7
from app.database.statements import statement
from app.database.transaction import Connection
from app.differentiate.queries import ActiveRun, NotFounded, numbers_from
from app.differentiate.rfv import CustomerNumbers
from app.differentiate.yardstick import Yardstick
from app.interact.caps import Contact
from app.interact.consent import ConsentFact, ConsentStatus
from app.interact.outcomes import Outcome, OutcomeKind
from app.personalise.propensity import Counts, Propensities
from app.vocabulary import (
    Channel,
    CustomerId,
    DecisionId,
    Direction,
    IdentifierKey,
    RecordId,
    ScoringRunId,
    Strategy,
    TouchpointId,
    value_type,
)

LONGEST_CAP: timedelta = timedelta(days=400)
"""No cap looks further back than this; what was refused for ever is kept as an outcome."""

_RUNS_KNOWN = 4
_COUNTS_KNOWN = 8

SNAPSHOT = HotStatement(statement("app.flows", "snapshot"))
TIMELINE = statement("app.flows", "timeline").columns(details=JSONB)
WRITE_TOUCHPOINT = HotStatement(statement("app.flows", "write_touchpoint"))


@value_type()
class Complaint:
    """One case: where it stands, when it was closed, and who else is involved."""

    status: str
    told_at: datetime
    closed_at: datetime | None
    body: str | None
    satisfaction: int | None


@value_type()
class Answered:
    """This interaction was answered before."""

    touchpoint_id: TouchpointId
    record_id: RecordId
    request_hash: bytes
    identifier_keys: frozenset[IdentifierKey]
    answer: dict[str, Any]


@value_type()
class Snapshot:
    """All that one decision looks at, as it was under the customer's lock."""

    customer_now: CustomerId | None
    numbers: CustomerNumbers
    run: ActiveRun
    profile: Mapping[str, str]
    consents: tuple[ConsentFact, ...]
    complaints: tuple[Complaint, ...]
    preferences: tuple[Mapping[str, Any], ...]
    offers: tuple[Contact, ...]
    outcomes: tuple[Outcome, ...]
    propensities: Propensities
    answered: Answered | None
    calls_7d: int
    last_contact_at: datetime | None
    restricted: bool


@value_type()
class DecisionRow:
    """One decided slot as it is kept."""

    decision_id: DecisionId
    slot: int
    action: str | None
    strategy: str | None
    result: str


@value_type()
class TouchpointRow:
    """A moment of contact as it is kept, JSON already written."""

    touchpoint_id: TouchpointId
    interaction_key: bytes | None
    contact_key: bytes
    thread_key: bytes
    record_id: RecordId
    is_known: bool
    channel: Channel
    direction: Direction
    topic: str | None
    occurred_at: datetime
    request_hash: bytes
    identifier_keys: list[bytes]
    context: str
    answer: str
    segment: str
    bundle_id: str
    inputs: str


async def snapshot(
    tx: Connection,
    customer: CustomerId | None,
    record: RecordId,
    interaction_key: bytes | None,
    today: date,
    now: datetime,
    source_rank: Sequence[str] = (),
) -> Snapshot:
    """Read what a decision looks at, in one statement; without a customer it is all empty.

    ``source_rank`` says whose word on a person is believed first (``survivorship``).
    """
    since = now - LONGEST_CAP
    row = await SNAPSHOT.one(
        tx,
        {
            "customer_id": customer,
            "record_id": record,
            "interaction_key": interaction_key,
            "today": today,
            "since": since,
            "since_id": smallest_uuid7(since),
            "week_ago": now - timedelta(days=7),
            "source_rank": list(source_rank),
        },
    )
    if row["run"] is None:
        raise NotFounded
    run = _active_run(row["run"])
    return Snapshot(
        customer_now=row["customer_now"],
        numbers=numbers_from(row, run.yardstick.window_days),
        run=run,
        profile=row["profile"] or {},
        consents=tuple(_consent(*item) for item in row["consents"] or ()),
        complaints=tuple(_complaint(*item) for item in row["complaints"] or ()),
        preferences=tuple(row["preferences"] or ()),
        offers=tuple(_offer(*item) for item in row["offers"] or ()),
        outcomes=tuple(_outcome(*item) for item in row["outcomes"] or ()),
        propensities=_propensities(row["propensities"]),
        answered=None if row["answered"] is None else _answered(row["answered"]),
        calls_7d=row["calls_7d"],
        last_contact_at=row["last_contact_at"],
        restricted=row["restricted"],
    )


@lru_cache(maxsize=_RUNS_KNOWN)
def _active_run(text: str) -> ActiveRun:
    """Read the yardstick that holds; it is the same until another is activated."""
    run = orjson.loads(text)
    return ActiveRun(
        ScoringRunId(UUID(run["run_id"])), run["version"], Yardstick.from_json(run["yardstick"])
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _consent(
    purpose: str, channel: str | None, status: str, at: str, expires_at: str | None, key: str
) -> ConsentFact:
    return ConsentFact(
        purpose,
        None if channel is None else Channel(channel),
        ConsentStatus(status),
        _moment(at),
        key,
        _maybe(expires_at),
    )


def _complaint(
    status: str, at: str, closed_at: str | None, body: str | None, satisfaction: int | None
) -> Complaint:
    return Complaint(status, _moment(at), _maybe(closed_at), body, satisfaction)


def _offer(action: str, strategy: str, channel: str, direction: str, at: str) -> Contact:
    return Contact(action, Strategy(strategy), Channel(channel), Direction(direction), _moment(at))


def _outcome(
    decision_id: str, action: str, kind: str, at: str, until: str | None, details: dict[str, Any]
) -> Outcome:
    channel = details.get("channel")
    return Outcome(
        DecisionId(UUID(decision_id)),
        action,
        OutcomeKind(kind),
        _moment(at),
        never=bool(details.get("never")),
        until=_maybe(until),
        channel=None if channel is None else Channel(channel),
    )


@lru_cache(maxsize=_COUNTS_KNOWN)
def _propensities(text: str | None) -> Propensities:
    """Read the counts of everybody; they are the same until the next outcome."""
    rows: Sequence[tuple[str, str, int, int]] = () if text is None else orjson.loads(text)
    cells = [(action, segment, Counts(trials, wins)) for action, segment, trials, wins in rows]
    trials = sum(counts.trials for _, _, counts in cells)
    return Propensities.from_cells(cells, str(trials))


def _answered(found: Mapping[str, Any]) -> Answered:
    return Answered(
        TouchpointId(UUID(found["touchpoint_id"])),
        RecordId(UUID(found["record_id"])),
        bytes.fromhex(found["request_hash"]),
        frozenset(IdentifierKey(bytes.fromhex(key)) for key in found["identifier_keys"] or ()),
        found["answer"],
    )


async def write_touchpoint(
    tx: Connection,
    row: TouchpointRow,
    decisions: Sequence[DecisionRow],
    asked_hash: bytes | None,
) -> bool:
    """Record the moment with its decisions; False when somebody answered it meanwhile."""
    written = await WRITE_TOUCHPOINT.rows(
        tx,
        {
            "touchpoint_id": row.touchpoint_id,
            "interaction_key": row.interaction_key,
            "contact_key": row.contact_key,
            "thread_key": row.thread_key,
            "record_id": row.record_id,
            "is_known": row.is_known,
            "channel": row.channel.value,
            "direction": row.direction.value,
            "topic": row.topic,
            "occurred_at": row.occurred_at,
            "request_hash": row.request_hash,
            "identifier_keys": row.identifier_keys,
            "context": row.context,
            "answer": row.answer,
            "segment": row.segment,
            "bundle_id": row.bundle_id,
            "inputs": row.inputs,
            "decision_ids": [decision.decision_id for decision in decisions],
            "slots": [decision.slot for decision in decisions],
            "actions": [decision.action for decision in decisions],
            "strategies": [decision.strategy for decision in decisions],
            "results": [decision.result for decision in decisions],
            "asked_hash": asked_hash,
        },
    )
    return bool(written)


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One thing that happened with a customer."""

    kind: str
    id: str
    occurred_at: datetime
    channel: str | None
    what: str | None
    details: dict[str, Any] | None


async def timeline(
    tx: Connection, customer: CustomerId, before: tuple[datetime, str] | None, most: int
) -> list[TimelineRow]:
    """Return what happened with a customer, newest first, from where the last page ended."""
    at, last_id = before or (None, None)
    rows = await tx.execute(
        TIMELINE, {"customer_id": customer, "before": at, "before_id": last_id, "most": most}
    )
    return [TimelineRow(*row) for row in rows]
