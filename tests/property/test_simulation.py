"""What holds for every seed, every person and every kind of dirt of the simulated company?"""

from __future__ import annotations

import tracemalloc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identify.names import is_generic_name, parse_birth_date
from app.identify.normalise import normalise, postal_code
from app.simulation.chance import Chance
from app.simulation.company import PROTAGONISTS, Chapter, chapters, simulate
from app.simulation.dirt import CLEAN, Cause, Dirt, read_rates
from app.simulation.names import NICKNAMES
from app.simulation.neighbourhood import NEIGHBOURS, neighbourhood
from app.simulation.places import COUNTRIES
from app.simulation.typos import misread, neighbouring_key, swapped
from app.simulation.world import Plan
from app.vocabulary import Identifier, IdentifierType, Party, RawIdentifier

TODAY = date(2026, 12, 1)
EVERYWHERE = dict.fromkeys(COUNTRIES, 1)
WIDE = range(7)
"""Neighbourhoods in all the countries."""
NEAR = (1, 3)
"""A Brazilian and a Mexican one: enough for each kind of dirt."""


def plan(rates: Mapping[Cause, float] = CLEAN, seed: int = 3, customers: int = 10_000_000) -> Plan:
    return Plan(customers, seed, TODAY, shares=EVERYWHERE, rates=rates)


@cache
def crowd(cause: Cause, rate: float = 1.0) -> list[Chapter]:
    """Return people nearby to whom one kind of dirt happens at a rate, and no other."""
    return [told for nth in NEAR for told in chapters(plan({**CLEAN, cause: rate}), nth)]


@cache
def clean(where: tuple[int, ...] = NEAR) -> list[Chapter]:
    return [told for nth in where for told in chapters(plan(), nth)]


def mentions(told: Iterable[Chapter]) -> Iterator[dict[str, Any]]:
    return (line for chapter in told for line in chapter.truth[:-1])


def touched(told: Iterable[Chapter], cause: Cause) -> set[tuple[str, str]]:
    return {name_of(line) for line in mentions(told) if cause in line["causes"]}


def name_of(line: Mapping[str, Any]) -> tuple[str, str]:
    return line["source"], line.get("record_key") or line["event_id"]


# ---------------------------------------------------------------- determinism


@settings(max_examples=5)
@given(st.integers(0, 300_000), st.integers(0, 2**31), st.integers(0, NEIGHBOURS))
def test_a_neighbourhood_depends_on_the_seed_and_its_number_alone(
    nth: int, seed: int, room: int
) -> None:
    whole = list(chapters(plan(seed=seed), nth))
    ends_here = len(PROTAGONISTS) + NEIGHBOURS * nth + room
    part = list(chapters(plan(seed=seed, customers=ends_here), nth))
    assert part[:-1] == whole[:room]
    assert part[-1] == whole[-1]


def test_another_seed_is_another_neighbourhood() -> None:
    assert list(chapters(plan(seed=1), 5)) != list(chapters(plan(seed=2), 5))


@given(st.integers(), st.text(max_size=5))
def test_chance_is_a_function_of_seed_and_name(seed: int, name: str) -> None:
    chance = Chance(seed)
    assert 0 <= chance.unit(name, 1) < 1
    assert chance.unit(name, 1) == Chance(seed).unit(name, 1) != chance.unit(name, 2)
    assert chance.dice(name).random() == Chance(seed).dice(name).random()


def test_memory_does_not_grow_with_the_company() -> None:
    peaks = {}
    for customers in (40, 140):
        told = simulate(Plan(customers, 1, TODAY))
        next(told)
        tracemalloc.start()
        for _ in told:
            pass
        peaks[customers] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[140] < 1.6 * peaks[40]


def test_memory_that_grows_would_be_seen() -> None:
    tracemalloc.start()
    kept = list(simulate(Plan(40, 1, TODAY)))
    few = tracemalloc.get_traced_memory()[1]
    kept += simulate(Plan(40, 2, TODAY))
    assert tracemalloc.get_traced_memory()[1] > 1.6 * few
    tracemalloc.stop()


# ---------------------------------------------------------------- what is clean is valid


def raw(told: Mapping[str, str]) -> RawIdentifier:
    kind = IdentifierType(told["type"])
    return RawIdentifier(kind, told["value"], told.get("country"), told.get("scheme", ""))


