"""Who does what need not be done before the answer?  A loop over the outbox and the schedule.

Any number of workers may run.  A row or a job is one worker's under a lease, and is cancelled when
the lease ends, so that nothing is done by two at once.  Nothing a handler does ends the loop.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import structlog

from app.database import jobs, outbox
from app.database.failures import describe
from app.database.outbox import Leased
from app.database.transaction import Database

log = structlog.get_logger(__name__)

ROWS_AT_ONCE: Final = 20
ROWS_LEASE_S: Final = 60.0
ROW_LIMIT_S: Final = 20.0
JOB_LEASE: Final = timedelta(minutes=15)
IDLE_S: Final = 1.0
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
PAUSE_AFTER_FAILED_JOB: Final = timedelta(minutes=1)

Handler = Callable[[Mapping[str, str]], Awaitable[None]]
"""Does what one row of the outbox asks for, given its ids; doing it twice must be as good as once.

It raises if it could not, and is then asked again later.
"""

Run = Callable[[], Awaitable[None]]
"""Does a piece of scheduled work."""


@dataclass(frozen=True, slots=True)
class Job:
    """Scheduled work: run every so often by one worker, for a quarter of an hour at most."""

    name: str
    every: timedelta
    run: Run


class Worker:
    """The loop; ``handlers`` by topic of the outbox."""

    def __init__(
        self, database: Database, handlers: Mapping[str, Handler], schedule: Sequence[Job] = ()
    ) -> None:
        """Take rows of these topics and run these jobs."""
        self._database = database
        self._handlers = handlers
        self._jobs = {job.name: job for job in schedule}
        self._knows_jobs = False

    def through(
        self, rows: Callable[[str, Handler], Handler], work: Callable[[str, Run], Run]
    ) -> Worker:
        """Return a worker for whom each handler and each job, by its name, is made another."""
        handlers = {topic: rows(topic, handle) for topic, handle in self._handlers.items()}
        schedule = [replace(job, run=work(name, job.run)) for name, job in self._jobs.items()]
        return Worker(self._database, handlers, schedule)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; what is being done then is finished first."""
        pause_s = 0.0
        while not stop.is_set():
            try:
                busy = await self.turn(stop)
            except Exception as error:  # noqa: BLE001 (a lost database must not end the loop)
                pause_s = min(max(FIRST_PAUSE_S, 2 * pause_s), LONGEST_PAUSE_S)
                log.warning("the worker pauses", failure=describe(error), pause_s=pause_s)
                await _wait(stop, pause_s)
                continue
            pause_s = 0.0
            if not busy:
                await _wait(stop, IDLE_S)

    async def turn(self, stop: asyncio.Event) -> bool:
        """Do what is due now, a batch of rows and one job at most; tell whether there was any."""
        last_begin = _now_s() + ROWS_LEASE_S - ROW_LIMIT_S
        rows = await self._database.write(lambda tx: outbox.lease(tx, ROWS_AT_ONCE, ROWS_LEASE_S))
        for nth, row in enumerate(rows):
            if stop.is_set() or _now_s() > last_begin:
                await self._give_back(rows[nth:])
                break
            await self._handle(row)
        ran = not stop.is_set() and await self._run_one_job()
        return bool(rows) or ran

    async def _handle(self, row: Leased) -> None:
        try:
            async with asyncio.timeout(ROW_LIMIT_S):
                await self._handlers[row.topic](row.ids)
        except Exception as error:  # noqa: BLE001 (one row must not keep the others waiting)
            log.warning(
                "a row of the outbox failed",
                outbox_id=str(row.outbox_id),
                topic=row.topic,
                attempts=row.attempts,
                failure=describe(error),
            )
            await self._database.write(lambda tx: outbox.retry_later(tx, row))
        else:
            await self._database.write(lambda tx: outbox.done(tx, row))

    async def _give_back(self, rows: Sequence[Leased]) -> None:
        await self._database.write(lambda tx: outbox.give_back(tx, rows))

    async def _run_one_job(self) -> bool:
        job = await self._take_job()
        if job is None:
            return False
        succeeded = False
        try:
            async with asyncio.timeout(JOB_LEASE.total_seconds()):
                await job.run()
            succeeded = True
        except Exception as error:  # noqa: BLE001 (one job must not keep the others waiting)
            log.warning("a job failed", job=job.name, failure=describe(error))
        pause = job.every if succeeded else min(job.every, PAUSE_AFTER_FAILED_JOB)
        await self._database.write(
            lambda tx: jobs.give_back(tx, job.name, pause, succeeded=succeeded)
        )
        return True

    async def _take_job(self) -> Job | None:
        if not self._jobs:
            return None
        if not self._knows_jobs:
            await self._database.write(lambda tx: jobs.know(tx, self._jobs))
            self._knows_jobs = True
        name = await self._database.write(lambda tx: jobs.take(tx, self._jobs, JOB_LEASE))
        return self._jobs[name] if name else None


async def work_until_told(worker: Worker) -> None:
    """Run a worker as a process does: SIGTERM or SIGINT lets it finish what it is doing."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for order in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(order, stop.set)
    await worker.run(stop)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


async def _wait(stop: asyncio.Event, longest_s: float) -> None:
    try:
        async with asyncio.timeout(longest_s):
            await stop.wait()
    except TimeoutError:
        pass
