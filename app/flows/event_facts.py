"""Which rows does each stage keep of an event?  Pure: from what was read to what is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.differentiate.queries import SentMoney
from app.differentiate.trade import TradeFact
from app.flows.event_command import EventType
from app.flows.event_erased import unnamed
from app.flows.event_reading import ReadEvent
from app.identify.portrait.unusable import UnusableRow
from app.identify.rows import NamedIdentifier, ProfileFact, VisitFact
from app.interact.queries import (
    ComplaintRow,
    ConsentRow,
    ContactRow,
    DialogueRows,
    PreferenceRow,
)
from app.ledger.queries import EventRow
from app.vocabulary import EventId, IdentifierType, RecordId, value_type


@value_type()
class Told:
    """A readable event in its place in the request, with the id it is stored under."""

    place: int
    event_id: EventId
    read: ReadEvent
    trade: TradeFact | None = None
    sent: SentMoney | None = None

    @property
    def names(self) -> tuple[NamedIdentifier, ...]:
        """Return the identifiers its record is named by."""
        return () if self.read.evidence is None else self.read.evidence.names

    def about(self, read: ReadEvent) -> Told:
        """Return the same event read anew, its trade on the record it now names."""
        trade = None if self.trade is None else replace(self.trade, record_id=read.record_id)
        return replace(self, read=read, trade=trade)


def event_row(told: Told) -> EventRow:
    """Return the fact as it is kept.

    Where it hangs on nobody's record it names nobody: no erasure would ever find it.
    """
    read, command = told.read, told.read.command
    nobodys = read.record_id is None
    return EventRow(
        told.event_id,
        read.event_key,
        read.record_id,
        read.visit_key,
        command.source,
        command.type,
        command.time.at,
        command.time.offset_minutes,
        read.business_on,
        unnamed(command.payload, "identifiers", "profile") if nobodys else command.payload,
    )


def profile_facts(told: Iterable[Told]) -> list[ProfileFact]:
    """Return what events say about the people their records stand for."""
    return [
        ProfileFact(
            record_id,
            attribute,
            item.read.command.assurance.rank,
            value,
            item.read.command.time.at,
            item.read.event_key,
            item.read.command.provider,
        )
        for item in told
        if (record_id := item.read.record_id) is not None
        for attribute, value in item.read.command.profile.items()
    ]


def unusable_rows(told: Iterable[Told]) -> list[UnusableRow]:
    """Return what events say a record is known by that is no evidence; a visit is nobody's name."""
    return [
        UnusableRow(record_id, found.raw.type.value, found.raw.value, found.fault, seen_at, seen_at)
        for item in told
        if (record_id := item.read.record_id) is not None
        for seen_at in (item.read.command.time.at,)
        for found in item.read.unusable
        if found.raw.type is not IdentifierType.VISIT
    ]


def visit_facts(told: Iterable[Told]) -> list[VisitFact]:
    """Return the logins and logouts, which cut a visit's time into spans."""
    return [
        VisitFact(
            visit,
            item.read.command.time.at,
            item.read.event_key,
            item.read.command.type.value,
            item.read.record_id,
            item.read.command.data.get("stitch") is True,
        )
        for item in told
        if (visit := item.read.visit_key) is not None
        and item.read.command.type in {EventType.LOGIN, EventType.LOGOUT}
    ]


def sent(told: Iterable[Told]) -> dict[bytes, SentMoney]:
    """Return the amounts as their senders wrote them, by event key."""
    return {item.read.event_key: item.sent for item in told if item.sent is not None}


def dialogue(told: Sequence[Told]) -> DialogueRows:
    """Return what events say of contacts, consents, preferences and complaints."""
    rows = DialogueRows([], [], [], [])
    for item in told:
        # Most events are about trade, which is no dialogue.
        if item.trade is None and (record_id := item.read.record_id) is not None:
            _add(rows, item.read, record_id)
    return rows


def _add(rows: DialogueRows, read: ReadEvent, record_id: RecordId) -> None:
    key, at, data = read.event_key, read.command.time.at, read.command.data
    match read.command.type:
        case EventType.INTERACTION:
            rows.contacts.append(
                ContactRow(
                    key,
                    read.thread_key,
                    record_id,
                    data["channel"],
                    data["direction"],
                    data.get("topic"),
                    at,
                )
            )
        case EventType.CONSENT:
            rows.consents.append(_consent(read, record_id, data))
        case EventType.PREFERENCE:
            rows.preferences.append(PreferenceRow(key, record_id, data, at))
        case EventType.COMPLAINT:
            rows.complaints.append(
                ComplaintRow(
                    key,
                    record_id,
                    read.thread_key,
                    data["status"],
                    data.get("topic"),
                    data.get("body"),
                    data.get("satisfaction"),
                    at,
                )
            )


def _consent(read: ReadEvent, record_id: RecordId, data: Any) -> ConsentRow:
    return ConsentRow(
        read.event_key,
        record_id,
        data["purpose"],
        data.get("channel"),
        data["status"],
        read.command.time.at,
        data.get("expires_at"),
        data.get("legal_basis"),
        data.get("text_version"),
    )
