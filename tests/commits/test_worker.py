"""Is everything in the outbox done, by one worker at a time, whatever fails?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from uuid_utils.compat import uuid7

from app import worker as working
from app.database import jobs
from app.database.outbox import (
    MOST_ATTEMPTS,
    Leased,
    OutboxRow,
    done,
    lease,
    pause_s,
    put,
    retry_later,
)
from app.database.tables import job, outbox
from app.database.transaction import Connection, Database, Work
from app.worker import Job, Worker


def row(topic: str = "rescore", **ids: str) -> OutboxRow:
    return OutboxRow(uuid7(), topic, ids)


async def fill(database: Database, rows: list[OutboxRow]) -> None:
    await database.write(lambda tx: put(tx, rows))


async def left(database: Database) -> int:
    count = select(func.count()).select_from(outbox)
    return int((await database.read(lambda tx: tx.execute(count))).scalar_one())


def leasing(limit: int = 10, lease_s: float = 60) -> Work[list[Leased]]:
    return lambda tx: lease(tx, limit, lease_s)


async def make_due(database: Database) -> None:
    soon = update(outbox).values(available_at=func.now(), leased_until=None)
    await database.write(lambda tx: tx.execute(soon))


class TestOutbox:
    async def test_a_row_of_a_transaction_that_failed_was_never_there(
        self, own_database: Database
    ) -> None:
        async def fails(tx: Connection) -> None:
            await put(tx, [row()])
            raise RuntimeError

        with pytest.raises(RuntimeError):
            await own_database.write(fails)
        assert await left(own_database) == 0

    async def test_it_is_taken_once_and_gone_when_done(self, own_database: Database) -> None:
        await fill(own_database, [row(customer="1"), row(customer="2")])
        taken = await own_database.write(leasing())
        assert [leased.ids["customer"] for leased in taken] == ["1", "2"]
        assert await own_database.write(leasing()) == []
        for leased in taken:
            await own_database.write(lambda tx, leased=leased: done(tx, leased))
        assert await left(own_database) == 0

    async def test_two_who_ask_at_once_get_different_rows(self, own_database: Database) -> None:
        await fill(own_database, [row(customer=str(nth)) for nth in range(40)])
        batches = await asyncio.gather(*(own_database.write(leasing(10)) for _ in range(4)))
        taken = [leased.outbox_id for batch in batches for leased in batch]
        assert len(taken) == len(set(taken)) == 40

    async def test_a_lease_that_ended_is_anybodys_and_the_first_cannot_end_the_second(
        self, own_database: Database
    ) -> None:
        await fill(own_database, [row()])
        (late,) = await own_database.write(leasing(lease_s=-1))
        (mine,) = await own_database.write(leasing())
        assert mine.attempts == late.attempts + 1
        await own_database.write(lambda tx: done(tx, late))
        await own_database.write(lambda tx: retry_later(tx, late))
        assert await left(own_database) == 1
        assert await own_database.write(leasing()) == []
        await own_database.write(lambda tx: done(tx, mine))
        assert await left(own_database) == 0

    async def test_what_failed_waits_and_is_parked_in_the_end(self, own_database: Database) -> None:
        await fill(own_database, [row()])
        for nth in range(1, MOST_ATTEMPTS + 1):
            (failed,) = await own_database.write(leasing())
            assert failed.attempts == nth
            await own_database.write(lambda tx, failed=failed: retry_later(tx, failed))
            assert await own_database.write(leasing()) == []
            await make_due(own_database)
        assert await own_database.write(leasing()) == []
        parked = select(func.count()).where(outbox.c.parked_at.is_not(None))
        assert (await own_database.read(lambda tx: tx.execute(parked))).scalar_one() == 1

    async def test_a_row_that_kills_its_worker_is_parked_too(self, own_database: Database) -> None:
        await fill(own_database, [row()])
        for _ in range(MOST_ATTEMPTS):
            assert len(await own_database.write(leasing(lease_s=-1))) == 1
        assert await own_database.write(leasing(lease_s=-1)) == []

    def test_pauses_double_up_to_an_hour(self) -> None:
        assert [pause_s(nth) for nth in (1, 2, 3, 10)] == [1, 2, 4, 512]
        assert pause_s(40) == 3_600


class Handled:
    """A handler that remembers, and fails for the ids it is told to."""

    def __init__(self, fails_for: str = "") -> None:
        self.times: Counter[str] = Counter()
        self._fails_for = fails_for

    async def __call__(self, ids: Mapping[str, str]) -> None:
        await asyncio.sleep(0)
        self.times[ids["customer"]] += 1
        if ids["customer"] == self._fails_for:
            raise ValueError("canary")


async def until(condition: asyncio.Event, *workers: Worker) -> None:
    """Run workers until something has happened, then stop them as SIGTERM would."""
    stop = asyncio.Event()
    running = [asyncio.create_task(worker.run(stop)) for worker in workers]
    async with asyncio.timeout(10):
        await condition.wait()
        stop.set()
        await asyncio.gather(*running)


class TestWorker:
    async def test_two_workers_do_everything_once(self, own_database: Database) -> None:
        await fill(own_database, [row(customer=str(nth)) for nth in range(60)])
        handled, stop = Handled(), asyncio.Event()
        workers = [Worker(own_database, {"rescore": handled}) for _ in range(2)]
        while any([await worker.turn(stop) for worker in workers]):
            pass
        assert set(handled.times.values()) == {1}
        assert len(handled.times) == 60
        assert await left(own_database) == 0

    async def test_a_row_that_fails_keeps_nobody_waiting(
        self, own_database: Database, capsys: pytest.CaptureFixture[str]
    ) -> None:
        await fill(own_database, [row(customer=name) for name in ("a", "bad", "b")])
        handled = Handled(fails_for="bad")
        await Worker(own_database, {"rescore": handled}).turn(asyncio.Event())
        assert handled.times == {"a": 1, "bad": 1, "b": 1}
        assert await left(own_database) == 1
        said = capsys.readouterr().out
        assert "ValueError" in said
        assert "canary" not in said

    async def test_a_topic_nobody_knows_waits_for_a_worker_that_does(
        self, own_database: Database
    ) -> None:
        await fill(own_database, [row("of a later version")])
        await Worker(own_database, {}).turn(asyncio.Event())
        assert await left(own_database) == 1

    async def test_a_row_that_takes_too_long_is_given_up(
        self, own_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(working, "ROW_LIMIT_S", 0.05)

        async def hang(_: Mapping[str, str]) -> None:
            await asyncio.sleep(60)

        await fill(own_database, [row()])
        async with asyncio.timeout(5):
            await Worker(own_database, {"rescore": hang}).turn(asyncio.Event())
        assert await left(own_database) == 1

    async def test_told_to_stop_it_finishes_one_and_gives_back_the_rest(
        self, own_database: Database
    ) -> None:
        stop = asyncio.Event()
        handled: list[str] = []

        async def last(ids: Mapping[str, str]) -> None:
            handled.append(ids["customer"])
            stop.set()

        await fill(own_database, [row(customer=name) for name in "abc"])
        async with asyncio.timeout(10):
            await Worker(own_database, {"rescore": last}).run(stop)
        assert handled == ["a"]
        rest = await own_database.write(leasing())
        assert [(leased.ids["customer"], leased.attempts) for leased in rest] == [
            ("b", 1),
            ("c", 1),
        ]

    async def test_a_lost_database_is_waited_for(
        self, own_database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(working, "FIRST_PAUSE_S", 0.01)
        await fill(own_database, [row(customer="a")])
        happened = asyncio.Event()
        tries: list[int] = []
        real = own_database.write

        async def sometimes(work: Work[object]) -> object:
            tries.append(1)
            if len(tries) < 4:
                raise ConnectionResetError
            return await real(work)

        async def handle(_: Mapping[str, str]) -> None:
            happened.set()

        monkeypatch.setattr(own_database, "write", sometimes)
        await until(happened, Worker(own_database, {"rescore": handle}))
        assert await left(own_database) == 0


class TestSchedule:
    async def test_a_job_is_run_by_one_of_two_and_then_not_before_it_is_due(
        self, own_database: Database
    ) -> None:
        runs: list[int] = []

        async def run() -> None:
            runs.append(1)
            await asyncio.sleep(0.05)

        daily = Job("daily", timedelta(days=1), run)
        workers = [Worker(own_database, {}, [daily]) for _ in range(2)]
        stop = asyncio.Event()
        await asyncio.gather(*(worker.turn(stop) for worker in workers))
        for worker in workers:
            assert await worker.turn(stop) is False
        assert len(runs) == 1

    async def test_it_is_run_again_when_its_time_has_come(self, own_database: Database) -> None:
        runs: list[int] = []

        async def run() -> None:
            runs.append(1)

        worker = Worker(own_database, {}, [Job("often", timedelta(0), run)])
        for _ in range(3):
            await worker.turn(asyncio.Event())
        assert len(runs) == 3

    async def test_a_job_that_fails_is_tried_again_soon_and_the_others_run(
        self, own_database: Database
    ) -> None:
        runs: list[str] = []

        async def fail() -> None:
            runs.append("fails")
            raise ValueError

        async def succeed() -> None:
            runs.append("works")

        day = timedelta(days=1)
        schedule = [Job("a fails", day, fail), Job("b works", day, succeed)]
        worker = Worker(own_database, {}, schedule)
        for _ in range(3):
            await worker.turn(asyncio.Event())
        assert runs == ["fails", "works"]
        due = select(job.c.name, job.c.due_at - func.now(), job.c.last_succeeded_at)
        rows = {name: (wait, at) for name, wait, at in await own_database.read(
            lambda tx: tx.execute(due)
        )}  # fmt: skip
        assert rows["a fails"][0] < timedelta(minutes=2)
        assert rows["a fails"][1] is None
        assert rows["b works"][0] > timedelta(hours=23)
        assert rows["b works"][1] is not None

    async def test_a_job_whose_worker_died_is_taken_by_another(
        self, own_database: Database
    ) -> None:
        await own_database.write(lambda tx: jobs.know(tx, ["daily"]))
        ended = timedelta(seconds=-1)
        for _ in range(2):
            assert await own_database.write(lambda tx: jobs.take(tx, ["daily"], ended)) == "daily"
        lasting = timedelta(minutes=1)
        assert await own_database.write(lambda tx: jobs.take(tx, ["daily"], lasting)) == "daily"
        assert await own_database.write(lambda tx: jobs.take(tx, ["daily"], lasting)) is None
