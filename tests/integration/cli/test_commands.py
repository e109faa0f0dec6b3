"""Do the commands do in a database what they say?  Each as the shell would run it."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from app.access.authenticate import KeyRing
from app.access.scopes import Scope
from app.cli import demo_company, terminal
from app.cli.house import at_home
from app.cli.load_resume import ResumeMark
from app.database.clock import SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Database
from app.differentiate import queries
from app.differentiate.yardstick import LONGEST_WINDOW_DAYS, SHORTEST_WINDOW_DAYS
from app.flows import load as loading
from app.flows.load import load
from app.problems import Unauthenticated
from app.settings import Settings, SettingsError
from tests.builders import a_sale
from tests.shell import Ran, Shell

pytestmark = pytest.mark.anyio

SECRET = "a secret for tests, and only for tests"
Command = Callable[..., Awaitable[Ran]]


@pytest.fixture
def run(idip: Shell, own_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command on a database of this test's own, beside this test's event loop."""
    monkeypatch.setenv("DATABASE_URL", own_url)
    monkeypatch.setenv("IDIP_SECRET_KEY", SECRET)

    async def ran(*arguments: str | Path) -> Ran:
        return await asyncio.to_thread(idip, *arguments)

    return ran


@pytest.fixture
def own_settings(own_url: str) -> Settings:
    return Settings.model_validate({"database_url": own_url, "secret_key": SECRET})


def lines(ran: Ran) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def events(path: Path, *documents: object) -> Path:
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    return path


async def test_a_key_is_shown_once_works_and_can_be_revoked(
    run: Command, own_database: Database
) -> None:
    ran = await run("keys", "create", "ivr", "--scope", "identity:read", "--source", "a", "--json")
    made = json.loads(ran.out)
    hashed = KeyedHash(SECRET.encode())
    ring = KeyRing(own_database, hashed, SystemClock(), ttl_s=0)
    client = await ring.client_of(made["key"])
    assert (client.name, client.scopes) == ("ivr", {Scope.IDENTITY_READ})
    assert client.sources == {"a"}

    listed = await run("keys", "list")
    assert made["key_id"] in listed.out
    assert "live" in listed.out
    assert made["key"] not in listed.out

    assert (await run("keys", "revoke", made["key_id"])).code == 0
    assert "revoked" in (await run("keys", "list")).out
    with pytest.raises(Unauthenticated):
        await ring.client_of(made["key"])


async def test_a_key_that_is_not_there_cannot_be_revoked(run: Command) -> None:
    ran = await run("keys", "revoke", "01a20202-5803-7798-a16e-7399e59c0dc9")
    assert ran.code == terminal.WRONG_USE


async def test_a_key_alone_stands_on_stdout(run: Command) -> None:
    ran = await run("keys", "create", "erp", "--scope", "events:write", "--expires-days", "1")
    assert ran.out.startswith("idip_")
    assert len(ran.out.split()) == 1


async def test_a_file_is_loaded_its_bad_lines_kept_and_its_numbers_exported(
    run: Command, tmp_path: Path
) -> None:
    file = events(tmp_path / "e.ndjson", a_sale("10.50", record_key="C-1"), {"id": "x"})
    refused = tmp_path / "refused.ndjson"
    ran = await run("load", file, "--refused", refused, "--json")
    assert ran.code == terminal.REFUSED
    assert json.loads(ran.out)["accepted"] == 1
    assert json.loads(ran.out)["refused_codes"] == {"invalid-event": 1}
    assert [json.loads(line)["line"] for line in refused.read_text().splitlines()] == [2]
    assert names_in(tmp_path) == ["e.ndjson", "refused.ndjson"]

    [record] = lines(await run("export", "records"))
    [customer] = lines(await run("export", "customers"))
    assert (record["source"], record["record_key"]) == ("erp", "C-1")
    assert record["customer_id"] == customer["customer_id"]
    assert customer["net"] == "10.50"


