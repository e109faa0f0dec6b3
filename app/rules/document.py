"""How is a rule written down?  As a typed subset of JSONLogic, in one canonical way."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from app.rules.tree import (
    Absence,
    AllOf,
    AnyOf,
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
from app.rules.values import Literal, Value, write_literal

Document: TypeAlias = bool | dict[str, object]


def to_document(rule: Rule) -> Document:
    """Return the canonical JSON of a rule: ``parse(to_document(rule), registry) == rule``."""
    return _write(rule.root)


def _write(node: Node) -> Document:
    match node:
        case Constant(value):
            return value
        case AllOf(children):
            return {"and": [_write(child) for child in children]}
        case AnyOf(children):
            return {"or": [_write(child) for child in children]}
        case Negation(child):
            return {"!": _write(child)}
        case Absence(variable):
            return {"missing": [variable.name]}
        case _:
            return _write_leaf(node)


def _write_leaf(leaf: Comparison | Membership | Interval | Containment) -> Document:
    variable = leaf.variable
    match leaf:
        case Comparison(_, comparator, literal):
            return {comparator.value: [_var(variable), write_literal(variable.type, literal)]}
        case Membership(_, literals):
            return {"in": [_var(variable), _literals(variable, literals)]}
        case Interval(_, low, high):
            return {"between": [_var(variable), *_literals(variable, (low, high))]}
        case Containment(_, member):
            return {"contains": [_var(variable), member]}
        case _:
            assert_never(leaf)


def _var(variable: Variable) -> dict[str, object]:
    return {"var": variable.name}


def _literals(variable: Variable, values: tuple[Value, ...]) -> list[Literal]:
    return [write_literal(variable.type, value) for value in values]
