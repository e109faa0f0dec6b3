"""Does the report on the truth count what it says?  Against lists of all pairs, one by one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.truth.__main__ import shortfall
from benchmarks.truth.decisions import Asked, Seen, _ask, _regret, _sample, _summary, _worth
from benchmarks.truth.identity import CLEAN, identity
from benchmarks.truth.page import page
from benchmarks.truth.service import Api
from benchmarks.truth.store import Store
from benchmarks.truth.value import value

CAUSES = ("nickname", "typo_ocr")


class Mention(NamedTuple):
    person: str
    customer: str | None
    causes: frozenset[str]


MENTIONS = st.lists(
    st.builds(
        Mention,
        st.sampled_from("PQR"),
        st.sampled_from(["c1", "c2", "c3", None]),
        st.frozensets(st.sampled_from(CAUSES)),
    ),
    min_size=1,
    max_size=25,
)


def write(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def a_person(key: str, net: str = "0.00", **numbers: Any) -> dict[str, Any]:
    zero = {"purchases": 0, "purchase_days": 0, "last_on": None}
    money = {"net": net, "cost": "0.00", "unnamed_net": "0.00"}
    rest = {"party": "person", "reach": [], "propensities": {}}
    return {"kind": "person", "person": key, **money, **zero, **rest, **numbers}


def a_customer(key: str, net: str, **numbers: Any) -> dict[str, Any]:
    zero = {"purchases": 0, "purchase_days": 0, "last_on": None}
    return {"customer_id": key, "net": net, "cost": "0.00", **zero, **numbers}


def a_store(
    folder: Path,
    mentions: list[Mention],
    people: Iterable[dict[str, Any]] = (),
    customers: Iterable[dict[str, Any]] = (),
) -> Store:
    """Return a store that read files; every other mention is an event without a key."""
    truth, records, events = [], [], []
    for nth, told in enumerate(mentions):
        is_event = nth % 2 == 1
        kind, name = ("event", "event_id") if is_event else ("record", "record_key")
        whose = {"person": told.person, "party": "person", "causes": sorted(told.causes)}
        truth.append({"kind": kind, "source": "s", name: str(nth), **whose})
        place = {"source": "s", "customer_id": told.customer}
        if is_event:
            events.append(place | {"id": str(nth)})
        elif told.customer:
            records.append(place | {"record_key": str(nth)})
    records.append({"source": "s", "record_key": None, "customer_id": "c1"})
    store = Store(folder / "store.sqlite")
    store.read_truth(write(folder / "truth", [*truth, *people]))
    store.read_records(write(folder / "records", records))
    store.read_events(write(folder / "events", events))
    store.read_customers(write(folder / "customers", customers))
    store.join()
    return store


def is_together(one: Mention, other: Mention) -> bool:
    return one.customer is not None and one.customer == other.customer


def is_involved(cause: str, one: Mention, other: Mention) -> bool:
    causes = one.causes | other.causes
    return not causes if cause == CLEAN else cause in causes


@settings(max_examples=40)
@given(mentions=MENTIONS)
def test_pairs_are_counted_as_if_they_were_listed(
    mentions: list[Mention], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = identity(a_store(tmp_path_factory.mktemp("store"), mentions))
    pairs = list(combinations(mentions, 2))
    for cause in (None, CLEAN, *{cause for told in mentions for cause in told.causes}):
        involved = [pair for pair in pairs if cause is None or is_involved(cause, *pair)]
        counts = found["pairs"] if cause is None else found["by_cause"][cause]
        assert counts["true"] == sum(a.person == b.person for a, b in involved)
        assert counts["together"] == sum(is_together(a, b) for a, b in involved)
        right = [
            pair for pair in involved if is_together(*pair) and pair[0].person == pair[1].person
        ]
        assert counts["right"] == len(right)
        assert counts["wrong"] == counts["together"] - counts["right"]


@settings(max_examples=40)
@given(mentions=MENTIONS)
def test_b_cubed_is_the_mean_over_mentions(
    mentions: list[Mention], tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = identity(a_store(tmp_path_factory.mktemp("store"), mentions))["b_cubed"]
    precision = recall = 0.0
    for one in mentions:
        with_it = [m for m in mentions if m is one or is_together(m, one)]
        same = [m for m in mentions if m.person == one.person]
        both = [m for m in with_it if m.person == one.person]
        precision += len(both) / len(with_it) / len(mentions)
        recall += len(both) / len(same) / len(mentions)
    assert found["precision"] == pytest.approx(precision)
    assert found["recall"] == pytest.approx(recall)


def test_polluted_and_split_are_told_with_what_may_have_done_it(tmp_path: Path) -> None:
    nothing, slip = frozenset[str](), frozenset({"typo_ocr"})
    mentions = [
        Mention("P", "c1", nothing),
        Mention("Q", "c1", slip),
        Mention("Q", "c2", nothing),
        Mention("R", "c3", nothing),
    ]
    found = identity(a_store(tmp_path, mentions))
    assert (found["polluted_customers"], found["customers"]) == (1, 3)
    assert (found["split_people"], found["people"]) == (1, 3)
    assert found["mentions_in_polluted_ratio"] == 0.5
    by_cause = {cause: one["polluted_customers"] for cause, one in found["by_cause"].items()}
    assert by_cause == {CLEAN: 0, "typo_ocr": 1}


def test_value_is_compared_with_the_customer_that_is_theirs(tmp_path: Path) -> None:
    nothing = frozenset[str]()
    mentions = [
        Mention("P", "c1", nothing),
        Mention("Q", "c2", nothing),
        Mention("Q", "c2", nothing),
        Mention("R", "c2", nothing),
        Mention("R", "c3", nothing),
        Mention("R", "c3", nothing),
    ]
    people = [a_person("P", "10.00"), a_person("Q", "20.00"), a_person("R", "30.00")]
    customers = [a_customer("c1", "10.00"), a_customer("c2", "25.00"), a_customer("c3", "25.00")]
    found = value(a_store(tmp_path, mentions, people, customers))
    assert found["rightly_identified"]["people"] == 1
    assert found["rightly_identified"]["money_exact_ratio"] == 1
    everybody = found["everybody"]
    assert everybody["money_exact_ratio"] == pytest.approx(1 / 3)
    assert everybody["money_error_ratio"] == pytest.approx(10 / 60)
    assert (everybody["too_much_ratio"], everybody["too_little_ratio"]) == (1 / 3, 1 / 3)
    assert found["company"]["net_is_exact"]
    wrong = value(a_store(tmp_path, mentions, people, [a_customer("c1", "10.01"), *customers[1:]]))
    assert not wrong["company"]["net_is_exact"]


@settings(max_examples=40)
@given(mentions=MENTIONS)
def test_whose_a_customer_is_does_not_hang_on_the_ids_of_a_run(
    mentions: list[Mention], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Another run gives the same customers other ids, in another order."""
    other = {"c1": "c9", "c2": "c8", "c3": "c7", None: None}
    again = [told._replace(customer=other[told.customer]) for told in mentions]
    owned, owned_again = (
        dict(a_store(tmp_path_factory.mktemp("store"), told).rows("SELECT * FROM owner"))
        for told in (mentions, again)
    )
    assert {person: other[customer] for person, customer in owned.items()} == owned_again


