"""How are the facts one decision saw written down, so that it can be made again from them?

Exactly: a replay compares the same values.  Numbers and money are decimal strings here (a computed
ratio has more digits than a double carries), sets are sorted lists, instants stand in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TypeAlias

from app.rules.fields import FieldRegistry
from app.rules.values import FieldType, Value

FactDocument: TypeAlias = bool | str | list[str]


def admit(facts: Mapping[str, object], registry: FieldRegistry) -> dict[str, Value]:
    """Return the facts that rules can read, as values of their types, in order of name.

    What no field describes, what is None and what is of another type is left out: it is missing.
    """
    readers = registry.readers
    return {
        name: value
        for name in sorted(facts)
        if name in readers and (value := readers[name](facts[name])) is not None
    }


def facts_to_document(facts: Mapping[str, Value]) -> dict[str, FactDocument]:
    """Write admitted facts as JSON; ``facts_from_document`` gives equal ones back."""
    return {name: _write(value) for name, value in facts.items()}


def facts_from_document(
    document: Mapping[str, FactDocument], registry: FieldRegistry
) -> dict[str, Value]:
    """Read what ``facts_to_document`` wrote; a field that exists no more is left out."""
    return {
        name: _parse(field.type, written)
        for name, written in document.items()
        if (field := registry.find(name)) is not None
    }


def _write(value: Value) -> FactDocument:
    match value:
        case bool() | str():
            return value
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case _:
            return sorted(value)


def _parse(kind: FieldType, written: FactDocument) -> Value:
    match kind, written:
        case ((FieldType.NUMBER | FieldType.MONEY), str()):
            return Decimal(written)
        case FieldType.DATE, str():
            return date.fromisoformat(written)
        case FieldType.INSTANT, str():
            return datetime.fromisoformat(written)
        case FieldType.TEXT_SET, list():
            return frozenset(written)
        case FieldType.TEXT, str():
            return written
        case FieldType.BOOLEAN, bool():
            return written
        case _:
            raise ValueError(f"a stored fact is not of type {kind}")
