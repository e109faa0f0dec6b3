"""Which documents are rules, and what is said of those that are not?"""

from __future__ import annotations

import json
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.problems import InvalidInput
from app.rules.document import to_document
from app.rules.fields import Field, FieldRegistry, Unit
from app.rules.parse import MAX_DEPTH, MAX_LEAVES, MAX_LITERALS, parse
from app.rules.tree import AllOf, Comparator, Comparison, Interval, Membership, Variable
from app.rules.values import FieldType
from app.rules.wording import Wording

LABEL = Wording("rótulo", "etiqueta", "label")

REGISTRY = FieldRegistry(
    (
        Field("open_complaint", FieldType.BOOLEAN, LABEL),
        Field("visits", FieldType.NUMBER, LABEL, Unit.COUNT),
        Field("ticket", FieldType.MONEY, LABEL),
        Field("tier", FieldType.TEXT, LABEL, choices=("gold", "silver")),
        Field("city", FieldType.TEXT, LABEL),
        Field("birth_date", FieldType.DATE, LABEL),
        Field("seen_at", FieldType.INSTANT, LABEL),
        Field("categories", FieldType.TEXT_SET, LABEL),
    )
)


def faults(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        parse(document, REGISTRY)
    assert caught.value.reason == "invalid-rule"
    return [(fault.pointer, fault.code) for fault in caught.value.faults]


def test_a_rule_is_read_into_typed_nodes() -> None:
    rule = parse(
        {
            "and": [
                {">=": [{"var": "ticket"}, "150"]},
                {"in": [{"var": "tier"}, ["silver", "gold", "silver"]]},
                {"between": [{"var": "birth_date"}, "1980-01-01", "1989-12-31"]},
            ]
        },
        REGISTRY,
    )
    assert rule.root == AllOf(
        (
            Comparison(Variable("ticket", FieldType.MONEY), Comparator.AT_LEAST, Decimal("150.00")),
            Membership(Variable("tier", FieldType.TEXT), ("gold", "silver")),
            Interval(Variable("birth_date", FieldType.DATE), date(1980, 1, 1), date(1989, 12, 31)),
        )
    )
    assert rule.names == {"ticket", "tier", "birth_date"}


@pytest.mark.parametrize(
    "document",
    [
        True,
        False,
        {"!": {"missing": ["ticket"]}},
        {"==": [{"var": "open_complaint"}, False]},
        {"<": [{"var": "visits"}, 2.5]},
        {"!=": [{"var": "visits"}, -3]},
        {"==": [{"var": "ticket"}, "10.50"]},
        {"contains": [{"var": "categories"}, "coffee"]},
        {"or": [{"<=": [{"var": "seen_at"}, "2026-11-20T14:03:00.250000Z"]}, True]},
    ],
)
def test_what_is_written_canonically_is_written_back_unchanged(document: object) -> None:
    assert to_document(parse(document, REGISTRY)) == document


def test_an_instant_is_kept_in_utc() -> None:
    rule = parse({"==": [{"var": "seen_at"}, "2026-11-20T14:03:00-03:00"]}, REGISTRY)
    assert isinstance(rule.root, Comparison)
    assert rule.root.literal == datetime(2026, 11, 20, 17, 3, tzinfo=UTC)
    assert to_document(rule) == {"==": [{"var": "seen_at"}, "2026-11-20T17:03:00Z"]}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (None, ("", "not_a_rule")),
        ("open_complaint", ("", "not_a_rule")),
        ({}, ("", "not_a_rule")),
        ({"and": [True], "or": [True]}, ("", "not_a_rule")),
        ({"map": [True]}, ("", "unknown_operator")),
        ({7: [True]}, ("", "unknown_operator")),
        ({"and": []}, ("/and", "wrong_operands")),
        ({"or": {"0": True}}, ("/or", "wrong_operands")),
        ({"!": [True]}, ("/!", "not_a_rule")),
        ({"==": [{"var": "visits"}]}, ("/==", "wrong_operands")),
        ({"==": ["visits", 1]}, ("/==/0", "not_a_variable")),
        ({"==": [{"var": "nobody"}, 1]}, ("/==/0/var", "unknown_field")),
        ({"==": [{"var": ["visits"]}, 1]}, ("/==/0/var", "unknown_field")),
        ({"<": [{"var": "city"}, "M"]}, ("/</0/var", "wrong_type")),
        ({"<": [{"var": "open_complaint"}, True]}, ("/</0/var", "wrong_type")),
        ({"==": [{"var": "categories"}, "coffee"]}, ("/==/0/var", "wrong_type")),
        ({"contains": [{"var": "city"}, "coffee"]}, ("/contains/0/var", "wrong_type")),
        ({"==": [{"var": "visits"}, "1"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "visits"}, True]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "visits"}, float("nan")]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "visits"}, float("inf")]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "visits"}, 10**15]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "visits"}, 5e-324]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "open_complaint"}, 1]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "open_complaint"}, None]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "ticket"}, 150]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "ticket"}, "1.234"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "ticket"}, "\u0661\u0665"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "city"}, ""]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "city"}, "x" * 201]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "city"}, "\ud800"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "city"}, "a\x00b"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "tier"}, "golden"]}, ("/==/1", "unknown_choice")),
        ({"==": [{"var": "birth_date"}, "1980-02-30"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "birth_date"}, "19800201"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "seen_at"}, "2026-11-20T14:03:00"]}, ("/==/1", "wrong_literal")),
        ({"==": [{"var": "seen_at"}, "0001-01-01T00:00:00+14:00"]}, ("/==/1", "wrong_literal")),
        ({"in": [{"var": "city"}, []]}, ("/in/1", "wrong_operands")),
        ({"in": [{"var": "open_complaint"}, [True]]}, ("/in/0/var", "wrong_type")),
        ({"in": [{"var": "tier"}, ["gold", "lead"]]}, ("/in/1/1", "unknown_choice")),
        ({"between": [{"var": "visits"}, 3, 2]}, ("/between", "reversed_range")),
        ({"missing": []}, ("/missing", "wrong_operands")),
        ({"missing": ["nobody"]}, ("/missing/0", "unknown_field")),
    ],
)
def test_a_fault_is_named_where_it_stands(document: object, expected: tuple[str, str]) -> None:
    assert faults(document) == [expected]


