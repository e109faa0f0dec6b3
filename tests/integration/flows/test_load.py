"""Is a file that comes in arrays what it is one event at a time, and does nothing get lost?"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import orjson
import pytest

from app.database.clock import FixedClock
from app.database.keyed_hash import KeyedHash
from app.database.transaction import Connection, Database, Work
from app.flows import event_reading
from app.flows import load as loading
from app.flows.event_command import ItemStatus
from app.flows.event_intake import take_events
from app.flows.event_reading import Reader
from app.flows.export import Export, Perspective, export
from app.flows.load import Loaded, LoadItem, SafePoint, Tally, Witness, is_known, knows, load
from app.flows.load_rehearsal import rehearse, rehearse_array
from app.identify.portrait.draw import portrait_of
from app.problems import Unavailable
from app.simulation.company import PROTAGONISTS
from app.simulation.protagonist_tales import documents_of
from app.vocabulary import EventId
from tests.builders import a_reader, a_sale, an_event, commands, tax_id

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 20)
DAYS_TOLD = "2026-09"
"""Events of the last months are enough."""


@pytest.fixture
def reader(keyed_hash: KeyedHash) -> Reader:
    return a_reader(keyed_hash)


@pytest.fixture
def perspective(keyed_hash: KeyedHash) -> Perspective:
    return Perspective(keyed_hash, "BRL", TODAY)


@pytest.fixture(autouse=True)
def small_arrays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ARRAY_LINES", 20)
    monkeypatch.setattr(loading, "_FIRST_PAUSE_S", 0.001)


def company() -> list[dict[str, Any]]:
    """Return what the protagonists did lately, and who they are."""
    told = [d for p in PROTAGONISTS.values() for d in documents_of(p, TODAY)]
    return [d for d in told if d["type"] != "sale" or d["time"] > DAYS_TOLD]


def lines_of(documents: Iterable[dict[str, Any]]) -> list[LoadItem]:
    return [
        LoadItem(command, nth, SafePoint(nth, nth * 100), nth * 100, orjson.dumps(document))
        for nth, (command, document) in enumerate(
            ((command, document) for document in documents for command in commands([document])), 1
        )
    ]


async def nobody_waits(problem: Unavailable) -> None:
    raise problem


async def taken(
    database: Database, items: Iterable[LoadItem], reader: Reader, clock: FixedClock
) -> list[Loaded]:
    return [array async for array in load(database, items, reader, clock, nobody_waits)]


def total(arrays: Iterable[Loaded]) -> Tally:
    return sum((array.tally for array in arrays), Tally())


async def exported(tx: Connection, what: Export, perspective: Perspective) -> list[dict[str, Any]]:
    return [orjson.loads(line) async for line in export(tx, what, perspective)]


async def state(tx: Connection, perspective: Perspective) -> dict[frozenset[Any], Any]:
    """Return the numbers of each customer by its records, whatever the ids are."""
    records: dict[str, set[Any]] = defaultdict(set)
    for row in await exported(tx, Export.RECORDS, perspective):
        records[row["customer_id"]].add((row["source"], row["record_key"]))
    return {
        frozenset(records[row["customer_id"]]): {**row, "customer_id": None}
        for row in await exported(tx, Export.CUSTOMERS, perspective)
    }


async def test_arrays_make_the_state_that_one_by_one_makes(
    own_database: Database,
    connection: Connection,
    reader: Reader,
    clock: FixedClock,
    perspective: Perspective,
) -> None:
    documents = company()
    shuffled = random.Random(4).sample(documents, len(documents))
    arrays = await taken(own_database, lines_of(shuffled), reader, clock)
    assert total(arrays) == Tally(accepted=len(documents))
    for document in documents:
        await take_events(connection, commands([document]), reader, clock.now())
    together = await own_database.read(lambda tx: state(tx, perspective))
    assert together == await state(connection, perspective)
    assert len(together) >= len(PROTAGONISTS)


NAMES = ["Ana Prado", "Beatriz Reis", "Carla Dias", "Daniela Melo"]


def renamed(seed: int, customers: int = 12) -> list[dict[str, Any]]:
    """Return the same event of each customer four times and more, each time with another name."""
    draw = random.Random(seed)
    sales = [a_sale(id=f"N-{n}", record_key=f"C-{n}") for n in range(customers)]
    names = [draw.sample(NAMES, 4) + draw.sample(NAMES, draw.randint(0, 2)) for _ in sales]
    left = [number for number, told in enumerate(names) for _ in told]
    draw.shuffle(left)
    return [sales[number] | {"profile": {"name": names[number].pop()}} for number in left]


async def names_of(
    tx: Connection, documents: Iterable[dict[str, Any]], reader: Reader, clock: FixedClock
) -> dict[str, str]:
    """Return by which name each event's customer is known; to ask tells nothing new."""
    asked = {each["record_key"]: each | {"profile": None} for each in documents}
    results = await take_events(tx, commands(asked.values()), reader, clock.now())
    found = {}
    for key, result in zip(asked, results, strict=True):
        assert result.customer_id is not None
        drawn = await portrait_of(tx, result.customer_id)
        found[key] = drawn.attributes["name"][0].value
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("lines", [3, 1000])
async def test_of_an_event_that_comes_again_the_last_word_holds_as_one_by_one(
    own_database: Database,
    connection: Connection,
    reader: Reader,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    lines: int,
) -> None:
    monkeypatch.setattr(loading, "ARRAY_LINES", lines)
    documents = renamed(seed)
    arrays = await taken(own_database, lines_of(documents), reader, clock)
    assert total(arrays).accepted == 12
    clock.advance(timedelta(hours=1))
    for document in documents:
        await take_events(connection, commands([document]), reader, clock.now())
        clock.advance(timedelta(milliseconds=1))
    together = await own_database.write(lambda tx: names_of(tx, documents, reader, clock))
    assert together == await names_of(connection, documents, reader, clock)
    assert len(set(together.values())) > 1


