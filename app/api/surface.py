"""Which route does a request go to?  The application, with the way there as short as it can be.

The framework keeps what it is good at: reading declarations, the contract, and the answer to what
no route has.  What lies between ``Edge`` and a route is left out, as nothing there does anything
for us: errors are answered by ``Edge``, bodies are read by ``bodies``, nothing is closed after an
answer.  A path without parameters is found in a table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.convertors import Convertor
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.calling import Handler

_PARAMETER: Final = "{"

Refuse = Callable[[Request, Exception], Any]
"""Answers an error; the application's own handler of what the framework raises."""


class Surface(FastAPI):
    """A FastAPI application whose routes are reached directly."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return the way to the routes: what was added around them, and ``Dispatch``."""
        around, self.user_middleware = self.user_middleware, []
        refuse = self.exception_handlers[HTTPException]
        app: ASGIApp = Dispatch(self.routes, super().build_middleware_stack(), refuse)
        self.user_middleware = around
        for layer in reversed(around):
            app = layer.cls(app, *layer.args, **layer.kwargs)
        return app


class Dispatch:
    """Answers what a route has, and leaves the rest to the framework: 404, 405, the lifespan.

    But a path without parameters is not looked for among those with: ``GET /v1/customers/merge`` is
    a method that path does not know, and not a customer whose id is wrong.
    """

    def __init__(self, routes: Iterable[Any], framework: ASGIApp, refuse: Refuse) -> None:
        """Make a table of the routes; they are all there by now."""
        found = [context.original_route for context in iter_route_contexts(list(routes))]
        places = [_Place(route) for route in found if isinstance(route, APIRoute)]
        self._by_path = {
            (method, place.path): place
            for place in places
            if _PARAMETER not in place.path
            for method in place.methods
        }
        self._by_shape = [place for place in places if _PARAMETER in place.path]
        self._fixed = {path for _, path in self._by_path}
        self._framework = framework
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._framework(scope, receive, send)
        elif place := self._place(scope):
            scope["route"] = place.route
            response = await place.answer(Request(scope, receive, send))
            await response(scope, receive, send)
        elif _path_of(scope) in self._fixed:
            error = HTTPException(HTTPStatus.METHOD_NOT_ALLOWED)
            response = await self._refuse(Request(scope, receive, send), error)
            await response(scope, receive, send)
        else:
            await self._framework(scope, receive, send)

    def _place(self, scope: Scope) -> _Place | None:
        method, path = scope["method"], _path_of(scope)
        place = self._by_path.get((method, path))
        if place is not None:
            scope["path_params"] = {}
            return place
        if path in self._fixed:
            return None
        for place in self._by_shape:
            if method in place.methods and (found := place.shape.match(path)):
                scope["path_params"] = place.parameters(found)
                return place
        return None


def _path_of(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class _Place:
    """One route as it is looked for."""

    __slots__ = ("_convertors", "answer", "methods", "path", "route", "shape")

    def __init__(self, route: APIRoute) -> None:
        self.route = route
        self.path: str = route.path_format
        self.methods: set[str] = set(route.methods or ())
        self.shape: re.Pattern[str] = route.path_regex
        self.answer: Handler = route.get_route_handler()
        self._convertors: Mapping[str, Convertor[Any]] = route.param_convertors

    def parameters(self, found: re.Match[str]) -> dict[str, Any]:
        """Return the parameters that stand in a path."""
        return {
            name: self._convertors[name].convert(value) for name, value in found.groupdict().items()
        }
