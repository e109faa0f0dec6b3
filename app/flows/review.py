"""What follows when somebody decides a review?  The decision it asks for, and nothing else.

same        two customers are one, a limit is well passed, a denial was wrong
different   they are not one and stay apart, a value is rightly nobody's, a denial was right
unsure      nobody can tell now; it is asked again when the evidence changes
undo        the last verdict is taken back; the records are what the rest of it says
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from app.database.transaction import Connection, SetGrew
from app.flows.identity_decision import Regrouped, settle
from app.identify import queries as identify
from app.identify import reviews, words
from app.identify.attach import Attached
from app.identify.doubt import DoubtKind
from app.identify.merge import Word, keep_apart, look_again, merge, take_back
from app.identify.reviews import Review, ReviewState, Told, Verdict
from app.problems import Conflict, InvalidInput, NotFound

_STANDING: Final = frozenset({ReviewState.DECIDED, ReviewState.UNSURE})


@dataclass(frozen=True, slots=True)
class Decided:
    """A review as it stands now; ``regrouped`` is what it led to, None where nobody moved."""

    review: Review
    regrouped: Regrouped | None = None


async def decide(
    tx: Connection,
    review_id: UUID,
    verdict: Verdict,
    word: Word,
    now: datetime,
    shown: bytes | None = None,
) -> Decided:
    """Carry out what somebody said who looked; the same said again changes nothing.

    Raises:
        NotFound: there is no such review.
        Conflict: it is not what was ``shown`` any more, or somebody decided meanwhile.
        InvalidInput: the verdict cannot be carried out for a review of its kind.
    """
    review = await _held_still(tx, review_id)
    if review.verdict is verdict and (verdict is Verdict.UNDO or review.state in _STANDING):
        return Decided(review)
    _refuse(review, verdict, shown)
    carry_out = _undone if verdict is Verdict.UNDO else _CARRY_OUT[review.kind].get(verdict)
    attached = None if carry_out is None else await carry_out(tx, review, word, now)
    told = Told(
        uuid7(),
        review_id,
        verdict,
        review.fingerprint,
        None if attached is None or review.kind is DoubtKind.DENIED else attached.cause_id,
        word.actor,
        word.reason,
        now,
    )
    await reviews.tell(tx, told)
    await _judge_anew(tx, review, now)
    regrouped = None if attached is None else await settle(tx, attached, now)
    return Decided(await _found(tx, review_id), regrouped)


async def _held_still(tx: Connection, review_id: UUID) -> Review:
    """Lock what a review is about and return it as it is under the lock."""
    seen = await _found(tx, review_id)
    await identify.lock_components(tx, seen.sides, ())
    review = await _found(tx, review_id)
    if review.sides != seen.sides:
        raise SetGrew
    return review


async def _found(tx: Connection, review_id: UUID) -> Review:
    review = await reviews.find_review(tx, review_id)
    if review is None:
        raise NotFound("there is no such review")
    return review


def _refuse(review: Review, verdict: Verdict, shown: bytes | None) -> None:
    if verdict is Verdict.UNDO:
        if review.state not in _STANDING:
            raise Conflict("nobody has decided this review", code="nothing-to-undo")
        return
    if review.state is ReviewState.DECIDED:
        raise Conflict(
            "somebody decided this review already; undo that first", code="already-decided"
        )
    if review.state is ReviewState.MOOT:
        raise Conflict("what this review asked has been answered by the facts", code="moot")
    if shown is not None and shown != review.fingerprint:
        raise Conflict(
            "the evidence changed since it was shown: read the review again",
            code="not-what-was-shown",
        )
    if verdict in _IMPOSSIBLE.get(review.kind, {}):
        code, advice = _IMPOSSIBLE[review.kind][verdict]
        raise InvalidInput(advice, code=code)


async def _judge_anew(tx: Connection, review: Review, now: datetime) -> None:
    """Let the review stand where the verdict and the evidence together put it."""
    if review.sides:
        await look_again(tx, review.sides, now)
    else:
        await reviews.write(tx, (), (), now, again=[review.review_id])


CarryOut = Callable[[Connection, Review, Word, datetime], Awaitable[Attached]]


async def _joined(tx: Connection, review: Review, word: Word, now: datetime) -> Attached:
    held = await identify.customers_of(tx, review.sides)
    return await merge(tx, set(held.values()), word, now)


async def _kept_apart(tx: Connection, review: Review, word: Word, now: datetime) -> Attached:
    held = await identify.customers_of(tx, review.sides)
    return await keep_apart(tx, sorted(set(held.values())), word, now)


async def _theirs_after_all(tx: Connection, review: Review, word: Word, now: datetime) -> Attached:
    return await words.overrule(tx, review, words.WordKind.CONFIRMED, word.actor, now)


async def _undone(tx: Connection, review: Review, word: Word, now: datetime) -> Attached:
    if review.identity_decision_id is not None:
        return await take_back(tx, review.identity_decision_id, word, now)
    if review.kind is DoubtKind.DENIED and review.verdict is Verdict.SAME:
        return await words.overrule(tx, review, words.WordKind.DENIED, word.actor, now)
    return Attached({})


_ABOUT_CUSTOMERS: Final[Mapping[Verdict, CarryOut]] = {
    Verdict.SAME: _joined,
    Verdict.DIFFERENT: _kept_apart,
}
_CARRY_OUT: Final[Mapping[DoubtKind, Mapping[Verdict, CarryOut]]] = {
    DoubtKind.POSSIBLY_SAME: _ABOUT_CUSTOMERS,
    DoubtKind.CONTESTED: _ABOUT_CUSTOMERS,
    DoubtKind.TAX_ID_SLIP: _ABOUT_CUSTOMERS,
    DoubtKind.TAKEN_APART: _ABOUT_CUSTOMERS,
    DoubtKind.DENIED: {Verdict.SAME: _theirs_after_all},
    DoubtKind.LIMIT_PASSED: {},
    DoubtKind.GENERIC_VALUE: {},
    DoubtKind.GENERIC_RECORD: {},
}

_NOBODYS: Final = (
    "stands-for-nobody",
    "what stands for nobody does so until the next epoch: merge the customers that are one",
)
_IMPOSSIBLE: Final[Mapping[DoubtKind, Mapping[Verdict, tuple[str, str]]]] = {
    DoubtKind.LIMIT_PASSED: {
        Verdict.DIFFERENT: (
            "which-records",
            "say which records are somebody else's: POST /v1/customers/{id}/split",
        )
    },
    DoubtKind.GENERIC_VALUE: {Verdict.SAME: _NOBODYS},
    DoubtKind.GENERIC_RECORD: {Verdict.SAME: _NOBODYS},
}
