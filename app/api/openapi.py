"""What is promised to callers?  The contract, as OpenAPI 3.1, made from the routes themselves.

What the framework cannot know is added here: which credentials and scope a route needs, which
problems it may answer with, and what may stand in ``data`` of each type of event.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.access.idempotency import HEADER
from app.api import cloud_events, events
from app.api.bodies import JSON
from app.api.event_data import DATA_OF
from app.api.event_document import EventDocument
from app.api.problem_details import (
    MEDIA_TYPE,
    MethodNotAllowed,
    NotAcceptable,
    ProblemAnswer,
    SlowBody,
)
from app.api.scopes import SCOPE_OF
from app.problems import (
    Conflict,
    Forbidden,
    Gone,
    InvalidInput,
    Malformed,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    UnsupportedMedia,
)

Schema = dict[str, Any]

MODELS: Final = "#/components/schemas/{model}"
CREDENTIALS: Final[Schema] = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A client key."},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The key as user or password, for switches that can set no header.",
    },
}
_KINDS: Final[tuple[type[Problem], ...]] = (
    Malformed,
    Unauthenticated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    NotAcceptable,
    SlowBody,
    Conflict,
    Gone,
    TooLarge,
    UnsupportedMedia,
    InvalidInput,
    TooMany,
    Unavailable,
)
_KIND_OF: Final = {kind.status: kind for kind in _KINDS}
_ALWAYS: Final = (NotAcceptable, Unavailable)
_BEHIND_A_KEY: Final = (Malformed, Unauthenticated, Forbidden, InvalidInput, TooMany)
_WITH_A_BODY: Final = (Malformed, SlowBody, TooLarge, UnsupportedMedia, InvalidInput)
_WITH_AN_IDEMPOTENCY_KEY: Final = (Malformed, Conflict, Gone, InvalidInput)
_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
_HEADERS_OF: Final[dict[type[Problem], Schema]] = {
    Unauthenticated: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    TooMany: {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}},
    Unavailable: {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}},
}


def contract_of(app: FastAPI) -> Schema:
    """Return the contract of an application, made once."""
    if app.openapi_schema is None:
        told = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
        )
        app.openapi_schema = _completed(told)
    return app.openapi_schema


def contract_text(app: FastAPI) -> str:
    """Return the contract as it is committed: sorted, two spaces, a newline at the end."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(contract_of(app), option=options).decode()


def _completed(told: Schema) -> Schema:
    components = told["components"]
    schemas = components["schemas"]
    for name in _FRAMEWORKS_OWN:
        schemas.pop(name, None)
    schemas |= _models() | _event_models()
    schemas["CloudEvent"] = _cloud_event(schemas)
    components["responses"] = {kind.__name__: _response(kind) for kind in _KINDS}
    components["securitySchemes"] = CREDENTIALS
    told["paths"]["/v1/events"]["post"]["requestBody"] = _events_body()
    for path, method, operation in _operations(told):
        _complete(operation, SCOPE_OF[method, path], path)
    return told


def _operations(told: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in told["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def _complete(operation: Schema, scope: str | None, path: str) -> None:
    """Say which key an operation needs, and which problems it may answer with."""
    kinds: set[type[Problem]] = set(_ALWAYS)
    if scope is None:
        operation["security"] = []
    else:
        operation["security"] = [{name: []} for name in CREDENTIALS]
        operation["x-scope"] = scope
        kinds |= set(_BEHIND_A_KEY)
    if "requestBody" in operation:
        kinds |= set(_WITH_A_BODY)
    if "parameters" in operation:
        kinds |= {InvalidInput}
    if any(parameter["name"] == HEADER for parameter in operation.get("parameters", ())):
        kinds |= set(_WITH_AN_IDEMPOTENCY_KEY)
    if "{" in path:
        kinds |= {NotFound}
    answers = operation["responses"]
    kinds |= {_KIND_OF[int(status)] for status in answers if int(status) in _KIND_OF}
    for kind in kinds:
        answers[str(kind.status)] = {"$ref": f"#/components/responses/{kind.__name__}"}


def _response(kind: type[Problem]) -> Schema:
    problem = {"$ref": MODELS.format(model=ProblemAnswer.__name__)}
    told: Schema = {"description": kind.title, "content": {MEDIA_TYPE: {"schema": problem}}}
    if kind in _HEADERS_OF:
        told["headers"] = _HEADERS_OF[kind]
    return told


def _models() -> Schema:
    _, told = models_json_schema([(ProblemAnswer, "serialization")], ref_template=MODELS)
    return dict(told["$defs"])


def _event_models() -> Schema:
    """Return the document of an event with what its ``data`` is by type, and what that needs."""
    models = [(model, "validation") for model in {EventDocument, *DATA_OF.values()}]
    _, told = models_json_schema(models, ref_template=MODELS)  # type: ignore[arg-type]
    schemas: Schema = dict(told["$defs"])
    schemas[EventDocument.__name__]["oneOf"] = [
        _of_type(
            {"const": kind.value},
            _holding(_data_of(model), is_needed=_needs_something(model, schemas)),
        )
        for kind, model in DATA_OF.items()
    ]
    return schemas


def _cloud_event(schemas: Schema) -> Schema:
    """Return a CloudEvent, in whose ``data`` stands ours, with what its own holds by type."""
    kinds = []
    for kind, model in DATA_OF.items():
        event = _holding(_data_of(model), is_needed=_needs_something(model, schemas))
        outside = _holding(event, is_needed="required" in event)
        kinds.append(_of_type({"pattern": cloud_events.pattern_of(kind)}, outside))
    return cloud_events.SCHEMA | {"oneOf": kinds}


def _needs_something(model: type[BaseModel], schemas: Schema) -> bool:
    return "required" in schemas[model.__name__]


def _data_of(model: type[BaseModel]) -> Schema:
    return {"$ref": MODELS.format(model=model.__name__)}


def _holding(inside: Schema, *, is_needed: bool) -> Schema:
    """Return the schema of an object in whose ``data`` this stands."""
    told: Schema = {"properties": {"data": inside}}
    return told | {"required": ["data"]} if is_needed else told


def _of_type(is_so: Schema, event: Schema) -> Schema:
    """Return the schema of an event of one type; of all types exactly one fits."""
    return event | {
        "properties": {"type": is_so, **event["properties"]},
        "required": ["type", *event.get("required", ())],
    }


def _events_body() -> Schema:
    event = {"$ref": MODELS.format(model=EventDocument.__name__)}
    cloud_event = {"$ref": MODELS.format(model="CloudEvent")}
    most = {"minItems": 1, "maxItems": events.MOST_ITEMS}
    array = {"type": "array", "items": event, **most}
    batch = {"type": "array", "items": cloud_event, **most}
    return {
        "required": True,
        "content": {
            JSON: {"schema": {"oneOf": [event, array]}},
            events.LINES: {"schema": {"type": "string", "description": "An event a line."}},
            cloud_events.ONE: {"schema": cloud_event},
            cloud_events.BATCH: {"schema": batch},
        },
    }
