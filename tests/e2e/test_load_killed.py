"""Does a load that was killed go on, and end as if nothing had happened?"""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

from tests.e2e.command import LONGEST_S, Idip, new_idip


def test_a_killed_load_goes_on_where_it_was_safe(tmp_path: Path) -> None:
    events = tmp_path / "events.ndjson"
    with new_idip() as idip:
        idip("simulate", "--customers", "400", "--out", events)
        lines = len(events.read_bytes().splitlines())
        safe = kill_half_way(idip, events)
        assert 0 < safe < lines

        rest = idip.json("load", events, "--json")
        assert rest["resumed_after_line"] >= safe
        assert rest["refused"] == 0
        assert rest["accepted"] + rest["duplicate"] == lines
        assert not mark_of(events).exists()

        everything = idip.json("load", events, "--json")
        assert everything["resumed_after_line"] == 0
        assert everything["duplicate"] == lines


def test_a_killed_load_of_a_database_restored_from_a_backup_loses_no_line(tmp_path: Path) -> None:
    today, yesterday = tmp_path / "today.ndjson", tmp_path / "yesterday.ndjson"
    with new_idip() as idip, new_idip() as restored:
        idip("simulate", "--customers", "500", "--out", today)
        lines = today.read_bytes().splitlines(keepends=True)
        yesterday.write_bytes(b"".join(line for nth, line in enumerate(lines) if nth % 10 < 9))
        before = idip.json("load", yesterday, "--json")["accepted"]
        folders = [each.environ["IDIP_DATA_DIR"] for each in (idip, restored)]
        subprocess.run(["/bin/cp", "-a", *folders], check=True)  # with its owner
        assert kill_half_way(idip, today) > 0

        rest = restored.json("load", today, "--json")
        assert rest["accepted"] == len(lines) - before
        assert len(restored.lines("export", "events")) == len(lines)


def kill_half_way(idip: Idip, events: Path) -> int:
    """Kill a load as soon as part of the file is safe; return the last safe line."""
    process = idip.start("load", events)
    limit = time.monotonic() + LONGEST_S
    while not mark_of(events).exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < limit
        time.sleep(0.01)
    process.kill()
    process.communicate()
    return int(json.loads(mark_of(events).read_bytes())["after"]["line_number"])


def mark_of(events: Path) -> Path:
    return events.with_name(f"{events.name}.resume")
