"""Whose is a record: a person's, or a company's?"""

from __future__ import annotations

import pytest

from app.identify.cluster import partition
from app.identify.evidence import Link
from app.identify.holders import Bearer
from app.identify.parties import names_a_person, party_of, with_parties
from app.identify.rows import Content
from app.vocabulary import IdentifierType, Party
from tests.unit.identify.people import bearer, cnpj, content, cpf, groups, link, phone, record


def named(links: list[Link], **names: str) -> Content:
    return content(links, {record(letter): bearer(name) for letter, name in names.items()})


@pytest.mark.parametrize(
    ("name", "companies"),
    [
        ("Ana Dutra", ()),
        ("DUTRA, Rui", ()),
        ("Dr. João Prado Filho", ()),
        ("Wolfhart Dutra", ("Petro Ltda",)),
        ("Ana Dutra", ("Petro Ltda",)),
    ],
)
def test_a_persons_name(name: str, companies: tuple[str, ...]) -> None:
    assert names_a_person(name, None, companies)


@pytest.mark.parametrize(
    ("name", "companies"),
    [
        (None, ()),
        ("", ()),
        ("Petro", ()),
        ("PETRO LTDA", ()),
        ("Ana Modas", ()),
        ("Transportes Silva S.A. de C.V.", ()),
        ("Maria da Silva 12345678909", ()),
        ("Maria Bonita", ("Maria Bonita",)),
        ("Maria Bonita", ("MARIA BONITA CALCADOS LTDA",)),
        ("CONSUMIDOR FINAL", ()),
    ],
)
def test_a_companys_name_or_none(name: str | None, companies: tuple[str, ...]) -> None:
    assert not names_a_person(name, None, companies)


def test_a_social_name_is_a_persons() -> None:
    assert names_a_person("Petro", "Bel")


@pytest.mark.parametrize(
    ("told", "links", "party"),
    [
        (Bearer(name="Ana Dutra"), [], Party.UNKNOWN),
        (Bearer(name="Ana Dutra"), [cnpj("a")], Party.PERSON),
        (Bearer(), [cnpj("a")], Party.COMPANY),
        (Bearer(birth_date="1999-01-02"), [cnpj("a")], Party.COMPANY),  # its founding
        (Bearer(), [cpf("a", "1")], Party.PERSON),
        (Bearer(), [cnpj("a"), cpf("a", "1")], Party.PERSON),
        (Bearer(), [link("a", IdentifierType.TAX_ID, "nit")], Party.UNKNOWN),
    ],
)
def test_of_whom_a_record_speaks(told: Bearer, links: list[Link], party: Party) -> None:
    assert party_of(told, links) is party


def test_a_companys_number_beside_a_person_ties_nobody_and_keeps_from_the_company() -> None:
    links = [cnpj("a"), cnpj("b"), cnpj("c"), phone("a"), phone("b"), phone("c")]
    told = with_parties(named(links, a="", b="Ana Dutra", c="Ana Dutra"))
    bearers = {each: found.bearer for each, found in told.records.items()}
    assert partition(told.records, told.links, (), bearers) == groups("a", "bc")
    alone = [each for each in told.links if each.type is IdentifierType.TAX_ID]
    assert partition(told.records, alone, (), bearers) == groups("a", "b", "c")
    # the control: without their names all three are the company
    silent = with_parties(named(links, a="", b="", c=""))
    assert partition(silent.records, silent.links) == groups("abc")


def test_what_names_no_tax_id_is_left_as_it_is() -> None:
    before = named([phone("a")], a="Petro Ltda")
    assert with_parties(before) is before


def test_companies_of_one_number_are_one_whatever_their_names_say() -> None:
    links = [cnpj("a"), cnpj("b")]
    told = with_parties(named(links, a="Oficina Prado Filho", b="Auto Central"))
    bearers = {each: found.bearer for each, found in told.records.items()}
    assert partition(told.records, told.links, (), bearers) == groups("ab")
    # the control: judged as persons' names, father and son would keep them apart
    assert partition(
        told.records,
        links,
        (),
        {each: bearer(found.bearer.name or "") for each, found in told.records.items()},
    ) == groups("a", "b")
