"""Is processor time told of what was done, however long the last answers take?"""

from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace

import pytest

from benchmarks import measured
from benchmarks.caller import Done, Target, saturate
from benchmarks.measured import Candidate, measure

SLOW_S = 0.15
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.mark.anyio
async def test_an_answer_that_comes_after_the_end_counts_with_its_time() -> None:
    lines: set[asyncio.Task[None] | None] = set()

    async def answer_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(asyncio.current_task())
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(2)
            await asyncio.sleep(SLOW_S)
            writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer_slowly, "127.0.0.1", 0) as server:
        target = Target(server.sockets[0].getsockname()[1], "/", itertools.repeat(b"{}"), worth=10)
        done = await saturate(target, callers=2, seconds=SLOW_S / 3)
        await asyncio.gather(*filter(None, lines))
    assert done.count == 20
    assert done.elapsed_s >= SLOW_S
    assert done.per_s <= 20 / SLOW_S


@pytest.mark.anyio
async def test_processor_time_is_shared_among_what_was_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Four done in the double time that was given, at two seconds of the processor: 500 ms each."""

    async def saturated(target: Target, callers: int, seconds: float) -> Done:
        return Done(4, 2 * seconds)

    used_s = itertools.count(0, 2)
    monkeypatch.setattr(measured, "saturate", saturated)
    monkeypatch.setattr(
        measured.psutil,
        "Process",
        lambda _: SimpleNamespace(cpu_times=lambda: SimpleNamespace(user=next(used_s), system=0)),
    )
    bare = Candidate("bare", Target(1, "/", itertools.repeat(b"")), pid=1, callers=1)
    found = await measure([bare], rounds=1, seconds=3.0, rate_per_s=1)
    assert found.cpu_ms("bare") == 500
    assert found.per_s("bare") == pytest.approx(4 / 6)
