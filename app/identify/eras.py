"""Whose was this number, and when?  A number given to somebody else is another number.

Telephone companies hand a number out again some months after it was given up.  Where nobody was
seen with a value for long (``Limits.quiet_days``) and the persons after the silence are not those
before it, the value falls into eras; records that name it in different eras share nothing.  Without
a silence, or while nobody contradicts, it stays one value: people come back after years.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, Protocol, TypeVar

from app.identify.evidence import JOIN_BITS, Limits, Link, bits_of
from app.identify.person import Person, compare
from app.vocabulary import IdentifierKey, IdentifierType, RecordId

RECYCLED: Final = frozenset({IdentifierType.PHONE, IdentifierType.EMAIL, IdentifierType.SOCIAL})
"""Kinds that are handed out again."""


class Span(Protocol):
    """Something that was seen first and last at some time."""

    @property
    def first_seen_at(self) -> datetime:
        """Return when it was seen first."""

    @property
    def last_seen_at(self) -> datetime:
        """Return when it was seen last."""


S = TypeVar("S", bound=Span)

Silence = tuple[datetime, datetime]
"""When somebody was seen last before it, and when somebody was again."""

Tie = tuple[IdentifierKey, int]
"""A value in one of its eras: what really ties the records that name it."""


def ties_of(
    links: Iterable[Link], persons: Mapping[RecordId, Person], limits: Limits
) -> dict[Tie, list[Link]]:
    """Return the records' namings by value and era; what is beside a person ties nobody."""
    named: dict[IdentifierKey, list[Link]] = defaultdict(list)
    for link in links:
        if not link.beside:
            named[link.key].append(link)
    ties: dict[Tie, list[Link]] = {}
    for key, namings in named.items():
        for era, held in enumerate(_eras(namings, persons, limits)):
            ties[key, era] = held
    return ties


def silences(namings: Iterable[Span], quiet: timedelta) -> list[Silence]:
    """Return when nobody was seen with a value for longer than ``quiet``, in order of time."""
    spells = _spells(sorted(namings, key=lambda each: each.first_seen_at), quiet)
    return [
        (max(each.last_seen_at for each in before), after[0].first_seen_at)
        for before, after in pairwise(spells)
    ]


def _eras(
    namings: list[Link], persons: Mapping[RecordId, Person], limits: Limits
) -> Sequence[list[Link]]:
    if len(namings) == 1 or namings[0].type not in RECYCLED:
        return [namings]
    ordered = sorted(namings, key=lambda each: (each.first_seen_at, each.record_id))
    spells = _spells(ordered, timedelta(days=limits.quiet_days))
    eras = [spells[0]]
    for spell in spells[1:]:
        if _is_somebody_else(eras[-1], spell, persons):
            eras.append(spell)
        else:
            eras[-1] = eras[-1] + spell
    return eras


def _spells(ordered: Iterable[S], quiet: timedelta) -> list[list[S]]:
    """Return namings, the earliest first, in runs without a silence between them."""
    spells: list[list[S]] = []
    until = None
    for naming in ordered:
        if until is None or naming.first_seen_at - until > quiet:
            spells.append([])
            until = naming.last_seen_at
        spells[-1].append(naming)
        until = max(until, naming.last_seen_at)
    return spells


def _is_somebody_else(
    before: Iterable[Link], after: Iterable[Link], persons: Mapping[RecordId, Person]
) -> bool:
    """Tell whether persons are known on both sides and none of the later is one of the earlier."""
    earlier = _known(before, persons)
    later = _known(after, persons)
    return bool(earlier and later) and all(
        bits + compare(one, other).bits < JOIN_BITS
        for one, bits in earlier.items()
        for other in later
    )


def _known(namings: Iterable[Link], persons: Mapping[RecordId, Person]) -> dict[Person, float]:
    found = ((persons.get(link.record_id), bits_of(link.type)) for link in namings)
    return {person: bits for person, bits in found if person is not None and person.is_known}
