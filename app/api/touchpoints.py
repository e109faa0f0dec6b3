"""`POST /v1/touchpoints`: the ring-time and page-time call, everything in one round trip."""

from __future__ import annotations

import asyncio

import orjson
from fastapi import Response
from uuid_utils.compat import uuid7

from app.access.scopes import Scope
from app.api import metrics
from app.api.bodies import JSON
from app.api.dependencies import House, Now, TheClient, TheHouse, TheLocale
from app.api.route import new_router
from app.api.touchpoint_document import TouchpointAnswer, TouchpointDocument
from app.api.writing import TheWrite
from app.flows.touchpoint import Told, answer_touchpoint
from app.flows.touchpoint_answer import degraded_answer
from app.flows.touchpoint_command import TouchpointCommand
from app.problems import Fault, Forbidden, InvalidInput, Unavailable
from app.vocabulary import Channel, TouchpointId

router = new_router("touchpoints")


@router.post("/v1/touchpoints", response_model=TouchpointAnswer)
async def open_touchpoint(
    asked: TouchpointDocument,
    house: TheHouse,
    write: TheWrite,
    client: TheClient,
    now: Now,
    locale: TheLocale,
) -> Response:
    """Say who is there, what they are worth and what to do; record it, once per interaction.

    The same `interaction` asked again is the same touchpoint: with a new `context` it is decided
    again, without one the same answer returns.  Past its deadline, or without the database, it
    says what it left out in `degraded`; asked again it is answered in full.
    """
    if asked.time is not None and not client.may(Scope.ADMIN):
        raise Forbidden("a moment in the past needs the scope admin", code="missing-scope")
    if asked.time is not None and asked.time > now:
        raise InvalidInput(
            "a touchpoint cannot lie in the future",
            code="future-time",
            faults=(Fault("/time", "future-time", "lies in the future"),),
        )
    command = asked.command(locale)
    limit_ms = asked.deadline_ms or house.settings.deadline_ms
    try:
        async with asyncio.timeout(limit_ms / 1000):
            return await write(
                lambda tx: answer_touchpoint(tx, command, house.desk, now),
                lambda told: Response(orjson.dumps(told.answer), media_type=JSON),
                then=lambda told: _count(told, asked.channel),
            )
    except (TimeoutError, Unavailable) as failure:
        cause = "deadline" if isinstance(failure, TimeoutError) else "database"
        return _degraded(command, cause, house)


def _count(told: Told, channel: Channel) -> None:
    metrics.count_match(told.state)
    for strategy in told.strategies:
        metrics.count_decision(channel, strategy)


def _degraded(command: TouchpointCommand, cause: str, house: House) -> Response:
    """Answer without the database: late or away, the call has to be taken."""
    metrics.count_degraded(cause)
    touchpoint_id = TouchpointId(uuid7())
    answer = degraded_answer(touchpoint_id, command, cause, house.desk.catalogue)
    return Response(orjson.dumps(answer), media_type=JSON)
