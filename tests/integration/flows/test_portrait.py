"""Does the portrait of a customer say who said what, and who is beside them?"""

from __future__ import annotations

import random

import pytest

from app.database.clock import FixedClock
from app.database.transaction import Connection
from app.flows import queries
from app.flows.customer_view import view
from app.identify.portrait.draw import portrait_of
from app.identify.portrait.relations import Relation
from app.vocabulary import Party
from tests.builders import a_sale, an_event, phone, tax_id
from tests.integration.flows.conftest import Take
from tests.integration.flows.test_guard_rails import named

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

CNPJ = "11.222.333/0001-81"


async def test_a_couple_is_a_household(take: Take, connection: Connection) -> None:
    ana, bruno = await take(named("Ana Souza", "C-1"), named("Bruno Souza", "C-2"))
    assert ana.customer_id is not None
    portrait = await portrait_of(connection, ana.customer_id)
    assert [(each.customer_id, each.relation) for each in portrait.related] == [
        (bruno.customer_id, Relation.HOUSEHOLD)
    ]


async def test_a_company_and_the_people_on_its_line(take: Take, connection: Connection) -> None:
    firm, ana, _ = await take(
        a_sale(record_key="F-1", identifiers=[phone(), tax_id(CNPJ)]),
        named("Ana Souza", "C-1"),
        named("Bruno Lima", "C-2"),
    )
    assert firm.customer_id is not None
    assert ana.customer_id is not None
    portrait = await portrait_of(connection, firm.customer_id)
    assert portrait.party is Party.COMPANY
    assert {each.relation for each in portrait.related} == {Relation.CONTACT_PERSON}
    (works, beside) = (await portrait_of(connection, ana.customer_id)).related
    assert {works.relation, beside.relation} == {Relation.WORKS_AT, Relation.SAME_CONTACT_POINT}


@pytest.mark.parametrize("seed", range(4))
async def test_the_ring_shows_what_the_portrait_shows(
    take: Take, connection: Connection, clock: FixedClock, seed: int
) -> None:
    draw = random.Random(seed)
    rank = ("crm", "erp")
    facts = [
        an_event(
            "profile",
            source=draw.choice(["erp", "crm", "shop", "till"]),
            record_key="C-1",
            identifiers=[tax_id()],
            time=f"2026-11-{draw.randint(1, 19):02}T10:00:00-03:00",
            profile={
                "name": f"Ana {draw.choice(['Souza', 'Lima', 'Dias'])}",
                "city": f"{n}",
                "assurance": draw.choice(["declared", "verified", "enriched"]),
            },
        )
        for n in range(12)
    ]
    customer = (await take(*facts))[0].customer_id
    assert customer is not None
    seen = await view(connection, customer, clock.now().tzinfo, clock.now(), rank)  # type: ignore[arg-type]
    shown = {name: said[0].value for name, said in seen.portrait.attributes.items()}
    assert dict(seen.profile) == shown
    today = clock.now().date()
    unranked = await queries.snapshot(
        connection, customer, min(seen.records), None, today, clock.now()
    )
    assert set(unranked.profile) == set(shown)
