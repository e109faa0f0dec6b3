"""Is the house clean?  Identifiers read again, customers looked at again, numbers counted again.

    identifiers   read again by the rules of today, when these are newer than the active epoch
    profiles      names and birth dates judged again by the rules of today
    strangers     customers made by asking alone, and idle for long, are forgotten
    customers     clustered again from the facts: who differs from what is stored is put right, and
                  so are the edges between their records, and numbers that their buckets belie
    quality       gaps, stale contact points, values of many, suspected duplicates are counted

Step by step, slice by slice, each in transactions of its own: cleaning may be stopped at any time
and goes beside the serving.  ``idip clean`` goes through all of it at once; the worker does a slice
now and then (``cleaning_round``).  A rehearsal does the very same and takes it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from app.flows import cleaning_quality
from app.flows.cleaning_broom import Broom, Cleaned
from app.flows.cleaning_steps import SLICE_OF, Step
from app.identify import checkup
from app.identify.normalise import VERSION

Tell = Callable[["Stand"], None]
"""Is told how far cleaning has come."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far cleaning has come: a step, the key it was last at, and what was found so far.

    ``step`` is None when all are done.
    """

    step: Step | None
    after: str = ""
    found: Cleaned = field(default_factory=Cleaned)


async def clean(broom: Broom, tell: Tell, *, everything: bool = False) -> Cleaned:
    """Clean the whole house; return what was found.

    ``everything`` reads identifiers again though no rule has changed.
    """
    in_use = await broom.database.read(checkup.normaliser_in_use)
    stand = Stand(first_step(in_use, everything=everything))
    while stand.step is not None:
        tell(stand)
        stand = await further(broom, stand.step, stand)
    return stand.found


def first_step(rules_in_use: int, *, everything: bool = False) -> Step:
    """Return where a whole round begins: with identifiers only when there are newer rules."""
    return Step.IDENTIFIERS if everything or rules_in_use < VERSION else Step.PROFILES


async def further(broom: Broom, step: Step, stand: Stand) -> Stand:
    """Do the next slice of a step; return where that leads."""
    done = await SLICE_OF[step](broom, stand.after)
    found = stand.found.plus(done.found)
    if done.after is not None:
        return Stand(step, done.after, found)
    if step is Step.QUALITY:
        now = broom.clock.now()
        await broom.sweep(partial(cleaning_quality.keep, counts=found.quality, now=now))
    return Stand(_next(step), "", found)


def _next(step: Step) -> Step | None:
    steps = list(Step)
    following = steps[steps.index(step) + 1 :]
    return following[0] if following else None
