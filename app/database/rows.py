"""How do many rows travel in one parameter?  As JSON for ``jsonb_populate_recordset``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson


def rows_to_json(rows: Sequence[Any]) -> str:
    """Return dataclass rows whose fields bear the names of a table's columns as one JSON text."""
    return orjson.dumps(list(rows), default=_as_text).decode()


def _as_text(value: object) -> str:
    """Write bytes as PostgreSQL reads them (hex format), amounts without a binary detour.

    The driver's own UUIDs are a subclass, which orjson asks about.
    """
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(type(value).__name__)
