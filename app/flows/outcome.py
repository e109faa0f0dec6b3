"""What came of a decision, and what do we learn?

An outcome is kept once and may come in any order.  What a decision teaches is a function of the set
of its outcomes, so the counts move by the difference it makes, under the decision's own lock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.identity_word import WrongPerson, deny_wrong_persons
from app.interact import queries as interact
from app.interact.consent import MARKETING, ConsentStatus
from app.interact.outcomes import OutcomeKind
from app.interact.queries import ConsentRow, DialogueRows
from app.personalise import queries
from app.personalise.propensity import Counts, Label, change, final_label
from app.personalise.queries import LockedDecision, OutcomeRow
from app.problems import Conflict, Fault, InvalidInput, NotFound, Problem
from app.vocabulary import Channel, DecisionId


@dataclass(frozen=True, slots=True)
class OutcomeCommand:
    """One thing that came of one decision; ``id`` tells apart what may happen twice."""

    decision_id: DecisionId
    kind: OutcomeKind
    occurred_at: datetime
    id: str = ""
    value: Decimal | None = None
    until: datetime | None = None
    never: bool = False
    channel: Channel | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells outcomes, when, and up to when they may be dated."""

    actor: str
    now: datetime
    latest: datetime


class OutcomeStatus(StrEnum):
    """What became of one outcome told."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class OutcomeResult:
    """What became of one outcome, in the place it had in the request."""

    status: OutcomeStatus
    problem: Problem | None = field(default=None)
    action: str | None = None


async def take_told(
    tx: Connection,
    commands: Sequence[OutcomeCommand],
    keyed_hash: KeyedHash,
    told: Telling,
) -> list[OutcomeResult]:
    """Keep outcomes and what they say of who it was; return what became of each, in order.

    "Somebody else answered" is an agent's denial too.  It comes first: components are locked before
    decisions (ADR 5).
    """
    wrong = [
        WrongPerson(_key(each, keyed_hash), each.decision_id, each.occurred_at)
        for each in commands
        if each.kind is OutcomeKind.WRONG_PERSON and each.occurred_at <= told.latest
    ]
    if wrong:
        await deny_wrong_persons(tx, wrong, keyed_hash, told.actor, told.now)
    return await take_outcomes(tx, commands, keyed_hash, told.latest)


async def take_outcomes(
    tx: Connection, commands: Sequence[OutcomeCommand], keyed_hash: KeyedHash, latest: datetime
) -> list[OutcomeResult]:
    """Keep outcomes and learn from them; return what became of each, in order.

    What is dated after ``latest`` is refused: a clock that runs ahead must not silence an offer.
    """
    decisions = await queries.lock_decisions(tx, {each.decision_id for each in commands})
    against = [_against(each, decisions.get(each.decision_id), latest) for each in commands]
    rows = {
        _key(each, keyed_hash): _row(each, decisions[each.decision_id], keyed_hash)
        for each, problem in zip(commands, against, strict=True)
        if problem is None
    }
    new = await queries.append_outcomes(tx, list(rows.values())) if rows else set()
    fresh = {key: rows[key] for key in new}
    await interact.write_facts(tx, _opt_outs(fresh, decisions))
    await _learn(tx, {decisions[row.decision_id] for row in fresh.values()})
    unseen = set(new)
    return [
        _result(_key(each, keyed_hash), problem, unseen, decisions.get(each.decision_id))
        for each, problem in zip(commands, against, strict=True)
    ]


def _against(
    command: OutcomeCommand, decision: LockedDecision | None, latest: datetime
) -> Problem | None:
    """Return why an outcome cannot be, None where it can."""
    if decision is None:
        return NotFound("there is no such decision")
    if decision.action is None:
        return Conflict("this decision offered nothing", code="nothing-offered")
    if command.occurred_at > latest:
        fault = Fault("/time", "future-time", "lies further ahead than clocks differ")
        return InvalidInput("the outcome lies in the future", code="future-time", faults=(fault,))
    return None


async def _learn(tx: Connection, decisions: set[LockedDecision]) -> None:
    """Label the decisions anew and move the counts by what that changes."""
    told = await queries.outcomes_of(tx, {d.decision_id for d in decisions}) if decisions else {}
    labels: dict[DecisionId, Label | None] = {}
    moved: dict[tuple[str, str], Counts] = defaultdict(Counts)
    for decision in decisions:
        label = final_label(told[decision.decision_id])
        if label is not decision.label and decision.action is not None:
            labels[decision.decision_id] = label
            moved[decision.action, decision.segment] += change(decision.label, label)
    if labels:
        await queries.book_outcomes(tx, labels, moved)


def _key(command: OutcomeCommand, keyed_hash: KeyedHash) -> bytes:
    return keyed_hash.digest("outcome", command.decision_id.bytes, command.kind.value, command.id)


def _row(command: OutcomeCommand, decision: LockedDecision, keyed_hash: KeyedHash) -> OutcomeRow:
    return OutcomeRow(
        _key(command, keyed_hash),
        command.decision_id,
        decision.record_id,
        decision.action,
        command.kind.value,
        command.occurred_at,
        command.until,
        command.value,
        _details(command, decision),
    )


def _details(command: OutcomeCommand, decision: LockedDecision) -> dict[str, Any]:
    details: dict[str, Any] = {"never": command.never} if command.never else {}
    if command.reason is not None:
        details["reason"] = command.reason
    if command.kind is OutcomeKind.OPTED_OUT:
        details["channel"] = (command.channel or decision.channel).value
    return details


def _opt_outs(
    fresh: Mapping[bytes, OutcomeRow], decisions: Mapping[DecisionId, LockedDecision]
) -> DialogueRows:
    """Return the withdrawals that opt-outs are: facts of consent, which a later yes may lift."""
    consents = [
        ConsentRow(
            key,
            decisions[row.decision_id].record_id,
            MARKETING,
            row.details["channel"],
            ConsentStatus.WITHDRAWN.value,
            row.occurred_at,
            None,
            None,
            None,
        )
        for key, row in fresh.items()
        if row.outcome == OutcomeKind.OPTED_OUT.value
    ]
    return DialogueRows([], consents, [], [])


def _result(
    key: bytes, problem: Problem | None, unseen: set[bytes], decision: LockedDecision | None
) -> OutcomeResult:
    if problem is not None:
        return OutcomeResult(OutcomeStatus.REFUSED, problem)
    if key in unseen:
        unseen.remove(key)
        return OutcomeResult(OutcomeStatus.ACCEPTED, action=decision.action if decision else None)
    return OutcomeResult(OutcomeStatus.DUPLICATE)
