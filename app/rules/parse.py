"""Is this document a rule of this deployment?  If not, what is wrong with it, and where?

The language is a typed subset of JSONLogic, closed on purpose: no arithmetic, no functions, no
loops, so that every rule costs linear time and can be turned into SQL.

    true  false
    {"and": [rule, …]}   {"or": [rule, …]}   {"!": rule}
    {"==": [{"var": "x"}, literal]}          and  !=  <  <=  >  >=
    {"in": [{"var": "x"}, [literal, …]]}
    {"between": [{"var": "x"}, low, high]}   both ends included
    {"contains": [{"var": "set"}, "member"]}
    {"missing": ["x"]}

At most 32 levels, 64 leaves and 100 literals in a list.  Faults name a place and never repeat what
stood there: a rule may hold a phone number somebody pasted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from app.problems import Fault, InvalidInput
from app.rules.fields import Field, FieldRegistry
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
from app.rules.values import FieldType, read_literal

MAX_DEPTH: Final = 32
MAX_LEAVES: Final = 64
MAX_LITERALS: Final = 100
_MAX_FAULTS: Final = 20

_ORDERED: Final = frozenset({FieldType.NUMBER, FieldType.MONEY, FieldType.DATE, FieldType.INSTANT})
_LISTED: Final = _ORDERED | {FieldType.TEXT}
_EQUATED: Final = _LISTED | {FieldType.BOOLEAN}
_SET: Final = frozenset({FieldType.TEXT_SET})
_ANY: Final = frozenset(FieldType)


def parse(document: object, registry: FieldRegistry, *, pointer: str = "") -> Rule:
    """Read a rule; every name must be a field and every literal of that field's type.

    Args:
        document: what a JSON parser gave; any depth and size is read or refused in bounded time.
        registry: the fields of the deployment.
        pointer: where the document stands in the request, so that faults name their real place.

    Raises:
        InvalidInput: code ``invalid-rule``, with at most 20 faults, each at its JSON pointer.
    """
    try:
        return Rule(_Reader(registry).node(document, pointer, depth=1))
    except _Refused as refused:
        raise InvalidInput(
            "The rule cannot be read", code="invalid-rule", faults=refused.faults
        ) from None


class _Refused(Exception):
    """What is wrong; ``final`` when the rest of the document is not worth reading."""

    def __init__(self, *faults: Fault, final: bool = False) -> None:
        self.faults = faults
        self.final = final


def _refuse(pointer: str, code: str, detail: str) -> NoReturn:
    raise _Refused(Fault(pointer, code, detail))


def _exhausted(pointer: str, code: str, detail: str) -> NoReturn:
    raise _Refused(Fault(pointer, code, detail), final=True)


@dataclass(slots=True)
class _Reader:
    """One reading of one document, with the leaves counted so far."""

    registry: FieldRegistry
    leaves: int = 0

    def node(self, document: object, pointer: str, depth: int) -> Node:
        if depth > MAX_DEPTH:
            _exhausted(pointer, "too_deep", f"a rule has at most {MAX_DEPTH} levels")
        if isinstance(document, bool):
            self._count_leaf(pointer)
            return Constant(document)
        if not isinstance(document, dict) or len(document) != 1:
            _refuse(pointer, "not_a_rule", "true, false or an object with one operator")
        ((operator, operand),) = document.items()
        if operator in ("and", "or"):
            return self._junction(operator, operand, f"{pointer}/{operator}", depth)
        if operator == "!":
            return Negation(self.node(operand, f"{pointer}/!", depth + 1))
        if operator not in _LEAVES:
            _refuse(pointer, "unknown_operator", "the language has no such operator")
        self._count_leaf(pointer)
        return _LEAVES[operator](self, operand, f"{pointer}/{operator}")

    def _junction(self, operator: str, operand: object, pointer: str, depth: int) -> Node:
        if not isinstance(operand, list) or not operand:
            _refuse(pointer, "wrong_operands", "a list of at least one rule")
        children: list[Node] = []
        faults: list[Fault] = []
        for index, item in enumerate(operand):
            try:
                children.append(self.node(item, f"{pointer}/{index}", depth + 1))
            except _Refused as refused:
                faults += refused.faults
                if refused.final or len(faults) >= _MAX_FAULTS:
                    raise _Refused(*faults[-_MAX_FAULTS:], final=True) from None
        if faults:
            raise _Refused(*faults)
        return (AllOf if operator == "and" else AnyOf)(tuple(children))

    def _count_leaf(self, pointer: str) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            _exhausted(pointer, "too_many_leaves", f"a rule has at most {MAX_LEAVES} leaves")

    def variable(self, operand: object, pointer: str, types: frozenset[FieldType]) -> Field:
        if not isinstance(operand, dict) or operand.keys() != {"var"}:
            _refuse(pointer, "not_a_variable", 'a variable is {"var": "name"}')
        return self.field(operand["var"], f"{pointer}/var", types)

    def field(self, name: object, pointer: str, types: frozenset[FieldType]) -> Field:
        found = self.registry.find(name) if isinstance(name, str) else None
        if found is None:
            _refuse(pointer, "unknown_field", "no field of this deployment has this name")
        if found.type not in types:
            _refuse(pointer, "wrong_type", "this operator does not fit the field's type")
        return found


def _operands(operand: object, count: int, pointer: str) -> list[object]:
    if not isinstance(operand, list) or len(operand) != count:
        _refuse(pointer, "wrong_operands", f"a list of exactly {count}")
    return operand


def _literal(field: Field, operand: object, pointer: str) -> Any:
    value = read_literal(field.type, operand)
    if value is None:
        _refuse(pointer, "wrong_literal", f"the field's type is {field.type}")
    if field.choices and value not in field.choices:
        _refuse(pointer, "unknown_choice", "the field never has this value")
    return value


def _comparison(comparator: Comparator) -> Callable[[_Reader, object, str], Node]:
    equates = comparator in {Comparator.EQUAL, Comparator.NOT_EQUAL}
    types = _EQUATED if equates else _ORDERED

    def read(reader: _Reader, operand: object, pointer: str) -> Node:
        left, right = _operands(operand, 2, pointer)
        field = reader.variable(left, f"{pointer}/0", types)
        return Comparison(_variable(field), comparator, _literal(field, right, f"{pointer}/1"))

    return read


def _membership(reader: _Reader, operand: object, pointer: str) -> Node:
    left, listed = _operands(operand, 2, pointer)
    field = reader.variable(left, f"{pointer}/0", _LISTED)
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_LITERALS:
        _refuse(f"{pointer}/1", "wrong_operands", f"a list of 1 to {MAX_LITERALS} literals")
    literals = {_literal(field, item, f"{pointer}/1/{i}") for i, item in enumerate(listed)}
    return Membership(_variable(field), tuple(sorted(literals)))


def _interval(reader: _Reader, operand: object, pointer: str) -> Node:
    left, *ends = _operands(operand, 3, pointer)
    field = reader.variable(left, f"{pointer}/0", _ORDERED)
    low, high = (_literal(field, end, f"{pointer}/{i}") for i, end in enumerate(ends, start=1))
    if low > high:
        _refuse(pointer, "reversed_range", "the low end comes first")
    return Interval(_variable(field), low, high)


def _containment(reader: _Reader, operand: object, pointer: str) -> Node:
    left, right = _operands(operand, 2, pointer)
    field = reader.variable(left, f"{pointer}/0", _SET)
    return Containment(_variable(field), _literal(field, right, f"{pointer}/1"))


def _absence(reader: _Reader, operand: object, pointer: str) -> Node:
    (name,) = _operands(operand, 1, pointer)
    return Absence(_variable(reader.field(name, f"{pointer}/0", _ANY)))


def _variable(field: Field) -> Variable:
    return Variable(field.name, field.type)


_LEAVES: Final[Mapping[str, Callable[[_Reader, object, str], Node]]] = {
    **{comparator.value: _comparison(comparator) for comparator in Comparator},
    "in": _membership,
    "between": _interval,
    "contains": _containment,
    "missing": _absence,
}
