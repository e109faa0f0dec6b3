"""People merge and split customers while others do, and while facts arrive: is anybody lost?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Collection, Iterable
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, text

from app.api.dependencies import House
from app.database import transaction
from app.database.failures import lost_a_race, sqlstate_of
from app.database.metadata import metadata
from app.database.rows import keys_text
from app.database.statements import statement
from app.database.transaction import Connection, Work
from app.flows.event_command import ItemStatus
from app.identify import queries as identify
from app.identify.keys import keyed_record
from app.identify.merge import current_id
from app.problems import InvalidInput, Unavailable
from app.simulation.numbering import mobile_of
from app.vocabulary import ComponentId, CustomerId, IdentifierKey, RecordId
from tests.builders import a_sale, phone
from tests.drill.contradictions import contradictions
from tests.drill.deeds import customer_of, merging, splitting, telling

pytestmark = pytest.mark.ci


DEADLOCK = "40P01"
OPPOSING = 60
CROSSWISE = 400
AT_ONCE = 10
CROWD = 8
LONGEST_S = 30.0
"""On a machine of its own 400 crosswise merges take a few seconds; CI shares its cores."""

_people = count(1)


def a_person() -> dict[str, Any]:
    """Return a sale to somebody new, who has a record under a key and a telephone."""
    number = next(_people)
    return a_sale("10.00", record_key=f"C-{number}", identifiers=[phone(mobile_of(number, "11"))])


def again(person: dict[str, Any]) -> dict[str, Any]:
    """Return another sale to the same person."""
    about = {name: person[name] for name in ("record_key", "identifiers")}
    return a_sale("1.00", **about)


def record_of(house: House, person: dict[str, Any]) -> RecordId:
    return keyed_record(house.keyed_hash, person["source"], person["record_key"])


async def settled(house: House, merge: Work[Any]) -> bool:
    """Merge; tell whether it was needed.  A pair that is one already is no loss and no error."""
    try:
        await house.database.write(merge)
    except InvalidInput as refused:
        if refused.reason != "nothing-to-merge":
            raise
        return False
    return True


async def net_of(house: House, customer: CustomerId) -> Decimal | None:
    stat = metadata.tables["customer_stat"]
    net = select(stat.c.net).where(stat.c.customer_id == customer)
    return await house.database.read(lambda tx: tx.scalar(net))


async def who_answers_to(house: House, customer: CustomerId) -> CustomerId:
    return await house.database.read(lambda tx: current_id(tx, customer))


@pytest.fixture
def deadlocks(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Return every deadlock the database reported, the ones tried again among them."""
    seen: list[BaseException] = []

    def noted(error: BaseException) -> bool:
        if sqlstate_of(error) == DEADLOCK:
            seen.append(error)
        return lost_a_race(error)

    monkeypatch.setattr(transaction, "lost_a_race", noted)
    return seen


class TestOpposingMerges:
    async def test_one_survives_and_both_ids_answer(self, house: House) -> None:
        for _ in range(OPPOSING):
            one, other = [await customer_of(house, a_person()) for _ in range(2)]
            needed = await asyncio.gather(
                settled(house, merging(house, one, other)),
                settled(house, merging(house, other, one)),
            )
            assert sorted(needed) == [False, True]
            found = [await who_answers_to(house, each) for each in (one, other)]
            assert found == [min(one, other)] * 2
        assert await house.database.read(contradictions) == []

    async def test_without_locks_both_are_lost(self, house: House) -> None:
        """The control: each looks, sees two customers, and lets one answer for the other."""
        one, other = [await customer_of(house, a_person()) for _ in range(2)]
        both_have_looked = asyncio.Barrier(2)

        def naive(gone: CustomerId, survivor: CustomerId) -> Work[None]:
            async def merge(tx: Connection) -> None:
                assert await current_id(tx, gone) != await current_id(tx, survivor)
                await both_have_looked.wait()
                await tx.execute(
                    text("UPDATE customer SET current_customer_id = :to WHERE customer_id = :gone"),
                    {"to": survivor, "gone": gone},
                )

            return merge

        await asyncio.gather(
            house.database.write(naive(one, other)), house.database.write(naive(other, one))
        )
        assert "an id whose survivor is not one" in await house.database.read(contradictions)


