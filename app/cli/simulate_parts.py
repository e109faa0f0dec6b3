"""How is a company of any size written down?  In parts, by one process or several, in one order.

A part is a few neighbourhoods, each known from its number alone; so parts can be made anywhere and
at the same time, and the bytes are the same however many processes make them.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

import orjson

from app.simulation.company import Chapter, chapters, neighbourhoods, protagonists
from app.simulation.world import Plan

_AT_ONCE: Final = 8
"""Neighbourhoods of a part: some thousand events, two megabytes."""
_AHEAD: Final = 2
"""Parts waiting for each process; more would only fill memory."""
_WATCH_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the two files, and how many people and events stand in it."""

    events: bytes
    truth: bytes
    people: int
    lines: int


def parts(plan: Plan, workers: int) -> Iterator[Part]:
    """Yield the parts of both files in their order; memory does not grow with the company."""
    yield _written(protagonists(plan))
    firsts = range(0, neighbourhoods(plan), _AT_ONCE)
    if workers == 1:
        yield from (_part(plan, first) for first in firsts)
        return
    told = (os.getpid(),)
    with ProcessPoolExecutor(workers, get_context("spawn"), _end_with, told) as pool:
        flying: deque[Future[Part]] = deque()
        for first in firsts:
            flying.append(pool.submit(_part, plan, first))
            if len(flying) >= _AHEAD * workers:
                yield flying.popleft().result()
        while flying:
            yield flying.popleft().result()


def _end_with(parent: int) -> None:
    """End this process soon after the one that made it, which may be killed and say nothing."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_EVERY_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _part(plan: Plan, first: int) -> Part:
    last = min(first + _AT_ONCE, neighbourhoods(plan))
    return _written(chapter for nth in range(first, last) for chapter in chapters(plan, nth))


def _written(told: Iterable[Chapter]) -> Part:
    events, truth = bytearray(), bytearray()
    people = lines = 0
    for chapter in told:
        people += chapter.is_person
        lines += len(chapter.events)
        for document in chapter.events:
            events += orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
        for line in chapter.truth:
            truth += orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
    return Part(bytes(events), bytes(truth), people, lines)
