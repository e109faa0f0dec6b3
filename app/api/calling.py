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
from operator import attrgetter
from typing import Any, Final

from fastapi import Request, Response
from fastapi._compat import ModelField
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import request_body_to_args, request_params_to_args
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.routing import APIRoute

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


class CannotBePlanned(TypeError):
    """A function declares something that nothing here provides."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A function and where its arguments come from; ``name`` is what its own result is for."""

    function: Callable[..., Awaitable[Any]]
    name: str | None
    needs: tuple[_Plan, ...]
    request: str | None
    parameters: tuple[tuple[Sequence[ModelField], Callable[[Request], Mapping[str, Any]]], ...]
    body: list[ModelField]

    @classmethod
    def of(cls, declared: Dependant) -> _Plan:
        """Read what a function declares, and what those it depends on do.

        Raises:
            CannotBePlanned: it is no ``async def``, or asks for something else.
        """
        function = declared.call
        if function is None or not inspect.iscoroutinefunction(function):
            raise CannotBePlanned(f"{function} is not an async function that returns")
        if asked := [name for name in _NOT_PLANNED if getattr(declared, name)]:
            raise CannotBePlanned(f"{function} asks for {', '.join(asked)}")
        return cls(
            function,
            declared.name,
            tuple(map(cls.of, declared.dependencies)),
            declared.request_param_name,
            tuple(
                (fields, attrgetter(place))
                for name, place in _PLACES.items()
                if (fields := getattr(declared, name))
            ),
            declared.body_params,
        )


class _Call:
    """The arguments of one request, as far as they are known, and what is wrong with them."""

    __slots__ = ("_document", "_known", "_request", "faults")

    def __init__(self, request: Request, document: Any) -> None:
        self._request = request
        self._document = document
        self._known: dict[Callable[..., Awaitable[Any]], Any] = {}
        self.faults: list[Any] = []

    async def arguments(self, plan: _Plan) -> dict[str, Any]:
        """Return the arguments of a function; each one it depends on is called once a request."""
        values = {need.name: await self._result(need) for need in plan.needs if need.name}
        if plan.request is not None:
            values[plan.request] = self._request
        for fields, place in plan.parameters:
            self._take(values, request_params_to_args(fields, place(self._request)))
        if plan.body:
            found = await request_body_to_args(plan.body, self._document, embed_body_fields=False)
            self._take(values, found)
        return values

    async def _result(self, need: _Plan) -> Any:
        """Return what a dependency gives, once a request; nothing once there are faults."""
        if need.function not in self._known:
            given = await self.arguments(need)
            if self.faults:
                return None
            self._known[need.function] = await need.function(**given)
        return self._known[need.function]

    def _take(self, values: dict[str, Any], found: tuple[Mapping[str, Any], Sequence[Any]]) -> None:
        values.update(found[0])
        self.faults.extend(found[1])


def caller_of(route: APIRoute) -> Handler:
    """Return what calls a route's function and writes out its answer.

    Raises:
        CannotBePlanned: the function declares what nothing here provides.
    """
    plan = _Plan.of(route.dependant)
    takes_body = route.body_field is not None
    status, field = route.status_code or 200, route.response_field

    async def call(request: Request) -> Response:
        document = await request.json() if takes_body else None
        asked = _Call(request, document)
        arguments = await asked.arguments(plan)
        if asked.faults:
            raise RequestValidationError(asked.faults)
        answer = await plan.function(**arguments)
        if isinstance(answer, Response):
            return answer
        if field is None:
            raise TypeError(f"{route.name} declares no answer")
        value, wrong = field.validate(answer, loc=("response",))
        if wrong:
            raise ResponseValidationError(wrong)
        return Response(field.serialize_json(value), status, media_type=JSON)

    return call
