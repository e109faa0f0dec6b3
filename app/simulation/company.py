"""What does a believable company send us?  "Empório Aurora", coffee and food for the house.

A Brazilian retailer with shops, a web shop and a call centre, as its three systems tell it, and for
every event the truth about whose it is.  Everything is made of the seed, the number of a household
and today's date: the same three give the same bytes, and memory does not grow with the company.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from app.simulation.documents import Document, Order, moment, sold
from app.simulation.habits import HISTORY_DAYS, Habits, fill_basket
from app.simulation.people import Person, household
from app.simulation.products import CATEGORIES
from app.simulation.protagonists import PROTAGONISTS, Protagonist, documents_of
from app.simulation.stories import story_of

__all__ = ["COMPANY_NAME", "PROTAGONISTS", "Protagonist", "Simulated", "simulate"]

COMPANY_NAME: Final = "Empório Aurora"
_FIRST_NUMBER: Final = 1001
_KNOWN_TO_NOBODY: Final = 0.4
"""Sales to the till's default client, for each household."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """An event and whose it really is; None is a sale to nobody in particular.

    The record it names in its source belongs to the same person: this is the truth of identity.
    """

    person: str | None
    document: Document


def simulate(customers: int, seed: int, today: date) -> Iterator[Simulated]:
    """Yield 24 months of events up to yesterday of so many people, protagonists first.

    The events of one person come in the order in which they happened, people one after the other.

    Raises:
        ValueError: fewer customers than protagonists.
    """
    if customers < len(PROTAGONISTS):
        raise ValueError(f"a company here has {len(PROTAGONISTS)} customers or more")
    for protagonist in PROTAGONISTS.values():
        yield from _told(protagonist.person, documents_of(protagonist, today))
    number, last = _FIRST_NUMBER, _FIRST_NUMBER + customers - len(PROTAGONISTS)
    while number < last:
        rng = Random(f"{seed}/{number}")  # noqa: S311 - dice for a story, not for a secret
        people = household(rng, number)[: last - number]
        for person in people:
            yield from _told(person, story_of(rng, person, today))
        yield from _sold_to_nobody(rng, number, today)
        number += len(people)


def _told(person: Person, documents: list[Document]) -> Iterator[Simulated]:
    for document in documents:
        yield Simulated(person.key, document)


def _sold_to_nobody(rng: Random, number: int, today: date) -> Iterator[Simulated]:
    if rng.random() >= _KNOWN_TO_NOBODY:
        return
    day = today - timedelta(days=1 + rng.randrange(HISTORY_DAYS))
    passing = Habits(day, day, day, 0.0, 0.0, 0.5, rng.choice(CATEGORIES))
    order = Order(
        id=f"T{number:08d}",
        at=moment(day, rng.randrange(9 * 60, 20 * 60)),
        lines=fill_basket(rng, passing, discount=False),
        seller=f"V{rng.randint(1, 14)}",
        method="cash",
    )
    yield Simulated(None, sold(order, None))
