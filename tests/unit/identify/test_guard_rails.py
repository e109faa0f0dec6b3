"""Who is kept apart although they share a value, and who is not?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.identify.cluster import partition
from app.identify.evidence import LIMITS, Link
from app.identify.holders import (
    Bearer,
    generic_records,
    generic_values,
    persons_in,
    token,
)
from app.vocabulary import IdentifierType, RecordId
from tests.unit.identify.people import (
    bearer,
    bearers,
    cpf,
    email,
    groups,
    link,
    phone,
    record,
    records,
)


def test_a_household_on_one_line_is_as_many_customers_as_it_has_people() -> None:
    links = [phone("a"), phone("b"), phone("c"), phone("d")]
    told = bearers(a="Ana Souza", b="Bruno Souza", c="Ana S. Souza", d="Bruno Souza")
    assert partition(records("abcd"), links, (), told) == groups("ac", "bd")


def test_without_names_a_shared_line_is_one_customer() -> None:
    assert partition(records("ab"), [phone("a"), phone("b")]) == groups("ab")


def test_the_nameless_belong_to_neither_of_two() -> None:
    links = [phone("a"), phone("b"), phone("c"), phone("d")]
    told = bearers(a="Ana Souza", b="Bruno Souza")
    assert partition(records("abcd"), links, (), told) == groups("a", "b", "cd")


def test_the_nameless_belong_to_the_only_one() -> None:
    links = [phone("a"), phone("b"), phone("c")]
    told = bearers(a="Ana Souza", b="Ana Souza")
    assert partition(records("abc"), links, (), told) == groups("abc")


def test_an_initial_that_two_could_mean_belongs_to_neither() -> None:
    links = [phone("a"), phone("b"), phone("c")]
    told = bearers(a="Ana Souza", b="Amanda Souza", c="A. Souza")
    assert partition(records("abc"), links, (), told) == groups("a", "b", "c")


def test_a_person_without_tax_id_joins_their_namesake_and_not_the_other() -> None:
    links = [phone("a"), cpf("a", "1"), phone("b"), phone("c"), cpf("c", "2")]
    told = bearers(a="Ana Souza", b="Ana Souza", c="Bruno Souza")
    assert partition(records("abc"), links, (), told) == groups("ab", "c")


def test_a_nameless_tax_id_is_not_whoever_it_does_not_contradict() -> None:
    links = [phone("a"), phone("b"), phone("c"), cpf("c", "2"), phone("d"), cpf("d", "1")]
    told = bearers(a="Ana Souza", b="Bruno Lima")
    assert partition(records("abcd"), links, (), told) == groups("a", "b", "c", "d")


def test_opposed_people_do_not_meet_through_others() -> None:
    links = [phone("a", "1"), phone("b", "1"), email("b"), email("c")]
    told = bearers(a="Ana Souza", c="Bruno Souza")
    assert partition(records("abc"), links, (), told) == groups("a", "bc")


def test_a_neutral_chain_between_two_sides_stays_by_itself() -> None:
    links = [
        phone("a", "1"),
        phone("b", "1"),
        phone("b", "2"),
        phone("c", "2"),
        phone("c", "3"),
        phone("d", "3"),
    ]
    told = bearers(a="Ana Souza", d="Bruno Souza")
    assert partition(records("abcd"), links, (), told) == groups("a", "bc", "d")


def test_a_recycled_number_does_not_carry_the_old_holder_along() -> None:
    old, new = (0, 100), (400, 500)
    links = [phone("a", days=old), phone("b", days=old), phone("c", days=new), phone("d", days=new)]
    told = bearers(a="Ana Souza", c="Bruno Lima")
    assert partition(records("abcd"), links, (), told) == groups("ab", "cd")


def test_a_number_in_use_all_along_is_shared_and_not_recycled() -> None:
    links = [phone("a", days=(0, 450)), phone("c", days=(400, 500)), phone("d", days=(400, 500))]
    told = bearers(a="Ana Souza", c="Bruno Lima")
    assert partition(records("acd"), links, (), told) == groups("a", "c", "d")


def test_whoever_comes_back_after_years_is_still_the_same() -> None:
    links = [phone("a", days=(0, 1)), phone("b", days=(900, 901))]
    assert partition(records("ab"), links, (), bearers(a="Ana Souza")) == groups("ab")
    told = bearers(a="Ana Souza", b="Ana Souza")
    assert partition(records("ab"), links, (), told) == groups("ab")


def chain(length: int) -> tuple[frozenset[RecordId], list[Link]]:
    """Return records that hang together two by two, as no customer should."""
    names = [chr(ord("A") + n) for n in range(length)]
    links = [email(name, f"{name}@x") for name in names]
    links += [
        email(other, f"{name}@x") for name, other in zip(names[::2], names[1::2], strict=True)
    ]
    links += [phone(name, other) for name, other in zip(names[1::2], names[2::2], strict=False)]
    links += [phone(other, other) for other in names[2::2]]
    return records("".join(names)), links


def test_a_customer_too_large_comes_apart_where_it_hangs_by_least() -> None:
    known, links = chain(8)
    assert len(partition(known, links)) == 1
    small = replace(LIMITS, largest=4)
    assert {len(cluster) for cluster in partition(known, links, (), {}, small)} == {2}


def test_what_was_proved_is_not_taken_apart() -> None:
    known, links = chain(8)
    proved = [replace(each, verified=True) for each in links]
    small = replace(LIMITS, largest=4)
    assert len(partition(known, proved, (), {}, small)) == 1


@pytest.mark.parametrize(("name", "customers"), [("Ana Souza", 1), ("", 9)])
def test_a_guest_who_orders_often_is_no_crowd(name: str, customers: int) -> None:
    """Nine records alike are one person's; nine that name nobody may be anybody's (the control)."""
    known = [record(f"order {n}") for n in range(9)]
    links = [link(f"order {n}", IdentifierType.PHONE, "ana") for n in range(9)]
    told = {each: bearer(name) for each in known}
    small = replace(LIMITS, largest=4)
    assert len(partition(known, links, (), told, small)) == customers


def crowd(
    size: int, *, named: bool, keyed: bool = True
) -> tuple[list[Link], dict[RecordId, Bearer]]:
    links = [link(f"r{n}", IdentifierType.PHONE, "till", unnamed=not named) for n in range(size)]
    told = {record(f"r{n}"): bearer(f"Nome{chr(97 + n)}" if named else "") for n in range(size)}
    return links, {r: replace(each, keyed=keyed) for r, each in told.items()}


@pytest.mark.parametrize(
    ("size", "is_generic"), [(LIMITS.holders[IdentifierType.PHONE], False), (21, True)]
)
def test_a_value_of_many_persons_is_nobodys(size: int, is_generic: bool) -> None:
    links, told = crowd(size, named=True)
    assert bool(generic_values(links, told, LIMITS)) is is_generic


def test_one_person_with_many_records_is_one_holder() -> None:
    links, told = crowd(80, named=False)
    ana = {each: bearer("Ana Souza") for each in told}
    named = [replace(each, unnamed=False) for each in links]
    assert not generic_values(named, ana, LIMITS)


def test_the_telephone_of_the_till_is_found_without_names() -> None:
    links, told = crowd(LIMITS.nameless + 1, named=False)
    assert generic_values(links, told, LIMITS)
    assert not generic_values(links[:-1], told, LIMITS)
    _, keyless = crowd(LIMITS.nameless + 1, named=False, keyed=False)
    assert not generic_values(links, keyless, LIMITS)


def test_a_record_of_many_persons_is_nobody() -> None:
    names = [bytes([n]) * 8 for n in range(1, 30)]
    many = replace(bearer(), tokens=frozenset(token(name, None) for name in names))
    few = replace(bearer(), tokens=frozenset(token(name, None) for name in names[:20]))
    assert generic_records({record("a"): many, record("b"): few}, LIMITS) == {record("a")}


def test_more_words_never_make_fewer_persons() -> None:
    ana, bia, day = b"a" * 8, b"b" * 8, b"1" * 8
    told = [token(ana, None), token(None, day), token(ana, day), token(bia, None), token(ana, bia)]
    counts = [persons_in(told[:n]) for n in range(len(told) + 1)]
    assert counts == sorted(counts) == [0, 1, 1, 1, 2, 3]
