"""Are the stored edges those of the facts: written with their component, kept right, forgotten?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.database.clock import FixedClock
from app.database.metadata import metadata
from app.database.transaction import Connection
from app.flows.erasure import erase
from app.identify import checkup
from app.identify.merge import Word, merge, split, take_back
from app.vocabulary import ComponentId, RecordId
from tests.builders import CPF_ANA, CPF_BIA, a_sale, phone, tax_id
from tests.conftest import Statements
from tests.integration.flows.conftest import Take

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("founded")]

EDGE = metadata.tables["edge"]
WRITES = "write_edges"
SOMEBODY = Word("somebody", None)

ANA = a_sale(record_key="C-1", identifiers=[phone()], profile={"name": "Ana Souza"})
BRUNO = a_sale(record_key="C-2", identifiers=[phone()], profile={"name": "Bruno Lima"})
AGAIN = a_sale(source="shop", record_key="7", identifiers=[phone()], profile={"name": "Ana Souza"})


async def stored(tx: Connection) -> dict[tuple[RecordId, RecordId], tuple[str, int, Any]]:
    return {
        (row.record_lo, row.record_hi): (row.kind, row.millibits, row.breakdown)
        for row in await tx.execute(select(EDGE))
    }


async def kinds(tx: Connection) -> list[str]:
    return sorted(kind for kind, _, _ in (await stored(tx)).values())


def writes(statements: Statements) -> int:
    return sum(WRITES in each for each in statements.sent)


async def test_a_couple_on_one_line_is_judged(take: Take, connection: Connection) -> None:
    await take(ANA, BRUNO)
    [(kind, millibits, breakdown)] = (await stored(connection)).values()
    assert (kind, millibits) == ("scored", 8_000 - 13_000 - 2_000)
    assert breakdown == {"phone": 8_000, "first_name": -13_000, "surnames": -2_000}


async def test_a_new_customer_costs_nothing_and_a_known_one_nothing_more(
    take: Take, statements: Statements
) -> None:
    await take(ANA)
    assert writes(statements) == 0
    await take(AGAIN)
    assert writes(statements) == 1
    statements.clear()
    await take(ANA | {"id": "later", "time": "2026-11-20T11:00:00-03:00"})
    assert writes(statements) == 0


async def test_the_edges_of_a_value_follow_the_persons_behind_it(
    take: Take, connection: Connection
) -> None:
    await take(ANA, AGAIN)
    [(_, alone, _)] = (await stored(connection)).values()
    await take(BRUNO)
    found = await stored(connection)
    assert max(millibits for _, millibits, _ in found.values()) == alone - 1_000
    assert len(found) == 2  # the second of Ana's records stands to Bruno as her first does


async def test_what_people_decide_is_on_the_edge_until_it_is_taken_back(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    ana, bruno = await take(ANA, BRUNO)
    assert ana.customer_id is not None
    assert bruno.customer_id is not None
    before = await stored(connection)
    both = [ana.customer_id, bruno.customer_id]
    merged = await merge(connection, both, SOMEBODY, clock.now())
    assert await kinds(connection) == ["must_link"]
    [pair] = await stored(connection)
    clock.advance(timedelta(minutes=1))
    parted = await split(connection, min(both), [[pair[0]]], SOMEBODY, clock.now())
    assert await kinds(connection) == ["cannot_link"]
    for decided in (parted.cause_id, merged.cause_id):
        assert decided is not None
        await take_back(connection, decided, SOMEBODY, clock.now())
    assert await stored(connection) == before


async def test_two_tax_ids_are_a_veto(take: Take, connection: Connection) -> None:
    await take(
        a_sale(record_key="C-1", identifiers=[phone(), tax_id(CPF_ANA)]),
        a_sale(record_key="C-2", identifiers=[phone(), tax_id(CPF_BIA)]),
    )
    [(kind, millibits, breakdown)] = (await stored(connection)).values()
    assert (kind, millibits) == ("cannot_link", 9_000)
    assert breakdown == {"phone": 9_000, "two_tax_ids": None}


async def test_a_value_that_is_nobodys_leaves_no_edge(take: Take, connection: Connection) -> None:
    await take(*(a_sale(record_key=f"C-{n}", identifiers=[phone()]) for n in range(30)))
    assert len(await stored(connection)) == 29
    await take(a_sale(record_key="C-30", identifiers=[phone()]))
    assert await stored(connection) == {}


async def test_erasing_one_leaves_no_edge_to_them_and_the_others_as_without_them(
    take: Take, connection: Connection, clock: FixedClock
) -> None:
    ana, _, _ = await take(ANA, AGAIN, a_sale(record_key="C-3", identifiers=[phone()]))
    bruno = (await take(BRUNO))[0]
    assert bruno.customer_id is not None
    assert ana.customer_id != bruno.customer_id
    await erase(connection, bruno.customer_id, clock.now())
    left = (await connection.execute(select(metadata.tables["record"].c.record_id))).scalars()
    assert {each for pair in await stored(connection) for each in pair} == set(left)
    assert not any("-13000" in str(each) for each in (await stored(connection)).values())


@pytest.mark.parametrize("broken", ["changed", "lost", "made up"])
async def test_looking_again_finds_what_is_not_as_the_facts_say_and_puts_it_right(
    take: Take, connection: Connection, clock: FixedClock, broken: str
) -> None:
    await take(ANA, BRUNO, AGAIN)
    before = await stored(connection)
    member = metadata.tables["membership"].c.component_id
    components = [ComponentId((await connection.execute(select(member).distinct())).scalar_one())]
    assert (await checkup.look_again(connection, components, clock.now())).edges == 0
    lo, hi = min(before)
    one = (EDGE.c.record_lo == lo) & (EDGE.c.record_hi == hi)
    match broken:
        case "changed":
            await connection.execute(update(EDGE).where(one).values(millibits=1))
        case "lost":
            await connection.execute(delete(EDGE).where(one))
        case _:
            records = sorted({each for pair in before for each in pair})
            missing = next(
                (a, b) for a in records for b in records if a < b and (a, b) not in before
            )
            row = {"record_lo": missing[0], "record_hi": missing[1], "epoch": 1, "kind": "scored"}
            await connection.execute(EDGE.insert().values(**row, millibits=1, breakdown={}))
    assert await stored(connection) != before
    assert (await checkup.look_again(connection, components, clock.now())).edges == 1
    assert await stored(connection) == before
