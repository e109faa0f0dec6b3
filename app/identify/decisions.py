"""What have people decided about identity?  Their word comes before any identifier.

A later word overrides an earlier one, in the order they were decided, whatever came first to us.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.vocabulary import RecordId

Labels = dict[Hashable, set[Hashable]]


class DecisionKind(StrEnum):
    """What a person decided about records."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class PeoplesDecision:
    """A person's word: these records are one customer, or these sides are not."""

    decision_id: UUID
    decided_at: datetime
    kind: DecisionKind
    sides: Mapping[RecordId, int]


def by_people(
    records: Collection[RecordId], decisions: Collection[PeoplesDecision]
) -> tuple[list[frozenset[RecordId]], dict[RecordId, Labels]]:
    """Return the clusters people made, and for each record where it stands in people's splits.

    A merge joins its records and makes the sides it bridges of every earlier split one side; a
    split divides what earlier merges joined and keeps its sides apart from now on.
    """
    together: dict[RecordId, set[RecordId]] = {record: {record} for record in records}
    sides: dict[UUID, dict[RecordId, int]] = {}
    for decision in sorted(decisions, key=lambda d: (d.decided_at, d.decision_id)):
        named = {record: side for record, side in decision.sides.items() if record in records}
        if decision.kind is DecisionKind.MERGE:
            _merge(together, sides, set(named))
        else:
            _split(together, named)
            sides[decision.decision_id] = named
    labels: dict[RecordId, Labels] = {record: {} for record in records}
    for decision_id, named in sides.items():
        for record, side in named.items():
            labels[record][decision_id] = {side}
    return list({frozenset(group) for group in together.values()}), labels


def _merge(
    together: dict[RecordId, set[RecordId]],
    sides: dict[UUID, dict[RecordId, int]],
    named: set[RecordId],
) -> None:
    group = set().union(*(together[record] for record in named))
    for record in group:
        together[record] = group
    for earlier in sides.values():
        bridged = {earlier[record] for record in group if record in earlier}
        if len(bridged) > 1:
            one = min(bridged)
            earlier.update({r: one for r, side in earlier.items() if side in bridged})


def _split(together: dict[RecordId, set[RecordId]], named: Mapping[RecordId, int]) -> None:
    for group in list({frozenset(together[record]) for record in named}):
        parts: dict[int, set[RecordId]] = defaultdict(set)
        for record in group:
            parts[named.get(record, min(named.values()))].add(record)
        for part in parts.values():
            for record in part:
                together[record] = part
