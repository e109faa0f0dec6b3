"""Ten at once for one who is new: is it one customer, one event, one touchpoint?"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.api.dependencies import House
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.event_command import ItemStatus
from app.identify import queries as identify
from app.ledger import queries as ledger
from app.simulation.numbering import mobile_of
from app.vocabulary import Identifier, IdentifierKey
from tests.builders import a_sale, phone
from tests.drill.contradictions import contradictions
from tests.drill.deeds import ringing, telling

pytestmark = pytest.mark.ci

ROUNDS = 100
CONTROL_ROUNDS = 5
RACERS = 10

_people = count(1)


def a_number() -> dict[str, str]:
    """Return a telephone nobody has had before."""
    return phone(mobile_of(next(_people), "11"))


async def customers(house: House) -> int:
    members = metadata.tables["membership"]
    distinct = select(func.count(members.c.customer_id.distinct()))
    found: int | None = await house.database.read(lambda tx: tx.scalar(distinct))
    return found or 0


async def rows(house: House, table: str) -> int:
    every = select(func.count()).select_from(metadata.tables[table])
    found: int | None = await house.database.read(lambda tx: tx.scalar(every))
    return found or 0


async def create_at_once(house: House, number: dict[str, str]) -> None:
    """Sell to one new number at ten tills at once."""
    sales = [a_sale(source=f"till-{nth}", identifiers=[number]) for nth in range(RACERS)]
    await asyncio.gather(*(house.database.write(telling(house, sale)) for sale in sales))


async def test_ten_creators_make_one_customer(house: House) -> None:
    for _ in range(ROUNDS):
        await create_at_once(house, a_number())
    assert await customers(house) == ROUNDS
    assert await house.database.read(contradictions) == []


async def test_ten_creators_by_the_key_of_a_source_make_one_record(house: House) -> None:
    for nth in range(10):
        sales = [a_sale(record_key=f"C-{nth}") for _ in range(RACERS)]
        await asyncio.gather(*(house.database.write(telling(house, sale)) for sale in sales))
    assert await rows(house, "record") == 10
    assert await customers(house) == 10
    assert await house.database.read(contradictions) == []


async def test_callers_and_tills_make_one_customer(house: House) -> None:
    for _ in range(10):
        number = a_number()
        sales = [
            telling(house, a_sale(source=f"t-{nth}", identifiers=[number])) for nth in range(5)
        ]
        calls = [ringing(house, identifiers=[number]) for _ in range(5)]
        await asyncio.gather(*(house.database.write(work) for work in (*sales, *calls)))
    assert await customers(house) == 10
    assert await house.database.read(contradictions) == []


async def find_then_insert(
    tx: Connection, identifiers: Mapping[IdentifierKey, tuple[Identifier, bool]]
) -> set[IdentifierKey]:
    """Claim identifiers as a tutorial would: whoever sees nobody there goes ahead."""
    held = {"keys": list(identifiers)}
    await tx.execute(text("SELECT FROM identifier WHERE identifier_key = ANY(:keys)"), held)
    return set(identifiers)


async def test_without_the_claim_they_make_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the numbers are known already, and nobody waits for anybody."""
    numbers = [a_number() for _ in range(CONTROL_ROUNDS)]
    for number in numbers:
        await house.database.write(ringing(house, identifiers=[number]))
    await house.database.write(lambda tx: tx.execute(text("TRUNCATE membership, component")))
    await house.database.write(lambda tx: tx.execute(text("TRUNCATE record, record_identifier")))
    monkeypatch.setattr(identify, "claim_identifiers", find_then_insert)
    for number in numbers:
        await create_at_once(house, number)
    assert await customers(house) > CONTROL_ROUNDS
    assert "an identifier is in two components" in await house.database.read(contradictions)


async def tell_at_once(house: House, document: dict[str, Any]) -> Counter[ItemStatus]:
    told = await asyncio.gather(
        *(house.database.write(telling(house, document)) for _ in range(RACERS))
    )
    results = [result for (result,) in told]
    assert len({result.customer_id for result in results}) == 1
    return Counter(result.status for result in results)


ONCE = {ItemStatus.ACCEPTED: 1, ItemStatus.DUPLICATE: RACERS - 1}


async def test_one_event_sent_ten_times_at_once_is_one_event(house: House) -> None:
    for _ in range(20):
        assert await tell_at_once(house, a_sale(identifiers=[a_number()])) == ONCE
    assert await rows(house, "event") == 20
    assert await house.database.read(contradictions) == []


async def look_then_take(
    tx: Connection, claims: Collection[ledger.EventClaim], referred: Collection[bytes]
) -> ledger.Claimed:
    """Claim events as a tutorial would: what is not there yet is new."""
    stored = await ledger.stored_claims(tx, [claim.event_key for claim in claims])
    told = frozenset(claim.event_key for claim in claims)
    return ledger.Claimed(told - stored.keys(), frozenset())


async def test_without_the_claim_one_event_is_many(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "claim_events", look_then_take)
    assert (await tell_at_once(house, a_sale(identifiers=[a_number()])))[ItemStatus.ACCEPTED] > 1


Ring = dict[str, Any]


async def ring_at_once(house: House, **document: Any) -> list[Ring]:
    return await asyncio.gather(
        *(house.database.write(ringing(house, **document)) for _ in range(RACERS))
    )


@pytest.mark.parametrize("caller", ["known", "unknown", "withheld"])
async def test_one_call_rung_ten_times_at_once_is_one_touchpoint(house: House, caller: str) -> None:
    for nth in range(10):
        identifiers = [] if caller == "withheld" else [a_number()]
        if caller == "known":
            await house.database.write(telling(house, a_sale(identifiers=identifiers)))
        call = {"source": "pbx", "id": f"call-{nth}"}
        first, *others = await ring_at_once(house, interaction=call, identifiers=identifiers)
        assert first["customer"]["state"] == ("known" if caller == "known" else "unknown")
        assert others == [first] * (RACERS - 1)
    for table in ("touchpoint", "decision", "contact"):
        assert await rows(house, table) == 10
    assert await house.database.read(contradictions) == []


async def test_calls_that_are_not_said_to_be_one_are_ten(house: House) -> None:
    """The control: without an interaction nothing ties them together."""
    rung = await ring_at_once(house, identifiers=[a_number()])
    assert len({answer["touchpoint_id"] for answer in rung}) == RACERS
