"""`POST /v1/events`: how do facts come in?  One, an array, lines, CloudEvents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from pydantic import Field

from app.access.authenticate import Client
from app.api import cloud_events, metrics
from app.api.bodies import JSON, read_body, refuse_media_type
from app.api.browser import told_by
from app.api.dependencies import House, Now, TheClient, TheExchange, TheHouse
from app.api.edge import exchange_of
from app.api.event_document import read_event_document
from app.api.problem_details import (
    FaultAnswer,
    ProblemAnswer,
    fault_answer,
    problem_answer,
    promised,
)
from app.api.route import new_router
from app.api.visible import fields_seen_by
from app.api.wire import Answer
from app.api.writing import TheWrite, written
from app.flows.event_command import EventCommand, EventType, ItemResult, ItemStatus, Unreadable
from app.flows.event_intake import take_events
from app.json_text import parse_json
from app.problems import InvalidInput, Malformed, Problem, TooLarge
from app.vocabulary import CustomerId, IdentifierType

router = new_router("events")

LINES: Final = "application/x-ndjson"
MOST_ITEMS: Final = 1_000
_BREATH: Final = 25
"""After so many documents others get their turn: a ring waits no longer than these take."""

_IDENTIFIERS: Final = "/identifiers/"

Item = EventCommand | Unreadable
ReadItem = Callable[[object], Item]


class ItemAnswer(Answer):
    """What became of one event."""

    id: str | None
    status: ItemStatus
    customer_id: CustomerId | None
    ignored: list[FaultAnswer] = Field(exclude_if=lambda told: not told)
    problem: ProblemAnswer | None = Field(exclude_if=lambda told: told is None)


class EventsAnswer(Answer):
    """What became of each event, in the order in which they were sent."""

    items: list[ItemAnswer]


@dataclass(frozen=True, slots=True)
class Told:
    """The items of one request and its bytes; ``alone`` if it was an object and no list."""

    data: bytes
    items: list[Item]
    alone: bool


@router.post(
    "/v1/events",
    response_model=EventsAnswer,
    responses={HTTPStatus.MULTI_STATUS: {"model": EventsAnswer}} | promised(HTTPStatus.CONFLICT),
)
async def tell_events(
    request: Request,
    house: TheHouse,
    write: TheWrite,
    client: TheClient,
    exchange: TheExchange,
    now: Now,
) -> Response:
    """Take in facts: each is accepted, a duplicate, or refused by itself; all in one transaction.

    207 when something was refused; an event sent alone that is refused answers its problem.
    """
    told = await _read(request, house)
    items = [_spoken_for(item, client) for item in told.items]
    return await write(
        lambda tx: take_events(tx, items, house.reader, now),
        lambda results: _answers(results, exchange.request_id, client, alone=told.alone),
        then=lambda results: _count(client, items, results),
        body=told.data,
    )


def _count(client: Client, items: Sequence[Item], results: Sequence[ItemResult]) -> None:
    metrics.count_events(client.name, _outcomes(items, results))
    metrics.count_unusable(_unusable(items, results))


def _unusable(
    items: Sequence[Item], results: Sequence[ItemResult]
) -> Iterator[tuple[IdentifierType, str]]:
    """Yield the type and fault of each identifier that is no evidence, told for the first time."""
    for item, result in zip(items, results, strict=True):
        if isinstance(item, EventCommand) and result.status is ItemStatus.ACCEPTED:
            for fault in result.ignored:
                place = fault.pointer.removeprefix(_IDENTIFIERS)
                if place != fault.pointer:
                    yield item.identifiers[int(place)].type, fault.code


def _outcomes(
    items: Sequence[Item], results: Sequence[ItemResult]
) -> Iterator[tuple[EventType | None, ItemStatus]]:
    for item, result in zip(items, results, strict=True):
        yield (item.type if isinstance(item, EventCommand) else None), result.status


def _answers(
    results: Sequence[ItemResult], request_id: str, client: Client, *, alone: bool
) -> Response:
    problems = [result.problem for result in results if result.problem is not None]
    if alone and problems:
        raise problems[0].anew()
    sees = fields_seen_by(client, EventsAnswer.__name__)
    items = [_answer(result, request_id, nth, sees) for nth, result in enumerate(results)]
    status = HTTPStatus.MULTI_STATUS if problems else HTTPStatus.OK
    return written(EventsAnswer(items=items), status)


async def _read(request: Request, house: House) -> Told:
    """Read the body by its content type.

    Raises:
        UnsupportedMedia, Malformed, TooLarge, InvalidInput: none of it can be taken in.
    """
    media_type = refuse_media_type(exchange_of(request.scope).fields, frozenset(_READERS))
    data = await read_body(request, longest=house.settings.max_body_bytes)
    documents, read_item = _READERS[media_type](data)
    if not isinstance(documents, list):
        return Told(data, [read_item(documents)], alone=True)
    if not documents:
        raise InvalidInput("there is no event in it", code="no-events")
    if len(documents) > MOST_ITEMS:
        raise TooLarge(f"send {MOST_ITEMS} events at most", code="too-many-items")
    return Told(data, await _read_all(documents, read_item), alone=False)


async def _read_all(documents: Sequence[Any], read_item: ReadItem) -> list[Item]:
    items = []
    for nth, document in enumerate(documents, start=1):
        items.append(read_item(document))
        if nth % _BREATH == 0:
            await asyncio.sleep(0)
    return items


def _one_or_array(data: bytes) -> tuple[Any, ReadItem]:
    return parse_json(data), read_event_document


def _lines(data: bytes) -> tuple[Any, ReadItem]:
    return [line for line in data.split(b"\n") if line.strip()], _read_line


def _read_line(line: object) -> Item:
    """Read one line; one that is no JSON is refused and the others go on."""
    if not isinstance(line, bytes):
        raise TypeError("a line is bytes")
    try:
        return read_event_document(parse_json(line))
    except Problem as problem:
        return Unreadable(None, problem.anew())


def _one_cloud_event(data: bytes) -> tuple[Any, ReadItem]:
    event = parse_json(data)
    if isinstance(event, list):
        raise Malformed(f"send {cloud_events.BATCH} for more than one", code="not-an-object")
    return event, cloud_events.read_cloud_event


def _cloud_events(data: bytes) -> tuple[Any, ReadItem]:
    batch = parse_json(data)
    if not isinstance(batch, list):
        raise Malformed(f"send {cloud_events.ONE} for one", code="not-an-array")
    return batch, cloud_events.read_cloud_event


_READERS: Final[dict[str, Callable[[bytes], tuple[Any, ReadItem]]]] = {
    JSON: _one_or_array,
    LINES: _lines,
    cloud_events.ONE: _one_cloud_event,
    cloud_events.BATCH: _cloud_events,
}


def _spoken_for(item: Item, client: Client) -> Item:
    """Refuse what a client may not tell: in the name of another source, or what no page sees."""
    if isinstance(item, Unreadable):
        return item
    problem = told_by(client, item)
    return item if problem is None else Unreadable(item.id, problem)


def _answer(result: ItemResult, request_id: str, nth: int, sees: frozenset[str]) -> ItemAnswer:
    problem = result.problem
    return ItemAnswer(
        id=result.id,
        status=result.status,
        customer_id=result.customer_id if "items.customer_id" in sees else None,
        ignored=[fault_answer(fault) for fault in result.ignored],
        problem=None if problem is None else problem_answer(problem, request_id, f"#/items/{nth}"),
    )