class TestCrosswiseMerges:
    async def test_400_over_few_customers_meet_no_deadlock(
        self, house: House, deadlocks: list[BaseException]
    ) -> None:
        async with asyncio.timeout(LONGEST_S):
            needed = await merge_crosswise(house, CROSSWISE)
        assert needed == CROSSWISE // (2 * CROWD) * (CROWD - 1)
        assert deadlocks == []
        assert await house.database.read(contradictions) == []

    async def test_locks_taken_in_any_order_do(
        self, house: House, deadlocks: list[BaseException], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control; some are told "not now" after all those deadlocks."""
        monkeypatch.setattr(identify, "lock_components", lock_as_named)
        with suppress(Unavailable):
            await merge_crosswise(house, 4 * CROWD)
        assert deadlocks


async def merge_crosswise(house: House, merges: int) -> int:
    """Merge neighbours in a ring of customers, both ways round; return how many were needed."""
    needed = 0
    for _ in range(merges // (2 * CROWD)):
        crowd = [await customer_of(house, a_person()) for _ in range(CROWD)]
        pairs = list(zip(crowd, [*crowd[1:], crowd[0]], strict=True))
        pairs += [(other, one) for one, other in pairs]
        random.Random(merges).shuffle(pairs)
        needed += sum(await at_once(settled(house, merging(house, *pair)) for pair in pairs))
    return needed


async def at_once(works: Iterable[Awaitable[bool]]) -> list[bool]:
    """Await all, no more than there are connections at a time; raise once all have ended."""
    free = asyncio.Semaphore(AT_ONCE)

    async def admitted(work: Awaitable[bool]) -> bool:
        async with free:
            return await work

    ended = await asyncio.gather(*map(admitted, works), return_exceptions=True)
    for failure in ended:
        if isinstance(failure, BaseException):
            raise failure
    return [needed for needed in ended if not isinstance(needed, BaseException)]


async def lock_as_named(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> set[ComponentId]:
    """Lock the components of records as they come, one after another: no order at all."""
    locked: set[ComponentId] = set()
    for record in random.sample(sorted(records), len(records)):
        found = await tx.execute(
            text(
                "SELECT c.component_id FROM component AS c JOIN membership AS m"
                " USING (component_id) WHERE m.record_id = :record FOR NO KEY UPDATE OF c"
            ),
            {"record": record},
        )
        locked |= {ComponentId(row.component_id) for row in found}
    return locked


class TestWhileFactsArrive:
    async def test_a_sale_in_the_middle_of_a_merge_is_counted(self, house: House) -> None:
        for _ in range(20):
            people = [a_person(), a_person()]
            pair = [await customer_of(house, person) for person in people]
            sales = [again(person) for person in people for _ in range(3)]
            told = [house.database.write(telling(house, sale)) for sale in sales]
            await asyncio.gather(*told[:3], house.database.write(merging(house, *pair)), *told[3:])
            assert await net_of(house, min(pair)) == Decimal("26.00")
        assert await house.database.read(contradictions) == []

    async def test_without_locks_a_sale_is_forgotten(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control: a merge re-reads the numbers, a sale is booked beside it, and one wins."""
        monkeypatch.setattr(identify, "lock_components", look_at_components)
        seen: set[str] = set()
        for _ in range(20):
            people = [a_person(), a_person()]
            pair = [await customer_of(house, person) for person in people]
            told = [house.database.write(telling(house, again(person))) for person in people * 3]
            merge = house.database.write(merging(house, *pair))
            await asyncio.gather(*told, merge, return_exceptions=True)
            seen |= set(await house.database.read(contradictions))
        assert seen

    async def test_facts_of_a_record_that_is_split_out_go_with_it(self, house: House) -> None:
        for _ in range(20):
            one, other = a_person(), a_person()
            other["identifiers"] = one["identifiers"]
            customer = await customer_of(house, one, other)
            sales = [again(person) for person in (one, other) for _ in range(3)]
            told = [house.database.write(telling(house, sale)) for sale in sales]
            split = splitting(house, customer, [record_of(house, other)])
            regrouped, results = await asyncio.gather(
                house.database.write(split), asyncio.gather(*told)
            )
            assert all(item.status is ItemStatus.ACCEPTED for result in results for item in result)
            assert len(regrouped.customers) == 2
            for each in regrouped.customers:
                assert await net_of(house, each) == Decimal("13.00")
        assert await house.database.read(contradictions) == []


async def look_at_components(
    tx: Connection, records: Collection[RecordId], keys: Collection[IdentifierKey]
) -> set[ComponentId]:
    """Find the components as ``lock_components`` does, and lock none of them."""
    locking = str(statement("app.identify", "lock_components"))
    found = await tx.execute(
        text(locking.replace("FOR NO KEY UPDATE OF c", "")),
        {"record_ids": list(records), "identifier_keys": keys_text(sorted(keys))},
    )
    return {ComponentId(row.component_id) for row in found}
