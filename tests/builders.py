"""What does a test say when it does not care?  Documents with sensible defaults."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from app.api.event_document import read_event_document
from app.database.keyed_hash import KeyedHash
from app.flows.event_command import EventCommand, Unreadable
from app.flows.event_reading import Reader

CPF_ANA = "529.982.247-25"
CPF_BIA = "111.444.777-35"
PHONE_ANA = "(11) 98765-4321"
EMAIL_ANA = "ana.souza@example.com"

_numbers = count(1)


def a_reader(keyed_hash: KeyedHash, **changes: Any) -> Reader:
    """Return what a Brazilian deployment brings to the reading of an event."""
    given = {
        "keyed_hash": keyed_hash,
        "country": "BR",
        "currency": "BRL",
        "zone": ZoneInfo("America/Sao_Paulo"),
        "future_tolerance": timedelta(hours=24),
    }
    return Reader(**(given | changes))


def an_event(type: str, **changes: Any) -> dict[str, Any]:  # noqa: A002 - the document's word
    """Return the document of an event of a type, by an ERP, with an id of its own."""
    given = {
        "id": f"E-{next(_numbers)}",
        "source": "erp",
        "type": type,
        "time": "2026-11-20T10:00:00-03:00",
        "data": {},
    }
    return given | changes


def a_sale(net: str = "100.00", *, order_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return a paid sale."""
    data = {"status": "paid", "currency": "BRL", "net": net} | changes.pop("data", {})
    if order_id is not None:
        data["order_id"] = order_id
    return an_event("sale", data=data, **changes)


def phone(value: str = PHONE_ANA) -> dict[str, str]:
    """Return a telephone as a document names it."""
    return {"type": "phone", "value": value}


def email(value: str = EMAIL_ANA) -> dict[str, str]:
    """Return an e-mail address as a document names it."""
    return {"type": "email", "value": value}


def tax_id(value: str = CPF_ANA) -> dict[str, str]:
    """Return a tax id as a document names it."""
    return {"type": "tax_id", "value": value, "country": "BR"}


def visit(value: str = "visit-000001") -> dict[str, str]:
    """Return a visit as a document names it."""
    return {"type": "visit", "value": value}


def commands(documents: Iterable[dict[str, Any]]) -> list[EventCommand | Unreadable]:
    """Read documents as the edge does."""
    return [read_event_document(document) for document in documents]
