"""Which catalogue does this document make, and what is its name?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import time
from decimal import Decimal
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from pydantic import ValidationError

from app.interact.caps import Cap, CapScope
from app.interact.contact_policy import ContactHours, ContactPolicy
from app.personalise.catalogue import (
    Action,
    Catalogue,
    OnceAccepted,
    Script,
    Treatment,
)
from app.personalise.checks import faults_in
from app.personalise.clause import Clause, Stage
from app.personalise.document import (
    ActionDocument,
    CatalogueDocument,
    ClauseDocument,
    PolicyDocument,
    TreatmentDocument,
    WordingDocument,
)
from app.personalise.propensity import Prior
from app.personalise.worth import read_worth
from app.problems import Fault, InvalidInput
from app.rules.closure import compile_rule
from app.rules.fields import FieldRegistry
from app.rules.parse import parse
from app.rules.wording import Wording

_MAX_FAULTS: Final = 50
_HEAD: Final = "policy"
_STRATEGIES: Final = ("complaint", "service", "crosssell", "prospect", "loyalty", "winback")


def read_catalogue(document: object, registry: FieldRegistry) -> Catalogue:
    """Read a catalogue's JSON; its rules are compiled here, once.

    Raises:
        InvalidInput: code ``invalid-catalogue``, with at most 50 faults at their JSON pointers.
    """
    try:
        shape = CatalogueDocument.model_validate(document)
    except ValidationError as error:
        raise _invalid(_shape_faults(error)) from None
    if faults := tuple(faults_in(shape, registry)):
        raise _invalid(faults)
    actions = tuple(_action(action, shape, registry) for action in shape.actions)
    reads = frozenset(name for action in actions for name in action.facts())
    policy = _policy(shape.policy)
    return Catalogue(bundle_id(document), shape.currency, actions, policy, reads, registry)


def bundle_id(document: object) -> str:
    """Return the SHA-256 of the canonical JSON (sorted keys, no white space, UTF-8), in hex."""
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def shipped_document() -> dict[str, Any]:
    """Return the catalogue that comes with the product, put together from ``shipped/``."""
    parts = [_shipped_part(strategy) for strategy in _STRATEGIES]
    actions = [action for part in parts for action in part["actions"]]
    return {**_shipped_part(_HEAD), "actions": actions}


def _shipped_part(name: str) -> dict[str, Any]:
    path = files("app.personalise") / "shipped" / f"{name}.json"
    part: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return part


def _invalid(faults: Iterable[Fault]) -> InvalidInput:
    told = tuple(faults)[:_MAX_FAULTS]
    return InvalidInput("The catalogue cannot be read", code="invalid-catalogue", faults=told)


def _shape_faults(error: ValidationError) -> Iterator[Fault]:
    items = error.errors(include_input=False, include_url=False, include_context=False)
    for item in items:
        place = item["loc"]
        # A list whose only item is wrong is also "too short" to Pydantic: one fault is enough.
        if item["type"] == "too_short" and any(_is_inside(o["loc"], place) for o in items):
            continue
        # The name of a surplus field is the sender's own word: its place is told, not the word.
        place = place[:-1] if item["type"] == "extra_forbidden" else place
        yield Fault("".join(f"/{part}" for part in place), item["type"], item["msg"])


def _is_inside(place: tuple[int | str, ...], other: tuple[int | str, ...]) -> bool:
    return len(place) > len(other) and place[: len(other)] == other


def _action(action: ActionDocument, whole: CatalogueDocument, registry: FieldRegistry) -> Action:
    shared = [clause for clause in whole.shared_clauses if action.strategy in clause.strategies]
    return Action(
        key=action.key,
        strategy=action.strategy,
        group=action.group,
        purpose=action.purpose,
        name=_wording(action.name),
        why=_wording(action.why),
        clauses=tuple(_clause(clause, registry) for clause in (*shared, *action.clauses)),
        treatments=tuple(_treatment(treatment, action) for treatment in action.treatments),
        worth=read_worth(action.worth, registry, ""),
        incentive=Decimal(action.incentive),
        prior=Prior(Decimal(repr(action.prior.mean)), Decimal(repr(action.prior.weight))),
        caps=tuple(
            Cap(CapScope.ACTION, action.key, cap.limit, cap.window_days, cap.direction)
            for cap in action.caps
        ),
        once_accepted=OnceAccepted(action.once_accepted.rule, action.once_accepted.days),
    )


def _clause(clause: ClauseDocument, registry: FieldRegistry) -> Clause:
    rule = parse(clause.rule, registry)
    return Clause(
        code=clause.code,
        stage=Stage(clause.stage),
        rule=rule,
        on_unknown=clause.on_unknown,
        reason=_wording(clause.reason),
        holds=compile_rule(rule),
    )


def _treatment(treatment: TreatmentDocument, action: ActionDocument) -> Treatment:
    parts = (treatment.channel.value, treatment.direction.value, treatment.variant)
    return Treatment(
        key=".".join(part for part in parts if part),
        channel=treatment.channel,
        direction=treatment.direction,
        contact_cost=Decimal(treatment.contact_cost),
        scripts=tuple(_script(script) for script in treatment.scripts or action.scripts),
    )


def _script(script: WordingDocument) -> Script:
    text = _wording(script)
    return Script(text, text.placeholders())


def _wording(document: WordingDocument) -> Wording:
    return Wording(document.pt_br, document.es, document.en)


def _policy(policy: PolicyDocument) -> ContactPolicy:
    return ContactPolicy(
        caps=tuple(
            Cap(cap.scope, cap.subject, cap.limit, cap.window_days, cap.direction)
            for cap in policy.caps
        ),
        hours=tuple(
            ContactHours(
                hours.channel,
                frozenset(hours.weekdays),
                time.fromisoformat(hours.opens),
                time.fromisoformat(hours.closes),
            )
            for hours in policy.contact_hours
        ),
        rejected_pause_days=policy.rejected_pause_days,
        deferred_pause_days=policy.deferred_pause_days,
    )
