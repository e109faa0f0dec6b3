"""What happens to every request before its function runs?  Cheap refusals first, the body last.

    key        whose is it, and does it carry the scope that the table names for this route?
    accept     can the answer have the form asked for?
    body       JSON, read and judged once, by the rules of ``bodies``

Every router is made by ``new_router``; its functions declare what they need (``dependencies``) and
find their document validated.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.access.scopes import Scope
from app.api.bodies import JSON, read_json
from app.api.credentials import key_in
from app.api.dependencies import house_of
from app.api.edge import exchange_of
from app.api.problem_details import NotAcceptable
from app.api.scopes import SCOPE_OF, ScopeGap
from app.problems import Forbidden

Handler = Callable[[Request], Awaitable[Response]]

_SUCCESS: Final = 300


class GuardedRoute(APIRoute):
    """A route that lets nobody in whom the table of scopes does not let in."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler that the framework calls for each request."""
        handle: Handler = super().get_route_handler()
        scopes = {method: self._scope(method) for method in self.methods or ()}
        produces = frozenset(_media_types(self.responses)) | {JSON}
        takes_json = self.body_field is not None

        async def guarded(request: Request) -> Response:
            await _admit(request, scopes[request.method])
            _refuse_unacceptable(request, produces)
            if takes_json:
                longest = house_of(request).settings.max_body_bytes
                request = await read_json(request, longest=longest)
            return await handle(request)

        return guarded

    def _scope(self, method: str) -> Scope | None:
        if (method, self.path_format) not in SCOPE_OF:
            raise ScopeGap(f"{method} {self.path_format} has no line in SCOPE_OF")
        return SCOPE_OF[method, self.path_format]


def new_router(tag: str) -> APIRouter:
    """Return a router whose routes are guarded; ``tag`` groups them in the document."""
    return APIRouter(route_class=GuardedRoute, tags=[tag])


async def _admit(request: Request, scope: Scope | None) -> None:
    """Let a client in that may come in, and note who it is.

    Raises:
        Unauthenticated: it has no valid key.
        Forbidden: its key does not carry the scope.
    """
    if scope is None:
        return
    client = await house_of(request).key_ring.client_of(key_in(request.headers))
    exchange_of(request.scope).client = client
    if not client.may(scope):
        raise Forbidden(f"this key does not carry the scope {scope.value}", code="missing-scope")


def _refuse_unacceptable(request: Request, produces: Iterable[str]) -> None:
    accept = request.headers.get("accept", "")
    wanted = {part.partition(";")[0].strip().lower() for part in accept.split(",")} - {""}
    for media_type in produces:
        if {media_type, f"{media_type.partition('/')[0]}/*", "*/*"} & wanted:
            return
    if wanted:
        raise NotAcceptable(f"there is {' or '.join(sorted(produces))}")


def _media_types(responses: Any) -> Iterable[str]:
    """Yield what the successful answers of a route are said to be, besides JSON."""
    for status, told in responses.items():
        if int(status) < _SUCCESS:
            yield from told.get("content", {})
