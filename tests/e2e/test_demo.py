"""Does the demonstration do what its card says, and is everything still there the second time?"""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.e2e.command import LONGEST_S, Idip, new_idip

MAKING = "making a company"
AS_PASTED = 'curl() { printf "%s\\0" "$@"; }\n'
"""A shell that shows the words ``curl`` would get: the pasted line is really read by one."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A demonstration: its three commands and, once it has ended, what it said beside them."""

    commands: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def paste(self, nth: int) -> Any:
        answer = self.send(nth)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()

    def send(self, nth: int) -> httpx.Response:
        """Do what the shell and curl would do with the command."""
        shell = ["/bin/sh", "-c", AS_PASTED + self.commands[nth]]
        words = subprocess.run(shell, capture_output=True, text=True, check=True).stdout
        options, url, *rest = words.rstrip("\0").split("\0")
        assert (options, rest[0::2]) == ("-sS", ["-H", "-H", "-d"])
        headers = dict(header.split(": ", 1) for header in rest[1:4:2])
        return httpx.post(url, headers=headers, content=rest[5], timeout=LONGEST_S)


@contextmanager
def demonstration(idip: Idip) -> Iterator[Demo]:
    process = idip.start("demo", "--customers", "100", "--port", "0")
    assert process.stdout is not None
    demo = Demo()
    try:
        for line in process.stdout:
            if line.startswith("curl "):
                demo.commands.append(line.rstrip("\n"))
            if len(demo.commands) == 3:
                break
        yield demo
    finally:
        process.send_signal(signal.SIGINT)
        demo.said.extend(process.communicate(timeout=LONGEST_S))
        assert process.returncode == 0, demo.said


def test_the_card_works_and_the_company_stays() -> None:
    with new_idip() as idip:
        with demonstration(idip) as demo:
            before = demo.paste(0)
            assert before["customer"]["state"] == "known"
            assert before["value"]["segment"] == "new"
            assert demo.paste(1)["decisions"][0]["action"] is not None
            readme = Demo([demo.commands[0].replace("(21) 95274-6190", "+55 11 98765-4321")])
            ana = readme.paste(0)["customer"]
            assert (ana["display_name"], ana["may_speak_name"]) == ("Ana", True)
            [sold] = demo.paste(2)["items"]
            assert sold["status"] == "accepted"
            assert sold["customer_id"] == before["customer"]["id"]
            [again] = demo.paste(2)["items"]
            assert again["status"] == "duplicate"
        with demonstration(idip) as second:
            after = second.paste(0)
            assert after["customer"]["id"] == before["customer"]["id"]
            assert after["value"]["segment"] != before["value"]["segment"]
            assert second.paste(2)["items"][0]["status"] == "accepted"
            stale = Demo([_at(second, demo.commands[0])])
            assert stale.send(0).status_code == httpx.codes.UNAUTHORIZED
        assert MAKING in "".join(demo.said)
        assert MAKING not in "".join(second.said)


def _at(demo: Demo, command: str) -> str:
    """Return a command of an earlier start, sent to where the service is now."""
    port = demo.commands[0].split("/v1/")[0].rpartition(":")[2]
    before, after = command.split("/v1/", 1)
    return f"{before.rpartition(':')[0]}:{port}/v1/{after}"
