"""How much of something is too much for one customer?"""

from __future__ import annotations

import pytest

from app.identify.limits import limits_passed
from app.vocabulary import IdentifierType
from tests.unit.identify.people import cpf, email, link, phone, records


def test_a_person_has_one_tax_id() -> None:
    (passed,) = limits_passed([cpf("a", "1"), cpf("b", "1"), cpf("b", "2")])
    assert (passed.kind[0], passed.count, passed.limit.most) == (IdentifierType.TAX_ID, 2, 1)
    assert limits_passed([cpf("a", "1"), cpf("b", "1")]) == []


def test_a_login_counts_by_its_shop() -> None:
    here = link("a", IdentifierType.LOGIN, "1")
    other = link("a", IdentifierType.LOGIN, "2")
    assert len(limits_passed([here, other])) == 1


@pytest.mark.parametrize(("days", "is_too_many"), [(70, True), (80, False)])
def test_six_telephones_are_too_many_only_within_a_year(days: int, is_too_many: bool) -> None:
    named = [phone("a", str(n), days=(n * days, n * days)) for n in range(6)]
    assert bool(limits_passed(named)) is is_too_many


def test_five_of_each_are_well() -> None:
    named = [phone("a", str(n)) for n in range(5)] + [email("a", f"{n}@x") for n in range(5)]
    assert limits_passed(named) == []


def test_what_people_joined_counts_once() -> None:
    links = [cpf("a", "1"), cpf("b", "2")]
    assert limits_passed(links, [records("ab")]) == []
    assert len(limits_passed(links, [records("ac")])) == 1


def test_the_order_of_links_says_nothing() -> None:
    named = [phone("a", str(n), days=(n, n)) for n in range(7)]
    assert limits_passed(named) == limits_passed(named[::-1])
