"""What is a yes worth, in money?  A closed little language over facts that are money.

    {"amount": "40.00"}
    {"fact": "average_ticket", "times": "0.30"}
    {"first_known": [worth, …]}
    {"at_least": "60.00", "of": worth}

Worth is always margin, never revenue: the ratio in ``times`` is where the margin goes in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from app.problems import Fault, InvalidInput
from app.rules.closure import Facts
from app.rules.fields import FieldRegistry
from app.rules.values import FieldType

MAX_DEPTH: Final = 4
MAX_OPTIONS: Final = 8
_AMOUNT: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_TIMES: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Amount:
    """The same for everybody."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a fact; a negative one turns a loss into what its repair is worth."""

    fact: str
    times: Decimal


@dataclass(frozen=True, slots=True)
class FirstKnown:
    """The first option whose facts are known: best estimate first, a plain amount last."""

    options: tuple[Worth, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A floor, so that care never depends on what a customer brings in."""

    floor: Decimal
    of: Worth


Worth: TypeAlias = Amount | Share | FirstKnown | AtLeast


Money: TypeAlias = Callable[[Facts], Decimal | None]


def compile_worth(worth: Worth) -> Money:
    """Return the worth as a function of admitted facts: an amount in the deployment's currency.

    It is None when the facts it needs are missing.
    """
    match worth:
        case Amount(amount):
            return lambda _: amount
        case Share(fact, times):
            return _share(fact, times)
        case FirstKnown(options):
            return _first_known(tuple(map(compile_worth, options)))
        case AtLeast(floor, of):
            return _at_least(floor, compile_worth(of))


def _share(fact: str, times: Decimal) -> Money:
    def money(facts: Facts) -> Decimal | None:
        whole = facts.get(fact)
        return whole * times if isinstance(whole, Decimal) else None

    return money


def _first_known(options: tuple[Money, ...]) -> Money:
    def money(facts: Facts) -> Decimal | None:
        for option in options:
            known = option(facts)
            if known is not None:
                return known
        return None

    return money


def _at_least(floor: Decimal, of: Money) -> Money:
    def money(facts: Facts) -> Decimal | None:
        known = of(facts)
        return None if known is None else max(known, floor)

    return money


def is_always_known(worth: Worth) -> bool:
    """Return whether it is known of everybody, whatever else is not."""
    match worth:
        case Amount():
            return True
        case Share():
            return False
        case FirstKnown(options):
            return any(map(is_always_known, options))
        case AtLeast(_, of):
            return is_always_known(of)


def facts_of(worth: Worth) -> Iterator[str]:
    """Yield the names of the facts it may read, the preferred ones first."""
    match worth:
        case Amount():
            return
        case Share(fact, _):
            yield fact
        case FirstKnown(options):
            for option in options:
                yield from facts_of(option)
        case AtLeast(_, of):
            yield from facts_of(of)


def read_worth(document: object, registry: FieldRegistry, pointer: str, depth: int = 1) -> Worth:
    """Read a worth; every fact must be money and every number a decimal string.

    Raises:
        InvalidInput: code ``invalid-worth``, with the first fault at its JSON pointer.
    """
    if not isinstance(document, dict) or depth > MAX_DEPTH:
        raise _refusal(
            pointer, "not_a_worth", "an object of one of the four kinds, few levels deep"
        )
    match document:
        case {"amount": amount, **rest} if not rest:
            return Amount(_decimal(_AMOUNT, amount, f"{pointer}/amount"))
        case {"fact": fact, "times": times, **rest} if not rest:
            name = _money_fact(fact, registry, f"{pointer}/fact")
            return Share(name, _decimal(_TIMES, times, f"{pointer}/times"))
        case {"first_known": [*options], **rest} if not rest and 1 <= len(options) <= MAX_OPTIONS:
            return FirstKnown(
                tuple(
                    read_worth(option, registry, f"{pointer}/first_known/{index}", depth + 1)
                    for index, option in enumerate(options)
                )
            )
        case {"at_least": floor, "of": of, **rest} if not rest:
            least = _decimal(_AMOUNT, floor, f"{pointer}/at_least")
            return AtLeast(least, read_worth(of, registry, f"{pointer}/of", depth + 1))
        case _:
            raise _refusal(
                pointer, "not_a_worth", "amount; fact and times; first_known; at_least and of"
            )


def _money_fact(name: object, registry: FieldRegistry, pointer: str) -> str:
    field = registry.find(name) if isinstance(name, str) else None
    if field is None or field.type is not FieldType.MONEY:
        raise _refusal(pointer, "not_money", "a field of this deployment that is money")
    return field.name


def _decimal(pattern: re.Pattern[str], text: object, pointer: str) -> Decimal:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise _refusal(pointer, "not_a_decimal", "a decimal string")
    return Decimal(text)


def _refusal(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(
        "The worth cannot be read", code="invalid-worth", faults=(Fault(pointer, code, detail),)
    )
