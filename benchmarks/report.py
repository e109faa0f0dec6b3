"""How is it told?  A page of tables for people, and all of it as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

HEAD = """# Benchmarks of {date}

`{command}`

{processor}, {cores} cores, {memory_gb} GB; Linux {kernel}; Python {python}; PostgreSQL {postgres};
commit {commit} with {changed_files} changed files; load average at the start {load_at_start}.
One process of the service, with authentication, logging and metrics on; database and callers on
the same machine. `× bare` is the median over {rounds} rounds of the pace beside that of an ASGI
application which asks one indexed statement of asyncpg; `× bare (CPU)` the same by processor time
of the serving process. Waiting is measured at {rate} calls a second, from when a call should have
gone out.
"""
COLUMNS = (
    "",
    "per second",
    "× bare",
    "× bare (CPU)",
    "CPU ms",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "statements",
)


def write(folder: Path, name: str, told: Mapping[str, Any]) -> Path:
    """Write both and return the page's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(told, indent=2) + "\n", "utf-8")
    page = folder / f"{name}.md"
    page.write_text("\n".join(_page(told)) + "\n", "utf-8")
    return page


def _page(told: Mapping[str, Any]) -> Iterator[str]:
    yield HEAD.format(**told, **told["machine"])
    for size in told["sizes"]:
        yield f"## {size['customers']:,} customers\n"
        yield _held(size["base"])
        yield from _table(COLUMNS, map(_row, size["candidates"]))
        yield ""
        loads = ", ".join(f"{name} {rate:,.0f}" for name, rate in size["load_per_s"].items())
        yield f"`idip load`, events a second: {loads}. Resident: {size['resident_mb']} MB.\n"
    yield "## Aims\n"
    yield from _table(("aim", "measured", ""), told["aims"])


def _held(base: Mapping[str, Any]) -> str:
    where = "a copy, gone by now" if base["is_copy"] else "the kept base itself, larger by now"
    return (
        f"At the start it held {base['events']:,} events and {base['customers']:,} customers, as"
        f" the service tells people and firms apart. Measured: {where}.\n"
    )


def _row(found: Mapping[str, Any]) -> Sequence[object]:
    waits = found["waits"] or {}
    return (
        found["name"],
        f"{found['per_s']:,.0f}",
        f"{found['ratio']:.3f}",
        f"{found['cpu_ratio']:.3f}",
        f"{found['cpu_ms']:.3f}",
        *(waits.get(each, "") for each in ("p50_ms", "p95_ms", "p99_ms")),
        found["statements"] if found["statements"] is not None else "",
    )


def _table(columns: Sequence[str], rows: Any) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"
