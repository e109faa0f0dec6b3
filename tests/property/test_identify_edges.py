"""Are the edges a function of the set, few, and true of the partition, whatever comes?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.identify.cluster import components, partition
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.edges import MOST_JUDGED, Edge, EdgeKind, edges_of
from app.identify.evidence import Link
from app.identify.forest import Forest
from app.identify.holders import Bearer
from app.vocabulary import IdentifierKey, RecordId
from tests.property.test_identify_partition import BEARERS, LINKS, NAMES
from tests.unit.identify.people import bearer, phone, record, sided

T0 = datetime(2026, 11, 20, tzinfo=UTC)
DECISIONS = st.lists(
    st.builds(
        lambda minutes, kind, named: PeoplesDecision(
            UUID(int=minutes),
            T0 + timedelta(minutes=minutes),
            kind,
            dict.fromkeys(named, 0) if kind is DecisionKind.MERGE else named,
        ),
        st.integers(1, 60),
        st.sampled_from(DecisionKind),
        st.dictionaries(st.sampled_from([*map(record, NAMES)]), st.integers(0, 2), min_size=2),
    ),
    max_size=3,
    unique_by=lambda each: each.decision_id,
)


def scored(
    links: Sequence[Link],
    told: dict[RecordId, Bearer],
    decisions: Sequence[PeoplesDecision] = (),
    order: random.Random | None = None,
) -> list[Edge]:
    """Return the edges of all components; ``order`` shuffles everything first."""
    known, links, decisions = list(told), list(links), list(decisions)
    if order is not None:
        for each in (known, links, decisions):
            order.shuffle(each)
        told = {key: told[key] for key in known}
    links, told = sided(links, told)
    merges = [d.sides for d in decisions if d.kind is DecisionKind.MERGE]
    groups = components(known, links, merges)
    edges = [edge for group in groups for edge in edges_of(group, links, decisions, told)]
    return sorted(edges, key=lambda each: (each.record_lo, each.record_hi))


@given(LINKS, BEARERS, DECISIONS, st.randoms(use_true_random=False))
def test_order_never_matters(
    links: list[Link],
    told: dict[RecordId, Bearer],
    decisions: list[PeoplesDecision],
    order: random.Random,
) -> None:
    assert scored(links, told, decisions, order) == scored(links, told, decisions)


@given(LINKS, BEARERS, st.integers(1, 500))
def test_when_a_value_was_seen_last_never_matters(
    links: list[Link], told: dict[RecordId, Bearer], days: int
) -> None:
    """A known customer's sale is not clustered again, so no edge may ask when it was."""
    later = [replace(each, last_seen_at=each.last_seen_at + timedelta(days=days)) for each in links]
    assert scored(later, told) == scored(links, told)


@given(LINKS, BEARERS, DECISIONS)
def test_an_edge_is_once_and_adds_up(
    links: list[Link], told: dict[RecordId, Bearer], decisions: list[PeoplesDecision]
) -> None:
    edges = scored(links, told, decisions)
    pairs = [(edge.record_lo, edge.record_hi) for edge in edges]
    assert len(set(pairs)) == len(pairs)
    assert all(low < high for low, high in pairs)
    for edge in edges:
        told_bits = [bits for _, bits in edge.breakdown]
        assert edge.millibits == sum(bits for bits in told_bits if bits is not None)
        assert (None in told_bits) == (edge.kind is not EdgeKind.SCORED)


@given(LINKS, BEARERS)
def test_who_shares_a_value_hangs_together_by_edges(
    links: list[Link], told: dict[RecordId, Bearer]
) -> None:
    edges = scored(links, told)
    judged, _ = sided(links, told)
    for holders in holders_of(judged).values():
        own = [(e.record_lo, e.record_hi) for e in edges if {e.record_lo, e.record_hi} <= holders]
        assert pieces(holders, own) == 1


@given(LINKS, BEARERS)
def test_edges_are_few(links: list[Link], told: dict[RecordId, Bearer]) -> None:
    unlike = {key: min(MOST_JUDGED, len(holders)) for key, holders in holders_of(links).items()}
    most = len(links) + sum(count * (count - 1) // 2 for count in unlike.values())
    assert len(scored(links, told)) <= most


@given(LINKS, BEARERS, DECISIONS)
def test_what_people_or_tax_ids_decided_is_so_in_the_partition(
    links: list[Link], told: dict[RecordId, Bearer], decisions: list[PeoplesDecision]
) -> None:
    merges = [d.sides for d in decisions if d.kind is DecisionKind.MERGE]
    judged, bearers = sided(links, told)
    home = {
        each: number
        for group in components(told, judged, merges)
        for number in partition(group, judged, decisions, bearers)
        for each in number
    }
    for edge in scored(links, told, decisions):
        if edge.kind is EdgeKind.MUST_LINK:
            assert home[edge.record_lo] == home[edge.record_hi]
        if edge.kind is EdgeKind.CANNOT_LINK and not merges:  # a merge may put two tax ids together
            assert home[edge.record_lo] != home[edge.record_hi]


def test_first_come_as_the_centre_of_a_star_would_be_seen() -> None:
    """The negative control: with whoever came first in the middle, the order shows."""

    def naive(links: Sequence[Link]) -> set[tuple[RecordId, RecordId]]:
        return {(links[0].record_id, each.record_id) for each in links[1:]}

    links = [phone(name) for name in NAMES]
    told = {record(name): bearer("Ana") for name in NAMES}
    assert naive(links) != naive(links[::-1])
    assert scored(links, told) == scored(links[::-1], told)


def holders_of(links: Iterable[Link]) -> dict[IdentifierKey, set[RecordId]]:
    found: dict[IdentifierKey, set[RecordId]] = defaultdict(set)
    for each in links:
        if not each.beside:  # a company's number ties nobody who only speaks for it
            found[each.key].add(each.record_id)
    return found


def pieces(records: Iterable[RecordId], pairs: Iterable[tuple[RecordId, RecordId]]) -> int:
    forest: Forest[RecordId] = Forest()
    for each in records:
        forest.root(each)
    for pair in pairs:
        forest.join(pair)
    return len(forest.sets())
