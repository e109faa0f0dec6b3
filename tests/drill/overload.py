"""What happens when much more is asked than can be answered?  As much as before, of what matters.

    scripts/drill overload --seconds 8 --seed 1

The real service on two HTTP processes, with customers in it.  What it can answer is measured; then
crowds ask at half of that, at that, twice and four times as often, waiting for nobody.  The same
with no door before the work is the control.  Then: a ring while bulk comes at four times what can
be taken, one client beside another that asks ten times as much, and the time that a number takes
which is somebody's against one that is nobody's.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

import httpx
import uvloop

from tests.drill.figures import Figure, nothing_of, tell
from tests.drill.open_loop import (
    Crowd,
    Heard,
    NewBody,
    capacity_per_s,
    crowds_ask,
)
from tests.drill.running import ROOT, Running, served

NAME = "overload"
CUSTOMERS = 300
STEPS = (0.5, 1.0, 2.0, 4.0)
CALLERS = 12
RING_PER_S = 10.0
BULK_ITEMS = 20
NUMBERS = 400
GOAL_SHARE = 0.6
GOAL_P99_MS = 500.0
GOAL_SUCCESS = 0.99
GOAL_GAP = 0.1
SETTINGS = {"IDIP_DISTINCT_NUMBERS_PER_MINUTE": "0"}

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of the drill."""

    seconds: float
    seed: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service answers, and the keys of who asks there."""

    url: str
    keys: tuple[str, str]

    def crowd(self, name: str, path: str, new_body: NewBody, *, key: int = 0) -> Crowd:
        return Crowd(name, path, self.keys[key], new_body)


def drill(order: Order) -> list[Figure]:
    """Serve, ask, and reckon."""
    with served(**SETTINGS) as running:
        scopes = ("identity:read", "decisions:write", "events:write")
        keys = (running.new_key(*scopes), running.new_key(*scopes))
        _fill(Address(running.url, keys))
        with _unguarded(running) as bare_url:
            control = uvloop.run(_steps(Address(bare_url, keys), order, "no door: "))
        here = Address(running.url, keys)
        figures = uvloop.run(_steps(here, order))
        figures += uvloop.run(_urgency(here, order))
        figures += uvloop.run(_fairness(here, order))
    with served(**SETTINGS) as quiet:
        there = Address(quiet.url, (quiet.new_key("identity:read", "events:write"),) * 2)
        _fill(there)
        figures += _alike(there)
    return [*figures, *(_as_control(figure) for figure in control)]


# --- who asks for what ------------------------------------------------------------------------


def _phone(number: int) -> dict[str, str]:
    return {"type": "phone", "value": f"(11) 9{number:04}-4321"}


def _touchpoint(channel: str) -> bytes:
    number = next(_numbers)
    told = {
        "interaction": {"source": "drill", "id": f"{channel}-{number}"},
        "channel": channel,
        "direction": "inbound",
        "identifiers": [_phone(number % CUSTOMERS)],
    }
    return json.dumps(told).encode()


def _sale(customer: int) -> dict[str, object]:
    number = next(_numbers)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    trade = {"order_id": f"{number}", "status": "paid", "currency": "BRL", "net": "10.00"}
    return {
        "id": f"NF-{number}",
        "source": "erp",
        "record_key": f"C-{customer}",
        "type": "sale",
        "time": now,
        "identifiers": [_phone(customer)] if customer < CUSTOMERS else [],
        "data": trade,
    }


def _page() -> bytes:
    return _touchpoint("web")


def _ring() -> bytes:
    return _touchpoint("voice")


def _array() -> bytes:
    """Return sales of people nobody else tells of: what is measured is room, not locks."""
    first = CUSTOMERS + BULK_ITEMS * next(_numbers)
    return json.dumps([_sale(first + n) for n in range(BULK_ITEMS)]).encode()


def _fill(address: Address) -> None:
    """Have customers known, each by a number."""
    with httpx.Client(
        base_url=address.url,
        headers={"authorization": f"Bearer {address.keys[0]}"},
        timeout=30.0,
        trust_env=False,
    ) as http:
        for first in range(0, CUSTOMERS, 50):
            sales = [_sale(customer) for customer in range(first, first + 50)]
            http.post("/v1/events", json=sales).raise_for_status()


@contextmanager
def _unguarded(running: Running) -> Iterator[str]:
    """Yield the address of the same house without a door, as many processes, the same database."""
    port = 20_000 + os.getpid() % 20_000
    command = [sys.executable, "-m", "uvicorn", "tests.drill.unguarded:serving_app", "--factory"]
    options = ["--port", f"{port}", "--workers", "2", "--no-access-log", "--log-level", "critical"]
    patient = {"IDIP_ACQUIRE_TIMEOUT_MS": "60000", "IDIP_DATA_DIR": str(running.data_dir)}
    process = subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env=os.environ | SETTINGS | patient,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{url}/livez", trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"nobody answers at {url}")


# --- what is found ----------------------------------------------------------------------------


async def _steps(address: Address, order: Order, of: str = "") -> list[Figure]:
    """Let pages ask at shares of what can be answered."""
    pages = address.crowd("pages", "/v1/touchpoints", _page)
    await capacity_per_s(address.url, pages, CALLERS, 2.0)  # warm
    capacity = await capacity_per_s(address.url, pages, CALLERS, order.seconds)
    figures = [Figure(NAME, f"{of}answered a second, {CALLERS} callers", f"{capacity:.0f}")]
    for step in STEPS:
        asking = Crowd(pages.name, pages.path, pages.key, _page, step * capacity)
        heard = (await crowds_ask(address.url, [asking], order.seconds, order.seed))[pages.name]
        share = heard.per_s / capacity
        found = f"{heard.per_s:.0f} a second, {share:.0%}; {_told(heard)}"
        is_over = step > 1
        figures += [
            Figure(
                NAME,
                f"{of}{step:g} x that: answered",
                found,
                f">= {GOAL_SHARE:.0%}" if is_over else "",
                share >= GOAL_SHARE if is_over else None,
            ),
            Figure(
                NAME,
                f"{of}{step:g} x: p99 of the answered",
                f"{heard.p99_ms():.0f} ms",
                f"{GOAL_P99_MS:.0f} ms",
                heard.p99_ms() <= GOAL_P99_MS,
            ),
            nothing_of(
                NAME, f"{of}{step:g} x: neither an answer nor 503/429 that says when", heard.wrong
            ),
        ]
        await asyncio.sleep(2.0)
    return figures


async def _urgency(address: Address, order: Order) -> list[Figure]:
    """Let telephones ring now and then while arrays come at four times what can be taken."""
    arrays = address.crowd("arrays", "/v1/events", _array)
    capacity = await capacity_per_s(address.url, arrays, CALLERS, order.seconds)
    crowds = [
        Crowd("arrays", arrays.path, arrays.key, _array, 4 * capacity),
        Crowd("rings", "/v1/touchpoints", address.keys[1], _ring, RING_PER_S),
    ]
    heard = await crowds_ask(address.url, crowds, order.seconds, order.seed)
    rings, bulk = heard["rings"], heard["arrays"]
    await asyncio.sleep(2.0)
    return [
        Figure(NAME, f"arrays of {BULK_ITEMS} a second", f"{capacity:.0f}"),
        Figure(
            NAME,
            "rings answered while arrays come at 4 x",
            f"{rings.success:.1%}, {rings.degraded} of {rings.asked} in part",
            f">= {GOAL_SUCCESS:.0%}",
            rings.success >= GOAL_SUCCESS,
        ),
        Figure(NAME, "p99 of these rings", f"{rings.p99_ms():.0f} ms"),
        Figure(
            NAME,
            "arrays taken meanwhile",
            f"{bulk.per_s:.0f} a second, {bulk.per_s / capacity:.0%}; {_told(bulk)}",
            f">= {GOAL_SHARE:.0%}",
            bulk.per_s >= GOAL_SHARE * capacity,
        ),
    ]


async def _fairness(address: Address, order: Order) -> list[Figure]:
    """Let one client ask ten times as much as another, together far more than can be answered."""
    pages = address.crowd("one", "/v1/touchpoints", _page)
    capacity = await capacity_per_s(address.url, pages, CALLERS, order.seconds)
    little = capacity / 5
    crowds = [
        Crowd("much", pages.path, address.keys[0], _page, 10 * little),
        Crowd("little", pages.path, address.keys[1], _page, little),
    ]
    heard = await crowds_ask(address.url, crowds, order.seconds, order.seed)
    return [
        Figure(
            NAME,
            "a client beside one that asks 10 x as much: answered",
            f"{heard['little'].success:.1%}; {_told(heard['little'])}",
            f">= {GOAL_SUCCESS:.0%}",
            heard["little"].success >= GOAL_SUCCESS,
        ),
        Figure(NAME, "the other: answered", f"{heard['much'].success:.0%}; {_told(heard['much'])}"),
    ]


def _alike(address: Address) -> list[Figure]:
    """Ask about numbers that are somebody's and nobody's in turn, one after the other."""
    took_s: tuple[list[float], list[float]] = ([], [])
    with httpx.Client(
        base_url=address.url,
        headers={"authorization": f"Bearer {address.keys[0]}"},
        trust_env=False,
    ) as http:
        for nth in range(2 * NUMBERS):
            is_known = nth % 2 == 0
            number = nth % CUSTOMERS if is_known else CUSTOMERS + nth
            began_s = time.perf_counter()
            http.post("/v1/identity/resolve", json={"identifiers": [_phone(number)]})
            took_s[is_known].append(time.perf_counter() - began_s)
    unknown_ms, known_ms = (statistics.median(each) * 1000 for each in took_s)
    gap = abs(known_ms - unknown_ms) / max(known_ms, unknown_ms)
    found = f"{known_ms:.2f} and {unknown_ms:.2f} ms, {gap:.0%} apart"
    return [
        Figure(
            NAME, "a known and an unknown number, median", found, f"{GOAL_GAP:.0%}", gap < GOAL_GAP
        )
    ]


def _told(heard: Heard) -> str:
    told = ", ".join(f"{n} x {what}" for what, n in heard.endings.most_common())
    return told or "nobody was refused"


def _as_control(figure: Figure) -> Figure:
    """Tell a figure of the control without judging it: it is there to miss its goals."""
    return Figure(figure.drill, figure.what, figure.found)


def main(arguments: Sequence[str]) -> int:
    """Run the drill, print its figures, and return 1 if a goal was missed."""
    asking = argparse.ArgumentParser(prog="scripts/drill overload")
    asking.add_argument("--seconds", type=float, default=8.0, help="how long each step is")
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument("--markdown", action="store_true", help="as a table for docs/drills.md")
    given = asking.parse_args(arguments)
    figures = drill(Order(given.seconds, given.seed))
    return tell(figures, as_markdown=given.markdown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
