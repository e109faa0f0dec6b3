"""What did an agent say about who was on the line?  Facts, appended; what they mean is order-free.

A denial closes the link between a contact point and the records that named it, at its time: the
latest denial counts, whatever came first.  A confirmation is a naming: the record names the contact
point at its time, with what the agent's check is worth.  At one moment of contact there is one
caller: who is confirmed later takes the place of who was before.  All are kept word by word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.statements import statement
from app.database.transaction import Connection
from app.identify import queries
from app.identify.attach import Attached, relink
from app.identify.reviews import VALUES_OF, Review
from app.identify.rows import LinkRow
from app.problems import Conflict
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Party,
    RecordId,
    TouchpointId,
)

SAY: Final = statement("app.identify", "say_word")
UNSAY_CONFIRMED: Final = statement("app.identify", "unsay_confirmed")
WORDS_ON: Final = statement("app.identify", "words_on")
LINKS_AMONG: Final = statement("app.identify", "links_among")
DENIED_OF: Final = statement("app.identify", "denied_of")
BIRTH_RECORD: Final = statement("app.identify", "birth_record")


class WordKind(StrEnum):
    """What an agent says of who we took the caller for."""

    CONFIRMED = "confirmed"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class SaidLink:
    """A contact point and a record that is said (not) to be its holder's."""

    key: IdentifierKey
    record_id: RecordId


@dataclass(frozen=True, slots=True)
class IdentityWord:
    """What was said about a moment of contact: ``record_id`` is of the customer it was about."""

    word_id: UUID
    touchpoint_id: TouchpointId
    kind: WordKind
    record_id: RecordId
    links: Sequence[SaidLink]
    assurance: Assurance
    verified_by: tuple[str, ...]
    actor: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class SpokenBefore:
    """A word on a moment of contact, for who is answered there from then on."""

    kind: WordKind
    record_id: RecordId
    verified_by: tuple[str, ...]
    said_at: datetime


async def say(
    tx: Connection, words: Sequence[IdentityWord], locked: Collection[ComponentId], now: datetime
) -> Attached:
    """Keep words of one kind, close or renew the links they speak of, and cluster anew.

    The components of all the records they name must be locked.
    """
    await _keep(tx, words)
    renewed = [word for word in words if word.kind is WordKind.CONFIRMED]
    for word in renewed:
        rank, at = word.assurance.rank, word.said_at
        named = [
            LinkRow(
                link.key, link.record_id, rank, unnamed=False, first_seen_at=at, last_seen_at=at
            )
            for link in word.links
        ]
        await queries.write_links(tx, (), named, now)
    one = words[0]
    cause_id = one.word_id if len(words) == 1 else None
    return await relink(tx, locked, (), now, cause=one.kind.value, cause_id=cause_id)


async def unsay_confirmed(
    tx: Connection, touchpoint_id: TouchpointId, now_confirmed: Collection[RecordId]
) -> None:
    """Take back what confirmations of others at this moment brought: it is somebody else now.

    The components of all that was confirmed there must be locked, and be clustered anew.
    """
    await tx.execute(
        UNSAY_CONFIRMED, {"touchpoint_id": touchpoint_id, "record_ids": list(now_confirmed)}
    )


async def words_on(tx: Connection, touchpoint_id: TouchpointId) -> list[SpokenBefore]:
    """Return what was said about a moment of contact, oldest first."""
    rows = await tx.execute(WORDS_ON, {"touchpoint_id": touchpoint_id})
    return [
        SpokenBefore(
            WordKind(row.word), RecordId(row.record_id), tuple(row.verified_by), row.said_at
        )
        for row in rows
    ]


async def links_among(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> list[SaidLink]:
    """Return which of the records name which of the identifiers, denied or not."""
    rows = await tx.execute(
        LINKS_AMONG, {"record_ids": list(records), "identifier_keys": sorted(keys)}
    )
    return [SaidLink(IdentifierKey(row.identifier_key), RecordId(row.record_id)) for row in rows]


async def birth_record(tx: Connection, customer: CustomerId) -> RecordId:
    """Return the record a customer id was minted for; it is the customer's as long as the id is."""
    found = (await tx.execute(BIRTH_RECORD, {"customer_id": customer})).one()
    return RecordId(found.birth_record_id)


async def identifiers_of(
    tx: Connection, keys: Collection[IdentifierKey]
) -> Mapping[IdentifierKey, Identifier]:
    """Return the identifiers behind keys, as far as anybody named them."""
    rows = await tx.execute(VALUES_OF, {"identifier_keys": sorted(keys)})
    return {
        IdentifierKey(row.identifier_key): Identifier(
            IdentifierType(row.type), row.scope, row.value, Party(row.party)
        )
        for row in rows
    }


async def overrule(
    tx: Connection, review: Review, kind: WordKind, actor: str, now: datetime
) -> Attached:
    """Say of the links that a denial closed that it was right, or that it was not.

    The component of the review must be locked.

    Raises:
        Conflict: there is no denial of it any more.
    """
    found = await tx.execute(
        DENIED_OF, {"record_id": review.sides[0], "identifier_key": review.identifier_key}
    )
    rows = found.all()
    if not rows:
        raise Conflict("nobody denies this any more", code="moot")
    word = IdentityWord(
        uuid7(),
        rows[0].touchpoint_id,
        kind,
        review.sides[0],
        [SaidLink(IdentifierKey(row.identifier_key), RecordId(row.record_id)) for row in rows],
        Assurance.DECLARED,
        (),
        actor,
        now,
    )
    locked = await queries.lock_components(tx, review.sides, ())
    return await say(tx, [word], locked, now)


async def _keep(tx: Connection, words: Sequence[IdentityWord]) -> None:
    links = [(word, link) for word in words for link in word.links]
    await tx.execute(
        SAY,
        {
            "word_ids": [word.word_id for word in words],
            "touchpoint_ids": [word.touchpoint_id for word in words],
            "words": [word.kind.value for word in words],
            "record_ids": [word.record_id for word in words],
            "verified_by": ["{" + ",".join(word.verified_by) + "}" for word in words],
            "actors": [word.actor for word in words],
            "said": [word.said_at for word in words],
            "link_words": [word.word_id for word, _ in links],
            "link_keys": [link.key for _, link in links],
            "link_records": [link.record_id for _, link in links],
            "assurances": [word.assurance.rank for word, _ in links],
        },
    )
