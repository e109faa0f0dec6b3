"""What does the worker do, and when?  Put together without the web, which it has no use for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

from app.access import audit
from app.access.idempotency import KEPT_FOR
from app.access.queries import expire_answers
from app.api.logging import configure_logging
from app.database.clock import Clock, SystemClock
from app.database.keyed_hash import KeyedHash
from app.database.location import located
from app.database.partitions import ensure_partitions, partitioned_tables
from app.database.room import room_of
from app.database.transaction import Database, Work
from app.flows.cleaning_broom import Broom
from app.flows.cleaning_round import cleaning, counting, take_slices
from app.flows.erasure import expire_idle
from app.flows.event_intake import CUSTOMER_CHANGED
from app.flows.rescore import rescore, sweep
from app.flows.subject_erasure import carry_out_due
from app.settings import Settings
from app.supervisor.garbage import fewer_collections
from app.telemetry.database import facade_of
from app.telemetry.start import sent_to_the_last, started
from app.vocabulary import CustomerId
from app.worker import Job, Worker, work_until_told

WORKERS_CONNECTIONS: Final = 2


async def run_worker() -> None:
    """Do what need not be done before an answer, until told to stop."""
    settings = Settings.from_environ(os.environ)
    configure_logging(settings.log_level, sys.stdout)
    async with sent_to_the_last(started(os.environ)) as tracing, located(settings) as location:
        few = settings.model_copy(update={"pool_size": WORKERS_CONNECTIONS})
        database = await facade_of(tracing).open(
            few, location.url, application_name="idip worker", room=room_of(settings)
        )
        try:
            worker = hired(settings, database, location.keyed_hash, SystemClock())
            if tracing is not None:
                worker = worker.through(tracing.handler, tracing.work)
            with fewer_collections():
                await work_until_told(worker)
        finally:
            await database.close()


def hired(settings: Settings, database: Database, keyed_hash: KeyedHash, clock: Clock) -> Worker:
    """Return the worker with all it has to do, by topic of the outbox and by the calendar."""

    async def rescore_customer(ids: Mapping[str, str]) -> None:
        customer = CustomerId(UUID(ids["customer_id"]))
        await database.write(lambda tx: rescore(tx, customer, settings.zone, clock.now()))

    async def sweep_lists() -> None:
        await _to_the_last(database, lambda tx: sweep(tx, settings.zone, clock.now()))

    async def expire_anonymous() -> None:
        now = clock.now()
        before = now - timedelta(days=settings.anonymous_idle_days)
        await _to_the_last(database, lambda tx: expire_idle(tx, before, now))

    async def carry_out_erasures() -> None:
        now = clock.now()
        today = now.astimezone(settings.zone).date()
        await _to_the_last(database, lambda tx: carry_out_due(tx, now, today))

    async def expire_idempotency_keys() -> None:
        before = clock.now() - KEPT_FOR
        await _to_the_last(database, lambda tx: expire_answers(tx, before))

    async def make_partitions() -> None:
        for table in partitioned_tables():
            await database.write(partial(ensure_partitions, table=table, now=clock.now()))

    broom = Broom(database, keyed_hash, settings, clock)
    return Worker(
        database,
        {CUSTOMER_CHANGED: rescore_customer},
        (
            Job("sweep lists", timedelta(minutes=10), sweep_lists),
            Job("carry out erasures", timedelta(hours=1), carry_out_erasures),
            Job("expire anonymous", timedelta(hours=1), expire_anonymous),
            Job("expire idempotency keys", timedelta(hours=1), expire_idempotency_keys),
            Job("chain audit", timedelta(minutes=1), partial(_chain_audit, database, clock)),
            Job("tell audit head", timedelta(days=1), partial(audit.tell_head, database)),
            Job("make partitions", timedelta(days=1), make_partitions),
            Job("clean", timedelta(seconds=10), partial(take_slices, broom, cleaning)),
            Job("count quality", timedelta(seconds=30), partial(take_slices, broom, counting)),
        ),
    )


async def _chain_audit(database: Database, clock: Clock) -> None:
    await _to_the_last(database, lambda tx: audit.chain(tx, clock.now()))


async def _to_the_last(database: Database, batch: Work[int]) -> None:
    """Do batch after batch, each in a transaction of its own, until there was nothing to do."""
    while await database.write(batch):
        pass
