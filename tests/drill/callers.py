"""What does a good client do when the service dies under it?  It tells the same again, unchanged.

What a caller was told is remembered request by request: afterwards every answer can be judged.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.drill.till import Fact, Till

PATIENCE_S = 15.0
"""Longer than the service may take over any request: to run into it is a finding."""

STAYS_FOR = 5
"""After so many requests a caller comes anew, and may meet another process."""

_PAUSE_S = (0.03, 0.1)
_OK = 200
_SERVER_ERROR = 500
_NOT_NOW = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request: when it and its connection began, and how it ended."""

    caller: str
    connected_s: float
    began_s: float
    ended_s: float
    status: int | None = None
    failure: str | None = None
    says_when: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Tell whether the service said that everything in it is done."""
        return self.status == _OK


@dataclass(slots=True)
class Heard:
    """What one caller was told."""

    attempts: list[Attempt] = field(default_factory=list)
    customers: dict[str, str] = field(default_factory=dict)
    """The customer named for each acknowledged event id."""

    acknowledged_from_s: float = 0.0
    """When the latest request that was acknowledged had begun."""


class Caller:
    """A client of the service with a till to tell of."""

    def __init__(self, till: Till, url: str, key: str) -> None:
        """Tell what the till sells to the service at ``url``."""
        self.till = till
        self.heard = Heard()
        self._url = url
        self._key = key
        self._connected_s = 0.0

    async def tell(self, stop: asyncio.Event) -> None:
        """Tell one array after another; leave none of them open at the end."""
        draw = random.Random(self.till.source)
        async with httpx.AsyncClient(
            base_url=self._url,
            headers={"authorization": f"Bearer {self._key}"},
            timeout=PATIENCE_S,
            limits=httpx.Limits(max_connections=1),
            trust_env=False,
        ) as http:
            while not stop.is_set():
                array = self.till.next_array()
                while not await self._is_done(http, array):  # noqa: ASYNC110 (a client's pause)
                    await asyncio.sleep(draw.uniform(*_PAUSE_S))

    async def _is_done(self, http: httpx.AsyncClient, array: Iterable[Fact]) -> bool:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        answer: httpx.Response | None = None
        failure = None
        try:
            answer = await self._send(http, [fact.document() for fact in array])
        except httpx.TransportError as error:
            failure = type(error).__name__
        attempt = Attempt(
            caller=self.till.source,
            connected_s=self._connected_s,
            began_s=began_s,
            ended_s=loop.time(),
            status=None if answer is None else answer.status_code,
            failure=failure,
            says_when=answer is not None and "retry-after" in answer.headers,
        )
        self.heard.attempts.append(attempt)
        if answer is None or answer.status_code >= _SERVER_ERROR:
            return False
        if not attempt.is_acknowledged:
            raise RuntimeError(f"the drill itself is wrong: {answer.status_code} {answer.text}")
        self.heard.acknowledged_from_s = began_s
        for item in answer.json()["items"]:
            self.heard.customers[item["id"]] = item["customer_id"]
        return True

    async def _send(self, http: httpx.AsyncClient, array: list[dict[str, Any]]) -> httpx.Response:
        leaves = len(self.heard.attempts) % STAYS_FOR == STAYS_FOR - 1
        return await http.post(
            "/v1/events",
            json=array,
            headers={"connection": "close"} if leaves else None,
            extensions={"trace": self._trace},
        )

    async def _trace(self, event: str, _: Any) -> None:
        if event == "connection.connect_tcp.started":
            self._connected_s = asyncio.get_running_loop().time()


def is_excused(attempt: Attempt, kills_s: Iterable[float]) -> bool:
    """Tell whether the process at the other end of a broken connection may have been killed."""
    return any(attempt.connected_s <= kill_s <= attempt.ended_s for kill_s in kills_s)


def wrong_answers(attempts: Iterable[Attempt], worker_kills_s: Iterable[float]) -> list[str]:
    """Return what no caller should have met.

    Allowed are 200, 503 that says when to come back, and a connection broken by a killed process.
    """
    kills = list(worker_kills_s)
    found: list[str] = []
    for attempt in attempts:
        if attempt.status is None and not is_excused(attempt, kills):
            found.append(f"{attempt.failure} after {attempt.ended_s - attempt.began_s:.1f} s")
        elif attempt.status == _NOT_NOW and not attempt.says_when:
            found.append("503 without Retry-After")
        elif attempt.status not in {None, _OK, _NOT_NOW}:
            found.append(f"status {attempt.status}")
    return found
