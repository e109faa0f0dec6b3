"""Who was it, once an agent has spoken?  A moment of contact, read again and answered anew."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson

from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.attestation import Attested, Check
from app.flows.moment import Moment
from app.flows.queries import DecisionRow
from app.flows.touchpoint_rows import json_of
from app.identify import queries as identify
from app.identify.holdings import holdings_of
from app.identify.resolve import NOBODY, MatchState, Resolution, judge, told_apart
from app.identify.telling import NOTHING_SAID, Traits
from app.identify.weighing import Candidate
from app.identify.words import SpokenBefore, WordKind
from app.personalise.decide import Decided
from app.personalise.decision_document import inputs_to_json
from app.problems import NotFound
from app.vocabulary import (
    Channel,
    CustomerId,
    Direction,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Locale,
    RecordId,
    TouchpointId,
)

TOUCHPOINT_ASKED: Final = statement("app.flows", "touchpoint_asked")
ANSWER_AGAIN: Final = statement("app.flows", "answer_again")

CONFIRMED: Final = "confirmed_by_agent"
DENIED: Final = "denied_by_agent"
"""Reasons of an answer that an agent's word led to."""

SURE: Final = 0.999
"""How sure an agent's word makes at least: they heard the caller (judgement)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A moment of contact as it was asked about and answered last."""

    touchpoint_id: TouchpointId
    interaction_key: bytes | None
    record_id: RecordId
    channel: Channel
    direction: Direction
    identifier_keys: tuple[IdentifierKey, ...]
    context: Mapping[str, Any]
    answer: dict[str, Any]
    slots: tuple[str, ...] | None
    locale: Locale | None


async def asked_about(tx: Connection, touchpoint_id: TouchpointId) -> Asked:
    """Return a moment of contact.

    Raises:
        NotFound: there is none, or it has been erased with its customer.
    """
    row = (await tx.execute(TOUCHPOINT_ASKED, {"touchpoint_id": touchpoint_id})).one_or_none()
    if row is None:
        raise NotFound("there is no such touchpoint (any more)")
    ask = {} if row.ask is None else orjson.loads(row.ask)
    return Asked(
        touchpoint_id,
        row.interaction_key,
        RecordId(row.record_id),
        Channel(row.channel),
        Direction(row.direction),
        tuple(IdentifierKey(key) for key in row.identifier_keys or ()),
        orjson.loads(row.context),
        orjson.loads(row.answer),
        tuple(ask["slots"]) if "slots" in ask else None,
        Locale(ask["locale"]) if "locale" in ask else None,
    )


def attested_in(spoken: Sequence[SpokenBefore], who: Resolution) -> Attested | None:
    """Return what the last confirmation of a moment attests, where that is who it is now."""
    if who.reason != CONFIRMED:
        return None
    last = next(each for each in reversed(spoken) if each.kind is WordKind.CONFIRMED)
    return Attested(frozenset(Check(each) for each in last.verified_by))


async def who_is_said(
    tx: Connection,
    keys: Collection[IdentifierKey],
    identifiers: Mapping[IdentifierKey, Identifier],
    spoken: Sequence[SpokenBefore],
    at: datetime,
    said: Traits = NOTHING_SAID,
) -> Resolution:
    """Return who it is by what was given and by what agents said, the last word first.

    Whoever was confirmed last is known, unless denied since.  Else whoever was denied here is out
    of the question, and the rest is judged as always.
    """
    known = {key: identifiers.get(key, _VISIT) for key in keys}
    visits = [key for key, found in known.items() if found.type is IdentifierType.VISIT]
    held = await holdings_of(tx, [key for key in known if key not in visits], visits, at)
    named = await identify.customers_of(tx, {each.record_id for each in spoken})
    last = _confirmed_last(spoken, named)
    if last is not None:
        customer = named[last.record_id]
        candidates = judge([h for h in held if h.customer_id == customer], known, at).candidates
        return await _confirmed(tx, customer, last.record_id, candidates)
    denied = {named.get(each.record_id) for each in _denied(spoken)}
    left = judge([each for each in held if each.customer_id not in denied], known, at)
    if left.state is MatchState.UNKNOWN:
        return replace(left, reason=DENIED)
    return await told_apart(tx, left, said)


async def keep_again(
    tx: Connection,
    asked: Asked,
    moment: Moment,
    record: RecordId,
    decided: Decided,
    answer: dict[str, Any],
    rows: Sequence[DecisionRow],
) -> bool:
    """Record the new answer; False where somebody answered it anew meanwhile."""
    written = await tx.execute(
        ANSWER_AGAIN,
        {
            "touchpoint_id": asked.touchpoint_id,
            "contact_key": asked.touchpoint_id.bytes,
            "record_id": record,
            "was_record_id": asked.record_id,
            "channel": asked.channel.value,
            "direction": asked.direction.value,
            "answered_at": moment.at,
            "answer": json_of(answer),
            "decision_ids": [row.decision_id for row in rows],
            "slots": [row.slot for row in rows],
            "actions": [row.action for row in rows],
            "strategies": [row.strategy for row in rows],
            "segment": decided.segment,
            "bundle_id": decided.inputs.bundle_id,
            "inputs": inputs_to_json(decided.inputs),
            "results": [row.result for row in rows],
        },
    )
    return written.one_or_none() is not None


_VISIT: Final = Identifier(IdentifierType.VISIT, "", "")
"""What is not among the identifiers anybody told us of can only be a visit."""


async def _confirmed(
    tx: Connection, customer: CustomerId, record: RecordId, candidates: Sequence[Candidate]
) -> Resolution:
    found = next((each for each in candidates if each.customer_id == customer), None)
    if found is None:
        places = await identify.records_of(tx, customer)
        found = Candidate(customer, places[record], record, anonymous=False, bits=0.0, evidence=())
    sure = replace(found, anonymous=False, confidence=max(found.confidence, SURE))
    return replace(
        NOBODY, state=MatchState.KNOWN, customer=sure, candidates=(sure,), reason=CONFIRMED
    )


def _confirmed_last(
    spoken: Sequence[SpokenBefore], named: Mapping[RecordId, CustomerId]
) -> SpokenBefore | None:
    """Return the last confirmation, unless the same customer was denied after it."""
    denied_since = set()
    for each in reversed(spoken):
        customer = named.get(each.record_id)
        if each.kind is WordKind.DENIED:
            denied_since.add(customer)
        else:
            return None if customer is None or customer in denied_since else each
    return None


def _denied(spoken: Sequence[SpokenBefore]) -> list[SpokenBefore]:
    """Return what was denied and not confirmed later."""
    last = {each.record_id: each for each in spoken}
    return [each for each in last.values() if each.kind is WordKind.DENIED]