@pytest.mark.parametrize(("name", "word"), [("r", "going on after line"), ("s", "beginning again")])
async def test_refused_lines_are_not_lost_over_a_kill(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, word: str
) -> None:
    monkeypatch.setattr(loading, "ARRAY_LINES", 1)
    sales = [a_sale(record_key=f"C-{n}") for n in range(9)]
    file = events(tmp_path / "e.ndjson", sales[0], {"id": "x"}, *sales[1:], {"id": "y"})
    with monkeypatch.context() as patch:
        patch.setattr(ResumeMark, "forget", lambda _: None)
        await run("load", file, "--refused", tmp_path / "r")
    ran = await run("load", file, "--refused", tmp_path / name, "--json")
    assert word in ran.err
    kept = (tmp_path / name).read_text().splitlines()
    assert [json.loads(line)["line"] for line in kept] == [2, 11]
    assert json.loads(ran.out)["refused_codes"] == {"invalid-event": 2}
    assert ("in the whole file; from line" in ran.err) is (name == "r")


async def test_of_a_damaged_file_what_can_be_read_is_loaded(run: Command, tmp_path: Path) -> None:
    sales = [a_sale(record_key=f"C-{n}") for n in range(300)]
    packed = gzip.compress(events(tmp_path / "e.ndjson", *sales).read_bytes())
    damaged = tmp_path / "e.ndjson.gz"
    damaged.write_bytes(packed[: len(packed) // 2])
    for option in ("--dry-run", "--resume"):
        ran = await run("load", damaged, option, "--json")
        told = json.loads(ran.out)
        assert ran.code == terminal.REFUSED
        assert told["trouble"] in ran.err
        assert f"damaged after line {told['accepted']}:" in told["trouble"]
        assert 50 < told["accepted"] < 250
    assert len(lines(await run("export", "records"))) == told["accepted"]
    damaged.write_bytes(packed)
    whole = await run("load", damaged, "--json")
    assert (whole.code, json.loads(whole.out)["trouble"]) == (0, None)


async def test_an_export_to_a_file_is_whole_or_not_there(run: Command, tmp_path: Path) -> None:
    await run("load", events(tmp_path / "e.ndjson", a_sale(record_key="C-1")))
    out = tmp_path / "customers.ndjson"
    assert (await run("export", "customers", "--out", out)).code == 0
    assert len(out.read_text().splitlines()) == 1
    assert names_in(tmp_path) == ["customers.ndjson", "e.ndjson"]


async def test_a_source_fills_in_where_an_event_names_none(run: Command, tmp_path: Path) -> None:
    sale = a_sale(record_key="C-1")
    del sale["source"]
    await run("load", events(tmp_path / "e.ndjson", sale), "--source", "till")
    [record] = lines(await run("export", "records"))
    assert record["source"] == "till"


async def test_scores_are_frozen_as_a_draft_and_hold_when_activated(run: Command) -> None:
    draft = json.loads((await run("score", "--as-of", "2026-10-01", "--json")).out)
    assert (draft["version"], draft["status"], draft["as_of"]) == (2, "draft", "2026-10-01")
    active = json.loads((await run("score", "--activate", "--json")).out)
    assert (active["version"], active["status"]) == (3, "active")


async def test_scores_of_a_past_day_leave_out_what_came_after_it(
    run: Command, tmp_path: Path
) -> None:
    told = [
        a_sale(record_key="C-1", time="2025-03-10T10:00:00-03:00"),
        a_sale(record_key="C-1", time="2026-03-10T10:00:00-03:00"),
        a_sale(record_key="C-2", time="2026-03-10T10:00:00-03:00"),
    ]
    await run("load", events(tmp_path / "e.ndjson", *told))
    past = json.loads((await run("score", "--as-of", "2025-06-01", "--json")).out)
    assert (past["customers_count"], past["buyers_count"]) == (2, 1)
    later = json.loads((await run("score", "--as-of", "2026-03-10", "--json")).out)
    assert (later["customers_count"], later["buyers_count"]) == (2, 2)  # the control


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--as-of", "2999-01-01", "nobody has bought after today yet"),
        ("--window-days", SHORTEST_WINDOW_DAYS - 1, f"or equal to {SHORTEST_WINDOW_DAYS}"),
        ("--window-days", LONGEST_WINDOW_DAYS + 1, f"or equal to {LONGEST_WINDOW_DAYS}"),
    ],
)
async def test_scores_of_no_such_day_or_window_are_not_asked_for(
    run: Command, option: str, value: str | int, says: str
) -> None:
    ran = await run("score", option, str(value))
    assert ran.code == 2
    assert says in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("window_days", [SHORTEST_WINDOW_DAYS, LONGEST_WINDOW_DAYS])
