"""Against which borders are customers read from now on?  ``idip score``."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import terminal

if TYPE_CHECKING:
    from app.settings import Settings


def score(
    as_of: Annotated[
        datetime | None,
        typer.Option(help="The business day to measure on; today.", formats=["%Y-%m-%d"]),
    ] = None,
    window_days: Annotated[
        int, typer.Option(help="Days that F and V count.", min=90, max=1_095)
    ] = 365,
    activate: Annotated[bool, typer.Option("--activate", help="Let them hold at once.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For a program.")] = False,
) -> None:
    """Measure the customers and freeze the borders of R, F and V as a new scoring run."""
    day = None if as_of is None else as_of.date()
    run = terminal.run(_score(terminal.settings(), day, window_days, activate=activate))
    if as_json:
        terminal.answer(run)
    else:
        terminal.say(*_told(run))


async def _score(
    settings: Settings, as_of: date | None, window_days: int, *, activate: bool
) -> dict[str, Any]:
    from app.access import audit
    from app.access.audit import Act, ActKind
    from app.cli.house import at_home
    from app.database.transaction import Connection
    from app.flows import scoring

    async with at_home(settings) as house:
        now = house.clock.now()
        if as_of is not None and as_of > now.astimezone(settings.zone).date():
            raise typer.BadParameter("nobody has bought after today yet", param_hint="--as-of")

        async def freeze(tx: Connection) -> dict[str, Any]:
            run = await scoring.measure(
                tx,
                currency=settings.currency,
                window_days=window_days,
                zone=settings.zone,
                now=now,
                as_of=as_of,
            )
            kind = ActKind.SCORING_MEASURED
            if activate:
                run = await scoring.activate(tx, run.run_id, settings.zone, now)
                kind = ActKind.SCORING_ACTIVATED
            await audit.note(tx, Act(terminal.operator(), kind, now, subject=run.run_id))
            return {"run_id": str(run.run_id), "status": run.status, **run.yardstick.as_json()}

        return await house.database.write(freeze)


def _told(run: dict[str, Any]) -> list[str]:
    return [
        f"scoring run {run['version']} is {run['status']}: as of {run['as_of']}",
        f"{run['buyers_count']} buyers among {run['customers_count']} customers",
        f"borders: {run['basis']}, window {run['window_days']} days",
        f"  R, days since the last purchase day: {_listed(run['r_cuts'])}",
        f"  F, purchase days: {_listed(run['f_cuts'])}",
        f"  V, {run['currency']}: {_listed(run['v_cuts'])}",
    ]


def _listed(cuts: list[Any]) -> str:
    return ", ".join(map(str, cuts))