async def test_an_array_waits_for_one_under_way_that_has_an_event_of_its(
    own_database: Database, reader: Reader, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first is tried again and again the second does not go before it."""
    monkeypatch.setattr(loading, "ARRAY_LINES", 2)
    sale = a_sale(record_key="C-1")
    said = [sale | {"profile": {"name": name}} for name in NAMES]
    database = FlickeringDatabase(own_database, times=3)

    async def later(problem: Unavailable) -> None:
        clock.advance(timedelta(seconds=1))

    [first, second] = [
        array async for array in load(database, lines_of(said), reader, clock, later)
    ]
    assert (first.tally, second.tally) == (Tally(accepted=1, duplicate=1), Tally(duplicate=2))
    clock.advance(timedelta(hours=1))
    found = await own_database.write(lambda tx: names_of(tx, [said[0]], reader, clock))
    assert found == {"C-1": NAMES[-1]}


async def test_a_file_comes_twice_and_nothing_changes(
    own_database: Database, reader: Reader, clock: FixedClock, perspective: Perspective
) -> None:
    documents = company()
    await taken(own_database, lines_of(documents), reader, clock)
    before = await own_database.read(lambda tx: state(tx, perspective))
    again = await taken(own_database, lines_of(reversed(documents)), reader, clock)
    assert total(again) == Tally(duplicate=len(documents))
    assert await own_database.read(lambda tx: state(tx, perspective)) == before


async def test_what_is_refused_is_handed_back_as_it_came(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    tomorrow = a_sale(time="2026-12-24T10:00:00-03:00")
    documents = [a_sale(record_key="C-1"), {"id": "x"}, a_sale(record_key="C-2"), tomorrow]
    [array] = await taken(own_database, lines_of(documents), reader, clock)
    assert array.tally == Tally(accepted=2, refused=2)
    assert [refusal.line_number for refusal in array.refused] == [2, 4]
    assert [refusal.raw for refusal in array.refused] == [orjson.dumps(d) for d in documents[1::2]]
    assert [refusal.problem.reason for refusal in array.refused] == ["invalid-event", "future-time"]


@pytest.mark.parametrize("places", [{0}, {13}, {5, 6, 19}])
async def test_a_line_that_our_checks_let_pass_is_refused_alone(
    own_database: Database,
    reader: Reader,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    places: set[int],
) -> None:
    monkeypatch.setattr(event_reading, "MOST_OF_ONE", Decimal("Infinity"))
    too_large = {"net": "99999999999999.99", "currency": "USD", "rate": "99999999"}
    documents = [
        a_sale(record_key=f"C-{n}", data=too_large if n in places else {}) for n in range(50)
    ]
    arrays = await taken(own_database, lines_of(documents), reader, clock)
    assert total(arrays) == Tally(accepted=50 - len(places), refused=len(places))
    refused = [refusal for array in arrays for refusal in array.refused]
    assert {refusal.line_number - 1 for refusal in refused} == places
    assert {refusal.problem.reason for refusal in refused} == {"cannot-be-stored"}


async def test_arrays_are_told_in_the_order_of_the_file_with_where_to_go_on(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    items = lines_of(a_sale(record_key=f"C-{n}") for n in range(50))
    arrays = await taken(own_database, items, reader, clock)
    assert [array.after for array in arrays] == [items[n].after for n in (19, 39, 49)]
    for array in arrays:
        assert array.witness is not None
        assert await knows(own_database, array.witness)


async def test_an_array_tells_how_many_were_safe_when_it_was_begun(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    arrays = await taken(own_database, lines_of(a_sale() for _ in range(120)), reader, clock)
    assert [array.begun_after for array in arrays] == [0, 0, 0, 1, 2, 3]


async def test_the_witness_is_an_event_that_the_array_wrote(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    before, refused, fresh = a_sale(), a_sale(time="2026-12-24T10:00:00-03:00"), a_sale()
    await taken(own_database, lines_of([before]), reader, clock)
    told = [refused, {"id": "x"}, before, fresh]
    [array] = await taken(own_database, lines_of(told), reader, clock)
    assert array.witness is not None
    assert array.witness.event_key == reader.event_key(fresh["source"], fresh["id"])
    assert array.tally == Tally(accepted=1, duplicate=1, refused=2)


@pytest.mark.parametrize("again", [True, False])
async def test_an_array_that_wrote_nothing_has_no_witness(
    own_database: Database, reader: Reader, clock: FixedClock, again: bool
) -> None:
    told = a_sale() if again else {"id": "x"}
    arrays = [await taken(own_database, lines_of([told]), reader, clock) for _ in range(2)]
    assert arrays[1][0].witness is None
    assert (arrays[0][0].witness is not None) is again


async def test_the_same_event_by_another_way_is_no_witness(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    sale = a_sale(id="later")
    refers = an_event("refund", data={"net": "1.00", "refers_to": {"id": "later"}})
    elsewhere = Witness(reader.event_key(sale["source"], "later"), EventId(uuid4()))
    for written in (refers, sale):
        assert not await is_known(own_database, elsewhere.event_key)
        [array] = await taken(own_database, lines_of([written]), reader, clock)
        assert array.witness is not None
        assert await knows(own_database, array.witness)
    assert array.witness.event_key == elsewhere.event_key
    assert await is_known(own_database, elsewhere.event_key)
    assert not await knows(own_database, elsewhere)


def test_an_array_is_a_number_of_lines_or_of_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "ARRAY_BYTES", 1_000)
    items = [replace(item, raw=b"x" * 400) for item in lines_of(a_sale() for _ in range(7))]
    items += [replace(item, raw=b"") for item in lines_of(a_sale() for _ in range(50))]
    lines = iter(items)
    sizes = [len(list(loading.next_lines(lines))) for _ in range(7)]
    assert sizes == [3, 3, 20, 20, 11, 0, 0]


async def test_a_load_holds_few_long_lines_at_once(
    own_database: Database, reader: Reader, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "ARRAY_BYTES", 1_000)
    items = [replace(item, raw=b"x" * 400) for item in lines_of(a_sale() for _ in range(10))]
    arrays = await taken(own_database, items, reader, clock)
    assert [array.tally.lines for array in arrays] == [3, 3, 3, 1]


class FlickeringDatabase(Database):
    """A database that is away the first few times it is asked to write."""

    def __init__(self, database: Database, times: int) -> None:
        super().__init__(database.lines)
        self.times = times

    async def write(self, work: Work[Any]) -> Any:
        if self.times:
            self.times -= 1
            raise Unavailable
        return await super().write(work)


async def test_a_database_that_is_away_is_waited_for(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    told: list[Unavailable] = []

    async def remember(problem: Unavailable) -> None:
        told.append(problem)

    database = FlickeringDatabase(own_database, times=3)
    items = lines_of([a_sale(record_key="C-1")])
    arrays = [array async for array in load(database, items, reader, clock, remember)]
    assert total(arrays) == Tally(accepted=1)
    assert len(told) == 3


async def test_patience_ends(
    own_database: Database, reader: Reader, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "PATIENCE_S", -1)
    with pytest.raises(Unavailable):
        await taken(FlickeringDatabase(own_database, 1), lines_of([a_sale()]), reader, clock)


async def test_it_reads_no_further_ahead_than_what_is_under_way(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    read = 0

    def counted(items: Sequence[LoadItem]) -> Iterator[LoadItem]:
        nonlocal read
        for item in items:
            read += 1
            yield item

    items = counted(lines_of(a_sale(record_key=f"C-{n}") for n in range(200)))
    async with aclosing(load(own_database, items, reader, clock, nobody_waits)) as arrays:
        async for _ in arrays:
            break
    assert read <= 20 * (loading.UNDER_WAY + 1)


async def test_a_load_that_is_left_leaves_nothing_running(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    before = asyncio.all_tasks()
    items = lines_of(a_sale(record_key=f"C-{n}") for n in range(200))
    async with aclosing(load(own_database, items, reader, clock, nobody_waits)) as arrays:
        async for _ in arrays:
            break
    assert asyncio.all_tasks() == before


def test_a_rehearsal_says_what_a_load_would(reader: Reader, clock: FixedClock) -> None:
    good, late, odd = commands(
        [
            a_sale(identifiers=[tax_id("111.111.111-11")]),
            a_sale(time="2026-12-24T10:00:00-03:00"),
            {"id": "x"},
        ]
    )
    assert rehearse(good, reader, clock.now()).problem is None
    assert [fault.pointer for fault in rehearse(good, reader, clock.now()).ignored] == [
        "/identifiers/0"
    ]
    for refused in (late, odd):
        assert rehearse(refused, reader, clock.now()).problem is not None


async def test_a_rehearsal_asks_what_is_known_and_changes_nothing(
    own_database: Database, reader: Reader, clock: FixedClock
) -> None:
    before, other = a_sale(record_key="C-1"), a_sale(record_key="C-2")
    refers = an_event("refund", data={"net": "1.00", "refers_to": {"id": "later"}})
    await taken(own_database, lines_of([before, other, refers]), reader, clock)
    told = [
        before,
        {**other, "data": {**other["data"], "net": "7.00"}},
        fresh := a_sale(record_key="C-3"),
        fresh,
        a_sale(record_key="C-4", data={"currency": "EUR"}),
        a_sale(record_key="C-5", data={"currency": "EUR", "rate": "6.1"}),
        a_sale(id="later"),
        a_sale("99999999999999.99", record_key="C-6"),
        {"id": "x"},
        a_sale(id="mended", data={"currency": "EUR"}),
        a_sale(id="mended", data={"currency": "EUR", "rate": "6.1"}),
    ]
    results = await own_database.read(
        lambda tx: rehearse_array(tx, commands(told), reader, clock.now())
    )
    assert [result.problem.reason if result.problem else result.status for result in results] == [
        ItemStatus.DUPLICATE,
        "event-id-reused",
        ItemStatus.ACCEPTED,
        ItemStatus.DUPLICATE,
        "no-rate",
        ItemStatus.ACCEPTED,
        ItemStatus.ACCEPTED,
        "amount-too-large",
        "invalid-event",
        "no-rate",
        ItemStatus.ACCEPTED,
    ]
    [array] = await taken(own_database, lines_of(told), reader, clock)
    assert array.tally == Tally(accepted=4, duplicate=2, refused=5), "as the rehearsal said"
