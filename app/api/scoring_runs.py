"""`/v1/scoring-runs`: the frozen yardsticks that worth is read against."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.access import audit
from app.access.audit import Act, ActKind
from app.api.audit import TheActor
from app.api.customer_document import YardstickAnswer
from app.api.dependencies import Now, TheHouse
from app.api.route import new_router
from app.api.wire import Answer, Count, Document
from app.api.writing import TheWrite, written
from app.database.transaction import Connection
from app.differentiate import queries
from app.differentiate.queries import StoredRun
from app.differentiate.yardstick import LONGEST_WINDOW_DAYS, SHORTEST_WINDOW_DAYS
from app.flows import scoring

router = new_router("scoring runs")


class MeasureDocument(Document):
    """How to measure."""

    window_days: Annotated[Count, Field(ge=SHORTEST_WINDOW_DAYS, le=LONGEST_WINDOW_DAYS)] = 365


class RunAnswer(Answer):
    """A yardstick and where it stands in its life."""

    run_id: UUID
    version: int
    status: str
    created_at: datetime
    activated_at: datetime | None
    customers_count: int
    buyers_count: int
    yardstick: YardstickAnswer


class RunsAnswer(Answer):
    """Every yardstick, newest first."""

    items: list[RunAnswer]


@router.get("/v1/scoring-runs")
async def list_scoring_runs(house: TheHouse) -> RunsAnswer:
    """Return every yardstick there was, newest first."""
    return RunsAnswer(items=[_answer(run) for run in await house.database.read(queries.runs)])


@router.post("/v1/scoring-runs", status_code=HTTPStatus.CREATED, response_model=RunAnswer)
async def measure_scoring_run(
    house: TheHouse,
    write: TheWrite,
    actor: TheActor,
    now: Now,
    told: MeasureDocument | None = None,
) -> Response:
    """Measure the customers of today and freeze the cut points; nothing changes until activated.

    Without a body it measures the last 365 days.
    """
    settings = house.settings
    how = told or MeasureDocument()

    async def measured(tx: Connection) -> StoredRun:
        run = await scoring.measure(
            tx,
            currency=settings.currency,
            window_days=how.window_days,
            zone=settings.zone,
            now=now,
        )
        await audit.note(tx, Act(actor, ActKind.SCORING_MEASURED, now, subject=run.run_id))
        return run

    return await write(measured, lambda run: written(_answer(run), HTTPStatus.CREATED))


@router.post("/v1/scoring-runs/{run_id}/activate", response_model=RunAnswer)
async def activate_scoring_run(
    run_id: UUID, house: TheHouse, write: TheWrite, actor: TheActor, now: Now
) -> Response:
    """Make this yardstick the one that holds from now on."""

    async def activated(tx: Connection) -> StoredRun:
        run = await scoring.activate(tx, run_id, house.settings.zone, now)
        await audit.note(tx, Act(actor, ActKind.SCORING_ACTIVATED, now, subject=run.run_id))
        return run

    return await write(activated, lambda run: written(_answer(run)))


def _answer(run: StoredRun) -> RunAnswer:
    yardstick = run.yardstick
    return RunAnswer(
        run_id=run.run_id,
        version=run.version,
        status=run.status,
        created_at=run.created_at,
        activated_at=run.activated_at,
        customers_count=yardstick.customers_count,
        buyers_count=yardstick.buyers_count,
        yardstick=YardstickAnswer(
            version=run.version,
            basis=yardstick.basis.value,
            as_of=yardstick.as_of,
            window_days=yardstick.window_days,
            currency=yardstick.currency,
            r_cuts=list(yardstick.r_cuts),
            f_cuts=list(yardstick.f_cuts),
            v_cuts=[str(cut) for cut in yardstick.v_cuts],
        ),
    )
