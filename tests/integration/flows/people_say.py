"""A history in which people decide and agents speak, and the same history told in another order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.event_intake import take_events
from app.flows.identity_decision import merge_customers, split_customer
from app.flows.review import decide
from app.identify import queries, reviews, words
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.merge import RETRACT, Word, look_again
from app.identify.reviews import Told, Verdict
from app.identify.words import IdentityWord, SaidLink, WordKind
from app.problems import Problem
from app.vocabulary import Assurance, CustomerId, IdentifierKey, RecordId, TouchpointId
from tests.builders import a_reader, commands

START = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SOMEBODY = Word("somebody", None)

State = tuple[frozenset[Any], frozenset[Any], frozenset[Any]]
Partition = frozenset[frozenset[RecordId]]
Table = metadata.tables


@dataclass(frozen=True, slots=True)
class Said:
    """A person's fact, the records it is about, and how it is told again."""

    about: frozenset[RecordId]
    again: Callable[[Connection, datetime], Awaitable[None]]
    needs: Callable[[Connection], Awaitable[bool]] | None = None


async def state_of(tx: Connection) -> State:
    """Return the partition, every review that somebody could still look at, and the edges."""
    review = Table["review"]
    rows = await tx.execute(select(review).where(review.c.state.in_(["open", "unsure"])))
    asked = frozenset((row.review_id, row.state, row.kind, tuple(row.sides)) for row in rows)
    edge = Table["edge"]
    edges = frozenset(
        (row.record_lo, row.record_hi, row.kind, frozenset(row.breakdown.items()))
        for row in await tx.execute(select(edge))
    )
    return await partition_of(tx), asked, edges


async def partition_of(tx: Connection) -> Partition:
    held: dict[CustomerId, set[RecordId]] = defaultdict(set)
    for row in await tx.execute(select(Table["membership"])):
        held[row.customer_id].add(row.record_id)
    return frozenset(frozenset(records) for records in held.values())


async def live(
    tx: Connection,
    documents: Sequence[dict[str, Any]],
    keyed_hash: KeyedHash,
    draw: random.Random,
    look: Callable[[datetime], Awaitable[None]] | None = None,
) -> None:
    """Let facts come and people speak, a minute apart."""
    waiting, now = list(documents), START
    draw.shuffle(waiting)
    while waiting:
        now += timedelta(minutes=1)
        told, waiting = waiting[:3], waiting[3:]
        await take_events(tx, commands(told), a_reader(keyed_hash), now)
        if look is not None:
            await look(now)
        now += timedelta(minutes=1)
        try:
            async with tx.begin_nested():
                await draw.choice([_merge, _split, _judge, _judge, _speak, _speak])(tx, draw, now)
        except Problem:
            pass  # nobody to merge, nothing to split: they say nothing this time
        if look is not None:
            await look(now)


async def _merge(tx: Connection, draw: random.Random, now: datetime) -> None:
    members = Table["membership"]
    customers = (await tx.execute(select(members.c.customer_id).distinct())).scalars().all()
    chosen = draw.sample(sorted(customers), 2) if len(customers) > 1 else customers
    await merge_customers(tx, [CustomerId(each) for each in chosen], SOMEBODY, now)


async def _split(tx: Connection, draw: random.Random, now: datetime) -> None:
    large = sorted(sorted(each) for each in await partition_of(tx) if len(each) > 1)
    if large:
        records = draw.choice(large)
        customer = (await queries.customers_of(tx, records[:1]))[records[0]]
        sides = [draw.sample(records, draw.randint(1, len(records) - 1))]
        await split_customer(tx, customer, sides, SOMEBODY, now)


async def _judge(tx: Connection, draw: random.Random, now: datetime) -> None:
    review = Table["review"]
    asked = select(review.c.review_id).where(review.c.state != "moot").order_by("review_id")
    found = (await tx.execute(asked)).scalars().all()
    if found:
        await decide(tx, draw.choice(found), draw.choice(list(Verdict)), SOMEBODY, now)


async def _speak(tx: Connection, draw: random.Random, now: datetime) -> None:
    link, identifier = Table["record_identifier"], Table["identifier"]
    held = select(link.c.identifier_key, link.c.record_id).join(
        identifier, identifier.c.identifier_key == link.c.identifier_key
    )
    points = held.where(identifier.c.type.in_(["phone", "email"]), identifier.c.state == "active")
    found = sorted(map(tuple, await tx.execute(points)))
    if not found:
        return
    key, record = draw.choice(found)
    kind = draw.choice(list(WordKind))
    if kind is WordKind.CONFIRMED:
        _, record = draw.choice(found)
    at = START - timedelta(days=draw.randint(0, 20))
    said = IdentityWord(
        uuid7(),
        TouchpointId(uuid7()),
        kind,
        RecordId(record),
        [SaidLink(IdentifierKey(key), RecordId(record))],
        Assurance.DECLARED,
        (),
        "agent",
        at,
    )
    await _say(tx, said, now)


async def _say(tx: Connection, said: IdentityWord, now: datetime) -> None:
    records = [link.record_id for link in said.links]
    keys = [link.key for link in said.links]
    locked = await queries.lock_components(tx, records, keys)
    await words.say(tx, [said], locked, now)


