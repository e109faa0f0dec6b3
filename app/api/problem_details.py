"""How does a problem look to a caller?  RFC 9457, always, and never with what caused it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.wire import MANY, ONE, Answer
from app.problems import (
    Fault,
    InvalidInput,
    Malformed,
    NotFound,
    Problem,
    TooMany,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE: Final = "application/problem+json"
TYPE_ROOT: Final = "/problems/"
MOST_FAULTS: Final = 50
DEFAULT_RETRY_AFTER_S: Final = 1
CHALLENGE: Final = 'Bearer realm="idip", Basic realm="idip", charset="UTF-8"'

_PLAIN_NAME: Final = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")
_PLACES: Final = frozenset({"body", "query", "path", "header", "cookie"})

_PLAIN_WORDS: Final = {
    "extra_forbidden": ("unknown-field", "this field is not known here"),
    "json_invalid": ("not-json", "this is not JSON"),
    "missing": ("missing", "this field is needed"),
    "model_attributes_type": ("not-an-object", "a JSON object belongs here"),
    "model_type": ("not-an-object", "a JSON object belongs here"),
    "string_pattern_mismatch": ("malformed-text", "this text does not have the right form"),
    "string_too_long": ("too-long", "this text is too long"),
    "string_too_short": ("too-short", "this text is too short"),
    "timezone_aware": ("no-offset", "an instant needs its offset, as in 2026-11-20T14:03:00-03:00"),
    "too_long": ("too-many", "there are too many items here"),
    "too_short": ("too-few", "there are too few items here"),
    "uuid_parsing": ("malformed-id", "an id is a UUID"),
    "uuid_type": ("malformed-id", "an id is a UUID"),
}
_SAYS_NO_MORE_THAN_WE_DO: Final = frozenset(
    {
        "bool_type",
        "dict_type",
        "greater_than",
        "greater_than_equal",
        "int_type",
        "less_than",
        "less_than_equal",
        "list_type",
        "string_type",
    }
)
"""Kinds whose message is made of our own limits; others may quote what was sent."""

_ONE_OF_OURS: Final = frozenset({"enum", "literal_error"})
_EXPECTED: Final = "Input should be "
_OUR_OWN_WORDS: Final = "Value error, "


class MethodNotAllowed(Problem):
    """The path is known, and not with this method."""

    status = 405
    code = "method-not-allowed"
    title = "This method is not known here"


class NotAcceptable(Problem):
    """The caller wants a form of answer that this route does not have."""

    status = 406
    code = "not-acceptable"
    title = "No answer in the form asked for"


class SlowBody(Problem):
    """The body did not arrive in the time a body may take."""

    status = 408
    code = "slow-body"
    title = "The request took too long to arrive"


class FaultAnswer(Answer):
    """One thing wrong with one place of the request."""

    pointer: str = Field(
        description="JSON pointer (RFC 6901) into the body, or `query/…`, `path/…`, `header/…`"
    )
    code: str
    detail: str


class ProblemAnswer(Answer):
    """What went wrong, for a program (`type`, `errors`) and for a person (`detail`)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FaultAnswer]


def promised(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Return what a route declares of problems that only it may answer with."""
    return {status: {"model": ProblemAnswer} for status in statuses}


def problem_answer(problem: Problem, request_id: str, place: str = "") -> ProblemAnswer:
    """Return the problem document; ``place`` is where in the request, if only a part went wrong."""
    return ProblemAnswer(
        type=TYPE_ROOT + problem.reason,
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        instance=f"/requests/{request_id}{place}",
        request_id=request_id,
        errors=[fault_answer(fault) for fault in problem.faults[:MOST_FAULTS]],
    )


def fault_answer(fault: Fault) -> FaultAnswer:
    """Return one fault as it is told."""
    return FaultAnswer(pointer=fault.pointer, code=fault.code, detail=fault.detail)


def problem_response(
    problem: Problem, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Return the whole answer, with the headers its status calls for."""
    body = problem_answer(problem, request_id).model_dump()
    return Response(
        orjson.dumps(body),
        status_code=problem.status,
        headers={**_headers_for(problem), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def problem_of(error: Exception) -> Problem | None:
    """Return what a caller is told of an error; None if it is a bug of ours."""
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return InvalidInput("see the faults", faults=_request_faults(error.errors()))
        case HTTPException():
            return _of_status(error.status_code)
        case _:
            return None


def faults_of(errors: Iterable[Mapping[str, Any]], inside: str = "") -> tuple[Fault, ...]:
    """Turn Pydantic's errors into faults, in our words where its own could quote input."""
    return tuple(_fault(error, inside + pointer_of(error["loc"])) for error in errors)


def pointer_of(location: Iterable[str | int]) -> str:
    """Return a location as a JSON pointer; names that no document of ours has are left out."""
    return "".join(f"/{part if _PLAIN_NAME.fullmatch(str(part)) else '?'}" for part in location)


def query_pointer(name: str) -> str:
    """Return how a parameter of the query is pointed to."""
    return f"query{pointer_of([name])}"


def _fault(error: Mapping[str, Any], pointer: str) -> Fault:
    kind, message = str(error["type"]), str(error["msg"])
    if kind == "value_error":
        return Fault(pointer, "invalid-value", message.removeprefix(_OUR_OWN_WORDS))
    if kind in _ONE_OF_OURS:
        return Fault(
            pointer, "unknown-value", f"what may stand here is {message.removeprefix(_EXPECTED)}"
        )
    code = kind.replace("_", "-")
    if kind in _SAYS_NO_MORE_THAN_WE_DO:
        return Fault(pointer, code, message)
    code, detail = _PLAIN_WORDS.get(kind, (code, "this does not have the right form"))
    return Fault(pointer, code, detail)


def _request_faults(errors: Iterable[Mapping[str, Any]]) -> tuple[Fault, ...]:
    return tuple(_fault(error, _place_of(tuple(error["loc"]))) for error in errors)


def _place_of(location: tuple[str | int, ...]) -> str:
    """Return where in a request something is: in its body by pointer, elsewhere by name."""
    where, *rest = location or ("body",)
    if rest and rest[0] in {ONE, MANY}:
        rest = rest[1:]
    if where == "body" or where not in _PLACES:
        return pointer_of(rest)
    return f"{where}{pointer_of(rest)}"


def _of_status(status: int) -> Problem:
    if status == HTTPStatus.NOT_FOUND:
        return NotFound("no route has this path", code="no-such-route")
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        return MethodNotAllowed()
    return Malformed()


def _headers_for(problem: Problem) -> dict[str, str]:
    if isinstance(problem, TooMany | Unavailable):
        return {"retry-after": str(problem.retry_after_s or DEFAULT_RETRY_AFTER_S)}
    if isinstance(problem, Unauthenticated):
        return {"www-authenticate": CHALLENGE}
    if isinstance(problem, SlowBody):
        return {"connection": "close"}
    return {}
