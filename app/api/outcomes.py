"""`POST /v1/outcomes`: what came of a decision; told in any order, kept once, learnt from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, TypeVar, cast
from uuid import UUID

from fastapi import Body, Response
from pydantic import (
    Discriminator,
    Field,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from app.api import metrics
from app.api.browser import refuse_outcomes
from app.api.dependencies import Now, TheClient, TheExchange, TheHouse
from app.api.problem_details import ProblemAnswer, faults_of, problem_answer, promised
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
from app.flows.outcome import OutcomeCommand, OutcomeResult, OutcomeStatus, Telling, take_told
from app.interact.outcomes import OutcomeKind
from app.problems import InvalidInput
from app.vocabulary import Channel, DecisionId

router = new_router("outcomes")

MOST_ITEMS: Final = 1_000
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True)
class Unread:
    """One outcome of an array that cannot be read, and as much of it as says which it was."""

    decision_id: UUID | None
    outcome: OutcomeKind | None
    problem: InvalidInput


class OutcomeAnswer(Answer):
    """What became of one outcome; null where what it was about could not be read."""

    decision_id: UUID | None
    outcome: OutcomeKind | None
    status: OutcomeStatus
    problem: ProblemAnswer | None = Field(exclude_if=lambda told: told is None)


class OutcomesAnswer(Answer):
    """What became of each outcome, in the order in which they were sent."""

    items: list[OutcomeAnswer]


def _or_why_not(value: object, read: ValidatorFunctionWrapHandler) -> OutcomeDocument | Unread:
    """Read one item of an array; one that cannot be read keeps none of the others from it."""
    try:
        return cast("OutcomeDocument", read(value))
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        found = value if isinstance(value, dict) else {}
        return Unread(
            _as(UUID, found.get("decision_id")),
            _as(OutcomeKind, found.get("outcome")),
            InvalidInput(
                "the outcome cannot be read; see the faults", code="invalid-outcome", faults=faults
            ),
        )


def _as(kind: Callable[[str], T], value: object) -> T | None:
    try:
        return kind(value) if isinstance(value, str) else None
    except ValueError:
        return None


Item = Annotated[OutcomeDocument, WrapValidator(_or_why_not)]
Outcomes = Annotated[list[Item], Field(min_length=1, max_length=MOST_ITEMS)]
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
    client: TheClient,
    exchange: TheExchange,
    now: Now,
) -> Response:
    """Take in outcomes, one or an array, in one transaction.

    207 when one cannot be read or its decision is not known; an outcome sent alone that is refused
    answers its problem.
    """
    alone = isinstance(told, OutcomeDocument)
    latest = now + house.reader.future_tolerance
    items: list[OutcomeDocument | Unread] = [told] if isinstance(told, OutcomeDocument) else [*told]
    commands = [item.command() for item in items if isinstance(item, OutcomeDocument)]
    refuse_outcomes(client, commands)

    def answer(results: Sequence[OutcomeResult]) -> Response:
        answers = _answers(items, results, exchange.request_id)
        if alone and results[0].problem is not None:
            raise results[0].problem.anew()
        refused = any(each.problem is not None for each in answers)
        status = HTTPStatus.MULTI_STATUS if refused else HTTPStatus.OK
        return written(OutcomesAnswer(items=answers), status)

    return await write(
        lambda tx: take_told(tx, commands, house.keyed_hash, Telling(client.name, now, latest)),
        answer,
        then=lambda results: _count(commands, results),
    )


def _count(commands: Sequence[OutcomeCommand], results: Sequence[OutcomeResult]) -> None:
    for command, result in zip(commands, results, strict=True):
        if result.action is not None:
            metrics.count_outcome(result.action, command.kind.value)


def _answers(
    items: Sequence[OutcomeDocument | Unread], results: Sequence[OutcomeResult], request_id: str
) -> list[OutcomeAnswer]:
    """Return what became of each item; ``results`` are those of the ones that could be read."""
    left = iter(results)
    answers = []
    for nth, item in enumerate(items):
        if isinstance(item, Unread):
            result = OutcomeResult(OutcomeStatus.REFUSED, item.problem)
        else:
            result = next(left)
        problem = result.problem
        told = None if problem is None else problem_answer(problem, request_id, f"#/items/{nth}")
        answers.append(
            OutcomeAnswer(
                decision_id=item.decision_id,
                outcome=item.outcome,
                status=result.status,
                problem=told,
            )
        )
    return answers
