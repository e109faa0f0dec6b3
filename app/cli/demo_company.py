"""What does the demonstration put into the database?  A company once, and keys at each start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.access.issue import KeyOrder, issue_key
from app.access.queries import list_keys, revoke_key
from app.access.scopes import Scope
from app.cli import terminal
from app.cli.house import OpenHouse
from app.database.transaction import Connection
from app.differentiate.queries import active_run
from app.flows import scoring
from app.flows.founding import FIRST_VERSION, holds_facts
from app.flows.load import LoadItem, SafePoint, is_known, load
from app.problems import Unavailable
from app.settings import SettingsError
from app.simulation.company import PROTAGONISTS, Chapter, protagonists, simulate
from app.simulation.dirt import TIDY
from app.simulation.places import HOME
from app.simulation.world import Plan
from app.supervisor.garbage import fewer_collections

SEED: Final = 1

SCOPES_OF: Final[dict[str, frozenset[Scope]]] = {
    "ivr": frozenset({Scope.IDENTITY_READ, Scope.DECISIONS_WRITE}),
    "shop": frozenset({Scope.DECISIONS_WRITE, Scope.EVENTS_WRITE, Scope.IDENTITY_READ}),
    "erp": frozenset({Scope.EVENTS_WRITE}),
    "analyst": frozenset({Scope.CUSTOMERS_READ, Scope.CUSTOMERS_EXPORT}),
    "admin": frozenset(Scope),
}
"""What each kind of client is allowed in the demonstration."""

DemoKeys = dict[str, str]
"""The text of a key by the kind of client."""


async def populate(house: OpenHouse, customers: int) -> None:
    """Put the company there if it is not, and let the borders be measured on it.

    Raises:
        SettingsError: the database holds somebody else's facts, which made-up ones would spoil.
    """
    today = house.clock.now().astimezone(house.settings.zone).date()
    if not await is_known(house.database, _last_word(house, today)):
        await _refuse_strangers(house, customers, today)
        with fewer_collections():
            await _load(house, customers, today)
    await house.database.write(lambda tx: _measure_once(tx, house))


async def replace_keys(house: OpenHouse) -> DemoKeys:
    """Make a key for each kind of client; those of an earlier start open nothing any more."""
    now = house.clock.now()

    async def replace(tx: Connection) -> DemoKeys:
        for old in await list_keys(tx):
            if old.client in map(_client, SCOPES_OF) and old.revoked_at is None:
                await revoke_key(tx, old.key_id, now)
        orders = {kind: KeyOrder(_client(kind), scopes) for kind, scopes in SCOPES_OF.items()}
        return {
            kind: (await issue_key(tx, house.keyed_hash, order, now)).text
            for kind, order in orders.items()
        }

    return await house.database.write(replace)


def _client(kind: str) -> str:
    return f"demo-{kind}"


async def _refuse_strangers(house: OpenHouse, customers: int, today: date) -> None:
    """Go on only in an empty database, or in one where an earlier start was stopped half way."""
    first = next(_crowd(_plan(customers, today))).events[0]
    if await is_known(house.database, house.reader.event_key(first["source"], first["id"])):
        return
    if await house.database.read(holds_facts):
        raise SettingsError(
            "this database holds facts of another company, and made-up ones would spoil them:"
            " give the demonstration a folder of its own with --data-dir"
        )


def _last_word(house: OpenHouse, today: date) -> bytes:
    """Return the key of an event that is taken last: who knows it knows the whole company."""
    told = (each for chapter in protagonists(_plan(0, today)) for each in chapter.events)
    profile = next(document for document in told if document["type"] == "profile")
    return house.reader.event_key(profile["source"], profile["id"])


def _plan(customers: int, today: date) -> Plan:
    return Plan(customers, SEED, today, shares={HOME: 1}, rates=TIDY)


def _crowd(plan: Plan) -> Iterator[Chapter]:
    return islice(simulate(plan), len(PROTAGONISTS), None)


async def _load(house: OpenHouse, customers: int, today: date) -> None:
    """Take in everybody, and when they are safe the protagonists, in one array."""
    plan = _plan(customers, today)
    parts = (
        _items(_crowd(plan), 0),
        _items(protagonists(plan), customers - len(PROTAGONISTS)),
    )
    with Progress(
        TextColumn("making a company"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("people"),
        TimeRemainingColumn(),
        console=terminal.console(),
    ) as progress:
        task = progress.add_task("", total=customers)
        for items in parts:
            async for array in load(house.database, items, house.reader, house.clock, _give_up):
                progress.update(task, completed=array.read_bytes)


def _items(told: Iterator[Chapter], people: int) -> Iterator[LoadItem]:
    """Return events as the flow takes them; in place of bytes it counts people."""
    from app.api.event_document import read_event_document

    numbers = count(1)
    for chapter in told:
        people += chapter.is_person
        for document in chapter.events:
            nth = next(numbers)
            command = read_event_document(document)
            yield LoadItem(command, nth, SafePoint(nth, 0), people, raw=b"")


async def _give_up(problem: Unavailable) -> None:
    """Leave the waiting to whoever starts the service."""
    raise problem


async def _measure_once(tx: Connection, house: OpenHouse) -> None:
    run = await active_run(tx)
    if run.version > FIRST_VERSION:
        return
    settings, now = house.settings, house.clock.now()
    draft = await scoring.measure(
        tx,
        currency=settings.currency,
        window_days=run.yardstick.window_days,
        zone=settings.zone,
        now=now,
    )
    await scoring.activate(tx, draft.run_id, settings.zone, now)
