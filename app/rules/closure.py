"""Is a rule true of these facts, false, or not known, and which missing facts would tell?

Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, § 64).  A rule is
compiled once into nested closures; asking costs one call per node, whatever the facts are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, TypeAlias, assert_never

from app.rules.tree import (
    Absence,
    AllOf,
    AnyOf,
    Comparator,
    Comparison,
    Constant,
    Containment,
    Interval,
    Membership,
    Negation,
    Node,
    Rule,
    Variable,
)
from app.rules.values import Value

Facts: TypeAlias = Mapping[str, Value]
"""Facts that ``admit`` let in: each is of the type of its field, and what is missing is absent."""

Answer: TypeAlias = bool | frozenset[str]
"""True, false, or unknown: the names of the facts that could tell, which are never none.

Only facts that can still matter are named: false and unknown is false and names none.
"""

Ask: TypeAlias = Callable[[Facts], Answer]

_FROM_THE_LITERAL: Final[Mapping[Comparator, Callable[[Any, Any], bool]]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
    Comparator.LESS: operator.gt,
    Comparator.AT_MOST: operator.ge,
    Comparator.GREATER: operator.lt,
    Comparator.AT_LEAST: operator.le,
}
"""The comparison the other way round: bound to the literal, it needs no function of our own."""


def compile_rule(rule: Rule) -> Ask:
    """Return the rule as a function of admitted facts: linear in its nodes, never raising."""
    return _compile(rule.root)


def _compile(node: Node) -> Ask:
    match node:
        case Constant(value):
            return lambda _: value
        case AllOf(children):
            return _joined(tuple(map(_compile, children)), decisive=False)
        case AnyOf(children):
            return _joined(tuple(map(_compile, children)), decisive=True)
        case Negation(child):
            return _negated(child)
        case Absence(variable):
            return _absent(variable)
        case _:
            return _leaf(node.variable, _test(node))


def _test(leaf: Comparison | Membership | Interval | Containment) -> Callable[[Any], bool]:
    """Return what a leaf asks of a fact that is known."""
    match leaf:
        case Comparison(_, comparator, literal):
            return partial(_FROM_THE_LITERAL[comparator], literal)
        case Membership(_, literals):
            return frozenset(literals).__contains__
        case Interval(_, low, high):
            return lambda value: bool(low <= value <= high)
        case Containment(_, member):
            return lambda value: member in value
        case _:
            assert_never(leaf)


def _joined(asks: tuple[Ask, ...], *, decisive: bool) -> Ask:
    """Return and (decisive is false) or or (decisive is true): one decisive child settles it."""

    def ask(facts: Facts) -> Answer:
        missing: frozenset[str] = frozenset()
        for child in asks:
            known = child(facts)
            if known is decisive:
                return decisive
            if known is not True and known is not False:
                missing |= known
        return missing or not decisive

    return ask


def _negated(node: Node) -> Ask:
    if isinstance(node, Comparison) and node.comparator is Comparator.EQUAL:
        return _leaf(node.variable, partial(operator.ne, node.literal))  # most are "not so"
    child = _compile(node)

    def ask(facts: Facts) -> Answer:
        known = child(facts)
        return known if isinstance(known, frozenset) else not known

    return ask


def _absent(variable: Variable) -> Ask:
    name = variable.name
    return lambda facts: name not in facts


def _leaf(variable: Variable, test: Callable[[Any], bool]) -> Ask:
    name = variable.name
    missing = frozenset((name,))

    def ask(facts: Facts) -> Answer:
        # Dozens for each customer: a look costs no call, as ``get`` does, nor what a miss would.
        return test(facts[name]) if name in facts else missing

    return ask
