"""Where is the cleaning of the house, and what is its next slice?  Rounds, kept in the database.

The worker goes through the house again and again, a slice now and then, so that nobody has to start
it and nobody is kept waiting by it.  How far a round has come is kept after each slice: whoever is
killed, the next worker goes on from there.  A round belongs to the rules it began with: newer ones
begin it anew, with identifiers; older ones leave it alone, as both run beside each other during an
upgrade.  Once a day a round only counts, beside a whole one that may take longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import orjson
from uuid_utils.compat import uuid7

from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.cleaning import Stand, Tell, clean, first_step, further
from app.flows.cleaning_broom import Broom, Cleaned
from app.flows.cleaning_steps import Step
from app.identify.normalise import VERSION

SLICES_FOR_S: Final = 0.3
"""For how long slices are taken at a time: what is in the outbox waits for that long."""

COUNTED_EVERY: Final = timedelta(days=1)

DUE: Final = statement("app.flows", "cleaning_due")
BEGIN: Final = statement("app.flows", "cleaning_begin")
DROP: Final = statement("app.flows", "cleaning_drop")
LAST: Final = statement("app.flows", "cleaning_last")
MOVE: Final = statement("app.flows", "cleaning_move")


@dataclass(frozen=True, slots=True)
class Round:
    """A round that is not at its end, and the version of the normaliser it reads by."""

    round_id: UUID
    rules: int
    first_step: Step
    stand: Stand
    began_at: datetime
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """A whole round that came to its end."""

    began_at: datetime
    finished_at: datetime
    found: Cleaned


@dataclass(frozen=True, slots=True)
class Known:
    """What says whether a round is due; a time is None where it never was."""

    present: Round | None
    last_began_at: datetime | None
    counted_at: datetime | None
    rules_in_use: int


Decide = Callable[[Known, datetime, int], Round | Step | None]
"""From what is known, now, and every how many days a whole round begins, to what is to be done.

A round goes on; a step begins one, in place of what is open; None: nothing is due.
"""


def cleaning(known: Known, now: datetime, every_days: int) -> Round | Step | None:
    """Decide about whole rounds: one every so many days, 0 for never; one at once by new rules."""
    rules = max(known.rules_in_use, known.present.rules if known.present else 0)
    if not every_days or rules > VERSION:
        return None
    if known.present is not None and known.present.rules == VERSION:
        return known.present
    last, newer = known.last_began_at, known.rules_in_use < VERSION
    is_due = last is None or newer or now - last >= timedelta(days=every_days)
    return first_step(known.rules_in_use) if is_due or known.present is not None else None


def counting(known: Known, now: datetime, _: int) -> Round | Step | None:
    """Decide about rounds that only count: one a day."""
    if known.present is not None:
        return known.present
    counted = known.counted_at
    return Step.QUALITY if counted is None or now - counted >= COUNTED_EVERY else None


async def take_slices(broom: Broom, decide: Decide) -> None:
    """Take the present round further for a moment; begin one if one is due."""
    known = await broom.database.read(partial(known_of, counting=decide is counting))
    due = decide(known, broom.clock.now(), broom.settings.clean_every_days)
    if due is None:
        return
    if isinstance(due, Round):
        current = due
    else:
        begin = partial(_begin, step=due, now=broom.clock.now())
        current = await broom.database.write(begin)
    until = _now_s() + SLICES_FOR_S
    while (step := current.stand.step) is not None:
        stand = await further(broom, step, current.stand)
        move = partial(_move, current=current, stand=stand, now=broom.clock.now())
        if not await broom.database.write(move) or _now_s() > until:
            return
        current = replace(current, stand=stand)


async def clean_at_once(broom: Broom, tell: Tell, *, everything: bool = False) -> Cleaned:
    """Go through the whole house now; unless it was a rehearsal, no other round is due with it."""
    began_at = broom.clock.now()
    found = await clean(broom, tell, everything=everything)
    if not broom.rehearse:
        ended = Ended(began_at, broom.clock.now(), found)
        await broom.database.write(partial(_keep_ended, ended=ended))
    return found


async def known_of(tx: Connection, *, counting: bool) -> Known:
    """Return what says whether a round is due."""
    row = (await tx.execute(DUE, {"counting": counting})).one()
    present = None
    if row.round_id is not None:
        stand = Stand(Step(row.step), row.after, Cleaned.of(row.found))
        first = Step(row.first_step)
        present = Round(row.round_id, row.rules, first, stand, row.began_at, row.moved_at)
    return Known(present, row.last_began_at, row.counted_at, row.rules_in_use)


async def last_of(tx: Connection) -> Ended | None:
    """Return the whole round that ended last."""
    row = (await tx.execute(LAST)).one_or_none()
    if row is None:
        return None
    return Ended(row.began_at, row.finished_at, Cleaned.of(row.found))


async def _keep_ended(tx: Connection, ended: Ended) -> None:
    """Keep a round that was gone through at once; what is open is done with it."""
    await tx.execute(DROP, {"counting": True})
    began = await _begin(tx, Step.IDENTIFIERS, ended.began_at)
    await _move(tx, began, Stand(None, "", ended.found), ended.finished_at)


async def _begin(tx: Connection, step: Step, now: datetime) -> Round:
    """Begin a round in place of the open one of its kind."""
    begun = Round(uuid7(), VERSION, step, Stand(step), now, now)
    asked = {"round_id": begun.round_id, "rules": VERSION, "first_step": step.value, "now": now}
    await tx.execute(DROP, {"counting": step is Step.QUALITY})
    await tx.execute(BEGIN, asked)
    return begun


async def _move(tx: Connection, current: Round, stand: Stand, now: datetime) -> bool:
    """Keep how far a round has come; return whether it was still where it was taken up."""
    told = {
        "round_id": current.round_id,
        "was_step": current.stand.step,
        "was_after": current.stand.after,
        "step": stand.step,
        "after": stand.after,
        "found": orjson.dumps(asdict(stand.found)).decode(),
        "now": now,
    }
    return (await tx.execute(MOVE, told)).one_or_none() is not None


def _now_s() -> float:
    return asyncio.get_running_loop().time()
