"""Which limits hold, and does a customer have more of something than one person?

The limits are frozen in the epoch (``limits_in``).

One person has one CPF, one login in a shop, and seldom a sixth telephone within a year.  What is
over a limit is kept and weighs as before: refusing whoever comes last would make the state depend
on arrival.  A review opens instead (``doubts``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any, Final, TypeVar

from app.identify.evidence import LIMITS, CustomerLimit, Limits, Link
from app.identify.forest import Forest
from app.identify.rivals import is_slip
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

DATED: Final = frozenset({IdentifierType.EMAIL, IdentifierType.PHONE})
"""Kinds for which it matters when a value was first named: the only ones to count by days."""

_BY_SCOPE: Final = frozenset({IdentifierType.TAX_ID, IdentifierType.LOGIN})

_NO_DIGITS: Final[Mapping[IdentifierKey, str]] = {}

T = TypeVar("T")

Kind = tuple[IdentifierType, str, str]
"""What is counted together: a type, and for some whose numbering it is and for what party."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A customer holds ``count`` values of a kind where ``limit`` allows fewer."""

    kind: Kind
    count: int
    limit: CustomerLimit


def limits_in(model: Mapping[str, Any]) -> Limits:
    """Return the limits that an epoch's model froze; where it is silent those of the first hold.

    What it says of ``holders`` or ``customer`` it says whole: a kind left out there has no limit.

    Raises:
        ValueError: the model says what no limit can be; names the place.
    """
    told: Mapping[str, Any] = model.get("limits", {})
    names = {field.name for field in fields(Limits)}
    if unknown := sorted(told.keys() - names):
        raise ValueError(f"limits of the epoch: {unknown[0]} is not one of {sorted(names)}")
    numbers = {
        name: _whole(told.get(name, getattr(LIMITS, name)), name)
        for name in ("nameless", "persons_of_a_record", "largest", "quiet_days")
    }
    return Limits(
        holders=_by_kind(told, "holders", _whole, LIMITS.holders),
        customer=_by_kind(told, "customer", _customer_limit, LIMITS.customer),
        **numbers,
    )


def limits_passed(
    links: Iterable[Link],
    together: Collection[frozenset[RecordId]] = (),
    limits: Mapping[IdentifierType, CustomerLimit] = LIMITS.customer,
    tax_ids: Mapping[IdentifierKey, str] = _NO_DIGITS,
) -> list[Passed]:
    """Return which limits the links of one customer pass, in a fixed order.

    ``together`` are the records that people made one: what they joined counts as one value, since
    a person has looked already.  Not so tax ids, unless by their digits one is a slip of the other:
    whoever joins two that are nobody's mistake should have a second pair of eyes.
    """
    held: dict[Kind, list[Link]] = defaultdict(list)
    for link in links:
        if link.type in limits and not link.beside:
            held[_kind(link)].append(link)
    found = []
    for kind, namings in sorted(held.items()):
        limit = limits[kind[0]]
        count = _most_within(_first_named(namings, together, tax_ids), limit.within_days)
        if count > limit.most:
            found.append(Passed(kind, count, limit))
    return found


def _by_kind(
    limits: Mapping[str, Any],
    name: str,
    read: Callable[[Any, str], T],
    silent: Mapping[IdentifierType, T],
) -> Mapping[IdentifierType, T]:
    if name not in limits:
        return silent
    found = {}
    for kind, told in limits[name].items():
        if kind not in frozenset(IdentifierType):
            raise ValueError(f"limits of the epoch: {name}.{kind} is no type of identifier")
        found[IdentifierType(kind)] = read(told, f"{name}.{kind}")
    return found


def _customer_limit(told: Mapping[str, Any], place: str) -> CustomerLimit:
    if "most" not in told or not told.keys() <= {"most", "within_days"}:
        raise ValueError(f"limits of the epoch: {place} has `most` and may have `within_days`")
    most = _whole(told["most"], f"{place}.most")
    if "within_days" not in told:
        return CustomerLimit(most)
    if place.removeprefix("customer.") not in DATED:
        raise ValueError(f"limits of the epoch: {place} counts for ever, not by days")
    return CustomerLimit(most, _whole(told["within_days"], f"{place}.within_days"))


def _whole(told: object, place: str) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or told < 1:
        raise ValueError(f"limits of the epoch: {place} has to be a whole number from 1")
    return told


def _kind(link: Link) -> Kind:
    if link.type in _BY_SCOPE:
        return link.type, link.scope, link.party.value
    return link.type, "", ""


def _first_named(
    namings: Collection[Link],
    together: Iterable[frozenset[RecordId]],
    tax_ids: Mapping[IdentifierKey, str],
) -> list[datetime]:
    """Return when each value was first named; values that people joined are one."""
    forest: Forest[IdentifierKey] = Forest()
    for link in namings:
        forest.root(link.key)
    for group in together:
        joined = sorted({link.key for link in namings if link.record_id in group})
        if any(link.type is IdentifierType.TAX_ID for link in namings):
            for pair in combinations(joined, 2):
                forest.join(pair if _is_slip(*pair, tax_ids) else ())
        else:
            forest.join(joined)
    return [
        min(link.first_seen_at for link in namings if link.key in values)
        for values in forest.sets()
    ]


def _is_slip(one: IdentifierKey, other: IdentifierKey, digits: Mapping[IdentifierKey, str]) -> bool:
    return one in digits and other in digits and is_slip(digits[one], digits[other])


def _most_within(moments: Iterable[datetime], days: int | None) -> int:
    """Return how many of the moments lie in the fullest span of so many days."""
    ordered = sorted(moments)
    if days is None:
        return len(ordered)
    span, most, oldest = timedelta(days=days), 0, 0
    for newest, moment in enumerate(ordered):
        while moment - ordered[oldest] > span:
            oldest += 1
        most = max(most, newest - oldest + 1)
    return most
