"""`POST /v1/touchpoints`: the ring-time and page-time call, everything in one round trip."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
from fastapi import Response
from uuid_utils.compat import uuid7

from app.access.authenticate import Client
from app.access.scopes import Scope
from app.api import metrics
from app.api.asking import Asking, asking
from app.api.bodies import JSON
from app.api.browser import asked_by
from app.api.dependencies import House, Now, TheClient, TheExchange, TheHouse, TheLocale
from app.api.route import new_router
from app.api.touchpoint_document import OffersAnswer, TouchpointAnswer, TouchpointDocument
from app.api.visible import touchpoint_seen_by
from app.api.writing import TheWrite
from app.database.failures import NO_ROOM
from app.flows.touchpoint import Told, answer_touchpoint, answer_unkept
from app.flows.touchpoint_answer import degraded_answer
from app.flows.touchpoint_command import TouchpointCommand
from app.problems import Fault, Forbidden, InvalidInput, Unavailable
from app.vocabulary import Channel, TouchpointId

router = new_router("touchpoints")


@router.post("/v1/touchpoints", response_model=TouchpointAnswer | OffersAnswer)
async def open_touchpoint(
    asked: TouchpointDocument,
    house: TheHouse,
    write: TheWrite,
    client: TheClient,
    exchange: TheExchange,
    now: Now,
    locale: TheLocale,
) -> Response:
    """Say who is there, what they are worth and what to do; record it, once per interaction.

    The same `interaction` asked again is the same touchpoint: with a new `context`, or with
    identifiers that were not given before, it is decided again, else the same answer returns.
    Past its deadline, or without the database, it says what it left out in `degraded`; asked again
    it is answered in full.  While nothing can be
    stored (`storage`) it says who it is and how to take them, and decides nothing.

    Where several could be meant, what the caller answers goes into `said`, by the name in
    `asks_for`.  It tells the candidates apart; nobody is looked up by it, it is not kept, and it
    proves nothing.

    A browser key may ask about its own `visit` in the channel `web`, and hears offers only.
    Without `customers:read`, sums of money and a name that may not be spoken are null.
    """
    if asked.time is not None and not client.may(Scope.ADMIN):
        raise Forbidden("a moment in the past needs the scope admin", code="missing-scope")
    if asked.time is not None and asked.time > now:
        raise InvalidInput(
            "a touchpoint cannot lie in the future",
            code="future-time",
            faults=(Fault("/time", "future-time", "lies in the future"),),
        )
    command = asked_by(client, asked.command(locale))
    question = asking(house.number_budget, client, asked.identifiers, asked.said)
    if exchange.without_database:
        return _degraded(command, exchange.without_database, house, client)
    limit_ms = asked.deadline_ms or house.settings.deadline_ms
    try:
        async with asyncio.timeout(limit_ms / 1000 - exchange.waited_s):
            try:
                return await write(
                    lambda tx: answer_touchpoint(tx, command, house.desk, now),
                    lambda told: _shown(told.answer, client),
                    then=lambda told: _count(told, asked.channel, question),
                )
            except Unavailable as failure:
                if failure.reason != NO_ROOM:
                    raise
            told = await house.database.read(lambda tx: answer_unkept(tx, command, house.desk, now))
            _count(told, asked.channel, question)
            return _shown(told.answer, client)
    except (TimeoutError, Unavailable) as failure:
        cause = "deadline" if isinstance(failure, TimeoutError) else "database"
        return _degraded(command, cause, house, client)


def _count(told: Told, channel: Channel, question: Asking) -> None:
    question.answered(told.state, told.reason)
    metrics.count_match("touchpoint", told.state, told.reason)
    for strategy in told.strategies:
        metrics.count_decision(channel, strategy)
    for action in told.actions:
        metrics.count_offer(action)
    _count_degraded(told.answer["degraded"])


def _count_degraded(degraded: list[str]) -> None:
    """Count an answer in part: it names the cause first, then what it went without."""
    if degraded:
        cause, *left_out = degraded
        metrics.count_degraded(cause, left_out)


def _degraded(command: TouchpointCommand, cause: str, house: House, client: Client) -> Response:
    """Answer without the database: late or away, the call has to be taken."""
    touchpoint_id = TouchpointId(uuid7())
    answer = degraded_answer(touchpoint_id, command, cause, house.desk.catalogue)
    _count_degraded(answer["degraded"])
    return _shown(answer, client)


def _shown(answer: dict[str, Any], client: Client) -> Response:
    return Response(orjson.dumps(touchpoint_seen_by(client, answer)), media_type=JSON)
