"""Why was that decided about me?  In words, made again from what the decision read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import orjson

from app.database.statements import statement
from app.database.transaction import Connection
from app.personalise.bundle import read_catalogue
from app.personalise.catalogue import Catalogue
from app.personalise.decide import Decided, replay
from app.personalise.decision_document import inputs_from_document
from app.personalise.explain import why, why_not, why_nothing
from app.vocabulary import CustomerId, Locale

CATALOGUES = statement("app.flows", "subject_catalogues")

Explainer = Callable[[str, int, Mapping[str, Any]], dict[str, Any]]
"""From the catalogue's id, the slot and the inputs of a decision to its reasons in words."""

_NOT_TOLD: Final[Mapping[str, Any]] = {"why": None, "ruled_out": []}
"""Of a decision by an engine, or from a catalogue, that is not here any more."""


async def explainer_for(
    tx: Connection, customer: CustomerId, current: Catalogue, locale: Locale
) -> Explainer:
    """Return what explains every decision about a customer, each by the catalogue of its day."""
    catalogues = {current.bundle_id: current}
    for row in await tx.execute(CATALOGUES, {"customer_id": customer}):
        if row.bundle_id not in catalogues:
            content = orjson.loads(row.content)
            catalogues[row.bundle_id] = read_catalogue(content, current.registry)

    def explain(bundle_id: str, slot: int, inputs: Mapping[str, Any]) -> dict[str, Any]:
        catalogue = catalogues.get(bundle_id)
        again = None if catalogue is None else _again(inputs, catalogue)
        if catalogue is None or again is None:
            return dict(_NOT_TOLD)
        return {
            "why": _why(again, slot, catalogue, locale),
            "ruled_out": [
                {"action": each.action, "why": why_not(each, catalogue, locale)}
                for each in again.ruled_out
            ],
        }

    return explain


def _again(inputs: Mapping[str, Any], catalogue: Catalogue) -> Decided | None:
    try:
        return replay(inputs_from_document(inputs, catalogue.registry), catalogue)
    except (KeyError, ValueError, msgspec.ValidationError):
        return None


def _why(again: Decided, slot: int, catalogue: Catalogue, locale: Locale) -> str:
    decision = again.decisions[slot]
    if decision.chosen is not None:
        return why(decision.chosen, catalogue, locale)
    return "" if decision.nothing is None else why_nothing(decision.nothing, again.selling, locale)
