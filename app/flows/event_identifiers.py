"""Which identifiers of an event can be evidence, and what is told back of the others?  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.identify.normalise import advice, normalise
from app.problems import Fault
from app.vocabulary import Faulty, Identifier, RawIdentifier


def judged(
    told: Iterable[RawIdentifier], country: str
) -> tuple[list[Identifier], dict[int, Faulty]]:
    """Normalise what was given; return what can be evidence, and what cannot by its place.

    ``country`` is the deployment's, for what names none.
    """
    usable: list[Identifier] = []
    faulty: dict[int, Faulty] = {}
    for place, raw in enumerate(told):
        found = normalise(raw, country=raw.country or country)
        if isinstance(found, Faulty):
            faulty[place] = found
        else:
            usable.append(found)
    return usable, faulty


def told_back(faulty: Mapping[int, Faulty], country: str) -> tuple[Fault, ...]:
    """Return what cannot be evidence by place and code, never by value."""
    return tuple(
        Fault(f"/identifiers/{place}", found.fault, advice(found, country=country))
        for place, found in faulty.items()
    )
