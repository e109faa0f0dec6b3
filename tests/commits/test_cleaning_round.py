"""Does the worker go through the whole house, slice by slice, once, whoever is killed?"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Database
from app.flows import cleaning_round, cleaning_steps
from app.flows.cleaning import Stand, further
from app.flows.cleaning_broom import Broom
from app.flows.cleaning_round import (
    Ended,
    Round,
    clean_at_once,
    cleaning,
    counting,
    known_of,
    last_of,
    take_slices,
)
from app.flows.cleaning_steps import Step
from app.flows.event_intake import take_events
from app.flows.vital_signs import vital_signs
from app.identify import checkup
from app.identify.normalise import VERSION
from app.settings import Settings
from tests.builders import a_reader, a_sale, commands, email, phone, tax_id

pytestmark = pytest.mark.anyio

SALES = [
    a_sale("10.00", record_key="C-1", identifiers=[phone(), tax_id()]),
    a_sale("20.00", record_key="C-2", identifiers=[email()], profile={"name": "Ana"}),
    a_sale("30.00", record_key="C-3", identifiers=[email("bia@example.com")]),
]
STATS = metadata.tables["customer_stat"]


@pytest.fixture(autouse=True)
def _a_slice_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each run of the job take one slice, and each slice one group of records."""
    monkeypatch.setattr(cleaning_round, "SLICES_FOR_S", -1.0)
    monkeypatch.setattr(cleaning_steps, "COMPONENTS_AT_ONCE", 1)
    monkeypatch.setattr(cleaning_steps, "CUSTOMERS_COUNTED_AT_ONCE", 1)


