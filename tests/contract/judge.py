"""Does an answer keep the contract?  Judged by the published document and nothing else."""

from __future__ import annotations

import re
from typing import Any, Final

import httpx
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

_CONTRACT: Final = "urn:contract"
_PROBLEM: Final = "application/problem+json"
_OUTSIDE: Final = frozenset({404, 405, 500})
"""What may happen on a path or method that the contract does not know, or by a bug of ours."""

_OF_THE_CONTRACT: Final = ("/docs", "/openapi.json")
"""What shows the contract is not part of it."""


class BrokenContract(AssertionError):
    """An answer that the contract does not promise."""


class Judge:
    """Knows the contract, and what every answer in it may look like."""

    def __init__(self, contract: dict[str, Any]) -> None:
        resource = Resource(contents=contract, specification=DRAFT202012)
        self._registry = Registry().with_resource(_CONTRACT, resource)
        self._contract = contract
        self._paths = [(_pattern(path), path) for path in contract["paths"]]

    def judge(self, answer: httpx.Response) -> None:
        """Raise if the answer to a request is not among those that were promised."""
        if answer.request.url.path.startswith(_OF_THE_CONTRACT):
            return
        promised = self._promised(answer)
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        content = promised.get("content", {})
        if not content and not answer.content:
            return
        if media_type not in content:
            raise BrokenContract(f"{_name(answer)}: {media_type} was not promised")
        if media_type.endswith("json"):
            self._fits(answer, content[media_type]["schema"])
        for name in promised.get("headers", {}):
            if name not in answer.headers:
                raise BrokenContract(f"{_name(answer)}: {name} is missing")

    def _promised(self, answer: httpx.Response) -> dict[str, Any]:
        path, method = answer.request.url.path, answer.request.method.lower()
        known = [template for pattern, template in self._paths if pattern.fullmatch(path)]
        found = [self._contract["paths"][template].get(method) for template in known]
        operation = next((each for each in found if each is not None), None)
        status = str(answer.status_code)
        if operation is None or (status not in operation["responses"] and status == "500"):
            if answer.status_code not in _OUTSIDE:
                raise BrokenContract(f"{_name(answer)}: there is no such operation")
            return {"content": {_PROBLEM: {"schema": _schema("ProblemAnswer")}}}
        if status not in operation["responses"]:
            raise BrokenContract(f"{_name(answer)}: this status was not promised")
        return self._followed(operation["responses"][status])

    def _followed(self, told: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in told:
            return told
        found: Any = self._contract
        for step in told["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return dict(found)

    def _fits(self, answer: httpx.Response, schema: dict[str, Any]) -> None:
        validator = Draft202012Validator(
            _absolute(schema), registry=self._registry, format_checker=FormatChecker()
        )
        for error in validator.iter_errors(answer.json()):
            raise BrokenContract(f"{_name(answer)}: {error.json_path} {error.message}")


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(path)))


def _schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _absolute(schema: Any) -> Any:
    """Return a schema whose references start from the whole contract."""
    if isinstance(schema, list):
        return [_absolute(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: f"{_CONTRACT}{part}" if name == "$ref" else _absolute(part)
        for name, part in schema.items()
    }


def _name(answer: httpx.Response) -> str:
    return f"{answer.request.method} {answer.request.url.path} → {answer.status_code}"
