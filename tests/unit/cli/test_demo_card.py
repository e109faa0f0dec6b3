"""Can what is printed be pasted?  Each command is one line that a shell reads as it is meant."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.api.event_document import read_event_document
from app.api.touchpoint_document import TouchpointDocument
from app.cli.demo_card import card
from app.cli.demo_company import SCOPES_OF
from app.flows.event_command import EventCommand

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = {kind: f"idip_{kind}_secret" for kind in SCOPES_OF}
URL = "http://127.0.0.1:8000"


def commands(now: datetime = NOW) -> list[str]:
    return [line for line in card(URL, KEYS, now).splitlines() if line.startswith("curl ")]


def words(command: str) -> list[str]:
    """Return what curl would be given, as a shell reads the line."""
    shell = ["/bin/sh", "-c", 'curl() { printf "%s\\0" "$@"; }\n' + command]
    return subprocess.run(shell, capture_output=True, text=True, check=True).stdout.split("\0")


def body(command: str) -> Any:
    given = words(command)
    return json.loads(given[given.index("-d") + 1])


def test_three_commands_go_to_the_service() -> None:
    urls = [words(command)[1] for command in commands()]
    assert urls == [f"{URL}/v1/{route}" for route in ("touchpoints", "touchpoints", "events")]


@pytest.mark.parametrize(("nth", "kind"), [(0, "ivr"), (1, "shop"), (2, "erp")])
def test_each_is_sent_with_the_key_of_who_sends_it(nth: int, kind: str) -> None:
    assert f"Authorization: Bearer {KEYS[kind]}" in words(commands()[nth])


def test_every_key_is_shown_whole() -> None:
    shown = card(URL, KEYS, NOW)
    assert all(key in shown for key in KEYS.values())


def test_the_interface_takes_what_is_sent() -> None:
    ring, page, sale = map(body, commands())
    assert TouchpointDocument.model_validate(ring).interaction is not None
    assert TouchpointDocument.model_validate(page).channel == "web"
    assert isinstance(read_event_document(sale), EventCommand)


def test_a_pasted_ring_is_a_new_call_and_not_a_constant() -> None:
    assert "$(date +%s)" in commands()[0]
    assert body(commands()[0])["interaction"]["id"].removeprefix("call-").isdecimal()


def test_each_start_has_a_sale_of_its_own() -> None:
    one, other = (body(commands(NOW + timedelta(seconds=s))[2]) for s in (0, 1))
    assert one["id"] != other["id"]
    assert one["data"]["order_id"] != other["data"]["order_id"]
