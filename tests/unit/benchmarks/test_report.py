"""Does the page tell which base it was that was measured?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.report import write

WHERE = {
    "machine": dict.fromkeys(
        ("processor", "cores", "memory_gb", "kernel", "python", "postgres", "load_at_start"), "?"
    )
    | {"commit": "abc1234", "changed_files": 2}
}


@pytest.mark.parametrize(("is_copy", "told"), [(True, "a copy"), (False, "the kept base itself")])
def test_the_page_tells_what_the_base_really_held(
    tmp_path: Path, told: str, *, is_copy: bool
) -> None:
    size: dict[str, Any] = {
        "customers": 10_000,
        "base": {"customers": 15_321, "events": 146_400, "is_copy": is_copy},
        "candidates": [],
        "load_per_s": {"known customers": 5_000.0},
        "resident_mb": 130.0,
    }
    how = {"date": "2026-11-23", "command": "make bench", "rounds": 3, "rate": 100.0}
    text = write(tmp_path, "page", {**how, **WHERE, "sizes": [size], "aims": []}).read_text()
    assert "## 10,000 customers" in text
    assert "146,400 events and 15,321 customers" in text
    assert f"Measured: {told}" in text
