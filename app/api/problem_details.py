"""How does a problem look to a caller?  RFC 9457, always, and never with the value that caused it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import Field

from app.api.wire import Answer
from app.problems import Fault, Problem

MEDIA_TYPE: Final = "application/problem+json"
TYPE_ROOT: Final = "/problems/"
MOST_FAULTS: Final = 50
_PLAIN_NAME: Final = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")

_PLAIN_WORDS: Final = {
    "extra_forbidden": ("unknown-field", "this field is not known here"),
    "missing": ("missing", "this field is needed"),
    "string_pattern_mismatch": ("malformed-text", "this text does not have the right form"),
    "string_too_long": ("too-long", "this text is too long"),
    "string_too_short": ("too-short", "this text is too short"),
    "too_long": ("too-many", "there are too many items here"),
    "timezone_aware": ("no-offset", "an instant needs its offset, as in 2026-11-20T14:03:00-03:00"),
}


class FaultAnswer(Answer):
    """One thing wrong with one place of the request."""

    pointer: str = Field(description="JSON pointer (RFC 6901) into the request body")
    code: str
    detail: str


class ProblemAnswer(Answer):
    """What went wrong, for a program (``type``, ``errors``) and for a person (``detail``)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: list[FaultAnswer]


def problem_body(problem: Problem, *, instance: str, request_id: str) -> dict[str, Any]:
    """Return the members of a problem document."""
    return {
        "type": TYPE_ROOT + problem.reason,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": instance,
        "request_id": request_id,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
            for fault in problem.faults[:MOST_FAULTS]
        ],
    }


def faults_of(errors: Iterable[Mapping[str, Any]], inside: str = "") -> tuple[Fault, ...]:
    """Turn Pydantic's errors into faults; their messages are ours where theirs could quote input."""
    return tuple(_fault(error, inside) for error in errors)


def _fault(error: Mapping[str, Any], inside: str) -> Fault:
    kind = str(error["type"])
    code, detail = _PLAIN_WORDS.get(kind, (kind.replace("_", "-"), str(error["msg"])))
    return Fault(inside + pointer_of(error["loc"]), code, detail)


def pointer_of(location: Iterable[str | int]) -> str:
    """Return a location as a JSON pointer; a name no document of ours could have is not repeated."""
    return "".join(f"/{part if _PLAIN_NAME.fullmatch(str(part)) else '?'}" for part in location)
