"""Does a compiled rule say what three-valued logic says, and name the facts that matter?

The oracle reads the JSON document itself and knows neither the parser nor the tree: truth is a
number (0, 1/2, 1), ``and`` is the least, ``or`` the greatest and ``!`` is one minus it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.problems import InvalidInput
from app.rules.closure import Answer, compile_rule
from app.rules.document import to_document
from app.rules.facts import admit, facts_from_document, facts_to_document
from app.rules.fields import Field, FieldRegistry
from app.rules.parse import parse
from app.rules.values import FieldType
from app.rules.wording import Wording

LABEL = Wording("rótulo", "etiqueta", "label")
FLAGS = ("a", "b", "c", "d")
REGISTRY = FieldRegistry(
    [
        *(Field(name, FieldType.BOOLEAN, LABEL) for name in FLAGS),
        Field("visits", FieldType.NUMBER, LABEL),
        Field("ticket", FieldType.MONEY, LABEL),
        Field("city", FieldType.TEXT, LABEL),
        Field("born_on", FieldType.DATE, LABEL),
        Field("seen_at", FieldType.INSTANT, LABEL),
        Field("categories", FieldType.TEXT_SET, LABEL),
    ]
)

# In the document -> in memory.  Few values, so that comparisons are often equal.
LITERALS: dict[str, dict[Any, Any]] = {
    "visits": {0: Decimal(0), 1: Decimal(1), 2.5: Decimal("2.5"), -3: Decimal(-3)},
    "ticket": {"0.00": Decimal(0), "10.50": Decimal("10.5"), "-1.00": Decimal(-1)},
    "city": {"Recife": "Recife", "Sevilla": "Sevilla", "São Paulo": "São Paulo"},
    "born_on": {"1980-02-29": date(1980, 2, 29), "2000-01-01": date(2000, 1, 1)},
    "seen_at": {
        "2026-11-20T17:03:00Z": datetime(2026, 11, 20, 17, 3, tzinfo=UTC),
        "2026-11-20T17:03:00-03:00": datetime(2026, 11, 20, 20, 3, tzinfo=UTC),
    },
}
ORDERED = ("visits", "ticket", "born_on", "seen_at")
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
CATEGORIES = ("coffee", "tea")


@st.composite
def leaf_documents(draw: st.DrawFn) -> object:  # noqa: PLR0911 - one case for each kind
    kind = draw(st.sampled_from(["const", "flag", "order", "equal", "in", "between", "set", "no"]))
    name = draw(st.sampled_from(ORDERED))
    literal = st.sampled_from(list(LITERALS[name]))
    match kind:
        case "const":
            return draw(st.booleans())
        case "flag":
            flag, truth = draw(st.sampled_from(FLAGS)), draw(st.booleans())
            return {draw(st.sampled_from(["==", "!="])): [{"var": flag}, truth]}
        case "order":
            return {draw(st.sampled_from(list(COMPARE))): [{"var": name}, draw(literal)]}
        case "equal":
            return {"==": [{"var": "city"}, draw(st.sampled_from(list(LITERALS["city"])))]}
        case "in":
            return {"in": [{"var": name}, draw(st.lists(literal, min_size=1, max_size=3))]}
        case "between":
            ends = draw(st.lists(literal, min_size=2, max_size=2))
            ends.sort(key=lambda end: LITERALS[name][end])
            return {"between": [{"var": name}, *ends]}
        case "set":
            return {"contains": [{"var": "categories"}, draw(st.sampled_from(CATEGORIES))]}
        case _:
            return {"missing": [draw(st.sampled_from([*FLAGS, "visits", "categories"]))]}


def junctions(children: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    several = st.lists(children, min_size=1, max_size=3)
    return (
        several.map(lambda items: {"and": items})
        | several.map(lambda items: {"or": items})
        | children.map(lambda item: {"!": item})
    )


documents = st.recursive(leaf_documents(), junctions, max_leaves=8)
facts_given = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.none() | st.booleans() for name in FLAGS},
        **{name: st.sampled_from(list(values.values())) for name, values in LITERALS.items()},
        "categories": st.frozensets(st.sampled_from(CATEGORIES)),
    },
)

Facts = Mapping[str, object]
HALF = Fraction(1, 2)


def oracle(document: Any, facts: Facts) -> Fraction:
    if isinstance(document, bool):
        return Fraction(document)
    ((name, operand),) = document.items()
    match name:
        case "and":
            return min(oracle(child, facts) for child in operand)
        case "or":
            return max(oracle(child, facts) for child in operand)
        case "!":
            return 1 - oracle(operand, facts)
        case "missing":
            return Fraction(facts.get(operand[0]) is None)
    variable = operand[0]["var"]
    fact: Any = facts.get(variable)
    return HALF if fact is None else Fraction(oracle_leaf(name, variable, operand, fact))


def oracle_leaf(name: str, variable: str, operand: list[Any], fact: Any) -> bool:
    def memory(literal: Any) -> Any:
        return LITERALS.get(variable, {}).get(literal, literal)

    match name:
        case "contains":
            return operand[1] in fact
        case "in":
            return any(fact == memory(literal) for literal in operand[1])
        case "between":
            return bool(memory(operand[1]) <= fact <= memory(operand[2]))
        case _:
            return COMPARE[name](fact, memory(operand[1]))


def answer_to(document: object, facts: Facts) -> Answer:
    return compile_rule(parse(document, REGISTRY))(admit(facts, REGISTRY))


def truth_of(answer: Answer) -> bool | None:
    return answer if isinstance(answer, bool) else None


def missing_from(answer: Answer) -> frozenset[str]:
    return frozenset() if isinstance(answer, bool) else answer


@given(documents, facts_given)
def test_the_answer_is_the_oracles(document: object, facts: Facts) -> None:
    expected = {Fraction(0): False, HALF: None, Fraction(1): True}[oracle(document, facts)]
    assert truth_of(answer_to(document, facts)) is expected


@given(documents, facts_given)
def test_missing_facts_are_named_exactly_when_the_answer_is_unknown(
    document: object, facts: Facts
) -> None:
    answer = answer_to(document, facts)
    assert bool(missing_from(answer)) == (truth_of(answer) is None)
    assert all(facts.get(name) is None for name in missing_from(answer))


def asks_for_absence(document: Any) -> bool:
    return '"missing"' in repr(document).replace("'", '"')


@given(documents, facts_given, facts_given)
def test_a_fact_that_is_not_named_changes_nothing(
    document: object, facts: Facts, told: Facts
) -> None:
    answer = answer_to(document, facts)
    if asks_for_absence(document):
        return  # the one leaf to which learning a fact matters although it is not unknown
    news = {name: value for name, value in told.items() if name not in missing_from(answer)}
    learnt = answer_to(document, {**news, **facts_known(facts)})
    assert truth_of(learnt) is truth_of(answer)


def facts_known(facts: Facts) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}


def read_once(names: list[str], shape: list[str]) -> object:
    """Fold flags into a tree in which each stands once: named means it really can decide."""
    document: object = {"==": [{"var": names[0]}, True]}
    for name, junction in zip(names[1:], shape, strict=False):
        document = {junction: [{"!": document}, {"==": [{"var": name}, True]}]}
    return document


@given(
    st.permutations(FLAGS),
    st.lists(st.sampled_from(["and", "or"]), min_size=3, max_size=3),
    st.dictionaries(st.sampled_from(FLAGS), st.booleans(), max_size=3),
)
def test_every_named_fact_could_decide_it(
    names: list[str], shape: list[str], facts: dict[str, bool]
) -> None:
    document = read_once(names, shape)
    answer = answer_to(document, facts)
    unknown = [name for name in names if name not in facts]
    deciding = {
        name
        for name in unknown
        for rest in product([True, False], repeat=len(unknown))
        if oracle(document, {**dict(zip(unknown, rest, strict=True)), **facts, name: True})
        != oracle(document, {**dict(zip(unknown, rest, strict=True)), **facts, name: False})
    }
    assert missing_from(answer) == deciding


@given(documents)
def test_a_rule_survives_being_written_down(document: object) -> None:
    rule = parse(document, REGISTRY)
    written = to_document(rule)
    assert parse(written, REGISTRY) == rule
    assert to_document(parse(written, REGISTRY)) == written


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["and", "or", "!", "==", "in", "var", "missing", "between", "x"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=20,
)


@given(json_values)
def test_any_json_is_a_rule_or_a_refusal(document: object) -> None:
    try:
        rule = parse(document, REGISTRY)
    except InvalidInput as problem:
        assert problem.faults  # noqa: PT017 - both outcomes are right; neither may be silent
    else:
        assert compile_rule(rule)({}) is not None


anything = st.none() | st.booleans() | st.floats() | st.decimals() | st.text() | st.dates()


@given(documents, st.dictionaries(st.sampled_from([f.name for f in REGISTRY]), anything))
def test_a_fact_of_another_type_is_a_missing_fact(document: object, facts: Facts) -> None:
    admitted = admit(facts, REGISTRY)
    fitting = {name: facts[name] for name in facts if name not in REGISTRY.misfits(facts)}
    assert answer_to(document, facts) == answer_to(document, fitting)
    assert not REGISTRY.misfits(admitted)
    assert set(REGISTRY.misfits(facts)) == set(facts_known(facts)) - set(admitted)


@given(facts_given)
def test_facts_survive_being_written_down(facts: Facts) -> None:
    admitted = admit(facts, REGISTRY)
    assert facts_from_document(facts_to_document(admitted), REGISTRY) == admitted


def test_unknown_is_not_false() -> None:
    """Negative control: two-valued logic would say that nobody complains, and make the call."""
    not_complaining = {"!": {"==": [{"var": "a"}, True]}}
    nothing_known: dict[str, object] = {}
    assert nothing_known.get("a") is not True  # what two-valued logic reads: "not complaining"
    assert oracle(not_complaining, {}) == HALF
    assert answer_to(not_complaining, {}) == frozenset({"a"})
    assert answer_to({"and": [not_complaining, False]}, {}) is False
