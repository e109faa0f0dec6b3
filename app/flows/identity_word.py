"""The agent says who is on the line: what becomes of what we believed, and what is the answer now?

    denied       the contact points asked with are not (any more) theirs: the link closes, and the
                 moment is answered for whoever it is then
    confirmed    it is they: the contact points are theirs, told by us, and secrets may be told as
                 far as the agent checked; who was confirmed there before was a mistake

Only contact points change hands.  A tax id, a card or a code never becomes somebody else's: where
the caller gave one that is not theirs, the moment is answered anew and the link stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from uuid_utils.compat import uuid7

from app.database.keyed_hash import KeyedHash
from app.database.statements import statement
from app.database.transaction import Connection, SetGrew
from app.flows.attestation import Check
from app.flows.desk import Desk, look, take_stand
from app.flows.identity_about import require_candidate, require_held, whom
from app.flows.identity_decision import settle
from app.flows.moment import Moment
from app.flows.queries import DecisionRow
from app.flows.touchpoint_again import (
    Asked,
    asked_about,
    attested_in,
    keep_again,
    who_is_said,
)
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_conclusion import Told, conclude
from app.identify import queries as identify
from app.identify import words
from app.identify.eras import RECYCLED
from app.identify.evidence import joins
from app.identify.resolve import MatchState
from app.identify.words import IdentityWord, SaidLink, SpokenBefore, WordKind
from app.personalise.decide import Decided
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    DecisionId,
    Identifier,
    IdentifierKey,
    RecordId,
    TouchpointId,
)

REPEATED: Final = "said_before"
"""Reason in the counts of a word that was said before: nothing was looked up."""

WRONG_PERSONS: Final = statement("app.flows", "wrong_persons")


@dataclass(frozen=True, slots=True)
class WordCommand:
    """What an agent said: of whom we named, or of the customer they name."""

    kind: WordKind
    actor: str
    customer_id: CustomerId | None = None
    verified_by: frozenset[Check] = frozenset()


@dataclass(frozen=True, slots=True)
class WrongPerson:
    """An outcome that says that somebody else answered; ``key`` is the outcome's own."""

    key: bytes
    decision_id: DecisionId
    occurred_at: datetime


Again = Callable[[Asked], TouchpointCommand]
"""Makes of a moment that is kept the question that was asked."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A customer's records under the locks of all that a word touches."""

    customer: CustomerId
    records: frozenset[RecordId]
    active: frozenset[IdentifierKey]
    locked: frozenset[ComponentId]


async def take_word(
    tx: Connection,
    touchpoint_id: TouchpointId,
    told: WordCommand,
    desk: Desk,
    again: Again,
    now: datetime,
) -> Told:
    """Keep an agent's word about a moment of contact and answer the moment anew.

    The same word said again is the same one, and the same answer returns.  A later confirmation at
    the same moment takes the place of an earlier one, with what that brought.

    Raises:
        NotFound, Gone: there is no such touchpoint, or no such customer any more.
        InvalidInput: nobody was named, by us or by the agent; or it rests on what we do not hold.
        SetGrew: a record moved, or the moment was answered, while we looked.
    """
    asked = await asked_about(tx, touchpoint_id)
    identifiers = await words.identifiers_of(tx, asked.identifier_keys)
    spoken = await words.words_on(tx, touchpoint_id)
    customer = await whom(tx, asked, told.customer_id, told.kind, spoken)
    held = await _hold_still(tx, customer, asked, identifiers, spoken)
    if _is_repeated(spoken, told, held):
        state = MatchState(asked.answer["customer"]["state"])
        return Told(asked.answer, state, REPEATED)
    await _require_sense(tx, asked, told, held, spoken)
    word = await _word(tx, asked, told, held, identifiers, now)
    if told.kind is WordKind.CONFIRMED:
        await words.unsay_confirmed(tx, touchpoint_id, held.records)
    await settle(tx, await words.say(tx, [word], held.locked, now), now)
    said = SpokenBefore(word.kind, word.record_id, word.verified_by, now)
    return await _answer(tx, asked, again(asked), [*spoken, said], identifiers, desk, now)


async def deny_wrong_persons(
    tx: Connection,
    outcomes: Sequence[WrongPerson],
    keyed_hash: KeyedHash,
    actor: str,
    now: datetime,
) -> None:
    """Take "somebody else answered" as the denial it is, for all these outcomes at once.

    Told twice it is one word: it has the outcome's own id and time.

    Raises:
        SetGrew: a record moved while we waited for its lock.
    """
    links = await _wrong_links(tx, outcomes)
    if not links:
        return
    records = {link.record_id for _, found in links.values() for link in found}
    locked = await identify.lock_components(tx, records, ())
    if await _wrong_links(tx, outcomes) != links:
        raise SetGrew
    said = [
        IdentityWord(
            keyed_hash.uuid("wrong person", each.key),
            touchpoint,
            WordKind.DENIED,
            min(link.record_id for link in found),
            found,
            Assurance.DECLARED,
            (),
            actor,
            each.occurred_at,
        )
        for each in outcomes
        for touchpoint, found in (links.get(each.decision_id, (None, [])),)
        if touchpoint is not None
    ]
    await settle(tx, await words.say(tx, said, locked, now), now)


