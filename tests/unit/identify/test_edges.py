"""What does an edge say, which pairs have one, and how many are there?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

import pytest

from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.edges import (
    COMPANY_AND_PERSON,
    MOST_JUDGED,
    PEOPLE,
    TWO_TAX_IDS,
    Edge,
    EdgeKind,
    edges_of,
)
from app.identify.holders import Bearer
from app.vocabulary import RecordId
from tests.unit.identify.people import (
    bearer,
    bearers,
    cnpj,
    cpf,
    email,
    phone,
    record,
    records,
    sided,
)

T0 = datetime(2026, 11, 20, tzinfo=UTC)


def decided(kind: DecisionKind, minutes: int, **sides: int) -> PeoplesDecision:
    named = {record(letter): side for letter, side in sides.items()}
    return PeoplesDecision(UUID(int=minutes), T0 + timedelta(minutes=minutes), kind, named)


def between(edges: list[Edge], one: str, other: str) -> Edge:
    pair = sorted((record(one), record(other)))
    return next(each for each in edges if [each.record_lo, each.record_hi] == pair)


def pairs(edges: list[Edge]) -> set[frozenset[RecordId]]:
    return {frozenset((each.record_lo, each.record_hi)) for each in edges}


def test_a_record_alone_has_no_edge() -> None:
    assert edges_of(records("a"), [phone("a")]) == []
    assert edges_of([], []) == []


def test_an_edge_is_the_best_shared_value_and_what_the_persons_say() -> None:
    links = [phone("a"), phone("b"), email("a"), email("b")]
    told = bearers(a="Ana Souza|1984-05-02", b="Ana Lima|1984-05-02")
    [edge] = edges_of(records("ab"), links, (), told)
    assert dict(edge.breakdown) == {
        "email": 11_000,
        "first_name": 4_000,
        "birth_date": 7_000,
        "surnames": -2_000,
    }
    assert (edge.kind, edge.millibits) == (EdgeKind.SCORED, 20_000)


def test_a_value_of_several_persons_weighs_less() -> None:
    told = bearers(a="Ana", b="Bruno", c="Carlos", d="Dora")
    edges = edges_of(told, [phone(letter) for letter in "abcd"], (), told)
    assert dict(between(edges, "a", "b").breakdown) == {"phone": 7_000, "first_name": -13_000}


def test_two_tax_ids_and_a_split_keep_apart_and_a_merge_joins() -> None:
    links = [phone(letter) for letter in "abcd"] + [cpf("a", "1"), cpf("b", "2")]
    decisions = [
        decided(DecisionKind.SPLIT, 1, a=0, c=1),
        decided(DecisionKind.MERGE, 2, a=0, d=0),
    ]
    edges = edges_of(records("abcd"), links, decisions)
    veto, split, merge = (between(edges, *pair) for pair in ("ab", "ac", "ad"))
    assert (veto.kind, dict(veto.breakdown)[TWO_TAX_IDS]) == (EdgeKind.CANNOT_LINK, None)
    assert (split.kind, dict(split.breakdown)[PEOPLE]) == (EdgeKind.CANNOT_LINK, None)
    assert (merge.kind, dict(merge.breakdown)[PEOPLE]) == (EdgeKind.MUST_LINK, None)
    assert veto.millibits == split.millibits == merge.millibits == 9_000


def test_a_company_and_who_speaks_for_it_are_kept_apart_as_such() -> None:
    links = [cnpj(letter) for letter in "abc"] + [phone(letter) for letter in "abc"]
    links, told = sided(links, bearers(a="Petro Ltda", b="Ana Dutra", c="Bia Dutra"))
    edges = edges_of(told, links, (), told)
    for person in "bc":
        edge = between(edges, "a", person)
        decisive = {field for field, bits in edge.breakdown if bits is None}
        assert (edge.kind, decisive) == (EdgeKind.CANNOT_LINK, {COMPANY_AND_PERSON})
    assert between(edges, "b", "c").kind is EdgeKind.SCORED  # the control: colleagues are weighed


def test_peoples_merge_comes_before_two_tax_ids_and_a_later_split_before_the_merge() -> None:
    links = [cpf("a", "1"), cpf("b", "2")]
    merge, split = (
        decided(DecisionKind.MERGE, 1, a=0, b=0),
        decided(DecisionKind.SPLIT, 2, a=0, b=1),
    )
    [joined] = edges_of(records("ab"), links, [merge])
    assert (joined.kind, dict(joined.breakdown)) == (
        EdgeKind.MUST_LINK,
        {PEOPLE: None, TWO_TAX_IDS: None},
    )
    [apart] = edges_of(records("ab"), links, [merge, split])
    assert apart.kind is EdgeKind.CANNOT_LINK


def test_what_shares_nothing_has_no_edge() -> None:
    assert edges_of(records("ab"), [phone("a"), phone("b", "2")]) == []


def test_a_link_of_another_component_is_left_out() -> None:
    links = [phone("a"), phone("b"), phone("c")]
    assert pairs(edges_of(records("ab"), links)) == {records("ab")}


def test_a_household_is_judged_person_against_person() -> None:
    told = bearers(a="Ana", b="Bruno", c="Carlos", d="")
    found = pairs(edges_of(told, [phone(letter) for letter in "abcd"], (), told))
    assert found == {frozenset(pair) for pair in combinations(told, 2)}


def test_a_thousand_records_of_one_person_are_a_star() -> None:
    told: dict[RecordId, Bearer] = {record(f"r{n}"): bearer("Ana Souza") for n in range(1_000)}
    told[record("b")] = bearer("Bruno Lima")
    links = [phone(f"r{n}") for n in range(1_000)] + [phone("b")]
    edges = edges_of(told, links, (), told)
    assert len(edges) == 999 + 1
    first = min(set(told) - {record("b")})
    assert all(first in pair for pair in pairs(edges))


@pytest.mark.parametrize("unlike", [10, MOST_JUDGED, 300])
def test_unlike_holders_are_judged_each_against_each_up_to_a_number(unlike: int) -> None:
    told = {record(f"r{n}"): bearer("Ana") for n in range(unlike)}
    links = [phone(f"r{n}") for n in range(unlike)] + [cpf(f"r{n}", str(n)) for n in range(unlike)]
    judged = min(unlike, MOST_JUDGED)
    expected = judged * (judged - 1) // 2 + (unlike - judged)
    assert len(edges_of(told, links, (), told)) == expected
