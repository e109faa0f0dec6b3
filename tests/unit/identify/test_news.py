"""Is a fact about a known record told from one that may change who somebody is?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from app.identify.cluster import components
from app.identify.evidence import FOR_GOOD, LIMITS, Link
from app.identify.holders import Bearer, generic_records
from app.identify.news import components_of_news
from app.identify.rows import Located, NamedIdentifier, Place, RecordEvidence, StoredLink
from app.vocabulary import (
    Assurance,
    ComponentId,
    CustomerId,
    Identifier,
    IdentifierKey,
    IdentifierType,
    RecordId,
)
from tests.unit.identify.people import T0, bearer, cpf, link, phone, record

NARROW = replace(
    LIMITS, nameless=2, largest=4, holders=dict.fromkeys(LIMITS.holders, 3), persons_of_a_record=2
)
"""Limits so narrow that a few facts pass them."""

CROWD = replace(
    bearer("Ana Souza"),
    tokens=frozenset(
        token for name in ("Ana Souza", "Bia Lima", "Caio Reis") for token in bearer(name).tokens
    ),
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A link as it is stored."""

    link: Link
    assurance: Assurance
    denied_at: datetime | None

    @property
    def weighs(self) -> bool:
        return self.denied_at is None or self.denied_at < self.link.last_seen_at


@dataclass(frozen=True, slots=True)
class Naming:
    """A stored link, by number, is told once more."""

    nth: int
    days: int
    assurance: Assurance = Assurance.DECLARED
    nameless: bool = False


def at(days: int) -> datetime:
    return T0 + timedelta(days=days)


def stored(
    link: Link, days: tuple[int, int], assurance: Assurance, denied: int | None, *, unnamed: bool
) -> Stored:
    first, last = days
    told = replace(link, first_seen_at=at(first), last_seen_at=at(last), unnamed=unnamed)
    proved = replace(told, verified=assurance is Assurance.VERIFIED)
    return Stored(proved, assurance, FOR_GOOD if denied == -1 else denied and at(denied))


def located(
    links: Sequence[Stored], told: Mapping[RecordId, Bearer]
) -> tuple[Located, dict[ComponentId, frozenset[RecordId]]]:
    groups = {
        ComponentId(UUID(int=number)): group
        for number, group in enumerate(components(told, [each.link for each in links]))
    }
    home = {each: component for component, group in groups.items() for each in group}
    found: dict[IdentifierKey, dict[RecordId, StoredLink]] = defaultdict(dict)
    for each in links:
        found[each.link.key][each.link.record_id] = StoredLink(
            each.assurance.rank,
            each.link.unnamed,
            each.denied_at is not None,
            each.link.first_seen_at,
            each.link.last_seen_at,
        )
    places = {each: Place(component, CustomerId(component)) for each, component in home.items()}
    return Located(places, found, generic_records(told, NARROW)), groups


def evidence(naming: Naming, of: Stored, told: Mapping[RecordId, Bearer]) -> RecordEvidence:
    said = told[of.link.record_id]
    tokens = [] if naming.nameless else sorted(said.tokens)
    identifier = Identifier(of.link.type, of.link.scope, "", of.link.party)
    named = NamedIdentifier(of.link.key, identifier, naming.assurance, at(naming.days))
    return RecordEvidence(
        of.link.record_id,
        said.source,
        said.keyed,
        anonymous=False,
        names=(named,),
        token=tokens[0] if tokens else None,
    )


PERSONS = {
    record("a"): bearer("Ana Souza"),
    record("b"): bearer("Bruno Lima"),
    record("c"): CROWD,
    record("d"): bearer("Dora Reis"),
}


def held(
    one: Link,
    days: tuple[int, int] = (0, 10),
    assurance: Assurance = Assurance.DECLARED,
    denied: int | None = None,
    *,
    unnamed: bool = False,
) -> Stored:
    return stored(one, days, assurance, denied, unnamed=unnamed)


def is_news(naming: Naming, *links: Stored) -> bool:
    """Tell whether anybody has to be looked at once the first link is told once more."""
    found, _ = located(links, PERSONS)
    told = evidence(naming, links[0], PERSONS)
    return bool(components_of_news([told], {links[0].link.key}, found, (), NARROW))


