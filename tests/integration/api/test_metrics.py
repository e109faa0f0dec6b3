"""What does Prometheus see?  Sums over processes, the state of the house, nobody's values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.access.scopes import Scope
from app.api import gauges
from app.api.dependencies import House
from app.api.metrics import OTHER, Names
from app.database.transaction import Database
from app.main import create_app, furnished
from app.problems import Unavailable
from tests.builders import a_sale, phone
from tests.integration.api.conftest import NewClient, calling
from tests.statement_recorder import Statements

COUNTING = """
import sys
from app.api import metrics
from app.identify.resolve import MatchState
for _ in range(int(sys.argv[1])):
    metrics.count_match("resolve", MatchState.KNOWN, "exact")
"""
SHOWING = "print(metrics.exposition().decode())"
KNOWN = 'idip_matches_total{asked="resolve",reason="exact",state="known"}'


async def scraped(http: httpx.AsyncClient) -> dict[str, float]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if line[:1] not in {"#", ""}]
    return {name: float(figure) for name, _, figure in lines}


@pytest.mark.usefixtures("founded_house")
async def test_what_the_business_does_is_counted(client: NewClient) -> None:
    every = await client(*Scope, client="till")
    before = await scraped(every)
    await every.post(
        "/v1/events",
        json=[a_sale(record_key="C-1", identifiers=[phone()]), a_sale(net="not money")],
    )
    await every.post("/v1/events", json=[{"id": "nothing"}])
    ring = {"channel": "voice", "identifiers": [phone()], "context": {"reason_closed": True}}
    (offer, *_) = (await every.post("/v1/touchpoints", json=ring)).json()["decisions"]
    outcome = {
        "decision_id": offer["decision_id"],
        "outcome": "accepted",
        "time": "2026-11-20T12:00:00-03:00",
    }
    await every.post("/v1/outcomes", json=[outcome, outcome])
    after = await scraped(every)

    def grew(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert grew('idip_events_total{client="till",status="accepted",type="sale"}') == 1
    assert grew('idip_events_total{client="till",status="refused",type="unreadable"}') == 2
    assert grew('idip_matches_total{asked="touchpoint",reason="exact",state="known"}') == 1
    assert grew(f'idip_offers_total{{action="{offer["action"]}"}}') == 1
    assert grew(f'idip_outcomes_total{{action="{offer["action"]}",outcome="accepted"}}') == 1, (
        "told twice, it came once"
    )


@pytest.mark.usefixtures("founded_house")
async def test_the_house_says_how_far_behind_it_is(client: NewClient) -> None:
    every = await client(*Scope)
    await every.post("/v1/events", json=a_sale(record_key="C-1", identifiers=[phone()]))
    seen = await scraped(every)
    assert seen["idip_database_up"] == 1
    assert seen["idip_writes_on"] == 1
    assert seen['idip_outbox_rows{state="waiting"}'] > 0
    assert seen['idip_outbox_rows{state="parked"}'] == 0
    assert seen["idip_outbox_oldest_due_seconds"] >= 0
    assert seen["idip_score_age_seconds"] == 0


async def test_the_database_is_not_asked_at_every_scrape(
    stranger: httpx.AsyncClient, statements: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scraped(stranger)
    asked = len(statements)
    await scraped(stranger)
    assert len(statements) == asked
    monkeypatch.setattr(gauges, "READ_EVERY_S", 0.0)
    await scraped(stranger)
    assert len(statements) == asked + 1


class Away(Database):
    """A database that does not answer."""

    async def ask(self, work: Any) -> Any:
        raise Unavailable


async def test_without_a_database_it_says_so_and_nothing_old(house: House) -> None:
    away = Away(house.database.lines)
    alone = furnished(house.settings, away, house.keyed_hash, house.clock)
    async with calling(create_app(alone)) as http:
        seen = await scraped(http)
    assert seen["idip_database_up"] == 0
    assert "idip_score_age_seconds" not in seen
    assert any(name.startswith("idip_http_requests_total") for name in seen)


async def test_another_word_for_it_cannot_slip_in(
    app: FastAPI, stranger: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the table: a figure that no family names is not shown."""
    monkeypatch.delitem(gauges.FAMILIES, "database_up")
    assert "idip_database_up" not in await scraped(stranger)


def test_names_that_people_choose_are_kept_up_to_a_number() -> None:
    names = Names(2)
    assert [names.kept(name) for name in ("a", "b", "c", "a", "d")] == ["a", "b", OTHER, "a", OTHER]


def test_processes_add_up_and_the_dead_stay_counted(tmp_path: Path) -> None:
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", COUNTING, "3"], env=environ, check=True)
    (tmp_path / "counter_1.db").touch()  # what somebody leaves who is killed as he begins
    shown = subprocess.run(
        [sys.executable, "-c", COUNTING + SHOWING, "4"],
        env=environ,
        check=True,
        capture_output=True,
        text=True,
    )
    assert f"{KNOWN} 7.0" in shown.stdout.splitlines()
