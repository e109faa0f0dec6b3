"""Is the partition a function of the set, and does it keep what it promises, whatever comes?

``make test ARGS='tests/property --hypothesis-profile=drill'`` tries thousands of sets.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from app.identify.cluster import Partition, components, partition
from app.identify.evidence import LIMITS, Link
from app.identify.holders import Bearer
from app.vocabulary import IdentifierType, RecordId
from tests.unit.identify.people import bearer, cpf, email, phone, record

NAMES = "abcdefgh"
PERSONS = [
    bearer(""),
    bearer("Ana Souza"),
    bearer("Ana Souza", "1984-05-02"),
    bearer("A. Souza"),
    bearer("Amanda Lima"),
    bearer("Ana Paula Souza Lima"),
    bearer("Anna Clara Souza Dias"),
    bearer("Ana Souza Dias"),
    bearer("Bruno Souza", "1981-01-30"),
    bearer("Bruno Souza Filho"),
    bearer("", "1984-05-02"),
]
SPANS = [(0, 10), (5, 300), (400, 500), (450, 900)]
SMALL = replace(LIMITS, largest=4)

LINKS = st.lists(
    st.one_of(
        st.builds(cpf, st.sampled_from(NAMES), st.sampled_from("12")),
        st.builds(
            lambda name, value, days: phone(name, value, days=days),
            st.sampled_from(NAMES),
            st.sampled_from("123"),
            st.sampled_from(SPANS),
        ),
        st.builds(email, st.sampled_from(NAMES), st.sampled_from(["a@x", "b@x"])),
    ),
    max_size=16,
    unique_by=lambda each: (each.record_id, each.key),
)
BEARERS = st.fixed_dictionaries(
    {record(name): st.sampled_from(PERSONS) for name in NAMES},
)


def clustered(
    links: Sequence[Link], told: dict[RecordId, Bearer], order: random.Random | None = None
) -> Partition:
    known, links, told = list(told), list(links), dict(told)
    if order is not None:
        order.shuffle(known)
        order.shuffle(links)
        told = dict(order.sample(list(told.items()), len(told)))
    found = set()
    for group in components(known, links):
        found |= partition(group, links, (), told, SMALL)
    return frozenset(found)


@given(LINKS, BEARERS, st.randoms(use_true_random=False))
def test_order_never_matters(
    links: list[Link], told: dict[RecordId, Bearer], order: random.Random
) -> None:
    assert clustered(links, told, order) == clustered(links, told)


@given(LINKS, BEARERS)
def test_every_record_is_somebodys_and_no_more_than_one(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    records = [each for cluster in clustered(links, told) for each in cluster]
    assert sorted(records) == sorted(told)


@given(LINKS, BEARERS)
def test_two_tax_ids_never_meet(links: list[Link], told: dict[RecordId, Bearer]) -> None:
    own: dict[RecordId, set[bytes]] = {each: set() for each in told}
    for each in links:
        if each.type is IdentifierType.TAX_ID:
            own[each.record_id].add(each.key)
    for cluster in clustered(links, told):
        # A record that contradicts itself vetoes nothing.
        held = {next(iter(own[each])) for each in cluster if len(own[each]) == 1}
        assert len(held) <= 1


@given(LINKS, BEARERS)
def test_nobody_is_together_without_evidence(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    tied = components(told, links)
    assert all(any(cluster <= group for group in tied) for cluster in clustered(links, told))


@given(LINKS, BEARERS)
def test_by_telephone_and_email_alone_no_two_first_names_meet(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    weak = [each for each in links if each.type is not IdentifierType.TAX_ID]
    for cluster in clustered(weak, told):
        firsts = {first for each in cluster for first in told[each].person.first_names}
        assert not any({one, other} == {"ana", "bruno"} for one, other in combinations(firsts, 2))


def test_the_first_come_first_served_would_be_seen() -> None:
    """The negative control: a clustering that lets the first of two take what both could claim."""

    def greedy(links: Sequence[Link], told: dict[RecordId, Bearer]) -> Partition:
        found: list[set[RecordId]] = [{each.record_id} for each in links]
        for one, other in combinations(range(len(links)), 2):
            a, b = links[one], links[other]
            opposed = "ana" in told[a.record_id].person.first_names and (
                "bruno" in told[b.record_id].person.first_names
            )
            if a.key == b.key and not opposed and not found[one] & found[other]:
                found[one] |= found[other]
                found[other].clear()
        return frozenset(frozenset(each) for each in found if each)

    told = {record("a"): bearer("Ana"), record("b"): bearer("Bruno"), record("c"): bearer("")}
    links = [phone("a"), phone("b"), phone("c")]
    assert greedy(links, told) != greedy(links[::-1], told)
    assert clustered(links, told) == clustered(links[::-1], told)
