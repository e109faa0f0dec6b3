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

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.flows import queries
from app.flows.desk import Desk, take_stand
from app.flows.moment import Moment
from app.flows.touchpoint_answer import answer_of
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_rows import decision_rows, touchpoint_row
from app.identify.resolve import MatchState, who_is
from app.personalise.decide import decide
from app.vocabulary import DecisionId, Strategy, TouchpointId


@dataclass(frozen=True, slots=True)
class Told:
    """The answer, and what the edge counts of it; a repeated one decided nothing."""

    answer: dict[str, Any]
    state: MatchState
    strategies: tuple[Strategy, ...] = ()


async def answer_touchpoint(
    tx: Connection, command: TouchpointCommand, desk: Desk, now: datetime
) -> Told:
    """Answer one moment of contact and record it; the same moment asked again is the same one.

    Raises:
        SetGrew: the customer was merged or split, or the moment answered, while we looked.
    """
    at = command.time or now
    key, asked = desk.interaction_key(command), desk.request_hash(command)

    identifiers = desk.identifiers(command)
    who = await who_is(tx, desk.keyed_hash, identifiers, at)

    touchpoint_id = TouchpointId(uuid7())
    stand = await take_stand(tx, who, identifiers, touchpoint_id, desk, now)

    today = at.astimezone(desk.zone).date()
    seen = await queries.snapshot(tx, stand.customer, stand.record, key, today, at)
    if seen.customer_now != stand.customer:
        raise SetGrew
    before = seen.answered
    if before is not None:
        if before.request_hash == asked or not command.retold:
            return Told(before.answer, who.state)
        touchpoint_id = before.touchpoint_id

    moment = Moment(touchpoint_id, command, who, seen, at, desk.zone)
    ask, facts, history = moment.ask(desk.company_name), moment.facts(), moment.history()
    decided = decide(ask, facts, history, desk.catalogue, seen.propensities)
    ids = tuple(DecisionId(uuid7()) for _ in decided.decisions)
    answer = answer_of(moment, facts, decided, ids, desk.catalogue)

    row = touchpoint_row(moment, stand.record, key, asked, decided, answer)
    rows = decision_rows(decided, ids, desk.catalogue)
    asked_before = before.request_hash if before else None
    if not await queries.write_touchpoint(tx, row, rows, asked_before):
        raise SetGrew
    chosen = tuple(Strategy(each.strategy) for each in rows if each.strategy)
    return Told(answer, who.state, chosen)
