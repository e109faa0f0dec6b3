"""How much of something is too much for one customer?"""

from __future__ import annotations

from typing import Any

import pytest

from app.identify.evidence import LIMITS, CustomerLimit
from app.identify.limits import limits_in, limits_passed
from app.vocabulary import IdentifierKey, IdentifierType
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
    links = [link(name, IdentifierType.LOGIN, name) for name in "ab"]
    assert limits_passed(links, [records("ab")]) == []
    assert len(limits_passed(links, [records("ac")])) == 1


@pytest.mark.parametrize(
    ("digits", "is_passed"),
    [
        ({}, True),
        ({"1": "52998224725"}, True),
        ({"1": "52998224725", "2": "11144477735"}, True),
        ({"1": "52998224725", "2": "52998224752"}, False),
    ],
)
def test_tax_ids_that_people_joined_count_once_only_where_one_is_a_slip(
    digits: dict[str, str], *, is_passed: bool
) -> None:
    links = [cpf("a", "1"), cpf("b", "2")]
    values = {IdentifierKey(f"tax_id:{key}".encode()): value for key, value in digits.items()}
    assert bool(limits_passed(links, [records("ab")], tax_ids=values)) is is_passed


def test_the_order_of_links_says_nothing() -> None:
    named = [phone("a", str(n), days=(n, n)) for n in range(7)]
    assert limits_passed(named) == limits_passed(named[::-1])


# --- what an epoch froze ----------------------------------------------------------------------


@pytest.mark.parametrize("model", [{}, {"normaliser": 1}, {"limits": {}}])
def test_a_silent_model_has_the_limits_of_the_first_epoch(model: dict[str, Any]) -> None:
    assert limits_in(model) == LIMITS


def test_what_a_model_says_of_customers_it_says_whole() -> None:
    told = {"phone": {"most": 2, "within_days": 30}, "loyalty": {"most": 1}}
    limits = limits_in({"limits": {"customer": told, "largest": 9}})
    assert limits.customer == {
        IdentifierType.PHONE: CustomerLimit(2, 30),
        IdentifierType.LOYALTY: CustomerLimit(1),
    }
    assert (limits.largest, limits.holders) == (9, LIMITS.holders)
    two_tax_ids = [cpf("a", "1"), cpf("b", "2")]
    assert limits_passed(two_tax_ids)  # the control
    assert limits_passed(two_tax_ids, limits=limits.customer) == []


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ({"holder": {}}, "holder"),
        ({"largest": 0}, "largest"),
        ({"largest": True}, "largest"),
        ({"quiet_days": "180"}, "quiet_days"),
        ({"holders": {"telephone": 9}}, "holders.telephone"),
        ({"holders": {"phone": -1}}, "holders.phone"),
        ({"customer": {"phone": {"within_days": 365}}}, "customer.phone"),
        ({"customer": {"phone": {"most": 1, "days": 365}}}, "customer.phone"),
        ({"customer": {"phone": {"most": 1.5}}}, "customer.phone.most"),
        ({"customer": {"phone": {"most": 1, "within_days": 0}}}, "customer.phone.within_days"),
        ({"customer": {"login": {"most": 1, "within_days": 365}}}, "customer.login"),
    ],
)
def test_a_model_that_says_what_no_limit_can_be_is_refused(
    told: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValueError, match=place.replace(".", r"\.")):
        limits_in({"limits": told})