def test_no_source_always_wins_where_two_customers_hold_as_much(tmp_path: Path) -> None:
    nothing = frozenset[str]()
    tied = [Mention(f"P{n}", held, nothing) for n in range(40) for held in ("c1", "c2")]
    owners = [customer for _, customer in a_store(tmp_path, tied).rows("SELECT * FROM owner")]
    assert 8 < owners.count("c1") < 32


def seen(chosen: float, best: float) -> Seen:
    asked = Asked("P", [], {}, None, "call")
    rest: dict[str, Any] = {"state": "known", "is_right": True, "decision_id": "d", "action": "a"}
    return Seen(asked, open_actions=2, chosen=chosen, best=best, by_chance=0, errors=(), **rest)


def test_regret_is_what_the_best_would_have_brought_more() -> None:
    found = _regret([seen(3.0, 3.0), seen(1.0, 2.0)])
    assert (found["regret"], found["best"], found["best_chosen_ratio"]) == (0.5, 2.5, 0.5)
    assert found["regret_ratio"] == 0.2
    assert _regret([])["regret_ratio"] is None


def test_worth_is_reckoned_with_the_true_propensity() -> None:
    option = {"action": "a", "value": "100.00", "incentive": "20.00", "contact_cost": "6.00"}
    assert _worth({**option, "propensity": "0.9"}, {"a": 0.1}) == pytest.approx(2.0)


