"""What does the house say of itself when it is asked?  The database, the disk, the work left over.

What processes count is in ``metrics``.  These figures are one truth for all processes, so nobody
counts them: the process that is scraped asks the database, in one statement, no more often than
every ten seconds and for a second at most.  A database that is away is itself an answer, and what
it would have said is left out: an old figure would pass for a good one.  How good the data are is
counted by the worker once a day (``cleaning_quality``), and left out when it has not for three.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.api.dependencies import House
from app.database.room import room_of
from app.flows.vital_signs import VitalSign, vital_signs
from app.problems import Unavailable

READ_EVERY_S: Final = 10.0
READ_LIMIT_S: Final = 1.0

FAMILIES: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "database_up": ("Whether the database answered", ()),
    "writes_on": ("Whether there is room on the disk to store anything", ()),
    "disk_free_bytes": ("Free on the disk of the embedded database", ()),
    "outbox_rows": ("Work to be done after a commit", ("state",)),
    "outbox_oldest_due_seconds": ("For how long the oldest of it has been due", ()),
    "job_last_success_seconds": ("Since scheduled work succeeded", ("name",)),
    "score_age_seconds": ("Since the yardstick of scores was put to use", ()),
    "rescore_overdue_days": ("For how long a customer's segment in the lists has been due", ()),
    "subject_requests_overdue": ("Requests of people about their own data, past their day", ()),
    "reviews": ("Identity questions for a person to look at", ("state",)),
    "review_oldest_open_seconds": ("For how long the oldest open of them has waited", ()),
    "records_moved": ("Records that changed customers within the hour", ("cause",)),
    "data_quality": ("Customers, and those of whom something is missing or old", ("measure",)),
}
"""Every gauge without its ``idip_``: what it means, and its label if it has one."""


class Gauges:
    """One process's reading of them, kept until the next is due."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._signs: list[VitalSign] = []
        self._read_at_s = -math.inf
        self._reading = asyncio.Lock()

    async def exposition(self, house: House) -> bytes:
        """Return them in the text format of Prometheus, read anew if the last reading is old."""
        async with self._reading:
            now_s = asyncio.get_running_loop().time()
            if now_s - self._read_at_s >= READ_EVERY_S:
                self._signs = await _read(house)
                self._read_at_s = now_s
        registry = CollectorRegistry()
        registry.register(_Families([*self._signs, *_at_once(house)]))
        return generate_latest(registry)


async def _read(house: House) -> list[VitalSign]:
    """Ask the database, and say whether it answered."""
    zone, now = house.settings.zone, house.clock.now()
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            signs = await house.database.ask(lambda tx: vital_signs(tx, zone, now))
    except (TimeoutError, Unavailable):
        return [VitalSign("database_up", "", 0.0)]
    return [VitalSign("database_up", "", 1.0), *signs]


def _at_once(house: House) -> Iterator[VitalSign]:
    """Yield what costs nothing to know."""
    yield VitalSign("writes_on", "", float(not house.database.is_full))
    room = room_of(house.settings)
    if room is not None and (free := room.free_bytes) is not None:
        yield VitalSign("disk_free_bytes", "", float(free))


class _Families(Collector):
    """The signs as Prometheus wants them: by name, and none that is not in the table."""

    def __init__(self, signs: Iterable[VitalSign]) -> None:
        self._signs = list(signs)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, (meaning, labels) in FAMILIES.items():
            family = GaugeMetricFamily(f"idip_{name}", meaning, labels=labels)
            for sign in self._signs:
                if sign.name == name:
                    family.add_metric([sign.label] if labels else [], sign.figure)
            yield family
