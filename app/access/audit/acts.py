"""Who did what to which customer?  The words of the audit, and the chain over its acts.  Pure.

An act never holds a value: who acted, the kind of the act, ids, *names* of fields, a reason's code.

    link n = SHA-256(link n-1 ‖ place n, moment of chaining, act n)

Whoever changes, removes, adds or moves one act has to make every later link anew, and the last of
them has been told elsewhere (docs/adr/0015).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.vocabulary import CustomerId

GENESIS: Final = bytes(hashlib.sha256().digest_size)
"""What the first link is chained to."""


class ActKind(StrEnum):
    """What was done; every kind there is stands here."""

    KEY_CREATED = "key.created"
    KEY_REVOKED = "key.revoked"
    KEY_LIMITED = "key.limited"

    CUSTOMER_SEEN = "customer.seen"
    CUSTOMER_EXPLAINED = "customer.explained"
    TIMELINE_SEEN = "timeline.seen"
    CUSTOMERS_SEARCHED = "customers.searched"
    DECISION_EXPLAINED = "decision.explained"
    CUSTOMER_EXPORTED = "customer.exported"
    LIST_EXPORTED = "list.exported"
    AUDIENCE_MADE = "audience.made"

    CUSTOMERS_MERGED = "customers.merged"
    CUSTOMER_SPLIT = "customer.split"
    IDENTITY_CONFIRMED = "identity.confirmed"
    IDENTITY_DENIED = "identity.denied"
    REVIEW_DECIDED = "review.decided"

    CUSTOMER_ERASED = "customer.erased"
    CUSTOMER_RECTIFIED = "customer.rectified"
    CUSTOMER_RESTRICTED = "customer.restricted"
    CUSTOMER_RELEASED = "customer.released"
    CONSENT_CHANGED = "consent.changed"

    SCORING_MEASURED = "scoring.measured"
    SCORING_ACTIVATED = "scoring.activated"
    CATALOGUE_PUBLISHED = "catalogue.published"
    EPOCH_PROMOTED = "epoch.promoted"
    SETTINGS_CHANGED = "settings.changed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a client by its key, or an account of the machine; in which request."""

    name: str
    key_id: UUID | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody did.

    ``subject`` is what else it was about, by id: a key, a run, a decision.  ``reason`` is a code:
    what a person typed belongs to the decision it explains, not here.
    """

    actor: Actor
    kind: ActKind
    at: datetime
    customer_id: CustomerId | None = None
    subject: UUID | None = None
    fields: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAct:
    """An act as it is kept; ``kind`` may be one that an older or a newer version knows."""

    act_id: UUID
    transaction: int
    at: datetime
    actor: str
    key_id: UUID | None
    kind: str
    customer_id: UUID | None
    subject: UUID | None
    fields: tuple[str, ...]
    request_id: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """One place of the chain, and whose it is."""

    position: int
    act_id: UUID
    chained_at: datetime
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Where the chain ends."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which the chain does not hold, and why."""

    position: int
    act_id: UUID | None
    why: str


BEGINNING: Final = Head(0, GENESIS)


def chained(head: Head, acts: Iterable[StoredAct], now: datetime) -> list[Link]:
    """Return the links that lengthen the chain by these acts, in their order."""
    links: list[Link] = []
    for act in acts:
        position = head.position + 1
        head = Head(position, link_hash(head.hash, position, now, act))
        links.append(Link(position, act.act_id, now, head.hash))
    return links


def link_hash(before: bytes, position: int, chained_at: datetime, act: StoredAct) -> bytes:
    """Return the hash that holds an act in its place."""
    return hashlib.sha256(before + _canonical(position, chained_at, act)).digest()


def first_break(head: Head, places: Iterable[tuple[Link, StoredAct | None]]) -> Break | Head:
    """Follow the chain from ``head``; return where it breaks, or where it got to."""
    for link, act in places:
        if link.position != head.position + 1:
            return Break(head.position + 1, None, "its place in the chain was removed")
        if act is None:
            return Break(link.position, link.act_id, "the act was removed")
        wanted = link_hash(head.hash, link.position, link.chained_at, act)
        if wanted != link.hash:
            return Break(link.position, link.act_id, "it is not what was chained here")
        head = Head(link.position, link.hash)
    return head


def read_head(text: str) -> Head:
    """Return a head as it was told: ``position:hash``.

    Raises:
        ValueError: it is none.
    """
    position, _, digest = text.partition(":")
    head = Head(int(position), bytes.fromhex(digest))
    if head.position < 0 or len(head.hash) != len(GENESIS):
        raise ValueError("this is no head of a chain")
    return head


def _canonical(position: int, chained_at: datetime, act: StoredAct) -> bytes:
    """Return one spelling of an act in its place: a JSON array, so that no two can be one text."""
    parts = [position, *_spelt(chained_at, *_values(act))]
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()


def _values(act: StoredAct) -> Iterator[object]:
    yield from (act.act_id, act.transaction, act.at, act.actor, act.key_id, act.kind)
    yield from (act.customer_id, act.subject, list(act.fields), act.request_id, act.reason)


def _spelt(*values: object) -> Iterator[object]:
    for value in values:
        match value:
            case UUID():
                yield str(value)
            case datetime():
                yield value.astimezone(UTC).isoformat(timespec="microseconds")
            case _:
                yield value