def test_an_action_of_which_the_truth_knows_nothing_is_no_bad_choice_but_an_error() -> None:
    option = {"action": "new", "value": "100.00", "incentive": "0.00", "contact_cost": "6.00"}
    with pytest.raises(RuntimeError, match="new has no level"):
        _worth(option, {"a": 0.1})


class Unsure:
    """A service that knows one customer only, and decides nothing."""

    def __init__(self, customer: str | None) -> None:
        self.customer = customer

    def post(self, path: str, body: Any) -> Any:
        return {
            "customer": {"id": self.customer, "state": "known" if self.customer else "unknown"},
            "decisions": [{"decision_id": None, "action": None}],
        }


def test_who_has_no_customer_is_never_met_as_the_right_one() -> None:
    def met(theirs: str | None, told: str | None) -> Seen:
        return _ask(cast("Api", Unsure(told)), Asked("P", [], {}, theirs, "call"))

    assert not met(None, None).is_right
    some = [met(None, None), met("c1", "c1"), met("c1", None), met("c1", "c2"), met(None, "c1")]
    assert _summary(some)["right_customer_ratio"] == pytest.approx(1 / 3)
    assert _summary([met(None, None)])["right_customer_ratio"] is None


def test_a_sample_is_the_same_for_the_seed_and_evenly_drawn(tmp_path: Path) -> None:
    store = a_store(tmp_path, [], [a_person(f"P{n:03d}") for n in range(200)])
    drawn = [asked.person for asked in _sample(store, 5, 50)]
    assert drawn == [asked.person for asked in _sample(store, 5, 50)]
    assert len(set(drawn)) == 50
    assert drawn != [asked.person for asked in _sample(store, 6, 50)]
    assert 60 < sum(int(person[1:]) for person in drawn) / 50 < 140


def test_the_page_has_a_row_for_every_cause(tmp_path: Path) -> None:
    store = a_store(tmp_path, [Mention("P", "c1", frozenset({"typo_ocr"}))], [a_person("P")])
    report = {
        "command": "truth",
        "customers": 1,
        "seed": 1,
        "today": "2026-11-20",
        "commit": "abc1234",
        "changed_files": 3,
        "machine": "2 cores",
        "events": 1,
        "seconds": {"loading": 1.0},
        "identity": identity(store),
        "value": value(store),
    }
    text = page(report)
    assert "| typo ocr | 1 | 0 | – | 0 | – | – | 0 |" in text
    assert "NOT what the books say" not in text
    assert "Commit abc1234 with 3 changed files." in text


@pytest.mark.parametrize(
    ("f1", "least", "is_short"),
    [(0.8, None, False), (0.8, 0.8, False), (0.7999, 0.8, True), (None, 0.0, True)],
)
def test_identity_worse_than_asked_for_is_told(
    f1: float | None, least: float | None, *, is_short: bool
) -> None:
    assert (shortfall({"identity": {"pairs": {"f1": f1}}}, least) is not None) is is_short
