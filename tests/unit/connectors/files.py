"""How does a test read a file of its own?"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.connectors.mapping import parse_mapping
from app.connectors.rows import Row
from app.connectors.tabular import read_events
from app.connectors.yaml_text import read_yaml

SAO_PAULO = ZoneInfo("America/Sao_Paulo")


def rows(tmp_path: Path, mapping: str, data: bytes | str, **options: Any) -> list[Row]:
    name = options.pop("name", "file.csv")
    path = tmp_path / name
    raw = data.encode("utf-8") if isinstance(data, str) else data
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return list(read_events(path, parse_mapping(read_yaml(mapping)), zone=SAO_PAULO, **options))


def documents(found: Iterable[Row]) -> list[dict[str, Any]]:
    good = [row.document for row in found]
    assert all(document is not None for document in good), [row.faults for row in found]
    return [document for document in good if document is not None]


def faults(found: Iterable[Row]) -> list[tuple[int, str, str]]:
    return [(row.line_number, fault.pointer, fault.code) for row in found for fault in row.faults]