@pytest.mark.parametrize("party", ["P", "F"])
def test_every_clean_value_is_evidence(party: str) -> None:
    seen: dict[str, int] = defaultdict(int)
    for chapter in clean(tuple(WIDE)):
        for document in chapter.events if chapter.key[0] == party else ():
            for told in document.get("identifiers", ()):
                found = normalise(raw(told), country="BR")
                assert isinstance(found, Identifier), told
                assert found.identifies, told
                is_firms = found.party is Party.COMPANY
                assert is_firms is (party == "F" and told["type"] in ("tax_id", "email")), told
                seen[told["type"]] += 1
    assert seen.keys() >= {"phone", "email", "tax_id"}
    assert party == "F" or seen.keys() >= {"document", "visit"}


def test_every_clean_profile_is_believed() -> None:
    for chapter in clean(tuple(WIDE)):
        country = chapter.truth[-1]["country"]
        for document in chapter.events:
            profile = document.get("profile", {})
            if document.get("record_key") == "CONSUMIDOR FINAL":
                continue
            if "name" in profile:
                assert not is_generic_name(profile["name"]), profile
            if "birth_date" in profile:
                assert parse_birth_date(profile["birth_date"], today=TODAY), profile
            if "postal_code" in profile:
                assert postal_code(profile["postal_code"], country=country), profile


def test_no_two_people_share_a_clean_value() -> None:
    owners: dict[Any, set[str]] = defaultdict(set)
    for chapter in clean(tuple(WIDE)):
        for document in chapter.events:
            for told in document.get("identifiers", ()):
                found = normalise(raw(told), country="BR")
                assert isinstance(found, Identifier)
                owners[found.type, found.scope, found.value].add(chapter.key)
    assert all(len(found) == 1 for found in owners.values())


# ---------------------------------------------------------------- dirt


def test_at_rate_nought_nothing_goes_wrong() -> None:
    assert {cause for line in mentions(clean()) for cause in line["causes"]} == set()


@pytest.mark.parametrize("cause", Cause)
def test_at_rate_one_it_happens_on_every_occasion_and_nothing_else_does(
    cause: Cause, monkeypatch: pytest.MonkeyPatch
) -> None:
    occasions: list[bool] = []
    strikes = Dirt.strikes

    def noted(dirt: Dirt, asked: Cause, *occasion: object) -> bool:
        struck = strikes(dirt, asked, *occasion)
        if asked is cause:
            occasions.append(struck)
        else:
            assert not struck
        return struck

    monkeypatch.setattr(Dirt, "strikes", noted)
    told = [chapter for nth in NEAR for chapter in chapters(plan({**CLEAN, cause: 1.0}), nth)]
    assert occasions
    assert all(occasions)
    assert {found for line in mentions(told) for found in line["causes"]} == {cause}


def first_name_of(told: Iterable[Chapter]) -> dict[tuple[str, str], str]:
    """Return the name each record was opened under."""
    return {
        (document["source"], document["record_key"]): document["profile"]["name"]
        for chapter in told
        for document in reversed(chapter.events)
        if document["type"] == "profile" and "name" in document["profile"]
    }


def records(source: str) -> set[tuple[str, str]]:
    return {
        name_of(line)
        for line in mentions(clean())
        if line["kind"] == "record" and line["party"] == "person" and source in line["source"]
    }


@pytest.mark.parametrize(
    ("cause", "sources"),
    [
        (Cause.TYPO_KEYBOARD, ("shop",)),
        (Cause.TYPO_TRANSPOSITION, ("crm",)),
        (Cause.TYPO_OCR, ("erp",)),
        (Cause.PLACEHOLDER, ("erp", "crm")),
        (Cause.OTHER_CONTACT, ("crm",)),
        (Cause.ALIAS_EMAIL, ("marketplace",)),
        (Cause.SOCIAL_NAME, ("erp", "shop", "crm", "marketplace")),
    ],
)
def test_at_rate_one_every_record_of_its_sources_is_touched(
    cause: Cause, sources: tuple[str, ...]
) -> None:
    expected = set().union(*(records(source) for source in sources))
    assert touched(crowd(cause), cause) == expected


def test_at_rate_one_every_accent_is_lost() -> None:
    names = {name: text for name, text in first_name_of(clean()).items() if not text.isascii()}
    told = crowd(Cause.ACCENTS_LOST)
    assert touched(told, Cause.ACCENTS_LOST) == names.keys()
    assert all(text.isascii() for text in first_name_of(told).values())


