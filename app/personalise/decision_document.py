"""How is a decision kept, so that it can be explained and made again?  As two JSON documents.

``inputs`` is all that deciding read, ``result`` what it decided.  Both are personal (facts and
history, the values in a script) and go when the record is erased.  Decimals are strings in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from app.personalise.decide import Decided, Inputs
from app.personalise.funnel import Ask, History
from app.personalise.propensity import Propensities
from app.rules.facts import FactDocument, facts_from_document, facts_to_document
from app.rules.fields import FieldRegistry


def inputs_to_json(inputs: Inputs) -> str:
    """Write everything a decision depends on; ``inputs_from_document`` gives it back, equal."""
    return _json(
        {
            "engine": inputs.engine,
            "bundle_id": inputs.bundle_id,
            "ask": inputs.ask,
            "facts": facts_to_document(inputs.facts),
            "history": inputs.history,
            "propensities": inputs.propensities,
        }
    )


def inputs_from_document(document: Mapping[str, Any], registry: FieldRegistry) -> Inputs:
    """Read what ``inputs_to_json`` wrote, once it is read from its column.

    Raises:
        msgspec.ValidationError: it was not written by this engine.
    """
    facts: Mapping[str, FactDocument] = document["facts"]
    return Inputs(
        engine=document["engine"],
        bundle_id=document["bundle_id"],
        ask=msgspec.convert(document["ask"], Ask),
        facts=facts_from_document(facts, registry),
        history=msgspec.convert(document["history"], History),
        propensities=msgspec.convert(document["propensities"], Propensities),
    )


def result_to_json(decided: Decided) -> str:
    """Write what was decided, the whole ranking and why not the others, without the inputs."""
    return _json(
        {
            "segment": decided.segment,
            "selling": decided.selling,
            "decisions": decided.decisions,
            "ranking": decided.ranking,
            "ruled_out": decided.ruled_out,
            "missing": decided.missing,
            "question": decided.question,
        }
    )


def _json(document: Mapping[str, object]) -> str:
    return msgspec.json.encode(document).decode()
