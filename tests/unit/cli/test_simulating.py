"""A company is written down with the truth about who is who, the same for the same seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.cli import terminal
from app.cli.simulate_parts import parts
from app.simulation.world import Plan
from tests.shell import Shell

DAY = ("--today", "2026-11-20")


def simulated(idip: Shell, folder: Path, *options: str | Path) -> tuple[bytes, bytes]:
    folder.mkdir()
    events, truth = folder / "events.ndjson", folder / "truth.ndjson"
    ran = idip("simulate", "--customers", "30", "--out", events, "--truth", truth, *DAY, *options)
    assert ran.code == 0, ran.err
    assert [path.name for path in sorted(folder.iterdir())] == ["events.ndjson", "truth.ndjson"]
    return events.read_bytes(), truth.read_bytes()


def rows(text: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def causes(truth: bytes) -> set[str]:
    return {cause for row in rows(truth) for cause in row.get("causes", ())}


def test_the_same_seed_is_the_same_company(idip: Shell, tmp_path: Path) -> None:
    one, again, other = (
        simulated(idip, tmp_path / name, "--seed", seed)
        for name, seed in (("one", "7"), ("again", "7"), ("other", "8"))
    )
    assert one == again
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_several_processes_write_what_one_does() -> None:
    plan = Plan(300, 4, date(2026, 11, 20))
    assert list(parts(plan, workers=2)) == list(parts(plan, workers=1))


def test_nobody_goes_on_when_the_command_is_killed(tmp_path: Path) -> None:
    words = ["simulate", "--customers", "100000", "--workers", "2", "--out", tmp_path / "x", *DAY]
    command = [sys.executable, "-m", "app.cli", *map(str, words)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as ran:
        parent = psutil.Process(ran.pid)
        made = _until(
            lambda: workers if len(workers := parent.children(recursive=True)) > 2 else []
        )
        ran.kill()
    assert not psutil.wait_procs(made, timeout=30)[1]


def _until(found: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    for _ in range(600):
        if there := found():
            return there
        time.sleep(0.05)
    raise TimeoutError


def test_the_truth_has_every_record_and_every_person(idip: Shell, tmp_path: Path) -> None:
    events, truth = map(rows, simulated(idip, tmp_path / "company"))
    kinds = Counter(row["kind"] for row in truth)
    assert kinds["person"] == 31
    keyed = {(row["source"], row["record_key"]) for row in truth if row["kind"] == "record"}
    single = {(row["source"], row["event_id"]) for row in truth if row["kind"] == "event"}
    assert kinds["record"] == len(keyed)
    assert kinds["event"] == len(single)
    told = {(event["source"], event["record_key"]) for event in events if "record_key" in event}
    assert {(source, key) for source, key in told if key != "CONSUMIDOR FINAL"} == keyed


def test_rates_are_given_one_by_one_or_in_a_file(idip: Shell, tmp_path: Path) -> None:
    clean = simulated(idip, tmp_path / "clean", "--rate", "all=0")[1]
    assert causes(clean) == {"household_line"}, "the couple among the protagonists"
    dirt = tmp_path / "dirt.yaml"
    dirt.write_text("all: 0\ntypo_ocr: 1.0\n")
    truth = simulated(idip, tmp_path / "file", "--dirt", dirt, "--rate", "alias_email=1")[1]
    assert causes(truth) <= {"household_line", "typo_ocr", "alias_email"}
    assert "typo_ocr" in causes(truth)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--customers", "3"), "at least 8"),
        (("--rate", "nicknames=1"), "no dirt of this name"),
        (("--rate", "nickname"), "a number from 0 to 1"),
        (("--country", "PT"), "the countries are BR"),
        (("--country", "BR=70,BR=10"), "BR is there twice"),
        (("--today", "0005-01-01"), "a day from 2000-01-01 to today"),
        (("--today", "9999-12-31"), "a day from 2000-01-01 to today"),
        (("--days", "10"), "days"),
    ],
)
def test_what_cannot_be_meant_is_wrong_use(
    idip: Shell, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    ran = idip("simulate", "--out", tmp_path / "x", *options)
    assert ran.code == terminal.WRONG_USE
    assert said in ran.err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "nickname", "\x00", "{", "nickname: 1\nnickname: 0\n"]
)
def test_a_file_of_rates_that_is_none_is_wrong_use(idip: Shell, tmp_path: Path, text: str) -> None:
    dirt = tmp_path / "dirt.yaml"
    dirt.write_text(text)
    ran = idip("simulate", "--out", tmp_path / "x", "--dirt", dirt)
    assert ran.code == terminal.WRONG_USE
    assert "no YAML of names and rates" in ran.err


def test_a_pipe_is_written_to_and_not_replaced(idip: Shell, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        read = pool.submit(pipe.read_bytes)
        ran = idip("simulate", "--customers", "8", "--out", pipe, *DAY)
    assert ran.code == 0
    assert pipe.is_fifo()
    assert rows(read.result())
