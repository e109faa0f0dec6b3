"""How does a moment of contact end?  Decided, answered and recorded, once who it is has been said.

The same for a moment that is new, asked about again, or answered anew because an agent told us who
it really is: only how it is kept differs.  One that cannot be kept ends without decisions.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from uuid_utils.compat import uuid7

from app.database.transaction import SetGrew
from app.flows.desk import Desk
from app.flows.moment import Moment
from app.flows.queries import DecisionRow
from app.flows.touchpoint_answer import answer_of, unkept_answer
from app.flows.touchpoint_rows import decision_rows
from app.identify.resolve import MatchState
from app.personalise.decide import Decided, decide
from app.vocabulary import DecisionId, Strategy, value_type

Keep = Callable[[Decided, dict[str, Any], Sequence[DecisionRow]], Awaitable[bool]]
"""Records the moment; False where somebody else answered it meanwhile."""


@value_type()
class Told:
    """The answer, and what the edge counts of it; a repeated one decided nothing."""

    answer: dict[str, Any]
    state: MatchState
    reason: str
    strategies: tuple[Strategy, ...] = ()
    actions: tuple[str, ...] = ()


async def conclude(moment: Moment, desk: Desk, keep: Keep) -> Told:
    """Decide, answer and record a moment.

    Raises:
        SetGrew: somebody else answered it meanwhile.
    """
    facts = moment.facts()
    decided = _decided(moment, facts, desk)
    ids = tuple(DecisionId(uuid7()) for _ in decided.decisions)
    answer = answer_of(moment, facts, decided, ids, desk.catalogue)
    rows = decision_rows(decided, ids, desk.catalogue)
    if not await keep(decided, answer, rows):
        raise SetGrew
    return Told(
        answer,
        moment.who.state,
        moment.who.reason,
        tuple(Strategy(each.strategy) for each in rows if each.strategy),
        tuple(each.action for each in rows if each.action),
    )


def conclude_unkept(moment: Moment, desk: Desk) -> Told:
    """Answer a moment that cannot be recorded: it is told whether to sell, and nothing to offer."""
    facts = moment.facts()
    answer = unkept_answer(moment, facts, _decided(moment, facts, desk), desk.catalogue)
    return Told(answer, moment.who.state, moment.who.reason)


def _decided(moment: Moment, facts: dict[str, object], desk: Desk) -> Decided:
    ask, history = moment.ask(desk.company_name), moment.history()
    return decide(ask, facts, history, desk.catalogue, moment.seen.propensities)
