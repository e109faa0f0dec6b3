"""`POST /v1/touchpoints`: the ring-time and page-time call, everything in one round trip."""

from __future__ import annotations

import orjson
from fastapi import Response

from app.access.scopes import Scope
from app.api import metrics
from app.api.bodies import JSON
from app.api.dependencies import Now, TheClient, TheHouse, TheLocale
from app.api.route import new_router
from app.api.touchpoint_document import TouchpointAnswer, TouchpointDocument
from app.flows.touchpoint import answer_touchpoint
from app.problems import Fault, Forbidden, InvalidInput

router = new_router("touchpoints")


@router.post("/v1/touchpoints", response_model=TouchpointAnswer)
async def open_touchpoint(
    asked: TouchpointDocument, house: TheHouse, client: TheClient, now: Now, locale: TheLocale
) -> Response:
    """Say who is there, what they are worth and what to do; record it, once per interaction.

    The same `interaction` asked again is the same touchpoint: with a new `context` it is decided
    again, without one the same answer returns.
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
    told = await house.database.write(lambda tx: answer_touchpoint(tx, command, house.desk, now))
    metrics.count_match(told.state)
    for strategy in told.strategies:
        metrics.count_decision(asked.channel, strategy)
    return Response(orjson.dumps(told.answer), media_type=JSON)