ANA = held(phone("a"))
BRUNO_LATER = held(phone("b"), (300, 310))


@pytest.mark.parametrize("days", [0, 10, 700])
def test_the_same_once_more_is_no_news(days: int) -> None:
    assert not is_news(Naming(0, days), ANA)
    assert not is_news(Naming(0, days), ANA, held(phone("b"), (5, 190)))


def test_more_than_was_said_before_is_news() -> None:
    assert is_news(Naming(0, 20, Assurance.VERIFIED), ANA)
    assert not is_news(Naming(0, 20, Assurance.INFERRED), ANA)
    assert is_news(Naming(0, 20), replace(ANA, denied_at=T0))


def test_a_value_that_the_record_never_named_is_news_to_whoever_holds_it() -> None:
    found, groups = located([held(phone("b")), held(phone("a", "2"))], PERSONS)
    told = evidence(Naming(0, 20), ANA, PERSONS)
    news = components_of_news([told], {ANA.link.key}, found, (), NARROW)
    assert {each for one in news for each in groups[one]} == {record("a"), record("b")}
    assert not components_of_news([told], set(), found, (), NARROW)
    assert components_of_news([told], set(), found, {record("a")}, NARROW)


def test_when_it_was_first_named_counts_of_what_is_counted_by_days() -> None:
    later = held(phone("a"), (5, 10))
    assert is_news(Naming(0, 4), later)
    tax_id, handle = cpf("a", "1"), link("a", IdentifierType.SOCIAL, "@ana")
    assert not is_news(Naming(0, 4), held(tax_id, (5, 10)), held(cpf("b", "1"), (5, 10)))
    other = held(link("b", IdentifierType.SOCIAL, "@ana"), (5, 10))
    assert not is_news(Naming(0, 4), held(handle, (5, 10)))
    assert is_news(Naming(0, 4), held(handle, (5, 10)), other)


def test_to_be_named_without_a_person_counts_where_many_are() -> None:
    two, three = [held(phone("b"))], [held(phone("b")), held(phone("d"))]
    assert not is_news(Naming(0, 20, nameless=True), ANA, *two)
    assert is_news(Naming(0, 20, nameless=True), ANA, *three)
    assert not is_news(Naming(0, 20), ANA, *three)
    assert not is_news(Naming(0, 20, nameless=True), held(phone("a"), unnamed=True), *three)


@pytest.mark.parametrize(("days", "ends"), [(11, False), (119, False), (120, True), (700, True)])
def test_what_makes_a_silence_shorter_than_it_has_to_be_is_news(days: int, *, ends: bool) -> None:
    assert is_news(Naming(0, days), ANA, BRUNO_LATER) is ends


@pytest.mark.parametrize("days", [(0, 120), (290, 300)])
def test_where_there_is_no_silence_none_ends(days: tuple[int, int]) -> None:
    assert not is_news(Naming(0, 700), ANA, held(phone("d"), (10, 120)), BRUNO_LATER)
    assert not is_news(Naming(0, 700), held(phone("a"), (300, 310)), held(phone("b"), days))


def test_whoever_came_after_the_silence_ends_none() -> None:
    assert not is_news(Naming(0, 700), BRUNO_LATER, ANA)
    dora = held(phone("d"), (600, 610))
    assert not is_news(Naming(0, 320), BRUNO_LATER, ANA, dora)
    assert is_news(Naming(0, 420), BRUNO_LATER, ANA, dora)


def test_nobody_fills_a_silence_who_does_not_count() -> None:
    enriched = held(phone("d"), (10, 290), Assurance.ENRICHED)
    assert is_news(Naming(0, 120), ANA, enriched, BRUNO_LATER)
    assert is_news(Naming(0, 120), ANA, held(phone("c"), (10, 290)), BRUNO_LATER)
    assert not is_news(Naming(0, 120), ANA, held(phone("d"), (10, 290)), BRUNO_LATER)


def test_beside_a_link_that_was_denied_nobody_knows_of_a_silence() -> None:
    beside = held(phone("d"), (10, 290), denied=290)
    assert is_news(Naming(0, 120), ANA, beside, BRUNO_LATER)
    assert is_news(Naming(0, 20), ANA, beside, BRUNO_LATER)
    assert not is_news(Naming(0, 700), ANA, beside)
