"""What of a component is worth a look, and what is not?"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identify.cluster import partition
from app.identify.decisions import DecisionKind, PeoplesDecision
from app.identify.doubt import Doubt, DoubtKind, Looked
from app.identify.doubts import doubts, generic_value
from app.identify.evidence import LIMITS, CustomerLimit, Limits, Link
from app.identify.explaining import Obstacle, why, why_not
from app.identify.holders import Bearer
from app.identify.rivals import is_slip
from app.vocabulary import IdentifierKey, IdentifierType, RecordId
from tests.property.test_identify_partition import BEARERS, LINKS
from tests.unit.identify.people import T0, bearer, bearers, cnpj, cpf, phone, record, records, sided

NOW = T0


def looked(
    links: Sequence[Link],
    told: Mapping[RecordId, Bearer],
    decisions: Sequence[PeoplesDecision] = (),
    limits: Limits = LIMITS,
    **more: object,
) -> Looked:
    clusters = partition(frozenset(told), links, decisions, told, limits)
    seen = Looked(clusters, links, (), told, decisions, frozenset())
    return replace(seen, **more)  # type: ignore[arg-type]


def kinds(found: Sequence[Doubt]) -> list[DoubtKind]:
    return [doubt.kind for doubt in found]


def a_split(one: str, other: str, at: datetime = NOW) -> PeoplesDecision:
    return PeoplesDecision(UUID(int=1), at, DecisionKind.SPLIT, {record(one): 0, record(other): 1})


def test_father_and_son_on_one_line_are_worth_a_look() -> None:
    seen = looked([phone("a"), phone("b")], bearers(a="José Souza", b="José Souza Filho"))
    (found,) = doubts(seen, LIMITS)
    assert found.kind is DoubtKind.POSSIBLY_SAME
    assert found.sides == tuple(sorted((record("a"), record("b"))))
    assert found.details["suffix"] == "one_sided"
    assert 0 < found.uncertainty < 1


def test_a_couple_is_not() -> None:
    seen = looked([phone("a"), phone("b")], bearers(a="Ana Souza", b="Bruno Souza"))
    assert doubts(seen, LIMITS) == []


def test_who_is_one_customer_is_in_no_doubt() -> None:
    seen = looked([phone("a"), phone("b")], bearers(a="Ana Souza", b="Ana Souza"))
    assert doubts(seen, LIMITS) == []


def test_a_nameless_record_that_two_claim_is_asked_about_with_each() -> None:
    told = bearers(a="Ana Souza", b="Bruno Souza", c="")
    seen = looked([phone("a"), phone("b"), phone("c")], told)
    assert kinds(doubts(seen, LIMITS)) == [DoubtKind.CONTESTED] * 2


def test_whoever_only_asked_is_nobody_to_ask_about() -> None:
    told = bearers(a="Ana Souza", b="Bruno Souza", c="")
    links = [phone("a"), phone("b"), phone("c")]
    assert doubts(looked(links, told, nobody=records("c")), LIMITS) == []


def test_what_people_kept_apart_is_no_question() -> None:
    told = bearers(a="José Souza", b="José Souza Filho")
    assert doubts(looked([phone("a"), phone("b")], told, [a_split("a", "b")]), LIMITS) == []


@pytest.mark.parametrize(
    ("other", "expected"), [("52998224752", [DoubtKind.TAX_ID_SLIP]), ("11144477735", [])]
)
def test_tax_ids_one_slip_apart_are_worth_a_look(other: str, expected: list[DoubtKind]) -> None:
    links = [phone("a"), phone("b"), cpf("a", "1"), cpf("b", "2")]
    values = {IdentifierKey(b"tax_id:1"): "52998224725", IdentifierKey(b"tax_id:2"): other}
    seen = looked(links, bearers(a="Ana Souza", b="Ana Souza"), tax_ids=values)
    assert kinds(doubts(seen, LIMITS)) == expected


def test_a_slip_of_two_people_is_none() -> None:
    links = [phone("a"), phone("b"), cpf("a", "1"), cpf("b", "2")]
    values = {IdentifierKey(b"tax_id:1"): "52998224725", IdentifierKey(b"tax_id:2"): "52998224752"}
    seen = looked(links, bearers(a="Ana Souza", b="Bruno Souza"), tax_ids=values)
    assert doubts(seen, LIMITS) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("52998224725", "52998224735", True),
        ("52998224725", "52998242725", True),
        ("529982247" + "25", "529982248" + "60", True),
        ("52998224725", "11144477735", False),
        ("52998224725", "52998224725", False),
    ],
)
def test_a_slip_is_a_digit_or_two_in_each_others_place(
    one: str, other: str, expected: bool
) -> None:
    assert is_slip(one, other) is is_slip(other, one) is expected


def test_a_customer_too_large_is_asked_about_once() -> None:
    narrow = replace(LIMITS, largest=4)
    names = "abcdef"
    links = [phone(name, str(n // 2)) for n, name in enumerate(names)]
    links += [phone(one, one + other) for one, other in ("bc", "de")]
    links += [phone(other, one + other) for one, other in ("bc", "de")]
    told = {record(name): bearer("Ana Souza") for name in names}
    found = doubts(looked(links, told, limits=narrow), narrow)
    assert kinds(found) == [DoubtKind.TAKEN_APART]
    assert len(found[0].sides) == found[0].details["parts"] > 1


def test_a_denial_is_asked_about_once_for_a_customer() -> None:
    told = bearers(a="Ana Souza", b="Ana Souza")
    seen = looked([phone("a", "2"), phone("b", "2")], told, denied=[phone("a"), phone("b")])
    (found,) = doubts(seen, LIMITS)
    assert (found.kind, found.details["records"]) == (DoubtKind.DENIED, 2)


def test_a_review_is_known_by_what_it_is_about_and_not_by_what_it_says() -> None:
    key = IdentifierKey(b"k")
    one = generic_value(key, IdentifierType.PHONE, LIMITS)
    wider = replace(LIMITS, holders={IdentifierType.PHONE: 99})
    other = generic_value(key, IdentifierType.PHONE, wider)
    assert one.review_id == other.review_id
    assert one.fingerprint != other.fingerprint
    assert one.review_id.version == 8


@given(LINKS, BEARERS, st.randoms(use_true_random=False))
def test_the_order_of_facts_never_matters(
    links: list[Link], told: dict[RecordId, Bearer], order: random.Random
) -> None:
    narrow = replace(LIMITS, largest=3)
    expected = doubts(looked(*sided(links, told), limits=narrow), narrow)
    shuffled = order.sample(links, len(links))
    mixed = dict(order.sample(list(told.items()), len(told)))
    assert doubts(looked(*sided(shuffled, mixed), limits=narrow), narrow) == expected


def test_the_comparison_would_see_one_link_less() -> None:
    """The negative control of the property above."""
    links = [phone("a"), phone("b")]
    told = bearers(a="José Souza", b="José Souza Filho")
    assert doubts(looked(links, told), LIMITS) != doubts(looked(links[:1], told), LIMITS)


# ---------------------------------------------------------------- explained


def test_why_says_what_ties_and_how_much_it_weighs() -> None:
    seen = looked([phone("a"), phone("b")], bearers(a="Ana Souza", b="Ana Souza"))
    told = {(ground.field, ground.level): ground for ground in why(seen, records("ab"))}
    assert told["phone", "exact"].holders == 1
    assert told["phone", "exact"].bits == 9.0
    assert told["first_name", "same"].records == 2


@pytest.mark.parametrize(
    ("links", "names", "decisions", "obstacle"),
    [
        ([phone("a"), phone("b")], ("Ana Lima", "Bia Lima"), [], Obstacle.NOT_ENOUGH),
        ([phone("a"), phone("b")], ("Ana Lima", "Ana Lima"), [a_split("a", "b")], Obstacle.PEOPLE),
        ([cpf("a", "1"), cpf("b", "2")], ("Ana Lima", "Ana Lima"), [], Obstacle.TAX_ID),
        ([], ("Ana Lima", "Ana Lima"), [], Obstacle.NOTHING_SHARED),
        ([cnpj("a"), cnpj("b")], ("Lima SA", "Ana Lima"), [], Obstacle.COMPANY_AND_PERSON),
        ([cnpj("a"), cnpj("b")], ("Ana Lima", "Bia Lima"), [], Obstacle.NOTHING_SHARED),
    ],
)
def test_why_not_names_the_obstacle(
    links: list[Link],
    names: tuple[str, str],
    decisions: list[PeoplesDecision],
    obstacle: Obstacle,
) -> None:
    told = bearers(a=names[0], b=names[1])
    seen = looked(*sided(links, told), decisions)
    one, other = records("a"), records("b")
    found = [why_not(seen, *each, LIMITS) for each in ((one, other), (other, one))]
    assert [each.obstacle for each in found] == [obstacle, obstacle]


def test_how_much_is_too_much_for_one_customer_says_the_epoch() -> None:
    links = [cpf("a", "1"), replace(cpf("b", "2"), record_id=record("a"))]
    seen = looked(links, bearers(a="Ana Souza"))
    assert kinds(doubts(seen, LIMITS)) == [DoubtKind.LIMIT_PASSED]
    wide = replace(LIMITS, customer={IdentifierType.TAX_ID: CustomerLimit(2)})
    assert doubts(seen, wide) == []


def test_an_agents_denial_is_asked_about_and_a_persons_own_word_is_not() -> None:
    told = bearers(a="Ana Souza")
    assert kinds(doubts(looked([], told, denied=[phone("a")]), LIMITS)) == [DoubtKind.DENIED]
    own = replace(phone("a"), withdrawn=True)
    assert doubts(looked([], told, denied=[own]), LIMITS) == []
