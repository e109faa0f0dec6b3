"""A company is written down with the truth about who is who, the same for the same seed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from app.cli import terminal
from tests.shell import Shell

DAY = ("--today", "2026-11-20")


def simulated(idip: Shell, folder: Path, *options: str) -> tuple[bytes, bytes]:
    folder.mkdir()
    events, truth = folder / "events.ndjson", folder / "truth.ndjson"
    ran = idip("simulate", "--customers", "30", "--out", events, "--truth", truth, *DAY, *options)
    assert ran.code == 0, ran.err
    return events.read_bytes(), truth.read_bytes()


def rows(text: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_the_same_seed_is_the_same_company(idip: Shell, tmp_path: Path) -> None:
    one, again, other = (
        simulated(idip, tmp_path / name, "--seed", seed)
        for name, seed in (("one", "7"), ("again", "7"), ("other", "8"))
    )
    assert one == again
    assert one != other


def test_the_truth_names_a_person_for_every_record(idip: Shell, tmp_path: Path) -> None:
    events, truth = map(rows, simulated(idip, tmp_path / "company"))
    keyed = {(row["source"], row["record_key"]) for row in truth if "record_key" in row}
    single = {(row["source"], row["event_id"]) for row in truth if "event_id" in row}
    assert len(keyed) + len(single) == len(truth)
    assert len({row["person"] for row in truth}) == 30
    for event in events:
        if "record_key" not in event:
            assert (event["source"], event["id"]) in single
        elif event["record_key"] != "CONSUMIDOR FINAL":
            assert (event["source"], event["record_key"]) in keyed


def test_fewer_people_than_protagonists_is_wrong_use(idip: Shell, tmp_path: Path) -> None:
    ran = idip("simulate", "--customers", "3", "--out", tmp_path / "x")
    assert ran.code == terminal.WRONG_USE
