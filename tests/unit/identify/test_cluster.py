from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify.cluster import Partition, components, partition
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.evidence import Link
from app.vocabulary import IdentifierKey, IdentifierType, Party, RecordId

ROOT = UUID(int=7)
T0 = datetime(2026, 11, 20, tzinfo=UTC)


def record(name: str) -> RecordId:
    return RecordId(uuid5(ROOT, name))


def link(name: str, kind: IdentifierType, value: str, party: Party = Party.UNKNOWN) -> Link:
    return Link(record(name), IdentifierKey(f"{kind}:{value}".encode()), kind, "", party)


def cpf(name: str, value: str) -> Link:
    return link(name, IdentifierType.TAX_ID, value, Party.PERSON)


def phone(name: str, value: str = "1") -> Link:
    return link(name, IdentifierType.PHONE, value)


def email(name: str, value: str = "a@x") -> Link:
    return link(name, IdentifierType.EMAIL, value)


def groups(*names: str) -> Partition:
    """Return the partition written as words: one group a word, one record a letter."""
    return frozenset(frozenset(record(letter) for letter in word) for word in names)


def records(names: str) -> set[RecordId]:
    return {record(letter) for letter in names}


def decided(kind: DecisionKind, minutes: int, **sides: int) -> PeoplesDecision:
    named = {record(letter): side for letter, side in sides.items()}
    at = T0 + timedelta(minutes=minutes)
    return PeoplesDecision(UUID(int=minutes), at, kind, named)


def test_what_shares_an_identifier_is_one_customer_also_through_others() -> None:
    links = [phone("a"), phone("b"), email("b"), email("c"), phone("d", "2")]
    assert partition(records("abcd"), links) == groups("abc", "d")


def test_nobody_is_in_an_empty_component() -> None:
    assert partition([], []) == frozenset()


def test_two_tax_ids_never_join() -> None:
    links = [cpf("a", "1"), cpf("b", "2"), phone("a"), phone("b")]
    assert partition(records("ab"), links) == groups("a", "b")


def test_what_two_could_claim_belongs_to_neither() -> None:
    links = [cpf("a", "1"), cpf("b", "2"), phone("a"), phone("b"), phone("c")]
    assert partition(records("abc"), links) == groups("a", "b", "c")


def test_a_stronger_identifier_tells_whose_it_is() -> None:
    links = [cpf("a", "1"), cpf("b", "2"), phone("a"), phone("b"), phone("c"), email("c")]
    links.append(email("a"))
    assert partition(records("abc"), links) == groups("ac", "b")


def test_what_touches_one_side_alone_joins_it() -> None:
    links = [cpf("a", "1"), cpf("b", "2"), phone("a"), phone("b"), phone("c", "2"), phone("a", "2")]
    assert partition(records("abc"), links) == groups("ac", "b")


def test_a_person_and_their_firm_may_be_one_customer() -> None:
    firm = link("b", IdentifierType.TAX_ID, "firm", Party.COMPANY)
    assert partition(records("ab"), [cpf("a", "1"), firm, phone("a"), phone("b")]) == groups("ab")


def test_a_record_that_contradicts_itself_vetoes_nothing() -> None:
    links = [cpf("a", "1"), cpf("a", "2"), phone("a"), phone("b"), cpf("b", "1")]
    assert partition(records("ab"), links) == groups("ab")


def test_people_decide_before_identifiers_do() -> None:
    links = [cpf("a", "1"), cpf("b", "2"), phone("c"), phone("d")]
    merged = decided(DecisionKind.MERGE, 1, a=0, b=0)
    split = decided(DecisionKind.SPLIT, 2, c=0, d=1)
    assert partition(records("abcd"), links, [merged, split]) == groups("ab", "c", "d")


@pytest.mark.parametrize(
    ("decisions", "expected"),
    [
        ([decided(DecisionKind.SPLIT, 1, a=0, b=1)], groups("a", "b")),
        (
            [
                decided(DecisionKind.SPLIT, 1, a=0, b=1),
                decided(DecisionKind.MERGE, 2, a=0, b=0),
            ],
            groups("ab"),
        ),
        (
            [
                decided(DecisionKind.MERGE, 1, a=0, b=0),
                decided(DecisionKind.SPLIT, 2, a=0, b=1),
            ],
            groups("a", "b"),
        ),
    ],
)
def test_the_later_word_holds(decisions: list[PeoplesDecision], expected: Partition) -> None:
    links = [phone("a"), phone("b")]
    for told in permutations(decisions):
        assert partition(records("ab"), links, told) == expected


NAMES = "abcdef"
LINKS = st.lists(
    st.one_of(
        st.builds(cpf, st.sampled_from(NAMES), st.sampled_from("12")),
        st.builds(phone, st.sampled_from(NAMES), st.sampled_from("123")),
        st.builds(email, st.sampled_from(NAMES), st.sampled_from(["a@x", "b@x"])),
    ),
    max_size=14,
    unique=True,
)


@given(LINKS, st.randoms())
def test_order_never_matters(links: list[Link], draw: object) -> None:
    expected = partition(list(records(NAMES)), links)
    shuffled = list(links)
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    assert partition(sorted(records(NAMES)), shuffled) == expected


def greedy(names: str, links: list[Link]) -> Partition:
    """Attach each record to the first customer it shares anything with: what we do not do."""
    customers: list[set[RecordId]] = []
    for letter in names:
        own = {found.key for found in links if found.record_id == record(letter)}
        taken = {found.key: found.record_id for found in links if found.key in own}
        home = next((c for c in customers if c & set(taken.values())), None)
        held = [found for found in links if found.record_id == record(letter)]
        claims = {found.key for found in held if found.type is IdentifierType.TAX_ID}
        others = {
            found.key
            for found in links
            if home and found.record_id in home and found.type is IdentifierType.TAX_ID
        }
        if home is None or (claims and others and not claims & others):
            customers.append({record(letter)})
        else:
            home.add(record(letter))
    return frozenset(frozenset(customer) for customer in customers)


def test_attaching_to_the_first_match_depends_on_order() -> None:
    """The negative control: the shuffles above do tell an order-dependent rule."""
    links = [cpf("a", "1"), cpf("b", "2"), phone("a"), phone("b"), phone("c")]
    assert len({greedy("".join(order), links) for order in permutations("abc")}) > 1
    orders = {partition([record(n) for n in order], links) for order in permutations("abc")}
    assert len(orders) == 1


@given(LINKS)
def test_no_customer_has_two_tax_ids_that_vetoed_each_other(links: list[Link]) -> None:
    held: dict[RecordId, set[bytes]] = {}
    for found in links:
        if found.type is IdentifierType.TAX_ID:
            held.setdefault(found.record_id, set()).add(found.key)
    for customer in partition(records(NAMES), links):
        single = {next(iter(held[r])) for r in customer if len(held.get(r, ())) == 1}
        assert len(single) <= 1


@given(LINKS)
def test_customers_part_their_component(links: list[Link]) -> None:
    found = components(records(NAMES), links)
    assert frozenset().union(*found) == records(NAMES)
    for customer in partition(records(NAMES), links):
        assert sum(customer <= component for component in found) == 1
