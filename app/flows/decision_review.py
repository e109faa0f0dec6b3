"""Why was that decided, and would it be again?  Read from what was kept, and made anew from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from app.database.transaction import Connection
from app.personalise import queries
from app.personalise.bundle import read_catalogue
from app.personalise.catalogue import Catalogue
from app.personalise.decide import Decided, replay
from app.personalise.decision_document import inputs_from_document, result_to_json
from app.personalise.queries import StoredDecision
from app.problems import Conflict, Gone, NotFound
from app.vocabulary import DecisionId


@dataclass(frozen=True, slots=True)
class Review:
    """A decision as it was recorded, made again from its inputs, and the catalogue of its day."""

    stored: StoredDecision
    again: Decided
    catalogue: Catalogue

    @property
    def differs(self) -> list[str]:
        """Return the parts of the result that came out otherwise; none is the rule."""
        now: dict[str, Any] = orjson.loads(result_to_json(self.again))
        return sorted(part for part, was in self.stored.result.items() if now.get(part) != was)


async def recorded(tx: Connection, decision_id: DecisionId) -> StoredDecision:
    """Return a decision as it was recorded.

    Raises:
        NotFound: there is no such decision.
        Gone: the person it was about has been erased.
    """
    stored = await queries.find_decision(tx, decision_id)
    if stored is None:
        raise NotFound("there is no such decision")
    if not stored.inputs:
        raise Gone("what this decision read has been erased")
    return stored


async def review(tx: Connection, decision_id: DecisionId, current: Catalogue) -> Review:
    """Return a decision made again from what it read.

    Raises:
        NotFound, Gone: as ``recorded`` tells.
        Conflict: it was made by an engine, or from a catalogue, that is not here any more.
    """
    stored = await recorded(tx, decision_id)
    catalogue = current
    if stored.bundle_id != current.bundle_id:
        content = await queries.find_bundle(tx, stored.bundle_id)
        if content is None:
            raise Conflict("the catalogue it was made from is not here", code="catalogue-gone")
        catalogue = read_catalogue(content, current.registry)
    inputs = inputs_from_document(stored.inputs, catalogue.registry)
    try:
        return Review(stored, replay(inputs, catalogue), catalogue)
    except ValueError:
        raise Conflict("it was made by another engine", code="other-engine") from None
