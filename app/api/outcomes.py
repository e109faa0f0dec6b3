"""`POST /v1/outcomes`: what came of a decision; told in any order, kept once, learnt from."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Body, Response
from pydantic import Discriminator, Field, Tag

from app.api import metrics
from app.api.dependencies import Now, TheExchange, TheHouse
from app.api.problem_details import ProblemAnswer, problem_answer, promised
from app.api.route import new_router
from app.api.wire import (
    MANY,
    ONE,
    Answer,
    Document,
    Flag,
    Moment,
    Price,
    Text,
    one_or_many,
)
from app.api.writing import TheWrite, written
from app.flows.outcome import OutcomeCommand, OutcomeResult, OutcomeStatus, take_outcomes
from app.interact.outcomes import OutcomeKind
from app.vocabulary import Channel, DecisionId

router = new_router("outcomes")

MOST_ITEMS: Final = 1_000


class OutcomeDocument(Document):
    """One thing that came of one decision.

    The same outcome of the same decision counts once; ``id`` tells apart what may happen twice.
    """

    decision_id: UUID
    outcome: OutcomeKind
    time: Moment
    id: Text | None = None
    reason: Text | None = Field(default=None, description="of a rejection")
    never: Flag = Field(default=False, description="of a rejection: not this, ever")
    until: Moment | None = Field(default=None, description="of a deferral")
    value: Price | None = Field(default=None, description="of a conversion")
    channel: Channel | None = Field(default=None, description="of an opt-out; else the offer's own")

    def command(self) -> OutcomeCommand:
        """Return the outcome as the flow takes it."""
        return OutcomeCommand(
            decision_id=DecisionId(self.decision_id),
            kind=self.outcome,
            occurred_at=self.time,
            id=self.id or "",
            value=self.value,
            until=self.until,
            never=self.never,
            channel=self.channel,
            reason=self.reason,
        )


class OutcomeAnswer(Answer):
    """What became of one outcome."""

    decision_id: UUID
    outcome: OutcomeKind
    status: OutcomeStatus
    problem: ProblemAnswer | None = Field(exclude_if=lambda told: told is None)


class OutcomesAnswer(Answer):
    """What became of each outcome, in the order in which they were sent."""

    items: list[OutcomeAnswer]


Outcomes = Annotated[list[OutcomeDocument], Field(min_length=1, max_length=MOST_ITEMS)]
OneOrMany = Annotated[
    Annotated[OutcomeDocument, Tag(ONE)] | Annotated[Outcomes, Tag(MANY)],
    Discriminator(one_or_many),
]


@router.post(
    "/v1/outcomes",
    response_model=OutcomesAnswer,
    responses={
        HTTPStatus.MULTI_STATUS: {"model": OutcomesAnswer},
        **promised(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
)
async def tell_outcomes(
    told: Annotated[OneOrMany, Body()],
    house: TheHouse,
    write: TheWrite,
    exchange: TheExchange,
    now: Now,
) -> Response:
    """Take in outcomes, one or an array, in one transaction.

    207 when a decision is not known; an outcome sent alone that is refused answers its problem.
    """
    alone = isinstance(told, OutcomeDocument)
    latest = now + house.reader.future_tolerance
    commands = [each.command() for each in ([told] if isinstance(told, OutcomeDocument) else told)]

    def answer(results: Sequence[OutcomeResult]) -> Response:
        problems = [result.problem for result in results if result.problem is not None]
        if problems and alone:
            raise problems[0]
        status = HTTPStatus.MULTI_STATUS if problems else HTTPStatus.OK
        return written(_answer(commands, results, exchange.request_id), status)

    return await write(
        lambda tx: take_outcomes(tx, commands, house.keyed_hash, latest),
        answer,
        then=lambda results: _count(commands, results),
    )


def _count(commands: Sequence[OutcomeCommand], results: Sequence[OutcomeResult]) -> None:
    for command, result in zip(commands, results, strict=True):
        if result.status is OutcomeStatus.ACCEPTED:
            metrics.count_outcome(command.kind.value)


def _answer(
    commands: Sequence[OutcomeCommand], results: Sequence[OutcomeResult], request_id: str
) -> OutcomesAnswer:
    items = []
    for nth, (command, result) in enumerate(zip(commands, results, strict=True)):
        problem = result.problem
        told = None if problem is None else problem_answer(problem, request_id, f"#/items/{nth}")
        items.append(
            OutcomeAnswer(
                decision_id=command.decision_id,
                outcome=command.kind,
                status=result.status,
                problem=told,
            )
        )
    return OutcomesAnswer(items=items)
