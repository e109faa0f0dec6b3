"""What does a rule look like once it has been understood?

A closed set of nodes.  Whatever is made of a rule (the closure, its document, SQL) is one function
over ``Node`` with one case per kind; ``assert_never`` makes the type checker find a forgotten one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from app.rules.values import FieldType, Value


class Comparator(StrEnum):
    """How a fact is compared with a literal, as written in the document."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    GREATER = ">"
    AT_LEAST = ">="


@dataclass(frozen=True, slots=True)
class Variable:
    """The fact a leaf reads; the type was fixed by the registry when the rule was parsed."""

    name: str
    type: FieldType


@dataclass(frozen=True, slots=True)
class Constant:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class AllOf:
    """``and``: true when every child is."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``or``: true when one child is."""

    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """``!``: unknown stays unknown."""

    child: Node


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against one literal."""

    variable: Variable
    comparator: Comparator
    literal: Value


@dataclass(frozen=True, slots=True)
class Membership:
    """``in``: the fact is one of the literals, which are distinct and in ascending order."""

    variable: Variable
    literals: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """``between``: from low to high, both included."""

    variable: Variable
    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class Containment:
    """``contains``: the set has the member."""

    variable: Variable
    member: str


@dataclass(frozen=True, slots=True)
class Absence:
    """``missing``: the fact is not known.  The one question about a fact that is never unknown."""

    variable: Variable


Leaf: TypeAlias = Constant | Comparison | Membership | Interval | Containment | Absence
Node: TypeAlias = AllOf | AnyOf | Negation | Leaf


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition on facts that has passed every check; two equal rules mean the same."""

    root: Node

    @property
    def names(self) -> frozenset[str]:
        """Return the names of every fact the rule may read."""
        return frozenset(
            leaf.variable.name for leaf in leaves(self.root) if not isinstance(leaf, Constant)
        )


def leaves(node: Node) -> Iterator[Leaf]:
    """Yield the leaves of a tree from left to right."""
    match node:
        case AllOf(children) | AnyOf(children):
            for child in children:
                yield from leaves(child)
        case Negation(child):
            yield from leaves(child)
        case _:
            yield node
