"""What does schemathesis have to know of the service that no contract can say?

Loaded into its process by ``tests.drill.fuzz``, which names in ``FUZZ_KNOWN`` a file with the ids
of customers and decisions that exist, and the id of the key that the run itself uses.
"""

from __future__ import annotations

import json
import os
import random
import re
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import schemathesis
from schemathesis import Case, HookContext
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.transport import Response
from schemathesis.openapi.checks import RejectedPositiveData

KNOWN: Final[dict[str, Any]] = json.loads(Path(os.environ["FUZZ_KNOWN"]).read_text("utf-8"))
CUSTOMERS: Final[list[str]] = KNOWN["customers"]
DECISIONS: Final[list[str]] = KNOWN["decisions"]
OWN_KEY: Final[str] = KNOWN["key_id"]

_EVERY: Final = 2
"""One id in so many is made one that exists; the others stay as they were made up."""

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IDS: Final = {
    "customer_id": CUSTOMERS,
    "customer_ids": CUSTOMERS,
    "decision_id": DECISIONS,
}

RULES: Final = {
    "/ends_on missing": "a hold has a last day, a restriction need not",
    "/sources missing": "a key with origins speaks for one source",
    "an instant lies between the years 1900 and 2200": "no schema can say that of a date-time",
    "denied-too": "what is denied is not claimed in the same breath",
    "future-day": "a day is in the future as of today",
    "future-time": "an instant is in the future as of now",
    "gone": "a customer was erased earlier in the run",
    "int-type": "266.0 is an integer to JSON Schema; here an integer is written without a point",
    "no-such-customer": "an id in a body may be nobody's",
    "not-a-candidate": "who may be meant depends on what the touchpoint was asked with",
    "not-a-cursor": "a cursor is opaque, and comes from the page before",
    "not-held": "what can be checked is what is held of the customer",
    "not-in-a-page": "a key with origins is for pages, and may have few scopes and one source",
    "nothing-to-merge": "two ids may be one customer by now",
    "past-day": "a day is in the past as of today",
    "past-time": "an instant is in the past as of now",
    "refusal-reason": "only what is refused has a reason why",
    "sides": "each record is named once in all the sides together",
    "too-few": "a correction corrects something: one of the attributes is not null",
    "unusable": "whether a number can be anybody's its own check digits say",
    "which-customer": "a word about a touchpoint that found nobody has to say about whom",
    "wrong-reason": "which reasons there are depends on the kind of restraint",
}
"""Refusals of requests that fit the contract, by problem or fault (its place or its words, where
others of its code would be about form): rules that no schema can hold."""


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Let a request meet what exists, and not its own key or a request that was made before."""
    case.path_parameters.update(_met(case.path_parameters))
    if isinstance(case.body, dict | list):
        case.body = _met_in(case.body)
    if case.path_parameters.get("key_id") == OWN_KEY:
        case.path_parameters["key_id"] = str(uuid4())
    if _is_positive(case) and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Let a refusal pass that follows a rule no schema can hold, or is told item by item."""
    if isinstance(failure, AcceptedNegativeData):
        return not _refuses_an_item(response)
    if not isinstance(failure, RejectedPositiveData):
        return True
    problem = response.json()
    told = [_known_as(fault) for fault in problem["errors"]]
    return not set(told or [problem["type"].rpartition("/")[2]]) <= RULES.keys()


def _known_as(fault: dict[str, str]) -> str:
    names = (f"{fault['pointer']} {fault['code']}", fault["detail"])
    return next((name for name in names if name in RULES), fault["code"])


def _refuses_an_item(response: Response) -> bool:
    """Tell whether an array was taken in but for what was wrong with it."""
    some_refused = response.status_code == HTTPStatus.MULTI_STATUS
    return some_refused and any("problem" in item for item in response.json()["items"])


def _is_positive(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode.is_positive


def _met_in(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {part: _met_in(inside, part) for part, inside in value.items()}
    if isinstance(value, list):
        return [_met_in(inside, name) for inside in value]
    return _met({name: value})[name]


def _met(named: dict[str, Any]) -> dict[str, Any]:
    """Return the same, with some of the ids made ones that exist; always the same ones."""
    met = dict(named)
    for name, value in named.items():
        if name in _IDS and isinstance(value, str) and _ID.fullmatch(value):
            draw = random.Random(value)
            if draw.randrange(_EVERY) == 0:
                met[name] = draw.choice(_IDS[name])
    return met
