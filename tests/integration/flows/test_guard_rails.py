"""Households, tills, recycled numbers: who is who after real events?"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.identify.normalise import normalise
from app.identify.resolve import MatchState, Resolution, who_is
from app.identify.telling import Question
from app.vocabulary import Identifier, IdentifierType, RawIdentifier
from tests.builders import a_sale, an_event, email, phone
from tests.conftest import Statements
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

LINE = "11 98765-4321"
RECLUSTERED = "app.identify.component_content"
MANY = (
    "Ana",
    "Bruno",
    "Carlos",
    "Daniela",
    "Eduardo",
    "Fernanda",
    "Gustavo",
    "Helena",
    "Igor",
    "Joana",
    "Kleber",
    "Leticia",
    "Marcelo",
    "Natalia",
    "Otavio",
    "Patricia",
    "Quiteria",
    "Rafael",
    "Sandra",
    "Tiago",
    "Ulisses",
)
"""One more than a telephone or a record may have."""


def named(name: str, key: str, **more: Any) -> dict[str, Any]:
    told = {"identifiers": [phone(LINE)], "profile": {"name": name}, "record_key": key}
    return a_sale(**(told | more))


@pytest.fixture
def asked(connection: Connection, keyed_hash: KeyedHash, clock: FixedClock) -> Any:
    """Ask who has a telephone."""

    async def who(number: str = LINE) -> Resolution:
        found = normalise(RawIdentifier(IdentifierType.PHONE, number), country="BR")
        assert isinstance(found, Identifier)
        return await who_is(connection, keyed_hash, [found], clock.now())

    return who


async def test_a_couple_on_one_line(take: Take, asked: Any) -> None:
    ana, bruno, again = await take(
        named("Ana Souza", "C-1"),
        named("Bruno Souza", "C-2"),
        named("Sra. Ana de Souza", "7", source="shop"),
    )
    assert ana.customer_id == again.customer_id != bruno.customer_id
    who = await asked()
    assert who.state is MatchState.SHARED
    assert {each.customer_id for each in who.candidates} == {ana.customer_id, bruno.customer_id}
    assert who.question is Question.FIRST_NAME


async def test_a_name_that_comes_later_takes_two_apart(take: Take) -> None:
    first, second = await take(
        a_sale(record_key="C-1", identifiers=[phone(LINE)]),
        a_sale(record_key="C-2", identifiers=[phone(LINE)]),
    )
    assert first.customer_id == second.customer_id
    await take(named("Ana Souza", "C-1"))
    await take(named("Bruno Souza", "C-2"))
    ana, bruno = await take(a_sale(record_key="C-1"), a_sale(record_key="C-2"))
    assert ana.customer_id != bruno.customer_id
    (corrected,) = await take(
        an_event(
            "profile",
            record_key="C-2",
            profile={"name": "Ana Souza"},
            time="2026-11-20T12:00:00-03:00",
        )
    )
    assert corrected.customer_id == first.customer_id


async def test_the_telephone_of_the_till_is_learnt(
    take: Take, connection: Connection, asked: Any
) -> None:
    people = [named(f"{name} Souza", f"C-{number}") for number, name in enumerate(MANY)]
    results = await take(*people)
    assert len({each.customer_id for each in results}) == len(people)
    identifier = metadata.tables["identifier"]
    states = select(identifier.c.state).where(identifier.c.type == "phone")
    assert (await connection.execute(states)).scalars().all() == ["generic"]
    assert (await asked()).state is MatchState.BLOCKED
    (later,) = await take(named("Ana Souza", "C-99"))
    assert later.customer_id not in {each.customer_id for each in results}


async def test_nameless_records_of_a_till_are_not_one_customer(take: Take) -> None:
    sales = [a_sale(record_key=f"C-{n}", identifiers=[phone(LINE)]) for n in range(31)]
    results = await take(*sales)
    assert len({each.customer_id for each in results}) == len(sales)
    fewer = [a_sale(record_key=f"D-{n}", identifiers=[email("a@b.com.br")]) for n in range(30)]
    assert len({each.customer_id for each in await take(*fewer)}) == 1


async def test_the_tills_own_client_is_learnt_and_is_nobody(take: Take) -> None:
    sales = [a_sale(record_key="BALCAO", profile={"name": name}) for name in MANY]
    *_, last = await take(*sales)
    assert last.customer_id is None
    (later,) = await take(a_sale(record_key="BALCAO"))
    assert later.customer_id is None


async def test_a_recycled_number_has_a_new_holder(take: Take, asked: Any) -> None:
    old, new = await take(
        named("Ana Souza", "C-1", time="2025-01-10T10:00:00-03:00"),
        named("Bruno Lima", "C-2", time="2026-11-10T10:00:00-03:00"),
    )
    who = await asked()
    assert who.state is MatchState.KNOWN
    assert who.customer is not None
    assert who.customer.customer_id == new.customer_id != old.customer_id


async def test_a_number_said_not_to_be_theirs_is_not_until_told_again(
    take: Take, connection: Connection, asked: Any
) -> None:
    (ana,) = await take(named("Ana Souza", "C-1", time="2026-11-10T10:00:00-03:00"))
    links, identifier = (metadata.tables[name] for name in ("record_identifier", "identifier"))
    phones = select(identifier.c.identifier_key).where(identifier.c.type == "phone")
    denied = update(links).where(links.c.identifier_key.in_(phones))
    await connection.execute(denied.values(denied_at=links.c.last_seen_at))
    assert (await asked()).state is MatchState.UNKNOWN
    (bruno,) = await take(
        a_sale(record_key="C-2", identifiers=[phone(LINE)], time="2026-11-11T10:00:00-03:00")
    )
    assert bruno.customer_id != ana.customer_id
    (again,) = await take(
        a_sale(record_key="C-1", identifiers=[phone(LINE)], time="2026-11-12T10:00:00-03:00")
    )
    assert again.customer_id == ana.customer_id
    (nameless,) = await take(a_sale(record_key="C-2", identifiers=[]))
    assert nameless.customer_id == ana.customer_id


@pytest.mark.parametrize("assurance", ["enriched", "inferred"])
async def test_what_a_third_party_says_is_a_fact_and_never_who_it_is(
    take: Take, asked: Any, assurance: str
) -> None:
    ana, bought = await take(
        named("Ana Souza", "C-1"),
        an_event(
            "profile",
            source="bureau",
            record_key="B-9",
            identifiers=[phone(LINE)],
            profile={"assurance": assurance},
        ),
    )
    assert bought.status == "accepted"
    assert bought.customer_id != ana.customer_id
    who = await asked()
    assert who.state is MatchState.KNOWN
    assert [each.customer_id for each in who.candidates] == [ana.customer_id]
    declared = an_event("profile", source="bureau", record_key="B-9", identifiers=[phone(LINE)])
    await take(declared)
    (bought, sale) = await take(
        an_event("profile", source="bureau", record_key="B-9"), a_sale(record_key="C-1")
    )
    assert bought.customer_id == sale.customer_id


async def test_a_shared_line_is_looked_at_again_only_where_a_silence_may_end(
    take: Take, statements: Statements
) -> None:
    """Each array of a family's sales would have the family clustered again, and change nothing."""
    nameless = a_sale(record_key="C-3", identifiers=[phone(LINE)], time="2026-11-10T10:00:00-03:00")
    _, bruno, third = await take(
        named("Ana Souza", "C-1", time="2025-01-10T10:00:00-03:00"),
        named("Bruno Lima", "C-2", time="2026-11-10T10:00:00-03:00"),
        nameless,
    )
    assert third.customer_id == bruno.customer_id  # the line was his alone by then
    statements.clear()
    await take(named("Bruno Lima", "C-2", time="2026-11-14T10:00:00-03:00"))
    assert not any(RECLUSTERED in each for each in statements.sent)
    await take(named("Ana Souza", "C-1", time="2026-11-09T10:00:00-03:00"))
    (third,) = await take(a_sale(record_key="C-3", identifiers=[]))
    assert third.customer_id != bruno.customer_id  # it never was silent: anybody's of the house
