"""Is the partition a function of the set, and does it keep what it promises, whatever comes?

``make test ARGS='tests/property --hypothesis-profile=drill'`` tries thousands of sets.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from app.identify.cluster import Partition, components, partition
from app.identify.evidence import LIMITS, Link, is_company_id, is_veto
from app.identify.holders import Bearer
from app.vocabulary import IdentifierType, Party, RecordId
from tests.unit.identify.people import (
    bearer,
    bearers,
    cnpj,
    cpf,
    email,
    groups,
    phone,
    record,
    sided,
)

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
    bearer("Bruno Souza", "1984-05-02"),
    bearer("Bruno Souza Filho"),
    bearer("", "1984-05-02"),
    bearer("Petro Ltda"),
    bearer("Ana Souza", firms=("Petro Ltda",)),
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
        st.builds(cnpj, st.sampled_from(NAMES), st.sampled_from(["firm", "shop"])),
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
    links, told = sided(links, told)
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
    own: dict[tuple[RecordId, Party], set[bytes]] = defaultdict(set)
    for each in sided(links, told)[0]:
        if is_veto(each):
            own[each.record_id, each.party].add(each.key)
    for cluster, party in product(clustered(links, told), (Party.PERSON, Party.COMPANY)):
        # A record that contradicts itself vetoes nothing.
        named = [own[each, party] for each in cluster if (each, party) in own]
        assert len({next(iter(keys)) for keys in named if len(keys) == 1}) <= 1


@given(LINKS, BEARERS)
def test_a_company_and_who_speaks_for_it_never_meet(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    judged, _ = sided(links, told)
    for cluster in clustered(links, told):
        inside = [each for each in judged if each.record_id in cluster and is_company_id(each)]
        own = {each.key for each in inside if not each.beside}
        assert own.isdisjoint(each.key for each in inside if each.beside)


@given(LINKS, BEARERS)
def test_nobody_is_together_without_evidence(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    judged, _ = sided(links, told)
    tied = components(told, [each for each in judged if not each.beside])
    assert all(any(cluster <= group for group in tied) for cluster in clustered(links, told))


@given(LINKS, BEARERS)
def test_by_telephone_and_email_alone_no_two_first_names_meet(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    weak = [each for each in links if each.type is not IdentifierType.TAX_ID]
    for cluster in clustered(weak, told):
        firsts = {first for each in cluster for first in told[each].person.first_names}
        assert not any({one, other} == {"ana", "bruno"} for one, other in combinations(firsts, 2))


def test_companies_and_their_contact_persons_are_among_what_is_drawn() -> None:
    """The negative control: where nobody is beside a company, the properties above ask little."""
    links = [cnpj("a"), cnpj("b"), cnpj("c"), phone("a"), phone("b"), phone("c")]
    told = bearers(a="Petro Ltda", b="Ana Souza", c="Ana Souza")
    assert clustered(links, told) == groups("a", "bc")
    assert partition(told, links, (), told, SMALL) == groups("abc")


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
