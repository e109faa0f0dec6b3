"""What should somebody look at first?  Reviews by value at stake and uncertainty, with both ends.

Whatever the verdict, nothing is lost: what each would make of the customers involved is shown with
the numbers they would have.  What further records of the component would do is shown by a preview
of the verdict itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final
from uuid import UUID

from app.database.statements import statement
from app.database.transaction import Connection
from app.flows.record_groups import Figures, figures_of
from app.identify.doubt import PAIRS, DoubtKind
from app.identify.reviews import Review, ReviewState, review_from
from app.vocabulary import CustomerId, RecordId

REVIEW_QUEUE: Final = statement("app.flows", "review_queue")
REVIEW_INVOLVED: Final = statement("app.flows", "review_involved")

MOST_RECORDS: Final = 200
"""Records of one customer that a page tells of."""

_JOINABLE: Final = PAIRS | {DoubtKind.TAKEN_APART}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the queue ended."""

    rank: Decimal
    review_id: UUID


@dataclass(slots=True)
class Involved:
    """A customer that a review is about."""

    customer_id: CustomerId
    name: str | None = field(default=None, repr=False)
    records: dict[RecordId, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A customer there would be, and what it would have bought."""

    records: list[RecordId]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Queued:
    """A review in its place in the queue, with who is involved and where each verdict leads."""

    review: Review
    stake: Decimal
    rank: Decimal
    involved: list[Involved]
    same: list[Outcome]
    different: list[Outcome]


async def queue(
    tx: Connection,
    states: Collection[ReviewState],
    kind: DoubtKind | None,
    after: Place | None,
    most: int,
) -> list[Queued]:
    """Return a page of reviews, what is most worth a look first, in three statements."""
    rows = (
        await tx.execute(
            REVIEW_QUEUE,
            {
                "states": [state.value for state in states],
                "kind": None if kind is None else kind.value,
                "most": most,
                "rank": None if after is None else after.rank,
                "review_id": None if after is None else after.review_id,
            },
        )
    ).all()
    found = [review_from(row) for row in rows]
    involved = await _involved(tx, [review.review_id for review in found])
    outcomes = await _outcomes(tx, found, involved)
    return [
        Queued(review, row.stake, row.rank, involved[review.review_id], same, different)
        for review, row, (same, different) in zip(found, rows, outcomes, strict=True)
    ]


async def _involved(tx: Connection, reviews: Sequence[UUID]) -> dict[UUID, list[Involved]]:
    rows = await tx.execute(REVIEW_INVOLVED, {"review_ids": list(reviews), "most": MOST_RECORDS})
    found: dict[UUID, dict[CustomerId, Involved]] = defaultdict(dict)
    for row in rows:
        customer = CustomerId(row.customer_id)
        known = found[row.review_id].setdefault(customer, Involved(customer, row.name))
        known.records[RecordId(row.record_id)] = row.source
    return {review_id: list(found[review_id].values()) for review_id in reviews}


async def _outcomes(
    tx: Connection, reviews: Sequence[Review], involved: dict[UUID, list[Involved]]
) -> list[tuple[list[Outcome], list[Outcome]]]:
    """Return what "same" and "different" would make of the customers involved in each review."""
    ends = [_ends(review, involved[review.review_id]) for review in reviews]
    groups = [group for same, different in ends for group in (*same, *different)]
    figures = iter(await figures_of(tx, groups) if groups else ())
    return [
        (
            [Outcome(group, next(figures)) for group in same],
            [Outcome(group, next(figures)) for group in different],
        )
        for same, different in ends
    ]


def _ends(
    review: Review, involved: Sequence[Involved]
) -> tuple[list[list[RecordId]], list[list[RecordId]]]:
    apart = [sorted(each.records) for each in involved]
    if review.kind not in _JOINABLE:
        return apart, apart
    return [sorted(record for group in apart for record in group)], apart
