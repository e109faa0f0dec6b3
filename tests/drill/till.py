"""What do the callers of a drill tell, and what must the books say once all of it has been told?

Each caller is a till of its own, with a record of its own for every person; one telephone a person
ties these records to one customer.  So arrays of different tills meet at the same customers all the
time.  The expectation is plain arithmetic on what was told, and knows nothing of the service.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from app.simulation.numbering import mobile_of

PEOPLE = 300
ARRAY = 10
DAYS = 40
REFUND_RATIO = 0.15
ZONE = ZoneInfo("America/Sao_Paulo")
FIRST_DAY = date(2026, 6, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A sale of a till, or a refund of one."""

    source: str
    event_id: str
    person: int
    on: date
    net: Decimal
    refund_of: str | None = None

    @property
    def record_key(self) -> str:
        """Return the key under which its till knows the person."""
        return f"P-{self.person}"

    def document(self) -> dict[str, Any]:
        """Return the event as it is sent."""
        about: dict[str, Any] = {"status": "paid", "currency": "BRL"}
        if self.refund_of is not None:
            about = {"refers_to": {"id": self.refund_of}}
        return {
            "id": self.event_id,
            "source": self.source,
            "type": "sale" if self.refund_of is None else "refund",
            "time": datetime(self.on.year, self.on.month, self.on.day, 12, tzinfo=ZONE).isoformat(),
            "record_key": self.record_key,
            "identifiers": [{"type": "phone", "value": mobile_of(self.person, "11")}],
            "data": about | {"net": str(self.net)},
        }


class Till:
    """A source that tells facts, a few at a time, each of them for the first time."""

    def __init__(self, source: str, seed: int) -> None:
        """Sell under this name; the same seed sells the same."""
        self.source = source
        self.told: list[Fact] = []
        self._draw = random.Random(f"{seed}-{source}")
        self._sales: list[Fact] = []

    def next_array(self) -> list[Fact]:
        """Return what is told next."""
        array = [self._next() for _ in range(ARRAY)]
        self.told += array
        return array

    def _next(self) -> Fact:
        if self._sales and self._draw.random() < REFUND_RATIO:
            return self._refund(self._sales.pop(self._draw.randrange(len(self._sales))))
        sale = Fact(
            source=self.source,
            event_id=f"S-{len(self._sales)}-{self._draw.getrandbits(48):x}",
            person=self._draw.randint(1, PEOPLE),
            on=FIRST_DAY + timedelta(days=self._draw.randrange(DAYS)),
            net=Decimal(self._draw.randint(100, 99_999)) / 100,
        )
        self._sales.append(sale)
        return sale

    def _refund(self, sale: Fact) -> Fact:
        return Fact(
            source=self.source,
            event_id=f"R-{sale.event_id}",
            person=sale.person,
            on=sale.on + timedelta(days=self._draw.randrange(5)),
            net=(sale.net * self._draw.randint(1, 100) / 100).quantize(Decimal("0.01")),
            refund_of=sale.event_id,
        )


Bucket: TypeAlias = tuple[int, Decimal]
"""How many purchases, and for how much."""


def buckets(facts: Iterable[Fact]) -> dict[tuple[str, str, date], Bucket]:
    """Return what each record bought on each day, by (source, record key, day).

    A refund counts on the day of its sale.
    """
    told = list(facts)
    sold_on = {(fact.source, fact.event_id): fact.on for fact in told}
    found: dict[tuple[str, str, date], Bucket] = defaultdict(lambda: (0, Decimal(0)))
    for fact in told:
        day = fact.on if fact.refund_of is None else sold_on[fact.source, fact.refund_of]
        sign = 1 if fact.refund_of is None else -1
        purchases, net = found[fact.source, fact.record_key, day]
        found[fact.source, fact.record_key, day] = (
            purchases + (sign > 0),
            net + sign * fact.net,
        )
    return dict(found)
