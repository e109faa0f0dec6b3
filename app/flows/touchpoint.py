"""The phone rings: who is it, what are they worth, what do we do now?  Told straight.

    resolve    who the identifiers belong to                     1 statement, nothing locked
    stand      under the customer's lock, on the record that the facts will hang on
    look       everything one decision looks at                  1 snapshot
    decide     eligibility → contact policy → arbitration, and how the call is taken   (pure)
    record     the moment, its decisions and its answer, all or nothing

A known caller costs four statements.  Somebody unknown is kept on an anonymous customer, so that
what we said is not lost when we learn who it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from app.database.transaction import Connection
from app.flows import queries
from app.flows.desk import Desk, look, take_stand
from app.flows.moment import Moment
from app.flows.queries import DecisionRow
from app.flows.touchpoint_again import attested_in, who_is_said
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_conclusion import Told, conclude
from app.flows.touchpoint_rows import touchpoint_row
from app.identify.keys import identifier_key
from app.identify.resolve import who_is
from app.identify.words import words_on
from app.personalise.decide import Decided
from app.vocabulary import TouchpointId

__all__ = ["Told", "answer_touchpoint"]


async def answer_touchpoint(
    tx: Connection, command: TouchpointCommand, desk: Desk, now: datetime
) -> Told:
    """Answer one moment of contact and record it; the same moment asked again is the same one.

    What an agent said about who it is holds for the moment from then on.

    Raises:
        SetGrew: the customer was merged or split, or the moment answered, while we looked.
    """
    at = command.time or now
    key, asked = desk.interaction_key(command), desk.request_hash(command)

    identifiers = desk.identifiers(command)
    given = {identifier_key(desk.keyed_hash, found): found for found in identifiers}
    who = await who_is(tx, desk.keyed_hash, identifiers, at)

    touchpoint_id = TouchpointId(uuid7())
    stand = await take_stand(tx, who, identifiers, touchpoint_id, desk, now)
    seen = await look(tx, stand, key, at, desk)

    before, spoken = seen.answered, []
    if before is not None:
        if before.request_hash == asked or not command.retold:
            return Told(before.answer, who.state, who.reason)
        touchpoint_id = before.touchpoint_id
        spoken = await words_on(tx, touchpoint_id)
    if spoken:
        who = await who_is_said(tx, given, given, spoken, at)
        stand = await take_stand(tx, who, identifiers, touchpoint_id, desk, now)
        seen = await look(tx, stand, key, at, desk)

    moment = Moment(
        touchpoint_id, command, who, seen, at, desk.zone, tuple(given), attested_in(spoken, who)
    )

    async def keep(decided: Decided, answer: dict[str, Any], rows: Sequence[DecisionRow]) -> bool:
        row = touchpoint_row(moment, stand.record, key, asked, decided, answer)
        before_hash = None if before is None else before.request_hash
        return await queries.write_touchpoint(tx, row, rows, before_hash)

    return await conclude(moment, desk, keep)