@pytest.fixture
async def broom(
    own_database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> Broom:
    reader = a_reader(keyed_hash)
    await own_database.write(lambda tx: take_events(tx, commands(SALES), reader, clock.now()))
    return Broom(own_database, keyed_hash, settings, clock)


def quiet(stand: Stand) -> None:
    """Draw no progress."""


async def present(broom: Broom) -> Round | None:
    return (await broom.database.read(lambda tx: known_of(tx, counting=False))).present


async def last(broom: Broom) -> Ended | None:
    return await broom.database.read(last_of)


async def to_the_step(broom: Broom, step: Step) -> None:
    """Take slices until the next is of this step."""
    for _ in range(20):
        await take_slices(broom, cleaning)
        now = await present(broom)
        if now is not None and now.stand.step is step:
            return
    raise AssertionError(step)


async def to_the_end(broom: Broom) -> Ended:
    """Take slices until no round is open; return the one that ended last."""
    for _ in range(40):
        await take_slices(broom, cleaning)
        if await present(broom) is None:
            ended = await last(broom)
            assert ended is not None
            return ended
    raise AssertionError


async def break_the_numbers(broom: Broom) -> None:
    await broom.database.write(lambda tx: tx.execute(update(STATS).values(net=STATS.c.net + 1)))


async def net(broom: Broom) -> Any:
    total = select(func.sum(STATS.c.net))
    return (await broom.database.read(lambda tx: tx.execute(total))).scalar_one()


async def test_a_round_finds_and_mends_what_cleaning_at_once_does(broom: Broom) -> None:
    right = await net(broom)
    await break_the_numbers(broom)
    would = await clean_at_once(
        Broom(broom.database, broom.keyed_hash, broom.settings, broom.clock, rehearse=True), quiet
    )
    assert await last(broom) is None, "a rehearsal is no round"
    assert await net(broom) != right
    ended = await to_the_end(broom)
    assert ended.found == would
    assert (ended.found.components, ended.found.customers_recounted) == (3, 3)
    assert await net(broom) == right


async def test_who_is_killed_is_followed_by_one_who_goes_on_from_there(
    broom: Broom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await break_the_numbers(broom)
    await to_the_step(broom, Step.CUSTOMERS)
    await take_slices(broom, cleaning)
    seen: list[Any] = []
    look_again = checkup.look_again

    async def killed(tx: Any, components: Any, now: Any) -> Any:
        seen.append(components)
        if len(seen) == 1:
            raise asyncio.CancelledError
        return await look_again(tx, components, now)

    monkeypatch.setattr(checkup, "look_again", killed)
    with pytest.raises(asyncio.CancelledError):
        await take_slices(broom, cleaning)
    ended = await to_the_end(broom)
    assert len(seen) == 3, "the first group was not looked at again, the second was"
    assert seen[0] == seen[1] != seen[2]
    assert ended.found.components == ended.found.customers_recounted == 3


async def test_who_was_stopped_past_its_lease_sets_nobody_back(
    broom: Broom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await to_the_step(broom, Step.CUSTOMERS)
    is_done, may_write = asyncio.Event(), asyncio.Event()

    async def stopped(*what: Any) -> Stand:
        stand = await further(*what)
        is_done.set()
        await may_write.wait()
        return stand

    monkeypatch.setattr(cleaning_round, "further", stopped)
    late = asyncio.create_task(take_slices(broom, cleaning))
    await is_done.wait()
    monkeypatch.setattr(cleaning_round, "further", further)
    await take_slices(broom, cleaning)
    await take_slices(broom, cleaning)
    before = await present(broom)
    assert before is not None
    assert before.stand.found.components == 2
    may_write.set()
    await late
    assert await present(broom) == before
    assert (await to_the_end(broom)).found.components == 3


async def test_many_who_begin_at_once_begin_one_round(broom: Broom) -> None:
    await asyncio.gather(*(take_slices(broom, cleaning) for _ in range(4)))
    assert await present(broom) is not None
    ended = await to_the_end(broom)
    assert ended.found.components == 3


async def test_the_next_round_begins_when_the_days_are_over(
    broom: Broom, clock: FixedClock
) -> None:
    first = await to_the_end(broom)
    days = broom.settings.clean_every_days

    async def after(time: timedelta, every_days: int = days) -> Round | None:
        later = broom.settings.model_copy(update={"clean_every_days": every_days})
        at = FixedClock(first.began_at + time)
        await take_slices(Broom(broom.database, broom.keyed_hash, later, at), cleaning)
        return await present(broom)

    assert await after(timedelta(days=days) - timedelta(seconds=1)) is None
    assert await after(timedelta(days=days), every_days=0) is None
    begun = await after(timedelta(days=days))
    assert begun is not None
    assert begun.first_step is Step.PROFILES


async def test_newer_rules_begin_a_round_at_once_with_identifiers(broom: Broom) -> None:
    await to_the_end(broom)
    await take_slices(broom, cleaning)
    assert await present(broom) is None
    epoch = metadata.tables["epoch"]
    older = epoch.c.model.op("||")(text("'{\"normaliser\": 0}'::jsonb"))
    await broom.database.write(lambda tx: tx.execute(update(epoch).values(model=older)))
    await take_slices(broom, cleaning)
    begun = await present(broom)
    assert begun is not None
    assert begun.first_step is Step.IDENTIFIERS
    assert (await to_the_end(broom)).found.identifiers == 7
    assert await broom.database.read(checkup.normaliser_in_use) == VERSION


async def test_cleaning_at_once_ends_the_round_that_is_open(broom: Broom) -> None:
    await to_the_step(broom, Step.CUSTOMERS)
    await clean_at_once(broom, quiet)
    assert await present(broom) is None
    await take_slices(broom, cleaning)
    assert await present(broom) is None, "no other is due with it"


async def test_the_quality_is_counted_once_a_day_and_shown_for_three(
    broom: Broom, clock: FixedClock
) -> None:
    async def shown(at: Any) -> dict[str, float]:
        zone = broom.settings.zone
        signs = await broom.database.read(lambda tx: vital_signs(tx, zone, at))
        return {sign.label: sign.figure for sign in signs if sign.name == "data_quality"}

    async def counted(at: Any) -> None:
        later = Broom(broom.database, broom.keyed_hash, broom.settings, FixedClock(at))
        for _ in range(len(SALES) + 1):
            await take_slices(later, counting)

    assert await shown(clock.now()) == {}
    await counted(clock.now())
    first = await shown(clock.now())
    assert len(first) == 11
    assert (first["customers"], first["without_name"], first["without_tax_id"]) == (3, 2, 2)
    reader = a_reader(broom.keyed_hash)
    more = commands([a_sale(record_key="C-4", identifiers=[email("caio@example.com")])])
    await broom.database.write(lambda tx: take_events(tx, more, reader, clock.now()))
    await counted(clock.now() + timedelta(hours=23))
    assert await shown(clock.now()) == first
    tomorrow = clock.now() + timedelta(days=1)
    await counted(tomorrow)
    await take_slices(
        Broom(broom.database, broom.keyed_hash, broom.settings, FixedClock(tomorrow)), counting
    )
    assert (await shown(tomorrow))["customers"] == 4
    assert await shown(tomorrow + timedelta(days=3)) == {}
