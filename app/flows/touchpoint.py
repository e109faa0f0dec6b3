"""The phone rings: who is it, what are they worth, what do we do now?  Told straight.

    resolve    who the identifiers belong to                     1 statement, nothing locked
    stand      under the customer's lock, on the record that the facts will hang on
    look       everything one decision looks at                  1 snapshot
    decide     eligibility → contact policy → arbitration, and how the call is taken   (pure)
    record     the moment, its decisions and its answer, all or nothing

A known caller costs four statements.  Somebody unknown is kept on an anonymous customer, so that
what we said is not lost when we learn who it was.

While nothing can be recorded, ``resolve`` and ``look`` alone say who it is and how to take them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from app.database.transaction import Connection
from app.flows import queries
from app.flows.desk import Desk, Stand, look, stand_aside, take_stand
from app.flows.moment import Moment
from app.flows.queries import Answered, DecisionRow
from app.flows.touchpoint_again import attested_in, who_is_said
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_conclusion import Told, conclude, conclude_unkept
from app.flows.touchpoint_rows import touchpoint_row
from app.identify.keys import identifier_key
from app.identify.resolve import Resolution, who_is
from app.identify.words import words_on
from app.personalise.decide import Decided
from app.vocabulary import Identifier, RecordId, TouchpointId, value_type

__all__ = ["Told", "answer_touchpoint", "answer_unkept"]

Standing = Callable[
    [Connection, Resolution, list[Identifier], TouchpointId, Desk, datetime], Awaitable[Stand]
]


@value_type()
class _Met:
    """A moment of contact to be answered; ``before`` is how it was answered last.

    ``interaction_key`` is by what it is known when it is asked about again.
    """

    moment: Moment
    interaction_key: bytes | None
    record: RecordId
    before: Answered | None


async def answer_touchpoint(
    tx: Connection, command: TouchpointCommand, desk: Desk, now: datetime
) -> Told:
    """Answer one moment of contact and record it; the same moment asked again is the same one.

    What an agent said about who it is holds for the moment from then on.

    Raises:
        SetGrew: the customer was merged or split, or the moment answered, while we looked.
    """
    met = await _meet(tx, command, desk, now, take_stand)
    if isinstance(met, Told):
        return met
    asked = desk.request_hash(command)

    async def keep(decided: Decided, answer: dict[str, Any], rows: Sequence[DecisionRow]) -> bool:
        row = touchpoint_row(met.moment, met.record, met.interaction_key, asked, decided, answer)
        before_hash = None if met.before is None else met.before.request_hash
        return await queries.write_touchpoint(tx, row, rows, before_hash)

    return await conclude(met.moment, desk, keep)


async def answer_unkept(
    tx: Connection, command: TouchpointCommand, desk: Desk, now: datetime
) -> Told:
    """Answer one moment of contact without recording it: nothing is decided, locked or written.

    A moment that was recorded before and is asked about again has the answer it had.

    Raises:
        SetGrew: the customer was merged or split while we looked.
    """
    met = await _meet(tx, command, desk, now, stand_aside)
    return met if isinstance(met, Told) else conclude_unkept(met.moment, desk)


async def _meet(
    tx: Connection, command: TouchpointCommand, desk: Desk, now: datetime, stand_on: Standing
) -> _Met | Told:
    """Return all there is to know, or the answer where the moment was answered before."""
    at, key = command.time or now, desk.interaction_key(command)

    identifiers = desk.identifiers(command)
    given = {identifier_key(desk.keyed_hash, found): found for found in identifiers}
    said = desk.said(command)
    if identifiers:
        who = await who_is(tx, desk.keyed_hash, identifiers, at, said)
    else:
        who = desk.unusable(command)

    touchpoint_id = TouchpointId(uuid7())
    stand = await stand_on(tx, who, identifiers, touchpoint_id, desk, now)
    seen = await look(tx, stand, key, at, desk)

    before, spoken = seen.answered, []
    if before is not None:
        tells_more = command.retold or not before.identifier_keys.issuperset(given)
        if not tells_more or before.request_hash == desk.request_hash(command):
            return Told(before.answer, who.state, who.reason)
        touchpoint_id = before.touchpoint_id
        spoken = await words_on(tx, touchpoint_id)
    if spoken:
        who = await who_is_said(tx, given, given, spoken, at, said)
        stand = await stand_on(tx, who, identifiers, touchpoint_id, desk, now)
        seen = await look(tx, stand, key, at, desk)

    moment = Moment(
        touchpoint_id, command, who, seen, at, desk.zone, tuple(given), attested_in(spoken, who)
    )
    return _Met(moment, key, stand.record, before)
