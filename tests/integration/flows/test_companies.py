"""A company, its contact persons, its branches and its desk: who is who after real events?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection
from app.flows.customer_view import view
from app.identify.normalise import normalise
from app.identify.portrait.draw import portrait_of
from app.identify.portrait.relations import Relation
from app.identify.resolve import MatchState, Resolution, who_is
from app.vocabulary import CustomerId, Identifier, IdentifierType, Party, RawIdentifier
from tests.builders import CPF_ANA, CPF_BIA, a_sale, an_event, commands, email, phone, tax_id
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

CNPJ = "11.222.333/0001-81"
BRANCH = "11.222.333/0002-62"
OTHER = "11.444.777/0001-61"
DESK = "contato@petro.com.br"
LINE = "11 98765-4321"

Asked = Callable[..., Awaitable[Resolution]]


@pytest.fixture
def asked(connection: Connection, keyed_hash: KeyedHash, clock: FixedClock) -> Asked:
    """Ask who somebody is by (type, value) pairs."""

    async def who(*told: tuple[str, str]) -> Resolution:
        raw = [RawIdentifier(IdentifierType(kind), value) for kind, value in told]
        found = [normalise(each, country="BR") for each in raw]
        usable = [each for each in found if isinstance(each, Identifier)]
        return await who_is(connection, keyed_hash, usable, clock.now())

    return who


def firm(*more: dict[str, str], number: str = CNPJ, key: str = "F-1", **profile: str) -> Any:
    """Return what the ERP says of a company."""
    return a_sale(record_key=key, identifiers=[tax_id(number), *more], profile=profile)


def contact(name: str, *more: dict[str, str], number: str = CNPJ, **profile: str) -> Any:
    """Return what the CRM says of somebody who speaks for a company."""
    return an_event(
        "profile",
        source="crm",
        record_key=f"P-{name}",
        identifiers=[tax_id(number), *more],
        profile={"name": name, **profile},
    )


def customers(taken: Any) -> list[CustomerId]:
    return [item.customer_id for item in taken]


@pytest.mark.parametrize("names", [("Ana Dutra", "Rui Dutra"), ("Ana Dutra", "Rui Prado")])
async def test_a_company_and_its_contact_persons(
    take: Take, asked: Asked, connection: Connection, clock: FixedClock, names: tuple[str, str]
) -> None:
    told = [firm(company_name="Petro Ltda"), *(contact(name) for name in names)]
    company, ana, rui = customers(await take(*told))
    assert len({company, ana, rui}) == 3
    portrait = await portrait_of(connection, company)
    assert portrait.party is Party.COMPANY
    assert {each.customer_id: each.relation for each in portrait.related} == {
        ana: Relation.CONTACT_PERSON,
        rui: Relation.CONTACT_PERSON,
    }
    beside = {e.customer_id: e.relation for e in (await portrait_of(connection, ana)).related}
    assert beside == {company: Relation.WORKS_AT, rui: Relation.COLLEAGUE}
    who = await asked(("tax_id", CNPJ))
    assert (who.state, who.customer and who.customer.customer_id) == (MatchState.KNOWN, company)
    shown = await view(connection, company, clock.now().tzinfo, clock.now())  # type: ignore[arg-type]
    assert shown.display_name == "Petro Ltda"


async def test_contacts_with_tax_ids_of_their_own(take: Take, asked: Asked) -> None:
    ana, bia, company = customers(
        await take(
            contact("Ana Dutra", tax_id(CPF_ANA)), contact("Bia Dutra", tax_id(CPF_BIA)), firm()
        )
    )
    assert len({company, ana, bia}) == 3
    assert (await asked(("tax_id", CNPJ))).customer.customer_id == company  # type: ignore[union-attr]
    both = await asked(("tax_id", CNPJ), ("tax_id", CPF_ANA))
    assert both.customer is not None
    assert both.customer.customer_id == ana


async def test_what_they_share_with_the_company_makes_nobody_the_company(
    take: Take, asked: Asked, connection: Connection
) -> None:
    line = phone(LINE)
    company, ana, shop = customers(
        await take(
            firm(line),
            contact("Ana Dutra", line),
            a_sale(source="shop", record_key="S-1", identifiers=[line], profile={"name": "Ana D."}),
        )
    )
    assert company != ana == shop
    assert (await asked(("tax_id", CNPJ), ("phone", LINE))).customer.customer_id == company  # type: ignore[union-attr]
    reviews = await connection.execute(text("SELECT count(*) FROM review WHERE state = 'open'"))
    assert reviews.scalar_one() == 0


async def test_without_the_company_its_number_is_its_contact_persons(
    take: Take, asked: Asked
) -> None:
    (ana,) = customers(await take(contact("Ana Dutra")))
    assert (await asked(("tax_id", CNPJ))).customer.customer_id == ana  # type: ignore[union-attr]
    await take(contact("Rui Prado"))
    assert (await asked(("tax_id", CNPJ))).state is MatchState.SHARED
    (company,) = customers(await take(firm()))
    assert (await asked(("tax_id", CNPJ))).customer.customer_id == company  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "profile",
    [
        {},
        {"name": "PETRO COMERCIO LTDA"},
        {"name": "Ana Modas"},
        {"name": "Petro", "company_name": "Petro Ltda"},
        {"name": "Wolfram Elektrik"},
    ],
)
async def test_a_company_by_any_name_is_one_customer(
    take: Take, asked: Asked, profile: dict[str, str]
) -> None:
    one, other = customers(await take(firm(**profile), firm(key="F-2", company_name="Petro Ltda")))
    assert one == other
    assert (await asked(("tax_id", CNPJ))).state is MatchState.KNOWN


async def test_a_branch_is_another_customer_of_the_same_root(
    take: Take, connection: Connection
) -> None:
    company, branch, _ = customers(
        await take(firm(), firm(number=BRANCH, key="F-2"), firm(number=OTHER, key="F-3"))
    )
    related = (await portrait_of(connection, company)).related
    assert [(each.customer_id, each.relation) for each in related] == [(branch, Relation.BRANCH)]


async def test_a_contact_person_of_two_companies_is_one_person(
    take: Take, connection: Connection
) -> None:
    """Two companies' numbers beside a person veto nothing; the control is two companies."""
    one, other = customers(
        await take(
            contact("Ana Dutra", phone(LINE)),
            an_event(
                "profile",
                source="erp",
                record_key="P-2",
                identifiers=[tax_id(OTHER), phone(LINE)],
                profile={"name": "Ana Dutra"},
            ),
        )
    )
    assert one == other
    assert len(set(customers(await take(firm(), firm(number=OTHER, key="F-2"))))) == 2


