"""Do ``idip keys`` and ``idip audit`` do in a database what they say?"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from app.access import audit
from app.cli import terminal
from app.database import server
from app.database.transaction import Database
from tests.conftest import NOW
from tests.shell import Ran, Shell

Command = Callable[..., Awaitable[Ran]]
SHOP = "https://shop.example"


@pytest.fixture
def run(idip: Shell, own_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command on a database of this test's own, beside this test's event loop."""
    monkeypatch.setenv("DATABASE_URL", own_url)
    monkeypatch.setenv("IDIP_SECRET_KEY", "a secret for tests, and only for tests")

    async def ran(*arguments: str) -> Ran:
        return await asyncio.to_thread(idip, *arguments)

    return ran


async def test_a_browser_key_needs_an_origin_and_speaks_for_itself(run: Command) -> None:
    made = await run("keys", "create", "web", "--browser", "--origin", SHOP, "--json")
    key = json.loads(made.out)
    assert key["origins"] == [SHOP]
    assert key["sources"] == ["web"]
    assert key["scopes"] == ["decisions:write", "events:write"]
    for wrong in (["--browser"], ["--scope", "admin", "--origin", SHOP], []):
        assert (await run("keys", "create", "other", *wrong)).code == terminal.WRONG_USE
    path = await run("keys", "create", "other", "--browser", "--origin", f"{SHOP}/")
    assert path.code == terminal.REFUSED
    assert "https://shop.example" in path.err


async def test_a_key_is_rotated_and_a_third_is_refused(run: Command) -> None:
    await run("keys", "create", "ivr", "--scope", "decisions:write", "--source", "pbx")
    rotated = await run("keys", "rotate", "ivr")
    assert rotated.out.startswith("idip_")
    third = await run("keys", "rotate", "ivr")
    assert third.code == terminal.REFUSED
    assert "revoke one" in third.err
    listed = json.loads((await run("keys", "list", "--json")).out)
    assert [(key["scopes"], key["sources"]) for key in listed] == 2 * [
        (["decisions:write"], ["pbx"])
    ]
    assert {key["last_used_at"] for key in listed} == {None}
    assert listed[0]["key_id"] in rotated.err
    assert (await run("keys", "revoke", listed[0]["key_id"])).code == 0
    assert (await run("keys", "rotate", "ivr", "--overlap-hours", "24")).code == 0
    assert (await run("keys", "rotate", "nobody")).code == terminal.REFUSED


async def test_the_audit_is_listed_verified_and_its_head_told(
    run: Command, own_database: Database, own_url: str
) -> None:
    await run("keys", "create", "ivr", "--scope", "decisions:write")
    await run("keys", "rotate", "ivr")
    listed = json.loads((await run("audit", "list", "--json")).out)
    assert [act["kind"] for act in listed] == ["key.created", "key.created"]
    assert listed[0]["actor"].startswith("command line (")
    assert listed[0]["position"] is None

    assert await own_database.write(lambda tx: audit.chain(tx, NOW)) == 2
    head = (await run("audit", "head")).out.strip()
    assert head.startswith("2:")
    sound = await run("audit", "verify", "--head", head)
    assert (sound.code, sound.out.strip()) == (0, head)
    assert (await run("audit", "verify", "--head", "2:00")).code == terminal.WRONG_USE

    outside = await server.connect(own_url)
    await outside.execute("GRANT ALL ON audit_act TO CURRENT_USER")
    await outside.execute(
        "UPDATE audit_act SET actor = 'nobody'"
        " WHERE act_id = (SELECT act_id FROM audit_link WHERE position = 1)"
    )
    await outside.close()
    broken = await run("audit", "verify", "--json")
    assert broken.code == terminal.REFUSED
    verdict = json.loads(broken.out)
    assert (verdict["sound"], verdict["position"]) == (False, 1)
    assert verdict["act_id"] == listed[1]["act_id"]
    assert verdict["act_id"] in (await run("audit", "verify")).err
