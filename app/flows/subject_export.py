"""What do we know about one person?  Everything, as one JSON document that they can read.

It is written part by part from cursors: memory does not grow with what is known.  Nothing in it is
about anybody else: who else holds a shared telephone, or might have been meant by it, is left out,
and so are the words in which somebody gave a reason for what was decided about them and others.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from app.access import audit
from app.database.statements import statement
from app.database.transaction import Connection
from app.differentiate.segments import SEGMENT_NAMES
from app.flows import customer_view
from app.flows.customer_view import CustomerView
from app.flows.review_wording import sentence_of
from app.flows.subject_decisions import Explainer, explainer_for
from app.flows.subject_register import requests_about
from app.flows.subject_restraint import restraints_on
from app.flows.subject_wording import LEGEND, PURPOSES, score_sentences
from app.identify.evidence import FOR_GOOD
from app.identify.portrait.unusable import Unusable
from app.identify.reviews import review_from
from app.personalise.catalogue import Catalogue
from app.vocabulary import Assurance, CustomerId, Locale

IDENTIFIERS = statement("app.flows", "subject_identifiers")
JOINS = statement("app.flows", "subject_joins")
CONSENTS = statement("app.flows", "subject_consents")
PREFERENCES = statement("app.flows", "subject_preferences")
COMPLAINTS = statement("app.flows", "subject_complaints")
CONTACTS = statement("app.flows", "subject_contacts")
MOMENTS = statement("app.flows", "subject_moments")
DECISIONS = statement("app.flows", "subject_decisions")
EVENTS = statement("app.flows", "subject_events")
DENIED = statement("app.flows", "subject_denied")
WORDS = statement("app.flows", "subject_words")
REVIEWS = statement("app.flows", "subject_reviews")

VERSION: Final = 1
MOST_ACTS: Final = 10_000
"""Of those who looked, the latest so many are told."""

_AT_ONCE: Final = 200
_PRETTY: Final = orjson.OPT_INDENT_2

Row = Mapping[str, Any]
Part = Row | list[Any] | AsyncIterator[Row]


@dataclass(frozen=True, slots=True)
class Reading:
    """In which language, when, and with what at hand an export is made."""

    locale: Locale
    zone: ZoneInfo
    now: datetime
    company_name: str
    catalogue: Catalogue
    source_rank: Sequence[str]


async def export_subject(
    tx: Connection, customer: CustomerId, reading: Reading
) -> AsyncIterator[bytes]:
    """Yield everything about a customer as the pieces of one JSON object.

    Raises:
        NotFound, Gone: before the first piece: the id was never given out, or has been erased.
    """
    view = await customer_view.view(tx, customer, reading.zone, reading.now, reading.source_rank)
    before = b"{\n"
    async for name, part in _parts(tx, view, reading):
        yield before + _dumps(name) + b": "
        if isinstance(part, AsyncIterator):
            async for piece in _array(part):
                yield piece
        else:
            yield _dumps(part)
        before = b",\n"
    yield b"\n}\n"


async def _parts(
    tx: Connection, view: CustomerView, reading: Reading
) -> AsyncIterator[tuple[str, Part]]:
    current = view.customer_id
    explain = await explainer_for(tx, current, reading.catalogue, reading.locale)
    yield "document", _about(view, reading)
    yield "reading", {name: words.in_locale(reading.locale) for name, words in LEGEND.items()}
    yield "who_you_are", {"display_name": view.display_name, "profile": dict(view.profile)}
    yield "known_by", _rows(tx, IDENTIFIERS, current, _identifier)
    yield "unusable", [_unusable(each) for each in view.unusable]
    yield "not_theirs", _rows(tx, DENIED, current, _plain, for_good=FOR_GOOD)
    yield "profile_values", list(_profile_values(view))
    yield "records", [_record(link) for link in view.records.values()]
    yield "joined", _rows(tx, JOINS, current, _plain)
    yield "words", _rows(tx, WORDS, current, _with_json("about"))
    yield "reviews", _rows(tx, REVIEWS, current, lambda row: _review(row, reading.locale))
    yield "score", _score(view, reading.locale)
    yield "consents", _rows(tx, CONSENTS, current, _plain)
    yield "preferences", _rows(tx, PREFERENCES, current, _with_json("data"))
    yield "complaints", _rows(tx, COMPLAINTS, current, _complaint)
    yield "contacts", _rows(tx, CONTACTS, current, _plain)
    yield "moments", _rows(tx, MOMENTS, current, _with_json("context"))
    yield "decisions", _rows(tx, DECISIONS, current, lambda row: _decision(row, explain))
    yield "events", _rows(tx, EVENTS, current, _with_json("payload"))
    yield "restraints", [_restraint(each) for each in await restraints_on(tx, current)]
    ids = [current, *view.former_ids]
    yield "requests", [_request(each) for each in await requests_about(tx, ids)]
    yield "looked_at", await _looked_at(tx, ids)
    yield "purposes", {code: words.in_locale(reading.locale) for code, words in PURPOSES.items()}


async def _array(rows: AsyncIterator[Row]) -> AsyncIterator[bytes]:
    before = b"[\n"
    async for row in rows:
        yield before + _dumps(row)
        before = b",\n"
    yield b"[]" if before == b"[\n" else b"\n]"


async def _rows(
    tx: Connection,
    query: Any,
    customer: CustomerId,
    shown: Callable[[Any], Row],
    **asked: object,
) -> AsyncIterator[Row]:
    options = {"yield_per": _AT_ONCE}
    found = await tx.stream(query, {"customer_id": customer, **asked}, execution_options=options)
    async for row in found:
        yield shown(row)


def _about(view: CustomerView, reading: Reading) -> Row:
    return {
        "kind": "idip.subject-export",
        "version": VERSION,
        "company": reading.company_name,
        "language": reading.locale.value,
        "made_at": reading.now,
        "customer_id": view.customer_id,
        "former_ids": view.former_ids,
    }


def _identifier(row: Any) -> Row:
    return {**_plain(row), "assurance": Assurance.of_rank(row.assurance)}


def _unusable(told: Unusable) -> Row:
    return {
        "type": told.type,
        "value": told.value,
        "fault": told.fault,
        "source": told.source,
        "first_seen_at": told.first_seen_at,
        "last_seen_at": told.last_seen_at,
    }


def _profile_values(view: CustomerView) -> Iterator[Row]:
    for attribute, said in sorted(view.portrait.attributes.items()):
        for place, each in enumerate(said):
            yield {
                "attribute": attribute,
                "value": each.value,
                "assurance": each.assurance,
                "said_at": each.said_at,
                "source": each.source,
                "provider": each.provider,
                "holds": place == 0,
            }


def _record(link: Any) -> Row:
    return {"record_id": link.record_id, "source": link.source, "record_key": link.record_key}


def _review(row: Any, locale: Locale) -> Row:
    """Return a review; of one about others too neither what they have in common nor any words."""
    verdicts: list[dict[str, Any]] = orjson.loads(row.verdicts)
    return {
        "kind": row.kind,
        "state": row.state,
        "opened_at": row.opened_at,
        "why": sentence_of(review_from(row), locale) if row.only_theirs else None,
        "verdicts": [told if row.only_theirs else {**told, "reason": None} for told in verdicts],
    }


def _score(view: CustomerView, locale: Locale) -> Row:
    value, rfv = view.value, view.value.rfv
    return {
        "on": value.on,
        "r": rfv and rfv.r,
        "f": rfv and rfv.f,
        "v": rfv and rfv.v,
        "segment": value.segment.value,
        "segment_name": SEGMENT_NAMES[value.segment].in_locale(locale),
        "abc": value.abc and value.abc.value,
        "first_purchase_on": value.numbers.first_on,
        "last_purchase_on": value.numbers.last_on,
        "purchase_days": value.numbers.purchase_days_window,
        "purchases": value.numbers.purchases_window,
        "net": value.numbers.net_window,
        "contribution": value.numbers.contribution_window,
        "currency": value.run.yardstick.currency,
        "yardstick": value.run.version,
        "meaning": score_sentences(value, locale),
    }


def _complaint(row: Any) -> Row:
    return {**_plain(row), "case_key": row.case_key.hex()}


def _decision(row: Any, explain: Explainer) -> Row:
    inputs: dict[str, Any] = orjson.loads(row.inputs)
    return {
        "decision_id": row.decision_id,
        "decided_at": row.decided_at,
        "channel": row.channel,
        "direction": row.direction,
        "action": row.action_key,
        "strategy": row.strategy,
        "facts": inputs.get("facts", {}),
        **explain(row.bundle_id, row.slot, inputs),
        "outcomes": orjson.loads(row.outcomes),
    }


def _restraint(restraint: Any) -> Row:
    return {
        "kind": restraint.kind,
        "reason": restraint.reason,
        "starts_at": restraint.starts_at,
        "ends_on": restraint.ends_on,
        "lifted_at": restraint.lifted_at,
    }


def _request(request: Any) -> Row:
    return {
        "request_id": request.request_id,
        "kind": request.kind,
        "received_at": request.received_at,
        "due_on": request.due_on,
        "state": request.state,
        "reason": request.reason,
        "closed_at": request.closed_at,
    }


async def _looked_at(tx: Connection, ids: list[CustomerId]) -> list[Row]:
    return [
        {"at": act.at, "actor": act.actor, "what": act.kind, "fields": list(act.fields)}
        for act, _ in await audit.about(tx, ids, MOST_ACTS)
    ]


def _plain(row: Any) -> Row:
    told: Row = row._asdict()
    return told


def _with_json(name: str) -> Callable[[Any], Row]:
    return lambda row: {**row._asdict(), name: orjson.loads(getattr(row, name))}


def _dumps(value: object) -> bytes:
    return orjson.dumps(value, default=_as_text, option=_PRETTY | orjson.OPT_UTC_Z)


def _as_text(value: object) -> str:
    if isinstance(value, Decimal | UUID):  # the driver's own kind of UUID
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
