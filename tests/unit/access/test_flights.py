"""Do those who ask the same at once share one question, whatever becomes of the first of them?"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from app.access.flights import Flights
from app.problems import Unavailable

BELIEVED_S = 3.0


class Far:
    """What is asked, how often it was, and when it answers; what was kept of it."""

    def __init__(self) -> None:
        self.asked = 0
        self.ended = 0
        self.may_answer = asyncio.Event()
        self.fails = False
        self.kept: list[tuple[int, float]] = []
        self.flights: Flights[str, int] = Flights()

    async def ask(self) -> int:
        self.asked += 1
        mine = self.asked
        try:
            await self.may_answer.wait()
        finally:
            self.ended += 1
        if self.fails:
            raise Unavailable
        return mine

    def keep(self, answer: int, asked_s: float) -> None:
        self.kept.append((answer, asked_s))

    async def answer(self, now_s: float = 0.0, asked: str = "who?") -> int:
        return await self.flights.answer(asked, now_s, BELIEVED_S, self.ask, self.keep)


@pytest.fixture
async def far() -> Far:
    return Far()


async def begun(*asking: Awaitable[int]) -> list[asyncio.Future[int]]:
    """Return the askers, each of them on its way."""
    tasks = [asyncio.ensure_future(each) for each in asking]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def asking_by_oneself(
    _self: object,
    _asked: str,
    now_s: float,
    _believed_s: float,
    ask: Callable[[], Awaitable[Any]],
    keep: Callable[[Any, float], None],
) -> Any:
    """Stand in for ``answer``: the control."""
    found = await ask()
    keep(found, now_s)
    return found


@pytest.mark.parametrize(("alone", "questions"), [(False, 1), (True, 10)])
async def test_ten_who_ask_at_once_ask_once(
    far: Far, monkeypatch: pytest.MonkeyPatch, alone: bool, questions: int
) -> None:
    if alone:
        monkeypatch.setattr(Flights, "answer", asking_by_oneself)
    askers = await begun(*(far.answer() for _ in range(10)))
    far.may_answer.set()
    assert len(set(await asyncio.gather(*askers))) == questions
    assert (far.asked, len(far.kept), len(far.flights)) == (questions, questions, 0)


async def test_other_questions_go_by_themselves(far: Far) -> None:
    askers = await begun(far.answer(asked="who?"), far.answer(asked="where?"))
    assert len(far.flights) == 2
    far.may_answer.set()
    assert await asyncio.gather(*askers) == [1, 2]


async def test_the_first_may_give_up_and_the_others_hear_the_answer(far: Far) -> None:
    first, *others = await begun(*(far.answer() for _ in range(3)))
    first.cancel()
    await begun()
    far.may_answer.set()
    assert await asyncio.gather(*others) == [1, 1]
    assert first.cancelled()
    assert far.kept == [(1, 0.0)]


async def test_when_all_gave_up_nobody_asks_on_and_the_next_asks_anew(far: Far) -> None:
    for gone in await begun(far.answer(), far.answer()):
        gone.cancel()
    await begun()
    assert (far.asked, far.ended, len(far.flights)) == (1, 1, 0)
    (next_one,) = await begun(far.answer())
    far.may_answer.set()
    assert await next_one == 2


async def test_who_comes_while_the_last_one_leaves_is_not_taken_along(far: Far) -> None:
    (gone,) = await begun(far.answer())
    gone.cancel()
    (next_one,) = await begun(far.answer())
    far.may_answer.set()
    assert await next_one == 2
    assert far.kept == [(2, 0.0)]


async def test_who_gives_up_at_once_leaves_nothing(far: Far) -> None:
    gone = asyncio.ensure_future(far.answer())
    await asyncio.sleep(0)
    gone.cancel()
    await begun()
    assert (far.asked, far.ended, len(far.flights)) == (1, 1, 0)


async def test_a_failure_is_everybodys_and_not_kept(far: Far) -> None:
    far.fails = True
    askers = await begun(*(far.answer() for _ in range(3)))
    far.may_answer.set()
    told = await asyncio.gather(*askers, return_exceptions=True)
    assert [type(each) for each in told] == [Unavailable] * 3
    assert (far.asked, far.kept, len(far.flights)) == (1, [], 0)
    far.fails = False
    assert await far.answer() == 2


async def test_nobody_joins_what_was_asked_too_long_ago(far: Far) -> None:
    old, just, late = await begun(
        far.answer(0.0), far.answer(BELIEVED_S - 0.1), far.answer(BELIEVED_S)
    )
    far.may_answer.set()
    assert await asyncio.gather(old, just, late) == [1, 1, 2]
    assert far.kept == [(2, BELIEVED_S)]  # the older answer would be remembered for the younger


async def test_what_is_disowned_is_answered_and_neither_kept_nor_joined(far: Far) -> None:
    (before,) = await begun(far.answer())
    far.flights.disown()
    (after,) = await begun(far.answer())
    far.may_answer.set()
    assert await asyncio.gather(before, after) == [1, 2]
    assert far.kept == [(2, 0.0)]
