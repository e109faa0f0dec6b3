"""How fast is each way to ask, beside the bare process?  In turns: the machine is not ours alone.

Every round asks the bare process and each candidate, one after the other, for a few seconds; a
ratio is taken within its round, and the median of the rounds is reported.  Beside what was done a
second stands the processor time that the serving process took for it: that hardly moves when others
use the machine.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import psutil

from benchmarks.caller import Target, Waits, at_rate, saturate

BARE = "bare"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that is asked: where, by how many at once, and in which process."""

    name: str
    target: Target
    pid: int
    callers: int
    is_ring: bool = False
    """Whether somebody waits for each answer: then waiting is measured too."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one candidate did in one round."""

    per_s: float
    cpu_ms: float


@dataclass(slots=True)
class Measured:
    """What all rounds found, by candidate."""

    rounds: dict[str, list[Round]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def per_s(self, name: str) -> float:
        return statistics.median(each.per_s for each in self.rounds[name])

    def cpu_ms(self, name: str) -> float:
        return statistics.median(each.cpu_ms for each in self.rounds[name])

    def ratio(self, name: str) -> float:
        """Return how much of the bare process's pace it reaches: the median over the rounds."""
        pairs = zip(self.rounds[name], self.rounds[BARE], strict=True)
        return statistics.median(mine.per_s / bare.per_s for mine, bare in pairs)

    def cpu_ratio(self, name: str) -> float:
        """Return the same by processor time: how often the bare's fits into this one's."""
        pairs = zip(self.rounds[name], self.rounds[BARE], strict=True)
        return statistics.median(bare.cpu_ms / mine.cpu_ms for mine, bare in pairs)


async def measure(
    candidates: Iterable[Candidate], *, rounds: int, seconds: float, rate_per_s: float
) -> Measured:
    """Ask every candidate in every round; the first is the bare process."""
    asked = list(candidates)
    found = Measured()
    for each in asked:
        await saturate(each.target, each.callers, 1.0)  # caches, connections, the first plans
    for _ in range(rounds):
        for each in asked:
            found.rounds[each.name].append(await _round(each, seconds))
    for _ in range(rounds):
        for each in asked:
            if each.is_ring:
                found.waits[each.name] += await at_rate(each.target, rate_per_s, seconds)
    return found


def waits(found: Measured, name: str, rate_per_s: float) -> Waits | None:
    return Waits.of(found.waits[name], rate_per_s) if found.waits.get(name) else None


async def _round(candidate: Candidate, seconds: float) -> Round:
    process = psutil.Process(candidate.pid)
    before = _cpu_s(process)
    done = await saturate(candidate.target, candidate.callers, seconds)
    return Round(done.per_s, 1_000 * (_cpu_s(process) - before) / max(done.count, 1))


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