# ---------------------------------------------------------------- told again


async def what_people_said(tx: Connection) -> list[Said]:
    """Return every decision, retraction, verdict and word that was kept."""
    return [
        *await _decisions(tx),
        *await _retractions(tx),
        *await _verdicts(tx),
        *await _words(tx),
    ]


async def tell_again(
    tx: Connection,
    arrays: Sequence[list[dict[str, Any]]],
    said: Sequence[Said],
    keyed_hash: KeyedHash,
    draw: random.Random,
) -> None:
    """Tell facts and what people said in another order; what names a record waits for it."""
    now, waiting = START, list(said)
    draw.shuffle(waiting)
    for array in arrays:
        now += timedelta(minutes=1)
        await take_events(tx, commands(array), a_reader(keyed_hash), now)
        few = draw.randint(0, 3)
        waiting = await _tell(tx, waiting, now, few)
    while waiting:
        left = await _tell(tx, waiting, now, len(waiting))
        assert len(left) < len(waiting), "somebody spoke of a record that never came"
        waiting = left


async def _tell(tx: Connection, waiting: list[Said], now: datetime, most: int) -> list[Said]:
    left = []
    for each in waiting:
        here = await queries.located(tx, each.about, ())
        ready = each.about <= here.places.keys() and (each.needs is None or await each.needs(tx))
        if most and ready:
            await each.again(tx, now)
            most -= 1
        else:
            left.append(each)
    return left


async def _decisions(tx: Connection) -> list[Said]:
    sides: dict[Any, dict[RecordId, int]] = defaultdict(dict)
    for row in await tx.execute(select(Table["identity_side"])):
        sides[row.identity_decision_id][row.record_id] = row.side
    found = []
    for row in (await tx.execute(select(Table["identity_decision"]))).all():
        decision = PeoplesDecision(
            row.identity_decision_id,
            row.decided_at,
            DecisionKind(row.kind),
            sides[row.identity_decision_id],
        )

        async def again(tx: Connection, now: datetime, each: PeoplesDecision = decision) -> None:
            await queries.write_decision(tx, each, actor="somebody", reason=None)
            await look_again(tx, each.sides, now)

        found.append(Said(frozenset(decision.sides), again))
    return found


async def _retractions(tx: Connection) -> list[Said]:
    found = []
    for row in (await tx.execute(select(Table["identity_retraction"]))).all():
        side = Table["identity_side"]
        named = select(side.c.record_id).where(
            side.c.identity_decision_id == row.identity_decision_id
        )
        records = frozenset((await tx.execute(named)).scalars())
        asked = {"identity_decision_id": row.identity_decision_id}

        async def again(
            tx: Connection,
            now: datetime,
            asked: dict[str, Any] = asked,
            records: frozenset[RecordId] = records,
        ) -> None:
            await tx.execute(RETRACT, asked | {"actor": "somebody", "now": now})
            await look_again(tx, records, now)

        found.append(Said(records, again))
    return found


async def _verdicts(tx: Connection) -> list[Said]:
    verdict, review = Table["review_verdict"], Table["review"]
    rows = await tx.execute(
        select(verdict, review.c.sides).join(review, review.c.review_id == verdict.c.review_id)
    )
    found = []
    for row in rows.all():
        told = Told(
            row.verdict_id,
            row.review_id,
            Verdict(row.verdict),
            row.fingerprint,
            row.identity_decision_id,
            row.actor,
            row.reason,
            row.decided_at,
        )
        sides = frozenset(row.sides)

        async def again(
            tx: Connection,
            now: datetime,
            told: Told = told,
            sides: frozenset[RecordId] = sides,
        ) -> None:
            await reviews.tell(tx, told)
            if sides:
                await look_again(tx, sides, now)
            else:
                await reviews.write(tx, (), (), now, again=[told.review_id])

        found.append(Said(sides, again))
    return found


async def _words(tx: Connection) -> list[Said]:
    link = Table["identity_word_link"]
    found = []
    for row in (await tx.execute(select(Table["identity_word"]))).all():
        rows = await tx.execute(select(link).where(link.c.word_id == row.word_id))
        links = [SaidLink(IdentifierKey(n.identifier_key), RecordId(n.record_id)) for n in rows]
        said = IdentityWord(
            row.word_id,
            TouchpointId(row.touchpoint_id),
            WordKind(row.word),
            RecordId(row.record_id),
            links,
            Assurance.DECLARED,
            tuple(row.verified_by),
            row.actor,
            row.said_at,
        )

        async def again(tx: Connection, now: datetime, said: IdentityWord = said) -> None:
            await _say(tx, said, now)

        async def needs(tx: Connection, said: IdentityWord = said) -> bool:
            keys = {link.key for link in said.links}
            if said.kind is WordKind.CONFIRMED:
                return keys <= (await words.identifiers_of(tx, keys)).keys()
            records = {link.record_id for link in said.links}
            return set(said.links) <= set(await words.links_among(tx, records, keys))

        found.append(Said(frozenset(link.record_id for link in links), again, needs))
    return found
