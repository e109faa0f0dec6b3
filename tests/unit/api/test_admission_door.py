"""What happens at the door: in at once, in turn or sent away, and nothing lost by who leaves."""

from __future__ import annotations

import asyncio

import pytest

from app.api.admission.door import Door, Refusal, Work
from app.api.admission.kinds import Kind
from app.problems import Problem, TooMany, Unavailable

AT_ONCE = dict.fromkeys(Kind, 0.0)
PATIENT = dict.fromkeys(Kind, 60.0)
SHORT = dict.fromkeys(Kind, 3)


def a_ring(client: str = "pbx") -> Work:
    return Work(Kind.RING, writes=False, client=client)


def an_offer(client: str = "shop", *, writes: bool = False) -> Work:
    return Work(Kind.OFFER, writes=writes, client=client)


def a_load(client: str = "erp") -> Work:
    return Work(Kind.BULK, writes=True, client=client)


async def full(door: Door, work: Work) -> list[Work]:
    """Let in as many as there is room for."""
    inside = []
    while door._slots.has_room(work.kind, writes=work.writes):
        await door.enter(work)
        inside.append(work)
    return inside


async def in_line(door: Door, *works: Work) -> list[asyncio.Task[float]]:
    tasks = [asyncio.create_task(door.enter(work)) for work in works]
    await asyncio.sleep(0)
    return tasks


async def problem_of(task: asyncio.Task[float]) -> Problem:
    with pytest.raises(Problem) as refused:
        await task
    return refused.value


async def test_who_finds_a_slot_does_not_wait() -> None:
    assert await Door(4).enter(a_ring()) == 0.0


async def test_who_waits_comes_in_when_somebody_leaves() -> None:
    door = Door(4, longest_wait_s=PATIENT)
    inside = await full(door, a_ring())
    [waits] = await in_line(door, a_ring())
    assert not waits.done()
    door.leave(inside[0])
    assert await waits > 0.0
    assert door.held == 4


async def test_a_ring_goes_before_an_offer_and_an_offer_before_bulk() -> None:
    door = Door(1, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    load, offer, ring = await in_line(door, a_load(), an_offer(), a_ring())
    came: list[asyncio.Task[float]] = []
    for leaves in (a_ring(), a_ring(), an_offer()):
        door.leave(leaves)
        await asyncio.sleep(0)
        came += [task for task in (load, offer, ring) if task.done() and task not in came]
    assert came == [ring, offer, load]


async def test_whoever_would_wait_too_long_is_told_to_come_again() -> None:
    door = Door(1, longest_wait_s=AT_ONCE)
    await door.enter(a_ring())
    [waits] = await in_line(door, an_offer())
    problem = await problem_of(waits)
    assert isinstance(problem, Unavailable)
    assert (problem.reason, problem.retry_after_s) == ("overloaded", 1)
    assert door.waiting(Kind.OFFER) == 0


async def test_a_full_line_is_503_when_everybody_fills_it() -> None:
    door = Door(1, longest_line=SHORT, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    waiting = await in_line(door, a_ring(), a_ring(), a_ring())
    [refused] = await in_line(door, a_ring())
    assert isinstance(await problem_of(refused), Unavailable)
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()


async def test_a_full_line_is_429_for_the_one_who_fills_it() -> None:
    door = Door(1, longest_line=SHORT, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    [first, second, third] = await in_line(door, a_ring("a"), a_ring("a"), a_ring("a"))
    [other] = await in_line(door, a_ring("b"))
    pushed_out = await problem_of(third)
    assert isinstance(pushed_out, TooMany)
    assert (pushed_out.reason, pushed_out.retry_after_s) == ("share-used-up", 1)
    [again] = await in_line(door, a_ring("a"))
    assert isinstance(await problem_of(again), TooMany)
    assert not any(task.done() for task in (first, second, other))
    for task in (first, second, other):
        task.cancel()


async def served_of_100_rounds(*, told_apart: bool) -> dict[str, int]:
    """Let one client ask ten times in each round and another once, where two can be served."""
    door = Door(1, longest_line=dict.fromkeys(Kind, 8), longest_wait_s=PATIENT)
    await door.enter(a_ring())
    served = {"much": 0, "little": 0}
    waiting: dict[asyncio.Task[float], str] = {}
    for _ in range(100):
        for client in (*["much"] * 10, "little"):
            [task] = await in_line(door, a_ring(client if told_apart else "both"))
            waiting[task] = client
        for _ in range(2):
            door.leave(a_ring())
            await asyncio.sleep(0)
            for task in [task for task in waiting if task.done()]:
                served[waiting.pop(task)] += task.exception() is None
    for task in waiting:
        task.cancel()
    return served


async def test_one_that_sends_ten_times_as_much_does_not_keep_another_out() -> None:
    served = await served_of_100_rounds(told_apart=True)
    assert served["little"] >= 99
    assert served["much"] >= 90


async def test_where_clients_are_not_told_apart_it_would() -> None:
    served = await served_of_100_rounds(told_apart=False)
    assert served["little"] < 50


async def test_somebody_who_goes_away_in_line_costs_nothing() -> None:
    door = Door(1, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    gone, stays = await in_line(door, a_ring(), a_ring())
    gone.cancel()
    await asyncio.sleep(0)
    door.leave(a_ring())
    await stays
    door.leave(a_ring())
    assert door.held == 0


async def test_somebody_who_goes_away_when_just_let_in_gives_the_slot_on() -> None:
    door = Door(1, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    gone, stays = await in_line(door, a_ring(), a_ring())
    door.leave(a_ring())
    gone.cancel()
    await stays
    door.leave(a_ring())
    assert gone.cancelled()
    assert door.held == 0


async def test_a_slot_that_falls_free_when_the_wait_is_over_is_not_lost() -> None:
    """The verdict has been given and whoever waits has not heard it: nobody else may give one."""
    door = Door(1, longest_wait_s=PATIENT)
    await door.enter(a_ring())
    late, stays = await in_line(door, a_ring("a"), a_ring("b"))
    [first] = [waiting[0] for waiting in list(door._lines[Kind.RING]._flows.values())[:1]]
    first.set_result(Refusal.WAITED)
    door.leave(a_ring())
    assert (await problem_of(late)).reason == "overloaded"
    await stays
    door.leave(a_ring())
    assert door.held == 0


async def test_stuck_writers_do_not_hold_up_who_only_asks() -> None:
    door = Door(7, longest_wait_s=PATIENT)
    await full(door, a_load())
    await full(door, an_offer(writes=True))
    stuck = await in_line(door, *(an_offer(writes=True) for _ in range(40)))
    assert await door.enter(an_offer()) == 0.0
    assert await door.enter(a_ring()) == 0.0
    for task in stuck:
        task.cancel()


def test_every_refusal_has_a_word_for_metrics() -> None:
    assert {refusal.value for refusal in Refusal} == {"full", "share", "waited"}
