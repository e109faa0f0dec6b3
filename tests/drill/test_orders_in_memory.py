"""A hundred thousand orders of arrival, in memory: one partition for each set of facts.

``tests/property/test_identify_partition.py`` shrinks what it finds; this one only counts, and is
for the long drill.
"""

from __future__ import annotations

import os
import random
from typing import Final

from app.identify.evidence import Link
from app.identify.holders import Bearer
from app.vocabulary import RecordId
from tests.property.test_identify_partition import NAMES, PERSONS, SPANS, clustered
from tests.unit.identify.people import cnpj, cpf, email, phone, record

SETS: Final = int(os.environ.get("IDIP_DRILL_SETS", "2000"))
ORDERS: Final = 50


def some_facts(draw: random.Random) -> tuple[list[Link], dict[RecordId, Bearer]]:
    """Return the links and persons of a few records that share what they can."""
    links = {}
    for _ in range(draw.randint(4, 16)):
        name, kind = draw.choice(NAMES), draw.random()
        if kind < 0.2:
            link = cpf(name, draw.choice("12"))
        elif kind < 0.35:
            link = cnpj(name, draw.choice(["firm", "shop"]))
        elif kind < 0.75:
            link = phone(name, draw.choice("123"), days=draw.choice(SPANS))
        else:
            link = email(name, draw.choice(["a@x", "b@x"]))
        links[link.record_id, link.key] = link
    return list(links.values()), {record(name): draw.choice(PERSONS) for name in NAMES}


def test_any_order_gives_one_partition() -> None:
    draw = random.Random(20261122)
    for _ in range(SETS):
        links, told = some_facts(draw)
        expected = clustered(links, told)
        for _ in range(ORDERS):
            assert clustered(links, told, draw) == expected
