"""Does cleaning find what differs from the facts, put it right, and leave the rest alone?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Database
from app.flows.cleaning import Stand, clean
from app.flows.cleaning_broom import Broom
from app.flows.event_intake import take_events
from app.identify import checkup
from app.identify.normalise import VERSION
from app.settings import Settings
from tests.builders import a_reader, a_sale, an_event, commands, email, phone, tax_id

pytestmark = pytest.mark.anyio

SALES = [
    a_sale("10.00", record_key="C-1", identifiers=[phone(), tax_id()]),
    a_sale("20.00", record_key="C-2", identifiers=[phone(), email()], profile={"name": "Ana"}),
    a_sale("30.00", record_key="C-3", identifiers=[email("bia@example.com")]),
]


@pytest.fixture
async def broom(
    own_database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> Broom:
    reader = a_reader(keyed_hash)
    await own_database.write(lambda tx: take_events(tx, commands(SALES), reader, clock.now()))
    return Broom(own_database, keyed_hash, settings, clock)


def quiet(stand: Stand) -> None:
    """Draw no progress."""


async def everything(broom: Broom) -> dict[str, Any]:
    """Return what cleaning must not touch without a reason."""
    tables = ("membership", "customer_stat", "identifier", "record_identifier", "epoch", "edge")

    async def read(tx: Any) -> dict[str, Any]:
        found = {}
        for name in tables:
            columns = [c for c in metadata.tables[name].c if c.name != "refreshed_at"]
            found[name] = sorted(map(repr, await tx.execute(select(*columns))))
        return found

    return await broom.database.read(read)


async def test_a_clean_house_stays_as_it_is(broom: Broom) -> None:
    before = await everything(broom)
    found = await clean(broom, quiet, everything=True)
    assert (found.components, found.identifiers) == (2, 7)
    assert found.records_moved == found.customers_recounted == found.identifiers_changed == 0
    assert found.edges_changed == 0
    assert found.quality["customers"] == 2
    assert found.quality["without_phone"] == 1
    assert found.quality["without_name"] == 1
    assert found.quality["without_tax_id"] == 1
    assert await everything(broom) == before


async def test_what_was_broken_is_put_right_and_only_told_of_in_a_rehearsal(broom: Broom) -> None:
    before = await everything(broom)
    stat, member = metadata.tables["customer_stat"], metadata.tables["membership"]

    async def break_it(tx: Any) -> None:
        await tx.execute(update(stat).values(net=stat.c.net + 1))
        ids = (await tx.execute(select(member.c.record_id))).scalars().all()
        stray = text("SELECT gen_random_uuid()")
        elsewhere = (await tx.execute(stray)).scalar_one()
        await tx.execute(
            update(member).where(member.c.record_id == ids[0]).values(customer_id=elsewhere)
        )

    await broom.database.write(break_it)
    broken = await everything(broom)
    rehearsal = Broom(broom.database, broom.keyed_hash, broom.settings, broom.clock, rehearse=True)
    told = await clean(rehearsal, quiet)
    assert told.records_moved == 1
    assert told.customers_recounted + told.records_moved >= 2
    assert await everything(broom) == broken
    assert (await clean(broom, quiet)).records_moved == 1
    assert (await everything(broom))["membership"] == before["membership"]
    assert (await everything(broom))["customer_stat"] == before["customer_stat"]


async def test_a_house_of_before_the_edges_has_them_after_cleaning(broom: Broom) -> None:
    before = await everything(broom)
    assert before["edge"]
    await broom.database.write(lambda tx: tx.execute(delete(metadata.tables["edge"])))
    assert (await clean(broom, quiet)).edges_changed == len(before["edge"])
    assert await everything(broom) == before


async def test_a_value_read_otherwise_today_ties_again(broom: Broom) -> None:
    """As if an earlier version of the normaliser had taken the telephone for a switchboard's."""
    identifier = metadata.tables["identifier"]

    async def unlearn(tx: Any) -> None:
        await tx.execute(
            update(identifier).where(identifier.c.type == "phone").values(state="unidentifying")
        )
        epoch = metadata.tables["epoch"]
        await tx.execute(
            update(epoch).values(model=epoch.c.model.op("||")(text("'{\"normaliser\": 0}'::jsonb")))
        )

    await broom.database.write(unlearn)
    before = await everything(broom)
    found = await clean(broom, quiet)
    assert found.identifiers_changed == 1
    assert (await everything(broom))["identifier"] != before["identifier"]
    assert await broom.database.read(checkup.normaliser_in_use) == VERSION
    again = await clean(broom, quiet)
    assert again.identifiers == 0
    assert (await clean(broom, quiet, everything=True)).identifiers_changed == 0