async def test_a_company_of_many_contacts_keeps_its_number(take: Take, asked: Asked) -> None:
    """More contact persons than a tax id may have holders do not make it nobody's."""
    names = "Ana Bruno Carlos Daniela Eduardo Fernanda Gustavo Helena Igor Joana Leticia Otavio"
    people = [contact(f"{name} Dutra") for name in (names + " Rui Sandra Tiago").split()]
    company, *_ = customers(await take(firm(), *people))
    assert (await asked(("tax_id", CNPJ))).customer.customer_id == company  # type: ignore[union-attr]


async def test_a_desk_finds_its_company_and_joins_nobody(take: Take, asked: Asked) -> None:
    company, ana, _ = customers(
        await take(
            firm(email(DESK)),
            a_sale(record_key="C-1", identifiers=[email(DESK), phone()], profile={"name": "Ana"}),
            contact("Rui Dutra", email(DESK)),
        )
    )
    assert company != ana
    who = await asked(("email", DESK))
    assert (who.state, who.customer and who.customer.customer_id) == (MatchState.KNOWN, company)


async def test_a_desk_that_no_company_has_is_nobodys(take: Take, asked: Asked) -> None:
    named = [email(DESK), phone()]
    await take(a_sale(record_key="C-1", identifiers=named, profile={"name": "Ana"}))
    assert (await asked(("email", DESK))).state is MatchState.BLOCKED


async def test_the_desk_of_two_companies_is_shared(take: Take, asked: Asked) -> None:
    await take(firm(email(DESK)), firm(email(DESK), number=OTHER, key="F-2"))
    assert (await asked(("email", DESK))).state is MatchState.SHARED


def _facts() -> list[dict[str, Any]]:
    line = phone(LINE)
    return [
        firm(line, email(DESK)),
        firm(key="F-2", name="Petro Comercio Ltda"),
        firm(number=BRANCH, key="F-3", company_name="Petro Ltda"),
        contact("Ana Dutra", line),
        contact("Rui Dutra", email("rui@petro.com.br")),
        a_sale(record_key="S-1", source="shop", identifiers=[line], profile={"name": "Ana Dutra"}),
        # what was the company's record turns out to be a person's, and the other way round
        firm(key="F-4"),
        an_event("profile", record_key="F-4", profile={"name": "Carla Prado"}),
        an_event(
            "profile",
            source="crm",
            record_key="P-9",
            identifiers=[tax_id(CNPJ)],
            profile={"name": "Ana Dutra"},
            time="2026-11-01T10:00:00-03:00",
        ),
        an_event("profile", source="crm", record_key="P-9", profile={"name": "Petro Ltda"}),
        a_sale(source="till", identifiers=[tax_id(CNPJ), phone("11 97654-3210")]),
    ]


async def _state(connection: Connection, asked: Asked) -> Any:
    rows = await connection.execute(
        text(
            "SELECT m.record_id, m.customer_id, r.party FROM membership AS m"
            " JOIN record AS r ON r.record_id = m.record_id"
        )
    )
    clusters: dict[Any, set[Any]] = defaultdict(set)
    for row in rows:
        clusters[row.customer_id].add((row.record_id, row.party))
    held = {each: frozenset(records) for each, records in clusters.items()}
    who = [await asked(("tax_id", number)) for number in (CNPJ, BRANCH)]
    who += [await asked(("email", DESK)), await asked(("phone", LINE))]
    found = [(each.state, each.customer and held[each.customer.customer_id]) for each in who]
    return frozenset(held.values()), found


@pytest.mark.parametrize("seed", range(6))
async def test_the_order_of_the_facts_makes_no_difference(
    connection: Connection, take: Take, asked: Asked, seed: int
) -> None:
    told = [fact | {"id": f"{n}"} for n, fact in enumerate(_facts())]
    before = await connection.begin_nested()
    await take(*told)
    expected = await _state(connection, asked)
    await before.rollback()
    draw = random.Random(seed)
    draw.shuffle(told)
    while told:
        cut = draw.randint(1, 3)
        await take(*told[:cut])
        told = told[cut:]
    assert await _state(connection, asked) == expected
    assert expected[1][0][0] is MatchState.KNOWN


async def test_the_control_another_fact_is_another_state(
    connection: Connection, take: Take, asked: Asked
) -> None:
    told = _facts()
    assert commands(told)
    before = await connection.begin_nested()
    await take(*told)
    expected = await _state(connection, asked)
    await before.rollback()
    await take(*told[:-2])
    assert await _state(connection, asked) != expected
