"""What keeps a catalogue from being published, and where is the fault said to be?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.personalise.bundle import read_catalogue, shipped_document
from app.problems import InvalidInput
from app.rules.fields import Field, FieldRegistry
from app.rules.values import FieldType
from app.rules.wording import Wording

LABEL = Wording("rótulo", "etiqueta", "label")
REGISTRY = FieldRegistry(
    (
        Field("ticket", FieldType.MONEY, LABEL),
        Field("visits", FieldType.NUMBER, LABEL),
    )
)

Document = dict[str, Any]


def words(text: str = "text") -> Document:
    return {"pt-BR": text, "es": text, "en": text}


def clause(code: str = "came", **changes: object) -> Document:
    return {
        "code": code,
        "stage": "eligibility",
        "rule": {">=": [{"var": "visits"}, 1]},
        "on_unknown": "block",
        "reason": words(),
        **changes,
    }


def a_catalogue() -> Document:
    action = {
        "key": "loyalty.thanks",
        "strategy": "loyalty",
        "group": "thanks",
        "purpose": "marketing",
        "name": words(),
        "why": words(),
        "clauses": [clause()],
        "scripts": [words("Here is {company}")],
        "treatments": [{"channel": "voice", "direction": "outbound", "contact_cost": "5.00"}],
        "worth": {"fact": "ticket", "times": "0.30"},
        "incentive": "0",
        "prior": {"mean": 0.1, "weight": 10},
        "once_accepted": {"rule": "cool_off", "days": 30},
    }
    policy = {"caps": [], "rejected_pause_days": 30, "deferred_pause_days": 7}
    return {"currency": "BRL", "policy": policy, "actions": [action]}


def faults(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read_catalogue(document, REGISTRY)
    assert caught.value.reason == "invalid-catalogue"
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_a_right_catalogue_is_read() -> None:
    (action,) = read_catalogue(a_catalogue(), REGISTRY).actions
    (treatment,) = action.treatments
    assert (action.key, treatment.key) == ("loyalty.thanks", "voice.outbound")
    assert read_catalogue(a_catalogue(), REGISTRY).reads == {"visits", "ticket"}


def change_action(**changes: object) -> Callable[[Document], None]:
    return lambda document: document["actions"][0].update(changes)


def change_policy(**changes: object) -> Callable[[Document], None]:
    return lambda document: document["policy"].update(changes)


def twice(document: Document) -> None:
    document["actions"] *= 2


WEB = {"channel": "web", "direction": "inbound", "contact_cost": "0"}
HOURS = {"channel": "voice", "weekdays": [0], "opens": "20:00", "closes": "09:00"}
SHARED = {"strategies": ["loyalty"], **clause("came")}


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda d: d.update(surplus=1), ("", "extra_forbidden")),
        (lambda d: d.pop("currency"), ("/currency", "missing")),
        (lambda d: d.update(actions=[]), ("/actions", "too_short")),
        (twice, ("/actions/1/key", "repeated")),
        (change_action(key="Thanks"), ("/actions/0/key", "string_pattern_mismatch")),
        (change_action(strategy="tying"), ("/actions/0/strategy", "enum")),
        (change_action(incentive="-1"), ("/actions/0/incentive", "string_pattern_mismatch")),
        (change_action(incentive=1), ("/actions/0/incentive", "string_type")),
        (change_action(name={"pt-BR": "só", "es": "solo"}), ("/actions/0/name/en", "missing")),
        (change_action(prior={"mean": 1, "weight": 1}), ("/actions/0/prior/mean", "less_than")),
        (
            change_action(clauses=[clause(rule={"==": [{"var": "nobody"}, 1]})]),
            ("/actions/0/clauses/0/rule/==/0/var", "unknown_field"),
        ),
        (
            change_action(clauses=[clause(on_unknown="guess")]),
            ("/actions/0/clauses/0/on_unknown", "enum"),
        ),
        (
            change_action(clauses=[clause(), clause()]),
            ("/actions/0/clauses/1/code", "repeated"),
        ),
        (
            lambda d: d.update(shared_clauses=[SHARED]),
            ("/actions/0/clauses/0/code", "repeated"),
        ),
        (
            lambda d: d.update(shared_clauses=[{**SHARED, "code": "x", "rule": None}]),
            ("/shared_clauses/0/rule", "not_a_rule"),
        ),
        (
            change_action(worth={"fact": "visits", "times": "1"}),
            ("/actions/0/worth/fact", "not_money"),
        ),
        (change_action(worth={"amount": 5}), ("/actions/0/worth/amount", "not_a_decimal")),
        (change_action(worth={"amount": "5", "x": 1}), ("/actions/0/worth", "not_a_worth")),
        (change_action(worth={"first_known": []}), ("/actions/0/worth", "not_a_worth")),
        (
            change_action(worth={"at_least": "1", "of": {"first_known": [{"fact": "ticket"}]}}),
            ("/actions/0/worth/of/first_known/0", "not_a_worth"),
        ),
        (
            change_action(once_accepted={"rule": "end", "days": 3}),
            ("/actions/0/once_accepted/days", "wrong_days"),
        ),
        (
            change_action(once_accepted={"rule": "cool_off"}),
            ("/actions/0/once_accepted/days", "wrong_days"),
        ),
        (
            change_action(treatments=[WEB, WEB]),
            ("/actions/0/treatments/1/variant", "repeated"),
        ),
        (
            change_action(scripts=[], treatments=[WEB]),
            ("/actions/0/treatments/0", "no_script"),
        ),
        (
            change_action(scripts=[words("Hello")]),
            ("/actions/0/treatments/0", "must_say_who_calls"),
        ),
        (
            change_action(scripts=[{**words("{company}"), "en": "Hello {company} {date}"}]),
            ("/actions/0/scripts/0", "placeholders_differ"),
        ),
        (
            change_action(scripts=[words("{company} {tax_id}")]),
            ("/actions/0/scripts/0", "unknown_placeholder"),
        ),
        (
            change_action(scripts=[words("{company} {name.__class__}")]),
            ("/actions/0/scripts/0", "unknown_placeholder"),
        ),
        (
            change_policy(contact_hours=[HOURS]),
            ("/policy/contact_hours/0/closes", "closes_before_opening"),
        ),
        (
            change_policy(
                caps=[{"scope": "strategy", "subject": "tying", "limit": 1, "window_days": 1}]
            ),
            ("/policy/caps/0/subject", "unknown_subject"),
        ),
        (
            change_policy(rejected_pause_days=0),
            ("/policy/rejected_pause_days", "greater_than_equal"),
        ),
    ],
)
def test_a_fault_is_named_where_it_stands(
    break_it: Callable[[Document], None], expected: tuple[str, str]
) -> None:
    document = a_catalogue()
    break_it(document)
    assert faults(document) == [expected]


def test_a_catalogue_of_fields_this_deployment_lacks_is_refused_whole() -> None:
    told = faults(shipped_document())
    assert len(told) == 50
    assert {code for _, code in told} == {"unknown_field", "not_money"}


@pytest.mark.parametrize("document", [None, [], "catalogue", {}, {"actions": {}}])
def test_anything_else_is_no_catalogue(document: object) -> None:
    assert faults(document)
