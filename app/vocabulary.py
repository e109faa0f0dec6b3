"""Which words does every room share?  Value types only: no I/O, no clock, no web.

The meaning of each word is kept in ``docs/glossary.md``; one word stands for one thing everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final, NewType, TypeVar, dataclass_transform
from uuid import UUID

T = TypeVar("T")

CustomerId = NewType("CustomerId", UUID)
RecordId = NewType("RecordId", UUID)
EventId = NewType("EventId", UUID)
DecisionId = NewType("DecisionId", UUID)
TouchpointId = NewType("TouchpointId", UUID)
ComponentId = NewType("ComponentId", UUID)
ScoringRunId = NewType("ScoringRunId", UUID)

IdentifierKey = NewType("IdentifierKey", bytes)
"""Keyed hash of (type, scope, canonical value): 16 bytes, the sort order of every lock."""

CENT: Final = Decimal("0.01")
_MINUTE_S: Final = 60


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value_type(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a slotted dataclass that only the type checker keeps frozen.

    For what an array makes by the thousand and a ring by the dozen.  One that is frozen at run time
    sets each field through ``object.__setattr__`` and takes four times as long to make; an event is
    read and kept in two dozen objects, a touchpoint is decided and answered in three.
    """
    return dataclass(slots=True, unsafe_hash=True, kw_only=kw_only)


class Channel(StrEnum):
    """Where a contact happens."""

    VOICE = "voice"
    WEB = "web"
    APP = "app"
    STORE = "store"
    EMAIL = "email"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    PUSH = "push"
    CHAT = "chat"
    SOCIAL = "social"
    LETTER = "letter"
    MARKETPLACE = "marketplace"
    ERP = "erp"


class Direction(StrEnum):
    """Who started the contact: the customer (inbound) or the company (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class IdentifierType(StrEnum):
    """What kind of contact point or number an identifier is."""

    PHONE = "phone"
    WHATSAPP = "whatsapp"
    EMAIL = "email"
    SOCIAL = "social"
    TAX_ID = "tax_id"
    DOCUMENT = "document"
    CUSTOMER_CODE = "customer_code"
    VISIT = "visit"
    LOYALTY = "loyalty"
    LOGIN = "login"
    ORDER_ID = "order_id"
    PROTOCOL = "protocol"


class Assurance(StrEnum):
    """How far a fact about a person can be trusted, weakest first.

    `rectified` is a person's own correction, which no other system may claim (docs/rights.md).
    """

    INFERRED = "inferred"
    ENRICHED = "enriched"
    DECLARED = "declared"
    VERIFIED = "verified"
    RECTIFIED = "rectified"

    @property
    def rank(self) -> int:
        """Return 0 for the weakest, 3 for a verified and 4 for a rectified fact."""
        return _RANKS[self]

    @classmethod
    def of_rank(cls, rank: int) -> Assurance:
        """Return the one of this rank, as it is stored."""
        return _BY_RANK[rank]


_BY_RANK: Final = tuple(Assurance)
_RANKS: Final = {assurance: rank for rank, assurance in enumerate(_BY_RANK)}


class Party(StrEnum):
    """Whether an identifier or record speaks of a person or of a company."""

    PERSON = "person"
    COMPANY = "company"
    UNKNOWN = "unknown"


class Strategy(StrEnum):
    """What an action is for."""

    WINBACK = "winback"
    PROSPECT = "prospect"
    LOYALTY = "loyalty"
    CROSSSELL = "crosssell"
    SERVICE = "service"
    COMPLAINT = "complaint"


class Locale(StrEnum):
    """Languages of what people read at run time."""

    PT_BR = "pt-BR"
    ES = "es"
    EN = "en"


@value_type()
class Money:
    """An exact amount in one ISO 4217 currency, to the cent."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.is_finite():
            raise ValueError("money is a finite amount")

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError("money of two currencies does not add up")
        return Money(self.amount + other.amount, self.currency)


def to_cents(amount: Decimal) -> Decimal:
    """Round to the cent, half to even, so that sums of rounded parts carry no bias."""
    return amount.quantize(CENT, rounding=ROUND_HALF_EVEN)


@value_type()
class RawIdentifier:
    """An identifier as a source sent it, not yet judged.

    ``scope`` is the document scheme, the source of a customer code or login, or empty.
    """

    type: IdentifierType
    value: str
    country: str | None = None
    scope: str = ""


@value_type()
class Identifier:
    """A canonical, valid identifier: two equal ones are the same contact point.

    ``value`` is canonical (E.164 phone, folded e-mail, bare digits of a tax id) and ``scope`` tells
    whose numbering it is (country of a tax id, scheme of a document, source of a code, else empty).
    ``identifies`` is false for values that are real but shared by nature (a toll-free number):
    they are kept as a contact point and never used as evidence.
    """

    type: IdentifierType
    scope: str
    value: str
    party: Party = Party.UNKNOWN
    identifies: bool = True


@value_type()
class Faulty:
    """An identifier that is not usable as evidence, with the code of what is wrong with it."""

    raw: RawIdentifier
    fault: str


@value_type()
class Instant:
    """A moment in UTC together with the offset its sender used, in minutes east of Greenwich."""

    at: datetime
    offset_minutes: int

    @classmethod
    def of(cls, moment: datetime) -> Instant:
        """Split an aware datetime into UTC and offset; naive ones are refused."""
        offset = moment.utcoffset()
        if offset is None:
            raise ValueError("an instant needs an offset")
        return cls(moment.astimezone(UTC), int(offset.total_seconds() / _MINUTE_S))


@value_type()
class PurchaseDay:
    """What one record bought on one business day, in the deployment's currency."""

    on: date
    purchases: int
    net: Decimal
    cost: Decimal
