"""How does personalise read and write?  Every statement of the stage, typed at both ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.database.rows import rows_to_json
from app.database.statements import statement
from app.database.transaction import Connection
from app.interact.outcomes import OutcomeKind
from app.personalise.propensity import Counts, Label
from app.personalise.tables import bundle, decision, outcome
from app.vocabulary import Channel, DecisionId, RecordId, TouchpointId

APPEND_OUTCOMES = statement("app.personalise", "append_outcomes")
CLAIM_CELLS = statement("app.personalise", "claim_cells")
BOOK_OUTCOMES = statement("app.personalise", "book_outcomes")
DECISIONS_LOCKED = (
    select(
        decision.c.decision_id,
        decision.c.record_id,
        decision.c.action_key,
        decision.c.segment,
        decision.c.channel,
        decision.c.label,
    )
    .where(decision.c.decision_id.in_(bindparam("ids", expanding=True)))
    .order_by(decision.c.decision_id)
    .with_for_update()
)
NOBODY = RecordId(UUID(int=0))
"""The record that erased decisions hang on."""

OUTCOMES_OF = select(outcome.c.decision_id, outcome.c.outcome).where(
    outcome.c.decision_id.in_(bindparam("ids", expanding=True))
)
DECISION = select(
    decision.c.decision_id,
    decision.c.touchpoint_id,
    decision.c.record_id,
    decision.c.decided_at,
    decision.c.slot,
    decision.c.action_key,
    decision.c.label,
    decision.c.bundle_id,
    decision.c.inputs,
    decision.c.result,
).where(decision.c.decision_id == bindparam("decision_id"))
BUNDLE = select(bundle.c.content).where(bundle.c.bundle_id == bindparam("bundle_id"))


@dataclass(frozen=True, slots=True)
class LockedDecision:
    """A decision that outcomes are being told of."""

    decision_id: DecisionId
    record_id: RecordId
    action: str | None
    segment: str
    channel: Channel
    label: Label | None


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One outcome as it is kept; the names are those of its table."""

    outcome_key: bytes
    decision_id: DecisionId
    record_id: RecordId
    action_key: str | None
    outcome: str
    occurred_at: datetime
    until: datetime | None
    value: Decimal | None
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it was recorded: what it read, what it chose and why."""

    decision_id: DecisionId
    touchpoint_id: TouchpointId | None
    record_id: RecordId
    decided_at: datetime
    slot: int
    action: str | None
    label: int | None
    bundle_id: str
    inputs: dict[str, Any]
    result: dict[str, Any]


async def lock_decisions(
    tx: Connection, ids: Collection[DecisionId]
) -> dict[DecisionId, LockedDecision]:
    """Lock decisions in the order of their ids; those that do not exist are not returned."""
    rows = await tx.execute(DECISIONS_LOCKED, {"ids": sorted(ids)})
    return {
        row.decision_id: LockedDecision(
            row.decision_id,
            row.record_id,
            row.action_key,
            row.segment,
            Channel(row.channel),
            None if row.label is None else Label(row.label),
        )
        for row in rows
    }


async def append_outcomes(tx: Connection, rows: Sequence[OutcomeRow]) -> set[bytes]:
    """Keep outcomes, each once; return the keys of those that are new."""
    written = await tx.execute(APPEND_OUTCOMES, {"rows": rows_to_json(rows)})
    return {row.outcome_key for row in written}


async def outcomes_of(
    tx: Connection, ids: Collection[DecisionId]
) -> dict[DecisionId, set[OutcomeKind]]:
    """Return every kind of outcome told of each decision."""
    told: dict[DecisionId, set[OutcomeKind]] = {decision_id: set() for decision_id in ids}
    for row in await tx.execute(OUTCOMES_OF, {"ids": sorted(ids)}):
        told[row.decision_id].add(OutcomeKind(row.outcome))
    return told


async def book_outcomes(
    tx: Connection,
    labels: Mapping[DecisionId, Label | None],
    moved: Mapping[tuple[str, str], Counts],
) -> None:
    """Store labels that changed and move the counts of their (action, segment) cells."""
    cells = sorted(moved.items())
    actions = [action for (action, _), _ in cells]
    segments = [segment for (_, segment), _ in cells]
    await tx.execute(CLAIM_CELLS, {"actions": actions, "segments": segments})
    await tx.execute(
        BOOK_OUTCOMES,
        {
            "decision_ids": list(labels),
            "labels": [None if label is None else label.value for label in labels.values()],
            "actions": actions,
            "segments": segments,
            "trials": [counts.trials for _, counts in cells],
            "successes": [counts.successes for _, counts in cells],
        },
    )


async def find_decision(tx: Connection, decision_id: DecisionId) -> StoredDecision | None:
    """Return a recorded decision, or None where there is none (any more)."""
    row = (await tx.execute(DECISION, {"decision_id": decision_id})).one_or_none()
    if row is None:
        return None
    return StoredDecision(
        row.decision_id,
        row.touchpoint_id,
        row.record_id,
        row.decided_at,
        row.slot,
        row.action_key,
        row.label,
        row.bundle_id,
        row.inputs,
        row.result,
    )


async def find_bundle(tx: Connection, bundle_id: str) -> dict[str, Any] | None:
    """Return the content of a published catalogue, whether it is still active or not."""
    content: dict[str, Any] | None = (
        await tx.execute(BUNDLE, {"bundle_id": bundle_id})
    ).scalar_one_or_none()
    return content


async def publish_bundle(
    tx: Connection, bundle_id: str, content: Mapping[str, Any], now: datetime
) -> None:
    """Make a catalogue the active one; what it replaces stays, for the decisions it made."""
    await tx.execute(
        update(bundle)
        .where(bundle.c.status == "active", bundle.c.bundle_id != bundle_id)
        .values(status="retired")
    )
    await tx.execute(
        insert(bundle)
        .values(bundle_id=bundle_id, content=content, published_at=now, status="active")
        .on_conflict_do_update(index_elements=["bundle_id"], set_={"status": "active"})
    )


async def forget_records(tx: Connection, records: Collection[RecordId]) -> None:
    """Forget what was decided about erased records, and on what; that it was decided stays known.

    The counts stay: they name nobody.
    """
    ids = list(records)
    # Decisions first: their locks keep an outcome from coming in between.
    await tx.execute(
        update(decision)
        .where(decision.c.record_id.in_(ids))
        .values(record_id=NOBODY, touchpoint_id=None, inputs={}, result={})
    )
    await tx.execute(delete(outcome).where(outcome.c.record_id.in_(ids)))
