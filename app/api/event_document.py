"""How does another system write an event?  The document of ``POST /v1/events`` and of every load.

``data`` is read by ``type`` (``event_data``); what each field means stands in ``docs/events.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal

import orjson
from pydantic import Field, ValidationError

from app.api.event_data import DATA_OF
from app.api.problem_details import faults_of
from app.api.wire import (
    Code,
    Country,
    Day,
    Document,
    Given,
    Moment,
    Text,
)
from app.flows.event_command import EventCommand, EventType, Unreadable
from app.problems import InvalidInput
from app.vocabulary import (
    Assurance,
    IdentifierType,
    Instant,
    RawIdentifier,
)

MOST_IDENTIFIERS: Final = 20


_SCHEMED: Final = frozenset({IdentifierType.DOCUMENT, IdentifierType.SOCIAL})
_OF_A_SOURCE: Final = frozenset(
    {
        IdentifierType.CUSTOMER_CODE,
        IdentifierType.LOGIN,
        IdentifierType.LOYALTY,
        IdentifierType.ORDER_ID,
        IdentifierType.PROTOCOL,
    }
)


class IdentifierDocument(Document):
    """A contact point or a number somebody is known by."""

    type: IdentifierType
    value: Given
    country: Country | None = None
    scheme: Code | None = None
    source: Code | None = None

    def raw(self, default_source: str = "") -> RawIdentifier:
        """Return it unjudged; a code belongs to its source, a handle to its network."""
        scope = self.scheme if self.type in _SCHEMED else None
        if self.type in _OF_A_SOURCE:
            scope = self.source or default_source
        return RawIdentifier(self.type, self.value, self.country, scope or "")


class PersonDocument(Document):
    """What can be said of a person, attribute by attribute."""

    name: Text | None = None
    social_name: Text | None = None
    birth_date: Day | None = None
    gender: Code | None = None
    language: Code | None = None
    postal_code: Code | None = None
    street: Text | None = None
    city: Text | None = None
    state: Code | None = None
    country: Country | None = None
    company_name: Text | None = None
    trade_name: Text | None = None
    occupation: Text | None = None


class ProfileDocument(PersonDocument):
    """What the source knows about the person, and how well."""

    owner: Code | None = None
    assurance: Literal["declared", "verified", "enriched", "inferred"] = "declared"
    provider: Code | None = None


class EventDocument(Document):
    """One fact.  ``data`` is read by ``type``; the same id always comes with the same content."""

    id: Text
    source: Code
    record_key: Text | None = None
    type: EventType
    time: Moment
    identifiers: list[IdentifierDocument] = Field(default_factory=list, max_length=MOST_IDENTIFIERS)
    profile: ProfileDocument | None = None
    data: dict[str, Any] = Field(default_factory=dict)


_NOT_DATA: Final = frozenset({"assurance", "provider"})


def read_event_document(document: object) -> EventCommand | Unreadable:
    """Return the command of one event document, or why it is none."""
    name = document.get("id") if isinstance(document, Mapping) else None
    try:
        event = EventDocument.model_validate(document)
        data = DATA_OF[event.type].model_validate(event.data)
    except ValidationError as error:
        inside = "/data" if error.title.endswith("Data") else ""
        problem = InvalidInput(
            "the event cannot be read; see the faults",
            code="invalid-event",
            faults=faults_of(error.errors(include_input=False, include_url=False), inside),
        )
        return Unreadable(name if isinstance(name, str) else None, problem)
    return _command(event, data)


def _command(event: EventDocument, data: Document) -> EventCommand:
    profile = event.profile.model_dump(exclude_none=True) if event.profile else {}
    plain = data.model_dump(exclude_none=True)
    time = Instant.of(event.time)
    content = canonical(
        {"type": event.type, "time": time.at, "record_key": event.record_key, "data": plain}
    )
    # An identifier holds nothing that would have to be taken apart in its turn.
    identifiers = [
        {name: value for name, value in vars(item).items() if value is not None}
        for item in event.identifiers
    ]
    person = canonical({"identifiers": identifiers, "profile": profile})
    # The payload is both and the id: what is long, and its amounts, is put into JSON once.
    payload = b'{"id":%b,%b,%b' % (canonical(event.id), content[1:-1], person[1:])
    return EventCommand(
        id=event.id,
        source=event.source,
        type=event.type,
        time=time,
        record_key=event.record_key,
        identifiers=tuple([item.raw(event.source) for item in event.identifiers]),
        profile={name: str(value) for name, value in profile.items() if name not in _NOT_DATA},
        assurance=Assurance(profile["assurance"]) if profile else Assurance.DECLARED,
        data=plain,
        content=content,
        person=person,
        payload=payload.decode(),
        provider=profile.get("provider"),
    )


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys and one spelling of every amount (RFC 8785 in spirit)."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.value if isinstance(value, StrEnum) else str(value)