async def _hold_still(
    tx: Connection,
    customer: CustomerId,
    asked: Asked,
    identifiers: Mapping[IdentifierKey, Identifier],
    spoken: Sequence[SpokenBefore],
) -> _Held:
    """Lock identifiers and components, and return the customer's records as they are under them."""
    claims = {key: (found, joins(found)) for key, found in identifiers.items()}
    active = await identify.claim_identifiers(tx, claims) if claims else set()
    records = set(await identify.records_of(tx, customer))
    touched = {*records, asked.record_id, *(each.record_id for each in spoken)}
    locked = await identify.lock_components(tx, touched, active)
    found = await identify.located(tx, touched, active)
    under_lock = set(await identify.records_of(tx, customer))
    if not records or under_lock != records or not found.components <= locked:
        raise SetGrew
    if await words.words_on(tx, asked.touchpoint_id) != spoken:
        raise SetGrew
    return _Held(customer, frozenset(records), frozenset(active), frozenset(locked))


def _is_repeated(spoken: Sequence[SpokenBefore], told: WordCommand, held: _Held) -> bool:
    about = [each for each in spoken if each.record_id in held.records]
    if not about or about[-1] is not spoken[-1]:
        return False
    last = about[-1]
    return last.kind is told.kind and set(last.verified_by) == told.verified_by


async def _require_sense(
    tx: Connection,
    asked: Asked,
    told: WordCommand,
    held: _Held,
    spoken: Sequence[SpokenBefore],
) -> None:
    """Pass where the word is about a candidate, or says why it is not, and its checks are sound."""
    met = {asked.record_id, *(each.record_id for each in spoken)}
    holds = await words.links_among(tx, held.records, asked.identifier_keys)
    if not holds and held.records.isdisjoint(met):
        require_candidate(told.kind, told.verified_by)
    if told.kind is WordKind.CONFIRMED:
        await require_held(tx, held.customer, told.verified_by)


async def _word(
    tx: Connection,
    asked: Asked,
    told: WordCommand,
    held: _Held,
    identifiers: Mapping[IdentifierKey, Identifier],
    now: datetime,
) -> IdentityWord:
    points = {key for key, found in identifiers.items() if found.type in RECYCLED}
    links = await words.links_among(tx, held.records, points)
    birth = await words.birth_record(tx, held.customer)
    if told.kind is WordKind.CONFIRMED:
        missing = (points & held.active) - {link.key for link in links}
        links = [*links, *(SaidLink(key, birth) for key in sorted(missing))]
    proven = Check.ONE_TIME_CODE in told.verified_by
    return IdentityWord(
        uuid7(),
        asked.touchpoint_id,
        told.kind,
        birth,
        links,
        Assurance.VERIFIED if proven else Assurance.DECLARED,
        tuple(sorted(told.verified_by)),
        told.actor,
        now,
    )


async def _answer(
    tx: Connection,
    asked: Asked,
    command: TouchpointCommand,
    spoken: Sequence[SpokenBefore],
    identifiers: Mapping[IdentifierKey, Identifier],
    desk: Desk,
    now: datetime,
) -> Told:
    who = await who_is_said(tx, asked.identifier_keys, identifiers, spoken, now)
    stand = await take_stand(tx, who, list(identifiers.values()), asked.touchpoint_id, desk, now)
    seen = await look(tx, stand, asked.interaction_key, now, desk)
    moment = Moment(
        asked.touchpoint_id,
        command,
        who,
        seen,
        now,
        desk.zone,
        asked.identifier_keys,
        attested_in(spoken, who),
    )

    async def keep(decided: Decided, answer: dict[str, Any], rows: Sequence[DecisionRow]) -> bool:
        return await keep_again(tx, asked, moment, stand.record, decided, answer, rows)

    return await conclude(moment, desk, keep)


async def _wrong_links(
    tx: Connection, outcomes: Collection[WrongPerson]
) -> dict[DecisionId, tuple[TouchpointId, list[SaidLink]]]:
    """Return which links each outcome denies: by whom the moment was about, and what it had."""
    rows = await tx.execute(
        WRONG_PERSONS, {"decision_ids": sorted({each.decision_id for each in outcomes})}
    )
    found: dict[DecisionId, tuple[TouchpointId, list[SaidLink]]] = {}
    for row in rows:
        touchpoint = TouchpointId(row.touchpoint_id)
        _, links = found.setdefault(DecisionId(row.decision_id), (touchpoint, []))
        links.append(SaidLink(IdentifierKey(row.identifier_key), RecordId(row.record_id)))
    return found
