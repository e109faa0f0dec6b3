"""What travels between identify's rules and its tables?  Rows, typed, with no SQL in sight."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.identify.doubt import Looked
from app.identify.edges import Edge
from app.identify.evidence import LONG_AGO, Limits, Link
from app.identify.holders import Bearer, Token
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    Party,
    RecordId,
    value_type,
)


@value_type()
class Place:
    """Where a record stands: its component and its customer."""

    component_id: ComponentId
    customer_id: CustomerId


@value_type()
class StoredRecord:
    """A record of a locked component; ``place`` is None for one that has just arrived."""

    record_id: RecordId
    place: Place | None
    born_customer_id: CustomerId | None
    anonymous: bool
    generic: bool
    bearer: Bearer
    party: Party = Party.UNKNOWN
    """As stored; what the facts say now is the bearer's."""


@dataclass(frozen=True, slots=True)
class Content:
    """All that the partition of some components is a function of, people's decisions aside.

    ``links`` weigh; ``past`` are those that were denied once, whether they weigh again or not.
    """

    records: dict[RecordId, StoredRecord]
    links: list[Link]
    past: list[Link] = field(default_factory=list)


@value_type()
class NamedIdentifier:
    """An identifier as a record names it: what that is worth, and when it was said."""

    key: IdentifierKey
    identifier: Identifier
    assurance: Assurance
    seen_at: datetime


@value_type()
class RecordEvidence:
    """What one fact says about who its record is; ``token`` stands for the person it names."""

    record_id: RecordId
    source: str
    keyed: bool
    anonymous: bool
    names: tuple[NamedIdentifier, ...]
    token: Token | None = None


@value_type()
class StoredLink:
    """What of a stored link another naming may change for the partition."""

    assurance: int
    unnamed: bool
    denied: bool
    first_seen_at: datetime = LONG_AGO
    last_seen_at: datetime = LONG_AGO


@dataclass(frozen=True, slots=True)
class Located:
    """Where the records asked about stand, and who holds which of the identifiers."""

    places: dict[RecordId, Place]
    links: dict[IdentifierKey, dict[RecordId, StoredLink]]
    generic: frozenset[RecordId]

    @property
    def components(self) -> frozenset[ComponentId]:
        """Return every component that the records or identifiers touch."""
        return frozenset(place.component_id for place in self.places.values())


@value_type()
class Holding:
    """One customer holds one of the identifiers asked about.

    ``beside``: it is a company's, and they are a contact person of it (``parties``).
    """

    key: IdentifierKey
    type: IdentifierType
    state: str
    customer_id: CustomerId
    component_id: ComponentId
    anonymous: bool
    record_id: RecordId
    records: int
    assurance: int
    first_seen_at: datetime
    last_seen_at: datetime
    beside: bool = False
    denied: bool = False


@value_type()
class RecordRow:
    """A record to be stored, with the persons it names; nothing else about it ever changes."""

    record_id: RecordId
    source: str
    keyed: bool
    anonymous: bool
    tokens: frozenset[bytes] = frozenset()


@value_type()
class LinkRow:
    """A record names an identifier, with what the naming is worth and when."""

    key: IdentifierKey
    record_id: RecordId
    assurance: int
    unnamed: bool
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Alias:
    """A customer id, the record it was minted for, and who answers to it now."""

    customer_id: CustomerId
    birth_record_id: RecordId
    current_customer_id: CustomerId
    anonymous: bool


@value_type()
class Move:
    """A record changes customer; ``came_from`` is None for a new record."""

    log_id: UUID
    record_id: RecordId
    came_from: CustomerId | None
    to: CustomerId


@value_type()
class Epoch:
    """By which rules partitions are made: frozen under a number."""

    number: int
    limits: Limits


@dataclass(frozen=True, slots=True)
class PartitionRows:
    """Everything a new partition writes.

    ``edges`` are all edges between the records ``judged``: those whose component has several.
    ``parties`` are the records that speak of another party than is stored.
    """

    epoch: int
    new_components: list[ComponentId]
    dead_components: list[ComponentId]
    places: dict[RecordId, Place]
    births: dict[CustomerId, RecordId]
    aliases: list[Alias]
    moves: list[Move]
    generic_records: list[RecordId]
    generic_keys: list[IdentifierKey]
    looked: list[Looked] = field(default_factory=list)
    judged: list[RecordId] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    parties: dict[RecordId, Party] = field(default_factory=dict)


@value_type()
class ProfileFact:
    """One thing a source said about a person, kept with what it is worth and when it was said."""

    record_id: RecordId
    attribute: str
    assurance: int
    value: str
    occurred_at: datetime
    event_key: bytes
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A login opens a span of a visit's time for a record; a logout ends it."""

    visit_key: IdentifierKey
    occurred_at: datetime
    event_key: bytes
    kind: str
    record_id: RecordId | None
    stitch: bool


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer id and who answers to it."""

    customer_id: CustomerId
    current_customer_id: CustomerId
    anonymous: bool
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class KnownBy:
    """One identifier of a customer, with how many records name it and how far it can be trusted."""

    type: str
    scope: str
    value: str
    state: str
    records: int
    assurance: int
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class RecordLink:
    """One identifier that one record names; ``type`` is None for a record that names nothing."""

    record_id: RecordId
    source: str
    keyed: bool
    anonymous: bool
    type: str | None
    scope: str | None
    value: str | None
    key: IdentifierKey | None
    shared: int

    @property
    def record_key(self) -> str | None:
        """Return the value where it is the key that the record's own source knows it by."""
        own = self.type == IdentifierType.CUSTOMER_CODE and self.scope == self.source
        return self.value if own else None


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """What a person decided about some of a customer's records."""

    kind: str
    actor: str
    reason: str | None
    decided_at: datetime
    records: int
    taken_back_at: datetime | None
