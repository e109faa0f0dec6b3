"""Is anything acknowledged lost, done twice or misfiled when processes die without warning?

    scripts/drill crash --seconds 50 --mix worker,backend,server --seed 1

Twelve callers tell sales and refunds to the real service; a killer sends ``kill -9`` to one of its
processes, or of its database, about every 1.2 seconds.  Afterwards the books are held against what
was acknowledged.  ``--synchronous-commit off`` is the control: it has to report a loss.

What this cannot show: the kernel survives, and with it what was written and is not on the disk yet.
That a power cut loses nothing either rests on settings which the service checks when it starts.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.database.location import located
from app.database.transaction import Database
from app.settings import Settings
from tests.drill.books import Reckoning, reckon
from tests.drill.callers import Attempt, Caller, is_excused, wrong_answers
from tests.drill.figures import Figure, nothing_of, tell, within
from tests.drill.killer import Kill, Killer, Kind
from tests.drill.running import ACCOUNT, Running, served
from tests.drill.till import Fact, Till

NAME = "crash"
CALLERS = 12

GOALS_S = {Kind.WORKER: 2.0, Kind.BACKEND: 3.0, Kind.SERVER: 5.0}
"""How long callers may go without the service, at worst, on two cores they have to themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked of a crash drill."""

    seconds: float
    seed: int
    mix: tuple[Kind, ...] = tuple(Kind)
    at_least_kills: int = 0
    at_least_events: int = 0
    async_commit: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """What a crash drill found."""

    order: Order
    took_s: float
    kills: tuple[Kill, ...]
    attempts: tuple[Attempt, ...]
    acknowledged: int
    books: Reckoning

    def of(self, kind: Kind) -> list[float]:
        """Return how long it took to recover from each single kill of a kind, shortest first."""
        return sorted(k.recovered_s for k in self.kills if k.kind is kind and k.is_single)

    @property
    def of_second_blows(self) -> list[float]:
        """Return how long it took to recover from kills that struck while a process was away."""
        return sorted(kill.recovered_s for kill in self.kills if not kill.is_single)

    @property
    def wrong_answers(self) -> Counter[str]:
        """Return what callers met and should not have."""
        return Counter(wrong_answers(self.attempts, self._worker_kills_s))

    @property
    def answers(self) -> Counter[str]:
        """Return how requests ended, by status or failure."""
        return Counter(str(attempt.status or attempt.failure) for attempt in self.attempts)

    @property
    def broken_in_time(self) -> int:
        """Return how many broken connections are explained by a process that was killed."""
        broken = [attempt for attempt in self.attempts if attempt.failure]
        return sum(is_excused(attempt, self._worker_kills_s) for attempt in broken)

    @property
    def slowest_s(self) -> float:
        """Return how long the slowest request took, whatever came of it."""
        return max(attempt.ended_s - attempt.began_s for attempt in self.attempts)

    @property
    def promise_kept(self) -> bool:
        """Tell whether nothing was lost, doubled or misfiled and nobody saw an error of ours."""
        return self.books.is_right and not self.wrong_answers

    @property
    def _worker_kills_s(self) -> list[float]:
        return [kill.at_s for kill in self.kills if kill.kind is Kind.WORKER]


def drill(order: Order) -> Figures:
    """Serve, tell, kill, and reckon."""
    with served(async_commit=order.async_commit) as running:
        key = running.new_key("events:write")
        return asyncio.run(_drilled(order, running, key))


async def _drilled(order: Order, running: Running, key: str) -> Figures:
    loop = asyncio.get_running_loop()
    tills = [Till(f"till-{nth}", order.seed) for nth in range(1, CALLERS + 1)]
    callers = [Caller(till, running.url, key) for till in tills]
    killer = Killer(running, callers, order.mix, order.seed)
    stop = asyncio.Event()

    def is_enough() -> bool:
        acknowledged = sum(len(caller.heard.customers) for caller in callers)
        return len(killer.kills) >= order.at_least_kills and acknowledged >= order.at_least_events

    began_s = loop.time()
    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(caller.tell(stop))
        await killer.rage(order.seconds, is_enough)
        stop.set()
    took_s = loop.time() - began_s
    told = [fact for till in tills for fact in till.told]
    return Figures(
        order=order,
        took_s=took_s,
        kills=tuple(killer.kills),
        attempts=tuple(attempt for caller in callers for attempt in caller.heard.attempts),
        acknowledged=sum(len(caller.heard.customers) for caller in callers),
        books=await reckoned(running.data_dir, told, callers),
    )


async def reckoned(data_dir: Path, told: Sequence[Fact], callers: Sequence[Caller]) -> Reckoning:
    """Hold the books of a data folder against what was told and what callers were answered."""
    named = {
        event_id: customer
        for caller in callers
        for event_id, customer in caller.heard.customers.items()
    }
    settings = Settings(
        data_dir=data_dir,
        postgres_account=ACCOUNT,
        pool_size=1,
        statement_timeout_ms=60_000,
        allow_async_commit=True,
    )
    async with located(settings) as location:
        database = await Database.open(settings, location.url, application_name="idip drill")
        try:
            return await database.read(lambda tx: reckon(tx, location.keyed_hash, told, named))
        finally:
            await database.close()


def lines(found: Figures) -> list[Figure]:
    """Return the figures as lines of the table."""
    books, order = found.books, found.order
    return [
        Figure(NAME, "kills", str(len(found.kills))),
        Figure(NAME, "acknowledged events", str(found.acknowledged)),
        nothing_of(NAME, "lost", books.lost),
        nothing_of(NAME, "twice", books.twice),
        nothing_of(NAME, "never told", books.untold),
        nothing_of(NAME, "misfiled", books.misfiled),
        Figure(NAME, "sums", "; ".join(books.sums) or "exact", "exact", not books.sums),
        Figure(NAME, "requests", listed(found.answers)),
        Figure(NAME, "broken connections explained", str(found.broken_in_time)),
        Figure(
            NAME,
            "wrong answers",
            listed(found.wrong_answers) or "none",
            "none",
            not found.wrong_answers,
        ),
        Figure(NAME, "slowest request", f"{found.slowest_s:.2f} s"),
        *(_recovery(found, kind) for kind in order.mix),
        Figure(NAME, "recovered with an HTTP process away", _times(found.of_second_blows)),
        Figure(NAME, "seconds, seed", f"{found.took_s:.0f}, {order.seed}"),
    ]


def listed(counts: Counter[str]) -> str:
    """Return counts as a person reads them, the most frequent first."""
    return ", ".join(f"{count} × {what}" for what, count in counts.most_common())


def _recovery(found: Figures, kind: Kind) -> Figure:
    took = found.of(kind)
    line = within(NAME, f"recovered from {kind}", took, GOALS_S[kind])
    median = f", median {statistics.median(took):.2f} s" if took else ""
    return replace(line, found=line.found + median)


def _times(took: Sequence[float]) -> str:
    if not took:
        return "never seen"
    return f"{max(took):.2f} s, the longest of {len(took)}, median {statistics.median(took):.2f} s"


def _asked(arguments: Sequence[str]) -> Order:
    asking = argparse.ArgumentParser(
        prog="scripts/drill crash", description=__doc__.splitlines()[0]
    )
    asking.add_argument("--seconds", type=float, default=50.0, help="how long to kill")
    asking.add_argument("--mix", default=",".join(Kind), help="whom to kill, separated by commas")
    asking.add_argument("--seed", type=int, default=1)
    asking.add_argument("--kills", type=int, default=0, help="go on until there were so many")
    asking.add_argument(
        "--synchronous-commit", choices=["on", "off"], default="on", help="off: the control"
    )
    given = asking.parse_args(arguments)
    return Order(
        seconds=given.seconds,
        seed=given.seed,
        mix=tuple(Kind(name) for name in given.mix.split(",")),
        at_least_kills=given.kills,
        async_commit=given.synchronous_commit == "off",
    )


def main(arguments: Sequence[str]) -> int:
    """Run a drill, print its figures, and return 1 if a goal was missed."""
    return tell(lines(drill(_asked(arguments))))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