async def test_scores_of_the_shortest_and_longest_window(run: Command, window_days: int) -> None:
    ran = await run("score", "--window-days", str(window_days), "--json")
    assert json.loads(ran.out)["window_days"] == window_days


async def test_the_doctor_finds_a_ready_house_in_order(run: Command) -> None:
    await run("migrate")
    ran = await run("doctor", "--json")
    checks = {check["check"]: check for check in json.loads(ran.out)}
    assert ran.code == 0
    assert all(check["ok"] for check in checks.values())
    assert {"database", "durability", "schema", "data"} <= checks.keys()


@pytest.mark.parametrize(
    ("variable", "value", "check"),
    [
        ("IDIP_SECRET_KEY", "short", "secret"),
        ("IDIP_SECRET_KEY", "quite another secret, of some length", "database"),
        ("IDIP_COUNTY", "BR", "settings"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "database"),
    ],
)
async def test_the_doctor_says_what_is_wrong(
    run: Command, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, check: str
) -> None:
    await run("migrate")
    monkeypatch.setenv(variable, value)
    ran = await run("doctor", "--json")
    assert ran.code == terminal.REFUSED
    assert check in {each["check"] for each in json.loads(ran.out) if not each["ok"]}
    assert value not in ran.out


async def test_a_database_that_is_away_is_told_in_a_line(
    run: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    ran = await run("keys", "list")
    assert ran.code == terminal.REFUSED
    assert "Traceback" not in ran.err


async def test_the_demonstration_spoils_nobodys_data(
    run: Command, own_settings: Settings, tmp_path: Path
) -> None:
    await run("load", events(tmp_path / "e.ndjson", a_sale(record_key="C-1")))
    async with at_home(own_settings) as house:
        with pytest.raises(SettingsError, match="another company"):
            await demo_company.populate(house, 100)


async def test_a_company_half_made_is_finished(
    own_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(Exception):
        pass

    calls = count()

    def stopped_before_the_protagonists(*arguments: Any) -> Any:
        if next(calls):
            raise Stopped
        return load(*arguments)

    async with at_home(own_settings) as house:
        with monkeypatch.context() as patch:
            patch.setattr(demo_company, "load", stopped_before_the_protagonists)
            with pytest.raises(Stopped):
                await demo_company.populate(house, 20)
        for _ in range(2):
            await demo_company.populate(house, 20)
        run, *_ = await house.database.read(queries.runs)
        assert (run.version, run.status) == (2, "active")


async def test_each_start_has_keys_that_work_and_ends_those_before(own_settings: Settings) -> None:
    async with at_home(own_settings) as house:
        before = await demo_company.replace_keys(house)
        now = await demo_company.replace_keys(house)
        ring = KeyRing(house.database, house.keyed_hash, house.clock, ttl_s=0)
        for kind, scopes in demo_company.SCOPES_OF.items():
            assert (await ring.client_of(now[kind])).scopes == scopes
            with pytest.raises(Unauthenticated):
                await ring.client_of(before[kind])


def test_a_command_founds_no_second_house_by_looking_in_the_wrong_place(
    idip: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IDIP_DATA_DIR", str(tmp_path / "elsewhere"))
    ran = idip("keys", "list")
    assert ran.code == 2
    assert "IDIP_DATA_DIR" in ran.err
    assert list(tmp_path.iterdir()) == []


async def test_cleaning_says_how_far_it_has_come(run: Command, tmp_path: Path) -> None:
    await run("load", events(tmp_path / "e.ndjson", a_sale("10.50", record_key="C-1")))
    before = json.loads((await run("clean", "--status", "--json")).out)
    assert (before["last"], before["present"], before["counted_at"]) == (None, None, None)
    await run("clean", "--dry-run")
    assert json.loads((await run("clean", "--status", "--json")).out) == before
    cleaned = json.loads((await run("clean", "--json")).out)
    after = json.loads((await run("clean", "--status", "--json")).out)
    assert after["last"]["found"] == cleaned
    assert cleaned["components"] == cleaned["quality"]["customers"] == 1
    assert after["counted_at"] is not None
    told = await run("clean", "--status")
    assert "1  groups of records looked at" in told.err
    assert "none is open" in told.err
    assert (await run("clean", "--status", "--all")).code == terminal.WRONG_USE
