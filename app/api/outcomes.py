"""`POST /v1/outcomes`: what came of a decision; told in any order, kept once, learnt from."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import Body, Response
from pydantic import Field

from app.api import metrics
from app.api.dependencies import TheExchange, TheHouse
from app.api.problem_details import ProblemAnswer, problem_answer, promised
from app.api.route import new_router
from app.api.wire import Answer, Document, Flag, Moment, Money, Text
from app.flows.outcome import OutcomeCommand, OutcomeStatus, take_outcomes
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
    value: Money | None = Field(default=None, description="of a conversion")
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


@router.post(
    "/v1/outcomes",
    responses={
        HTTPStatus.MULTI_STATUS: {"model": OutcomesAnswer},
        **promised(HTTPStatus.NOT_FOUND),
    },
)
async def tell_outcomes(
    told: Annotated[OutcomeDocument | Outcomes, Body()],
    response: Response,
    house: TheHouse,
    exchange: TheExchange,
) -> OutcomesAnswer:
    """Take in outcomes, one or an array, in one transaction.

    207 when a decision is not known; an outcome sent alone that is refused answers its problem.
    """
    commands = [each.command() for each in ([told] if isinstance(told, OutcomeDocument) else told)]
    results = await house.database.write(lambda tx: take_outcomes(tx, commands, house.keyed_hash))
    problems = [result.problem for result in results if result.problem is not None]
    if problems and isinstance(told, OutcomeDocument):
        raise problems[0]
    if problems:
        response.status_code = HTTPStatus.MULTI_STATUS
    items = []
    for nth, (command, result) in enumerate(zip(commands, results, strict=True)):
        if result.status is OutcomeStatus.ACCEPTED:
            metrics.count_outcome(command.kind.value)
        problem = result.problem
        place = f"#/items/{nth}"
        told_back = problem and problem_answer(problem, exchange.request_id, place)
        items.append(
            OutcomeAnswer(
                decision_id=command.decision_id,
                outcome=command.kind,
                status=result.status,
                problem=told_back or None,
            )
        )
    return OutcomesAnswer(items=items)
