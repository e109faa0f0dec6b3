"""Is a rule true of these facts, false, or not known, and which missing facts would tell?

Kleene's strong three-valued logic (Introduction to Metamathematics, 1952, § 64).  A rule is
compiled once into nested closures; asking costs one call per node, whatever the facts are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from app.rules.values import READERS, Value

Facts: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule says; ``truth`` None is unknown, and ``missing`` then names the facts it lacks.

    Only facts that can still matter are named: false and unknown is false and names none.
    """

    truth: bool | None
    missing: frozenset[str] = frozenset()


# Inside, unknown *is* the set of names it lacks: no object is made for what is known.
_Kleene: TypeAlias = bool | frozenset[str]
_Ask: TypeAlias = Callable[[Facts], _Kleene]

_TRUE: Final = Verdict(truth=True)
_FALSE: Final = Verdict(truth=False)

_COMPARE: Final[Mapping[Comparator, Callable[[Any, Any], bool]]] = {
    Comparator.EQUAL: operator.eq,
    Comparator.NOT_EQUAL: operator.ne,
    Comparator.LESS: operator.lt,
    Comparator.AT_MOST: operator.le,
    Comparator.GREATER: operator.gt,
    Comparator.AT_LEAST: operator.ge,
}


def compile_rule(rule: Rule) -> Callable[[Facts], Verdict]:
    """Return the rule as a function of facts: linear in its nodes, never raising.

    A fact that is absent, None or of another type than its field is missing.
    """
    ask = _compile(rule.root)

    def verdict(facts: Facts) -> Verdict:
        known = ask(facts)
        if isinstance(known, frozenset):
            return Verdict(None, known)
        return _TRUE if known else _FALSE

    return verdict


def _compile(node: Node) -> _Ask:
    match node:
        case Constant(value):
            return lambda _: value
        case AllOf(children):
            return _joined(tuple(map(_compile, children)), decisive=False)
        case AnyOf(children):
            return _joined(tuple(map(_compile, children)), decisive=True)
        case Negation(child):
            return _negated(_compile(child))
        case Absence(variable):
            return _absent(variable)
        case _:
            return _leaf(node.variable, _test(node))


def _test(leaf: Comparison | Membership | Interval | Containment) -> Callable[[Any], bool]:
    """Return what a leaf asks of a fact that is known."""
    match leaf:
        case Comparison(_, comparator, literal):
            compare = _COMPARE[comparator]
            return lambda value: compare(value, literal)
        case Membership(_, literals):
            return frozenset(literals).__contains__
        case Interval(_, low, high):
            return lambda value: bool(low <= value <= high)
        case Containment(_, member):
            return lambda value: member in value
        case _:
            assert_never(leaf)


def _joined(asks: tuple[_Ask, ...], *, decisive: bool) -> _Ask:
    """Return and (decisive is false) or or (decisive is true): one decisive child settles it."""

    def ask(facts: Facts) -> _Kleene:
        missing: frozenset[str] = frozenset()
        for child in asks:
            known = child(facts)
            if isinstance(known, frozenset):
                missing |= known
            elif known is decisive:
                return decisive
        return missing or not decisive

    return ask


def _negated(child: _Ask) -> _Ask:
    def ask(facts: Facts) -> _Kleene:
        known = child(facts)
        return known if isinstance(known, frozenset) else not known

    return ask


def _absent(variable: Variable) -> _Ask:
    name, read = variable.name, READERS[variable.type]
    return lambda facts: read(facts.get(name)) is None


def _leaf(variable: Variable, test: Callable[[Any], bool]) -> _Ask:
    name, read = variable.name, READERS[variable.type]
    missing = frozenset((name,))

    def ask(facts: Facts) -> _Kleene:
        value: Value | None = read(facts.get(name))
        return missing if value is None else test(value)

    return ask
