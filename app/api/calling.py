"""How does a route's function come to its arguments?  By a plan made once of what it declares.

The framework reads the same declarations, for the contract and for the faults it finds, but asks
anew for each request what every dependency is and needs; that cost as much as the database.  Here
a dependency is an ``async def`` that returns a value: nothing is opened for a request and closed
after it, as a transaction ends before its answer (ADR 2).
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter
from typing import Any, Final, Self

from fastapi import Request, Response
from fastapi._compat import ModelField, lenient_issubclass
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.api.bodies import JSON

Handler = Callable[[Request], Awaitable[Response]]

_PLACES: Final = {
    "path_params": "path_params",
    "query_params": "query_params",
    "header_params": "headers",
}
"""Where in a request the parameters are that a function declares."""

_NOT_PLANNED: Final = (
    "cookie_params",
    "http_connection_param_name",
    "response_param_name",
    "background_tasks_param_name",
    "security_scopes_param_name",
)
"""What the framework could hand to a function, and no function of ours asks for."""


_OF_JSON: Final = ((b"content-type", JSON.encode()),)


class CannotBePlanned(TypeError):
    """A function declares something that nothing here provides."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What a function takes from one part of a request.

    ``unsaid`` is what that comes to when the request says none of it, if none of it is needed: to
    have the framework find that out for one absent header takes as long as a look into a table.
    """

    fields: Sequence[ModelField]
    place: Callable[[Request], Mapping[str, Any]]
    unsaid: Mapping[str, Any] | None

    @classmethod
    def at(cls, place: str, fields: Sequence[ModelField]) -> Self:
        if any(lenient_issubclass(field.field_info.annotation, BaseModel) for field in fields):
            raise CannotBePlanned(f"a model is asked for among {place}: name its parameters")
        values, wrong = request_params_to_args(fields, {})
        return cls(fields, attrgetter(place), None if wrong else values)

    def of(self, request: Request) -> tuple[Mapping[str, Any], Sequence[Any]]:
        """Return the values that a request gives, and what is wrong with them."""
        said = self.place(request)
        if self.unsaid is not None and not any(field.alias in said for field in self.fields):
            return self.unsaid, ()
        return request_params_to_args(self.fields, said)


@dataclass(frozen=True, slots=True)
class _Step:
    """One function to call and where its arguments come from.

    ``needs`` are the names of arguments that earlier steps give, with the numbers of those steps.
    """

    function: Callable[..., Awaitable[Any]]
    needs: tuple[tuple[str, int], ...]
    request: str | None
    parameters: tuple[_Parameters, ...]
    body: ModelField | None

    def arguments(
        self, request: Request, document: Any, given: Sequence[Any], faults: list[Any]
    ) -> dict[str, Any]:
        """Return the function's arguments; what is wrong with them comes to the faults."""
        values = {name: given[step] for name, step in self.needs}
        if self.request is not None:
            values[self.request] = request
        for parameters in self.parameters:
            found, wrong = parameters.of(request)
            values.update(found)
            faults += wrong
        if self.body is not None:
            values[self.body.name], wrong = self.body.validate(document, loc=("body",))
            faults += wrong
        return values

    @property
    def asks_for_request_alone(self) -> str | None:
        """Return the name of its one argument if that is the request, as of most dependencies."""
        return None if self.needs or self.parameters or self.body is not None else self.request


def _plan(declared: Dependant) -> list[_Step]:
    """Return what to call, in order: each dependency once and before whoever needs it.

    Raises:
        CannotBePlanned: a function is no ``async def``, or asks for something nothing provides.
    """
    steps: list[_Step] = []
    places: dict[Callable[..., Any], int] = {}

    def add(wanted: Dependant) -> int:
        function = wanted.call
        if function in places:
            return places[function]
        if function is None or not inspect.iscoroutinefunction(function):
            raise CannotBePlanned(f"{function} is not an async function that returns")
        if asked := [name for name in _NOT_PLANNED if getattr(wanted, name)]:
            raise CannotBePlanned(f"{function} asks for {', '.join(asked)}")
        needs = tuple((need.name or "", add(need)) for need in wanted.dependencies)
        steps.append(
            _Step(
                function,
                tuple((name, step) for name, step in needs if name),
                wanted.request_param_name,
                tuple(
                    _Parameters.at(place, fields)
                    for name, place in _PLACES.items()
                    if (fields := getattr(wanted, name))
                ),
                _body_of(wanted),
            )
        )
        places[function] = len(steps) - 1
        return places[function]

    add(declared)
    return steps


def _body_of(wanted: Dependant) -> ModelField | None:
    """Return what a function takes the whole body for, if it does."""
    if len(wanted.body_params) > 1:
        raise CannotBePlanned(f"{wanted.call} asks for several bodies")
    return next(iter(wanted.body_params), None)


class _JSONAnswer(Response):
    """A document as it is sent, with the two header fields that say what it is."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:  # noqa: ARG002 (none)
        """Set them as they go out: the framework would look for them among those given first."""
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), *_OF_JSON]


def caller_of(route: APIRoute) -> Handler:
    """Return what calls a route's function and writes out its answer.

    Raises:
        CannotBePlanned: the function declares what nothing here provides.
    """
    *before, last = _plan(route.dependant)
    at_once = list(takewhile(lambda step: step.asks_for_request_alone, before))
    one_by_one = before[len(at_once) :]
    takes_body = route.body_field is not None
    status, field = route.status_code or 200, route.response_field

    async def call(request: Request) -> Response:
        document = await request.json() if takes_body else None
        given = [await step.function(request) for step in at_once]
        faults: list[Any] = []
        for step in one_by_one:
            arguments = step.arguments(request, document, given, faults)
            given.append(None if faults else await step.function(**arguments))
        arguments = last.arguments(request, document, given, faults)
        if faults:
            raise RequestValidationError(faults)
        answer = await last.function(**arguments)
        if isinstance(answer, Response):
            return answer
        if field is None:
            raise TypeError(f"{route.name} declares no answer")
        value, wrong = field.validate(answer, loc=("response",))
        if wrong:
            raise ResponseValidationError(wrong)
        return _JSONAnswer(field.serialize_json(value), status)

    return call
