"""Which code of some system is this?  Opaque text: trimmed, composed, never taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.identify.normalise.faults import Fault
from app.identify.normalise.keys import is_generic_record_key
from app.identify.normalise.text import caseless, readable
from app.vocabulary import Identifier, IdentifierType, RawIdentifier

LONGEST_CODE: Final = 200
SHORTEST_VISIT: Final = 8
"""A visit id is drawn at random by a browser; fewer characters are guessed or reused."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """How the codes of one type are told apart."""

    caseless: bool = False
    scoped: bool = True
    needs_scope: bool = False
    shortest: int = 1


_RULES: Final = {
    IdentifierType.CUSTOMER_CODE: _Rule(needs_scope=True),
    IdentifierType.LOGIN: _Rule(caseless=True),
    IdentifierType.LOYALTY: _Rule(),
    IdentifierType.ORDER_ID: _Rule(),
    IdentifierType.PROTOCOL: _Rule(),
    IdentifierType.SOCIAL: _Rule(caseless=True),
    IdentifierType.VISIT: _Rule(scoped=False, shortest=SHORTEST_VISIT),
}


def code(raw: RawIdentifier, country: str) -> Identifier | Fault:  # noqa: ARG001 — one shape for all readers
    """Return the code as its source wrote it; logins and social names without case.

    The scope is the raw one (the source, or the network of a social name); visits have none, as
    their ids are unique by themselves.  A customer code without its source could be anybody's.
    """
    rule = _RULES[raw.type]
    text, scope = readable(raw.value, longest=LONGEST_CODE), _scope(raw, rule)
    if isinstance(text, Fault):
        return text
    if isinstance(scope, Fault):
        return scope
    if is_generic_record_key(text):
        return Fault.PLACEHOLDER
    value = _canonical(text, raw.type, rule)
    if len(value) < rule.shortest:
        return Fault.TOO_SHORT
    return Fault.TOO_LONG if len(value) > LONGEST_CODE else Identifier(raw.type, scope, value)


def _scope(raw: RawIdentifier, rule: _Rule) -> str | Fault:
    scope = readable(raw.scope, longest=LONGEST_CODE) if rule.scoped else ""
    if scope is Fault.EMPTY:
        return Fault.MISSING_SCOPE if rule.needs_scope else ""
    if isinstance(scope, Fault) or raw.type is not IdentifierType.SOCIAL:
        return scope
    return caseless(scope)


def _canonical(text: str, kind: IdentifierType, rule: _Rule) -> str:
    value = caseless(text) if rule.caseless else text
    if kind is IdentifierType.SOCIAL:
        return caseless("".join(value.split())).lstrip("@")
    return value
