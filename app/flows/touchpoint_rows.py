"""How is a moment of contact kept?  The rows of it and of its decisions, JSON already written."""

from __future__ import annotations

from typing import Any

import orjson

from app.flows.moment import Moment
from app.flows.queries import DecisionRow, TouchpointRow
from app.personalise.catalogue import Catalogue
from app.personalise.decide import Decided, SlotDecision
from app.personalise.decision_document import inputs_to_json, result_to_json
from app.vocabulary import DecisionId, RecordId


def touchpoint_row(
    moment: Moment,
    record: RecordId,
    interaction_key: bytes | None,
    request_hash: bytes,
    decided: Decided,
    answer: dict[str, Any],
) -> TouchpointRow:
    """Return the moment as it is kept: asked again, it is answered with the same bytes."""
    command = moment.command
    topic = command.context.get("intent")
    return TouchpointRow(
        touchpoint_id=moment.touchpoint_id,
        interaction_key=interaction_key,
        contact_key=moment.touchpoint_id.bytes,
        thread_key=interaction_key or moment.touchpoint_id.bytes,
        record_id=record,
        is_known=moment.is_known,
        channel=command.channel,
        direction=command.direction,
        topic=topic if isinstance(topic, str) else None,
        occurred_at=moment.at,
        request_hash=request_hash,
        identifier_keys=list(moment.asked_with),
        context=json_of(command.details),
        answer=json_of(answer),
        segment=decided.segment,
        bundle_id=decided.inputs.bundle_id,
        inputs=inputs_to_json(decided.inputs),
    )


def decision_rows(
    decided: Decided, ids: tuple[DecisionId, ...], catalogue: Catalogue
) -> list[DecisionRow]:
    """Return one row a slot; a slot that shows nothing is a decision too."""
    result = result_to_json(decided)
    return [
        _row(slot, each, decision_id, result, catalogue)
        for slot, (each, decision_id) in enumerate(zip(decided.decisions, ids, strict=True))
    ]


def _row(
    slot: int,
    decision: SlotDecision,
    decision_id: DecisionId,
    result: str,
    catalogue: Catalogue,
) -> DecisionRow:
    action = catalogue.find(decision.chosen.candidate.action) if decision.chosen else None
    return DecisionRow(
        decision_id,
        slot,
        action.key if action else None,
        action.strategy.value if action else None,
        result,
    )


def json_of(value: object) -> str:
    """Return a value as JSON text."""
    return orjson.dumps(value).decode()