def test_all_faults_are_told_at_once() -> None:
    document = {"and": [{"==": [{"var": "nobody"}, 1]}, True, {"!": {"or": [{"x": 1}, None]}}]}
    assert faults(document) == [
        ("/and/0/==/0/var", "unknown_field"),
        ("/and/2/!/or/0", "unknown_operator"),
        ("/and/2/!/or/1", "not_a_rule"),
    ]


def test_faults_stand_where_the_rule_stands_in_the_request() -> None:
    with pytest.raises(InvalidInput) as caught:
        parse({"x": 1}, REGISTRY, pointer="/actions/3/clauses/0/rule")
    assert caught.value.faults[0].pointer == "/actions/3/clauses/0/rule"


def test_no_fault_repeats_what_was_sent() -> None:
    personal = "52998224725"
    documents = [
        {personal: 1},
        {"==": [{"var": personal}, 1]},
        {"==": [{"var": "visits"}, personal]},
        {"in": [{"var": "tier"}, [personal]]},
        personal,
    ]
    for document in documents:
        with pytest.raises(InvalidInput) as caught:
            parse(document, REGISTRY)
        assert personal not in f"{caught.value} {caught.value.detail} {caught.value.faults}"


def nested(levels: int) -> object:
    document: object = True
    for _ in range(levels - 1):
        document = {"!": document}
    return document


def test_the_limits_themselves_are_allowed() -> None:
    parse(nested(MAX_DEPTH), REGISTRY)
    parse({"and": [True] * MAX_LEAVES}, REGISTRY)
    parse({"in": [{"var": "visits"}, list(range(MAX_LITERALS))]}, REGISTRY)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (nested(MAX_DEPTH + 1), "too_deep"),
        (nested(100_000), "too_deep"),
        ({"and": [True] * (MAX_LEAVES + 1)}, "too_many_leaves"),
        ({"and": [True] * 1_000_000}, "too_many_leaves"),
        ({"or": [{"and": [True] * 33}, {"and": [True] * 32}]}, "too_many_leaves"),
        ({"in": [{"var": "visits"}, list(range(1_000_000))]}, "wrong_operands"),
        ({"==": [{"var": "visits"}, 10**1_000_000]}, "wrong_literal"),
        ({"==": [{"var": "city"}, "x" * 10_000_000]}, "wrong_literal"),
    ],
)
def test_a_hostile_document_is_refused_at_once(document: object, code: str) -> None:
    began = time.process_time()
    assert faults(document)[-1][1] == code
    assert time.process_time() - began < 0.1


def test_a_million_faults_are_told_as_twenty() -> None:
    assert len(faults({"and": [None] * 1_000_000})) == 20


def test_two_stages_may_not_export_one_name() -> None:
    field = Field("visits", FieldType.NUMBER, LABEL)
    with pytest.raises(ValueError, match="visits"):
        FieldRegistry.join((field,), (field,))


def test_a_field_says_only_what_its_type_allows() -> None:
    with pytest.raises(ValueError, match="unit"):
        Field("city", FieldType.TEXT, LABEL, Unit.DAYS)
    with pytest.raises(ValueError, match="choices"):
        Field("visits", FieldType.NUMBER, LABEL, choices=("1",))
    with pytest.raises(ValueError, match="lower case"):
        Field("Visits", FieldType.NUMBER, LABEL)


def test_a_canonical_document_is_plain_json() -> None:
    rule = parse({"between": [{"var": "visits"}, 0.1, 1e3]}, REGISTRY)
    written = json.dumps(to_document(rule))
    assert written == '{"between": [{"var": "visits"}, 0.1, 1000]}'
    assert parse(json.loads(written), REGISTRY) == rule
