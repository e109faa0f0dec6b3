"""Which reviews are open?  Those that the facts and people's verdicts ask for, after each look.

A review is written where its component was just clustered, under the same locks and in the same
transaction: open while its reason is there and nobody decided, ``decided`` once somebody did,
``unsure`` while nobody can tell, ``moot`` when its reason is gone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.database.hot import HotStatement
from app.database.statements import statement
from app.database.transaction import Connection
from app.identify.doubt import Doubt, DoubtKind, Looked
from app.identify.doubts import doubts, generic_value
from app.identify.evidence import Limits
from app.identify.rivals import rival_tax_ids
from app.identify.rows import Content, PartitionRows
from app.vocabulary import IdentifierKey, RecordId

WRITE_REVIEWS: Final = HotStatement(statement("app.identify", "write_reviews"))
FIND_REVIEW: Final = statement("app.identify", "find_review")
TELL_VERDICT: Final = statement("app.identify", "tell_verdict")
VALUES_OF: Final = statement("app.identify", "values_of")


class Verdict(StrEnum):
    """What somebody says who looked."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"
    UNDO = "undo"


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    UNSURE = "unsure"
    DECIDED = "decided"
    MOOT = "moot"


@dataclass(frozen=True, slots=True)
class Review:
    """A review as it stands; ``verdict`` is the last one, with the decision that carried it out.

    ``fingerprint`` changes when what is to be judged does.
    """

    review_id: UUID
    kind: DoubtKind
    state: ReviewState
    identifier_key: IdentifierKey | None
    sides: tuple[RecordId, ...]
    details: dict[str, Any]
    fingerprint: bytes
    uncertainty: float
    opened_at: datetime
    verdict: Verdict | None = None
    identity_decision_id: UUID | None = None
    actor: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict as a fact: appended, never changed; the later one holds, by its own time."""

    verdict_id: UUID
    review_id: UUID
    verdict: Verdict
    fingerprint: bytes
    identity_decision_id: UUID | None
    actor: str
    reason: str | None
    decided_at: datetime


async def settle(
    tx: Connection, content: Content, rows: PartitionRows, limits: Limits, now: datetime
) -> None:
    """Write the reviews of components that were just clustered: open, changed, closed.

    What has just arrived and is in no doubt has no reviews, and costs nothing.
    """
    values = await _rival_values(tx, rows.looked)
    found = [
        doubt
        for looked in rows.looked
        for doubt in doubts(replace(looked, tax_ids=values) if values else looked, limits)
    ]
    kinds = {link.key: link.type for link in (*content.links, *content.past)}
    found += [generic_value(key, kinds[key], limits) for key in rows.generic_keys]
    before = [record for record, stored in content.records.items() if stored.place is not None]
    if found or before:
        await write(tx, found, before, now)


async def write(
    tx: Connection,
    found: Collection[Doubt],
    looked_at: Collection[RecordId],
    now: datetime,
    again: Collection[UUID] = (),
) -> None:
    """Write doubts, and judge anew the other reviews about these records, or by id ``again``."""
    by_id = {doubt.review_id: doubt for doubt in found}
    ordered = [by_id[review_id] for review_id in sorted(by_id)]
    await WRITE_REVIEWS.rows(
        tx,
        {
            "review_ids": [doubt.review_id for doubt in ordered],
            "kinds": [doubt.kind.value for doubt in ordered],
            "identifier_keys": [_identifier_of(doubt) for doubt in ordered],
            "sides": [_array(doubt.sides) for doubt in ordered],
            "details": [json.dumps(doubt.details, sort_keys=True) for doubt in ordered],
            "fingerprints": [doubt.fingerprint for doubt in ordered],
            "uncertainties": [doubt.uncertainty for doubt in ordered],
            "record_ids": list(looked_at),
            "again": list(again),
            "now": now,
        },
    )


async def find_review(tx: Connection, review_id: UUID) -> Review | None:
    """Return a review with the last verdict on it, or None where there is none."""
    row = (await tx.execute(FIND_REVIEW, {"review_id": review_id})).one_or_none()
    return None if row is None else review_from(row)


def review_from(row: Any) -> Review:
    """Return the review that a row of ``find_review`` or of the queue tells of."""
    return Review(
        row.review_id,
        DoubtKind(row.kind),
        ReviewState(row.state),
        None if row.identifier_key is None else IdentifierKey(row.identifier_key),
        tuple(RecordId(each) for each in row.sides),
        json.loads(row.details),
        row.fingerprint,
        float(row.uncertainty),
        row.opened_at,
        None if row.verdict is None else Verdict(row.verdict),
        row.identity_decision_id,
        row.actor,
        row.reason,
        row.decided_at,
    )


async def tell(tx: Connection, told: Told) -> None:
    """Append a verdict; told twice it is there once."""
    await tx.execute(
        TELL_VERDICT,
        {
            "verdict_id": told.verdict_id,
            "review_id": told.review_id,
            "verdict": told.verdict.value,
            "fingerprint": told.fingerprint,
            "identity_decision_id": told.identity_decision_id,
            "actor": told.actor,
            "reason": told.reason,
            "decided_at": told.decided_at,
        },
    )


async def _rival_values(tx: Connection, looked: Sequence[Looked]) -> dict[IdentifierKey, str]:
    """Return the digits of tax ids that stand against each other; most components have none."""
    keys = set().union(*(rival_tax_ids(each) for each in looked))
    if not keys:
        return {}
    rows = await tx.execute(VALUES_OF, {"identifier_keys": sorted(keys)})
    return {IdentifierKey(row.identifier_key): row.value for row in rows}


def _identifier_of(doubt: Doubt) -> bytes | None:
    is_about_value = doubt.kind in {DoubtKind.GENERIC_VALUE, DoubtKind.DENIED}
    return doubt.subject[0] if is_about_value else None


def _array(records: Iterable[RecordId]) -> str:
    return "{" + ",".join(str(record) for record in records) + "}"