def test_at_rate_one_everybody_with_a_nickname_goes_by_it() -> None:
    given = {
        name: text.partition(" ")[0]
        for name, text in first_name_of(clean()).items()
        if name[0] in ("crm", "shop.web")
    }
    expected = {name for name, first in given.items() if first in NICKNAMES}
    told = crowd(Cause.NICKNAME)
    assert touched(told, Cause.NICKNAME) == expected
    for name in expected:
        assert first_name_of(told)[name].startswith(NICKNAMES[given[name]])


@pytest.mark.parametrize("cause", [Cause.DEFAULT_CLIENT, Cause.TILL_PHONE])
def test_at_rate_one_every_sale_at_a_till_is_touched(cause: Cause) -> None:
    def at_tills(told: Iterable[Chapter]) -> set[tuple[str, str]]:
        found = (d for chapter in told for d in chapter.events)
        return {(d["source"], d["id"]) for d in found if d["source"].startswith("till.")}

    told = crowd(cause)
    assert touched(told, cause) == at_tills(told)


def test_people_of_one_household_line_live_together() -> None:
    shared: dict[str, set[str]] = defaultdict(set)
    for chapter in crowd(Cause.HOUSEHOLD_LINE):
        for document in chapter.events:
            for told in document.get("identifiers", ()):
                if told["type"] == "phone":
                    shared[str(normalise(raw(told), country="BR"))].add(chapter.key)
    couples = [sorted(int(key[1:]) for key in keys) for keys in shared.values() if len(keys) > 1]
    assert couples
    assert all(second == first + 1 for first, second in couples)


def test_a_recycled_number_is_quiet_between_its_holders() -> None:
    told = plan({**CLEAN, Cause.RECYCLED_NUMBER: 1.0})
    for nth in WIDE:
        residents = neighbourhood(told.world(), nth).residents
        before = {r.person.mobile: r for r in residents if r.gives_up_on}
        after = {r.person.mobile: r for r in residents if r.got_on}
        assert before.keys() == after.keys()
        assert len(before) == 8
        for number, holder in before.items():
            got_on = after[number].got_on
            assert got_on is not None
            assert holder.gives_up_on is not None
            assert (got_on - holder.gives_up_on).days >= 180
            assert holder.mobile_on(got_on) != number


def test_fathers_and_sons_share_name_and_line() -> None:
    told = plan({**CLEAN, Cause.FATHER_AND_SON: 1.0})
    residents = [r for nth in range(12) for r in neighbourhood(told.world(), nth).residents]
    alike: dict[Any, list[Any]] = defaultdict(list)
    for resident in residents:
        if resident.line_cause is Cause.FATHER_AND_SON:
            alike[resident.line].append(resident.person)
    assert alike
    for father, son in alike.values():
        assert father.name.given == son.name.given
        assert father.postal_code == son.postal_code
        assert father.birth_date < son.birth_date


@pytest.mark.parametrize("cause", [Cause.NICKNAME, Cause.DEFAULT_CLIENT, Cause.ALIAS_EMAIL])
def test_a_higher_rate_touches_no_less(cause: Cause) -> None:
    few, more = (touched(crowd(cause, rate), cause) for rate in (0.2, 0.6))
    assert few < more


def test_rates_are_read_by_name_and_in_their_turn() -> None:
    rates = read_rates([("all", 0), ("nickname", "0.25")])
    assert rates == {**CLEAN, Cause.NICKNAME: 0.25}
    for name, rate in (("nickname", 1.1), ("nickname", "x"), ("all", -1)):
        with pytest.raises(ValueError, match=f"{name}: a rate is a number from 0 to 1"):
            read_rates([(name, rate)])
    with pytest.raises(ValueError, match="no dirt of this name; there are all, typo_keyboard"):
        read_rates([("nicknames", 0.1)])


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789 ", min_size=1), st.integers())
def test_a_slip_leaves_the_first_letter_and_changes_little(text: str, seed: int) -> None:
    rng = Chance(seed).dice("slip")
    for slip in (neighbouring_key, misread, swapped):
        after = slip(rng, text)
        assert after[:1] == text[:1]
        assert abs(len(after) - len(text)) <= 1