async def test_a_filler_stored_by_earlier_rules_goes_and_what_it_displaced_returns(
    broom: Broom,
) -> None:
    """As if the till had told record C-2 "CONSUMIDOR FINAL", born tomorrow, after its name."""
    fact = metadata.tables["profile_fact"]

    async def facts(tx: Any) -> list[Any]:
        rows = await tx.execute(select(fact).order_by(fact.c.attribute))
        return [tuple(row) for row in rows]

    async def displace(tx: Any) -> None:
        (ana,) = (await tx.execute(select(fact))).all()
        later = {"occurred_at": ana.occurred_at + timedelta(days=1), "event_key": b"till"}
        await tx.execute(update(fact).values(value="CONSUMIDOR FINAL", **later))
        born = {"attribute": "birth_date", "value": "2999-01-01"}
        await tx.execute(insert(fact).values({**ana._mapping, **later, **born}))

    before = await broom.database.read(facts)
    await broom.database.write(displace)
    displaced = await broom.database.read(facts)
    rehearsal = Broom(broom.database, broom.keyed_hash, broom.settings, broom.clock, rehearse=True)
    assert (await clean(rehearsal, quiet)).profile_facts_changed == 2
    assert await broom.database.read(facts) == displaced != before
    found = await clean(broom, quiet)
    assert found.profile_facts_changed == 2
    assert await broom.database.read(facts) == before
    assert (await clean(broom, quiet)).profile_facts_changed == 0


async def test_a_fact_stored_before_providers_were_kept_names_its_own(
    own_database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> None:
    fact = metadata.tables["profile_fact"]
    bought = {"name": "Ana Souza", "city": "Santos", "assurance": "enriched", "provider": "bureau"}
    guessed = {"occupation": "nurse", "assurance": "inferred"}
    told = [
        an_event("profile", record_key="C-1", identifiers=[tax_id()], profile=profile)
        for profile in (bought, guessed)
    ]
    reader = a_reader(keyed_hash)
    await own_database.write(lambda tx: take_events(tx, commands(told), reader, clock.now()))

    async def facts(tx: Any) -> list[Any]:
        rows = await tx.execute(select(fact).order_by(fact.c.attribute))
        return [tuple(row) for row in rows]

    before = await own_database.read(facts)
    assert [row[-1] for row in before] == ["bureau", "bureau", None]
    await own_database.write(lambda tx: tx.execute(update(fact).values(provider=None)))
    assert await own_database.read(facts) != before
    await clean(Broom(own_database, keyed_hash, settings, clock), quiet)
    assert await own_database.read(facts) == before


async def test_what_a_filler_displaced_returns_with_its_provider(
    own_database: Database, keyed_hash: KeyedHash, settings: Settings, clock: FixedClock
) -> None:
    fact = metadata.tables["profile_fact"]
    profile = {"name": "Ana Souza", "assurance": "enriched", "provider": "bureau"}
    told = an_event("profile", record_key="C-1", identifiers=[tax_id()], profile=profile)
    reader = a_reader(keyed_hash)
    await own_database.write(lambda tx: take_events(tx, commands([told]), reader, clock.now()))
    filler = {"value": "CONSUMIDOR FINAL", "event_key": b"till", "provider": "till"}
    later = fact.c.occurred_at + timedelta(days=1)
    displace = update(fact).values(**filler, occurred_at=later)
    await own_database.write(lambda tx: tx.execute(displace))
    await clean(Broom(own_database, keyed_hash, settings, clock), quiet)
    found = await own_database.read(lambda tx: tx.execute(select(fact.c.value, fact.c.provider)))
    assert [tuple(row) for row in found] == [("Ana Souza", "bureau")]


async def test_idle_strangers_are_forgotten(broom: Broom, clock: FixedClock) -> None:
    later = FixedClock(clock.now() + timedelta(days=400))
    broom = Broom(broom.database, broom.keyed_hash, broom.settings, later)
    assert (await clean(broom, quiet)).strangers_forgotten == 0
