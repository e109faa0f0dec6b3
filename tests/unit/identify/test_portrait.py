"""Which value shows, and what is one customer to another?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from app.identify.normalise.faults import Fault
from app.identify.portrait.draw import Portrait
from app.identify.portrait.relations import Member, Relation, relation_of
from app.identify.portrait.survivorship import ProfileValue, survivors
from app.vocabulary import Assurance, Party

T0 = datetime(2026, 11, 20, tzinfo=UTC)


def said(value: str, assurance: Assurance, source: str, day: int) -> ProfileValue:
    return ProfileValue("name", value, assurance, source, T0 + timedelta(days=day), value.encode())


VERIFIED = said("verified", Assurance.VERIFIED, "shop", 0)
RANKED = said("ranked", Assurance.DECLARED, "crm", 1)
NEWER = said("newer", Assurance.DECLARED, "till", 9)
OLDER = said("older", Assurance.DECLARED, "till", 2)
BOUGHT = said("bought", Assurance.ENRICHED, "crm", 20)


def test_verified_then_the_rank_of_the_source_then_recency() -> None:
    for told in permutations([NEWER, BOUGHT, VERIFIED, OLDER, RANKED]):
        found = survivors(told, ("crm", "shop"))["name"]
        assert found == [VERIFIED, RANKED, NEWER, OLDER, BOUGHT]


def test_sources_without_a_rank_are_equal() -> None:
    assert survivors([RANKED, OLDER, NEWER])["name"] == [NEWER, OLDER, RANKED]


def test_what_says_nothing_never_stands_before_what_may_be_true() -> None:
    nobody = said("CONSUMIDOR FINAL", Assurance.VERIFIED, "crm", 20)
    for told in permutations([OLDER, nobody, BOUGHT]):
        assert survivors(told, ("crm",))["name"] == [OLDER, BOUGHT, nobody]
    assert nobody.fault is Fault.PLACEHOLDER
    assert OLDER.fault is None


def test_a_birth_that_cannot_be_is_known_when_it_was_said() -> None:
    def born(value: str) -> Fault | None:
        return replace(OLDER, attribute="birth_date", value=value).fault

    assert born("2026-11-21") is None  # said on the 22nd
    impossible = ("2026-11-22", "2999-01-01", "1800-05-05", "1900-01-01", "0001-01-01")
    assert {born(each) for each in impossible} == {Fault.INVALID}


def test_a_portrait_knows_what_may_be_true() -> None:
    nobody = said("SEM NOME", Assurance.VERIFIED, "crm", 20)
    drawn = Portrait(Party.PERSON, survivors([nobody]), ())
    assert drawn.known == frozenset()
    assert Portrait(Party.PERSON, survivors([nobody, BOUGHT]), ()).known == {"name"}


PERSON = Member(Party.PERSON, frozenset({"souza"}), frozenset({"01310100"}))
COMPANY = Member(Party.COMPANY, company_ids=frozenset({"12345678000195"}))


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        (PERSON, Member(Party.PERSON, frozenset({"souza", "lima"})), Relation.HOUSEHOLD),
        (
            PERSON,
            Member(Party.UNKNOWN, postal_codes=frozenset({"01310100"})),
            Relation.HOUSEHOLD,
        ),
        (PERSON, Member(Party.PERSON, frozenset({"lima"})), Relation.SAME_CONTACT_POINT),
        (PERSON, COMPANY, Relation.WORKS_AT),
        (
            Member(Party.PERSON, frozenset({"dutra"}), company_ids=frozenset({"12345678000195"})),
            Member(Party.PERSON, frozenset({"dutra"}), company_ids=frozenset({"12345678000195"})),
            Relation.COLLEAGUE,
        ),
        (COMPANY, PERSON, Relation.CONTACT_PERSON),
        (
            COMPANY,
            Member(Party.COMPANY, company_ids=frozenset({"12345678000276"})),
            Relation.BRANCH,
        ),
        (
            COMPANY,
            Member(Party.COMPANY, company_ids=frozenset({"87654321000100"})),
            Relation.SAME_CONTACT_POINT,
        ),
    ],
)
def test_what_one_is_to_the_other(one: Member, other: Member, relation: Relation) -> None:
    assert relation_of(one, other) is relation
