"""How is our event written as a CloudEvent?  CloudEvents 1.0, structured mode, one or a batch.

``id``, ``source`` and ``time`` are ours as they are; of ``type`` the last word counts, so that
``com.example.shop.sale`` is a ``sale``; ``data`` holds the rest of our document (``record_key``,
``identifiers``, ``profile``, ``data``).  Other attributes are the transport's and are not read, but
what is no attribute (sections 3.1 and 3.1.1: small letters and digits name it, a text, a whole
number of 32 bits or a truth is its value) makes the whole no CloudEvent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from app.api.event_document import read_event_document
from app.api.problem_details import pointer_of
from app.flows.event_command import EventCommand, EventType, Unreadable
from app.problems import Fault, InvalidInput, Problem

ONE: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"

_VERSION: Final = "1.0"
_OUTSIDE: Final = ("id", "source", "type", "time")
_INSIDE: Final = frozenset({"record_key", "identifiers", "profile", "data"})
_ATTRIBUTES: Final = frozenset({"specversion", "data", "data_base64", *_OUTSIDE})
_NAME: Final = r"^[a-z0-9]+$"
_NUMBERS: Final = range(-(2**31), 2**31)
_EVENT: Final = "#/components/schemas/EventDocument/properties"


def pattern_of(kind: str) -> str:
    """Return the pattern of every CloudEvents type that is this type of ours."""
    return rf"^(.*\.)?{kind}$"


SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "An event in CloudEvents 1.0; other attributes are not read.",
    "required": ["specversion", "id", "source", "type", "time"],
    "properties": {
        "specversion": {"const": _VERSION},
        "id": {"$ref": f"{_EVENT}/id"},
        "source": {"$ref": f"{_EVENT}/source"},
        "type": {
            "type": "string",
            "pattern": pattern_of(f"({'|'.join(EventType)})"),
            "examples": ["com.example.shop.sale"],
        },
        "time": {"$ref": f"{_EVENT}/time"},
        "data": {
            "type": "object",
            "description": "The rest of the event's document.",
            "properties": {name: {"$ref": f"{_EVENT}/{name}"} for name in sorted(_INSIDE)},
            "additionalProperties": False,
        },
        "data_base64": False,
    },
    "propertyNames": {"pattern": _NAME},
    "additionalProperties": {
        "type": ["string", "integer", "boolean", "null"],
        "pattern": r"^[^\x00]*$",
        "minimum": _NUMBERS.start,
        "maximum": _NUMBERS[-1],
    },
}
"""As the contract tells it."""


def read_cloud_event(envelope: object) -> EventCommand | Unreadable:
    """Return the command of one CloudEvent, or why it is none."""
    if not isinstance(envelope, Mapping):
        return read_event_document(envelope)
    if faults := tuple(_faults(envelope)):
        name = envelope.get("id")
        problem = InvalidInput("the CloudEvent cannot be read", code="invalid-event", faults=faults)
        return Unreadable(name if isinstance(name, str) else None, problem)
    read = read_event_document(_document(envelope))
    if isinstance(read, Unreadable):
        return replace(read, problem=_seen_from_outside(read.problem))
    return read


def _faults(envelope: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if envelope.get("specversion") != _VERSION:
        faults.append(Fault("/specversion", "unknown-value", "CloudEvents 1.0 is understood here"))
    if "data_base64" in envelope:
        faults.append(Fault("/data_base64", "unknown-field", "data is JSON here"))
    data = envelope.get("data", {})
    if not isinstance(data, Mapping):
        faults.append(Fault("/data", "not-an-object", "a JSON object belongs here"))
    elif not data.keys() <= _INSIDE:
        faults.append(
            Fault("/data", "unknown-field", "holds record_key, identifiers, profile and data only")
        )
    others = envelope.keys() - _ATTRIBUTES
    faults += [
        fault for name in sorted(others) if (fault := _attribute_fault(name, envelope[name]))
    ]
    return faults


def _attribute_fault(name: str, value: object) -> Fault | None:
    """Return what is wrong with an attribute that is not read, or None."""
    pointer = pointer_of([name])
    if not re.fullmatch(_NAME, name):
        return Fault(pointer, "not-an-attribute", "small letters and digits name an attribute")
    if isinstance(value, float):
        fits = value.is_integer() and int(value) in _NUMBERS
    elif isinstance(value, int):
        fits = value in _NUMBERS
    else:
        fits = value is None or isinstance(value, str)
    if fits:
        return None
    return Fault(
        pointer,
        "not-an-attribute",
        "a text, a whole number of 32 bits, or true or false belongs here",
    )


def _document(envelope: Mapping[str, Any]) -> dict[str, Any]:
    document = dict(envelope.get("data", {}))
    document |= {name: envelope[name] for name in _OUTSIDE if name in envelope}
    if isinstance(name := document.get("type"), str):
        document["type"] = name.rpartition(".")[2]
    return document


def _seen_from_outside(problem: Problem) -> InvalidInput:
    """Let the pointers of the faults start from the envelope."""
    faults = tuple(
        replace(fault, pointer=fault.pointer if _is_outside(fault) else f"/data{fault.pointer}")
        for fault in problem.faults
    )
    return InvalidInput(problem.detail, code=problem.reason, faults=faults)


def _is_outside(fault: Fault) -> bool:
    return fault.pointer.removeprefix("/").partition("/")[0] in _OUTSIDE
