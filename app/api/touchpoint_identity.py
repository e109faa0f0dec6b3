"""`POST /v1/touchpoints/{id}/identity`: the agent's word on who is on the line, and the answer."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import Response
from pydantic import Field

from app.access import audit
from app.access.audit import Act, ActKind
from app.access.authenticate import Client
from app.api import metrics
from app.api.audit import TheActor
from app.api.bodies import JSON
from app.api.dependencies import Now, TheClient, TheHouse
from app.api.problem_details import promised
from app.api.route import new_router
from app.api.touchpoint_document import (
    ContextDocument,
    SlotDocument,
    TouchpointAnswer,
    TouchpointDocument,
)
from app.api.visible import touchpoint_seen_by
from app.api.wire import Document
from app.api.writing import TheWrite
from app.database.transaction import Connection
from app.flows.attestation import Check
from app.flows.identity_word import WordCommand, take_word
from app.flows.touchpoint_again import Asked
from app.flows.touchpoint_command import TouchpointCommand
from app.flows.touchpoint_conclusion import Told
from app.identify.words import WordKind
from app.vocabulary import CustomerId, Locale, TouchpointId

router = new_router("touchpoints")

_ACTS = {
    WordKind.CONFIRMED: ActKind.IDENTITY_CONFIRMED,
    WordKind.DENIED: ActKind.IDENTITY_DENIED,
}


class WordDocument(Document):
    """What the agent says: it is they, or it is not."""

    word: WordKind
    customer_id: UUID | None = Field(
        default=None, description="which candidate; without it, whom the touchpoint named"
    )
    verified_by: Annotated[list[Check], Field(max_length=len(Check))] = Field(
        default_factory=list, description="what was compared with what we know"
    )


@router.post(
    "/v1/touchpoints/{touchpoint_id}/identity",
    response_model=TouchpointAnswer,
    responses=promised(HTTPStatus.NOT_FOUND, HTTPStatus.GONE),
)
async def tell_identity(
    touchpoint_id: UUID,
    told: WordDocument,
    house: TheHouse,
    write: TheWrite,
    client: TheClient,
    actor: TheActor,
    now: Now,
) -> Response:
    """Take the agent's word for who is on the line, and answer the same touchpoint anew.

    `denied`: the contact points asked with are not theirs, until they are told again; the answer is
    for whoever it is then.  `confirmed`: it is they, `attested`; what only they may hear may be
    said once a one-time code or two things besides the first name were checked.
    """
    named = None if told.customer_id is None else CustomerId(told.customer_id)
    command = WordCommand(told.word, actor.name, named, frozenset(told.verified_by))
    touchpoint = TouchpointId(touchpoint_id)
    again = _again(Locale(house.settings.locale))

    async def taken(tx: Connection) -> Told:
        answered = await take_word(tx, touchpoint, command, house.desk, again, now)
        about = answered.answer["customer"]["id"]
        act = Act(
            actor,
            _ACTS[told.word],
            now,
            named if about is None else CustomerId(UUID(about)),
            subject=touchpoint_id,
            fields=tuple(sorted(command.verified_by)),
        )
        await audit.note(tx, act)
        return answered

    return await write(
        taken,
        lambda answered: _shown(answered.answer, client),
        then=lambda answered: metrics.count_match("word", answered.state, answered.reason),
    )


def _again(locale: Locale) -> Callable[[Asked], TouchpointCommand]:
    """Return what makes the question again of a moment that is kept."""

    def question(asked: Asked) -> TouchpointCommand:
        context = asked.context.get("context")
        slots = [SlotDocument(placement=slot) for slot in asked.slots or ()]
        document = TouchpointDocument(
            channel=asked.channel,
            direction=asked.direction,
            context=ContextDocument.model_validate(context) if context else None,
            slots=slots or None,
            locale=asked.locale,
        )
        return document.command(locale)

    return question


def _shown(answer: dict[str, Any], client: Client) -> Response:
    return Response(orjson.dumps(touchpoint_seen_by(client, answer)), media_type=JSON)
