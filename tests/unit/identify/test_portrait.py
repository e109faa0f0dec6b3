"""Which value shows, and what is one customer to another?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

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
