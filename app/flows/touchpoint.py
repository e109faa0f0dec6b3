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
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, SetGrew
from app.differentiate.score import value_of
from app.flows import queries
from app.flows.customer_facts import facts_of, history_of
from app.flows.queries import Answered
from app.flows.touchpoint_answer import Moment, answer_of, script_values
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_rows import decision_rows, touchpoint_row
from app.identify import queries as identify
from app.identify.attach import NamedIdentifier, RecordEvidence, attach
from app.identify.keys import OWN_SOURCE, identifier_key, own_record
from app.identify.normalise import normalise
from app.identify.resolve import MatchState, Resolution, who_is
from app.personalise.catalogue import Catalogue
from app.personalise.decide import decide
from app.personalise.funnel import Ask, History
from app.vocabulary import (
    Assurance,
    CustomerId,
    DecisionId,
    Identifier,
    RecordId,
    Strategy,
    TouchpointId,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a deployment brings to every moment of contact."""

    keyed_hash: KeyedHash
    country: str
    zone: ZoneInfo
    company_name: str
    catalogue: Catalogue


@dataclass(frozen=True, slots=True)
class Stand:
    """Where the facts of this moment hang, and whose they are; None is nobody."""

    record: RecordId
    customer: CustomerId | None


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
    today = at.astimezone(desk.zone).date()
    identifiers = _identifiers(command, desk)
    key = _interaction_key(command, desk.keyed_hash)
    who = await who_is(tx, desk.keyed_hash, identifiers, at)
    touchpoint_id = TouchpointId(uuid7())
    stand = await _stand(tx, who, identifiers, touchpoint_id, desk, now)
    seen = await queries.snapshot(tx, stand.customer, stand.record, key, today, at)
    if seen.customer_now != stand.customer:
        raise SetGrew
    request_hash = desk.keyed_hash.digest("touchpoint", command.request)
    if seen.answered is not None and _is_the_same(command, seen.answered, request_hash):
        return Told(seen.answered.answer, who.state)
    if seen.answered is not None:
        touchpoint_id = seen.answered.touchpoint_id

    value = value_of(seen.numbers, seen.run, today)
    known = who.state is MatchState.KNOWN
    facts = facts_of(seen, value, command.channel, today, at) if known else {}
    moment = Moment(touchpoint_id, command, who, value if known else None, seen, at)
    ask = Ask(
        seed=str(touchpoint_id),
        at=at,
        channel=command.channel,
        direction=command.direction,
        locale=command.locale,
        slots=command.slots,
        local_at=at.astimezone(desk.zone),
        script_values=script_values(moment, desk.company_name),
    )
    history = history_of(seen) if stand.customer else History()
    told = _told_facts(moment, facts)
    decided = decide(ask, told, history, desk.catalogue, seen.propensities)
    ids = tuple(DecisionId(uuid7()) for _ in decided.decisions)
    answer = answer_of(moment, told, decided, ids, desk.catalogue)
    row = touchpoint_row(moment, stand.record, key, request_hash, decided, answer)
    rows = decision_rows(decided, ids, desk.catalogue)
    asked = seen.answered.request_hash if seen.answered else None
    if not await queries.write_touchpoint(tx, row, rows, asked):
        raise SetGrew
    chosen = tuple(Strategy(each.strategy) for each in rows if each.strategy)
    return Told(answer, who.state, chosen)


async def _stand(
    tx: Connection,
    who: Resolution,
    identifiers: list[Identifier],
    touchpoint_id: TouchpointId,
    desk: Desk,
    now: datetime,
) -> Stand:
    """Lock the customer, and say on which record the facts of this moment will hang.

    On one of a known customer's records that hold what was given; on the identifier's own record
    where nobody, or more than one, is known by it; on nobody's where nothing was given.
    """
    if who.customer is not None:
        record, customer = who.customer.record_id, who.customer.customer_id
        await identify.lock_components(tx, [record], ())
        return Stand(record, customer)
    if not identifiers:
        return Stand(RecordId(touchpoint_id), None)
    best = min(identifiers, key=lambda found: (not found.identifies, found.type, found.value))
    record = own_record(desk.keyed_hash, best)
    key = identifier_key(desk.keyed_hash, best)
    named = NamedIdentifier(key, best, Assurance.INFERRED, now)
    told = RecordEvidence(record, OWN_SOURCE, keyed=False, anonymous=True, names=(named,))
    attached = await attach(tx, [told], (), now)
    return Stand(record, attached.customers[record])


def _identifiers(command: TouchpointCommand, desk: Desk) -> list[Identifier]:
    found = (normalise(raw, country=raw.country or desk.country) for raw in command.identifiers)
    return list(dict.fromkeys(each for each in found if isinstance(each, Identifier)))


def _interaction_key(command: TouchpointCommand, keyed_hash: KeyedHash) -> bytes | None:
    asked = command.interaction
    return None if asked is None else keyed_hash.digest("interaction", asked.source, asked.id)


def _is_the_same(command: TouchpointCommand, answered: Answered, request_hash: bytes) -> bool:
    """Return whether nothing new is told: a retry, or a transfer that brings no context."""
    return answered.request_hash == request_hash or not command.retold


def _told_facts(moment: Moment, known: dict[str, object]) -> dict[str, object]:
    """Return the facts of the moment and of the customer, in the words of the rules.

    At ring time nobody can know yet that the caller's own reason will be dealt with.  So what to
    offer is decided for that moment, and the answer says to wait for it.
    """
    command = moment.command
    return {
        **known,
        **command.context,
        **({"reason_closed": True} if moment.comes_later else {}),
        "channel": command.channel.value,
        "direction": command.direction.value,
    }
