"""What happens to every request before its function runs?  Cheap refusals first, the body last.

    key        whose is it, and does it carry the scope that the table names for this route?
    query      does it name parameters of this route only, each once?
    accept     can the answer have the form asked for?
    body       read, and judged once if it is JSON, by the rules of ``bodies``
    door       a slot to work in, at once or in turn; from here on its time is limited

Every router is made by ``new_router``; its functions declare what they need (``dependencies``) and
find their document validated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from app.access.authenticate import Client, KeyRing
from app.access.scopes import Scope
from app.api.admission.door import Door, Work
from app.api.admission.early import Fields
from app.api.admission.kinds import EXTRA_S, TOUCHPOINT, Kind, Sort
from app.api.bodies import ARRIVAL_LIMIT_S, JSON, ReadRequest, read_json, read_raw
from app.api.browser import refuse_page
from app.api.calling import Handler, caller_of
from app.api.credentials import key_in
from app.api.dependencies import House, house_of
from app.api.edge import SENDING_LIMIT_S, Exchange, exchange_of
from app.api.parameters import query_parameters, refuse_unknown_parameters
from app.api.problem_details import NotAcceptable, SlowBody
from app.api.scopes import SCOPE_OF, ScopeGap
from app.problems import Forbidden, Unavailable


class Reader(Protocol):
    """A way to read a body."""

    async def __call__(self, request: Request, *, longest: int) -> ReadRequest:
        """Return the request with its body, of ``longest`` bytes at most."""


_SUCCESS: Final = 300
_ANYTHING: Final = frozenset({b"", b"*/*", JSON.encode()})
_WITHOUT_A_BODY: Final = frozenset({"DELETE", "GET", "HEAD"})


class GuardedRoute(APIRoute):
    """A route that lets nobody in whom the table of scopes does not let in."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Return the handler that the framework calls for each request."""
        handle = caller_of(self)
        scopes = {method: self._scope(method) for method in self.methods or ()}
        produces = frozenset(_media_types(self.responses)) | {JSON}
        read = self._reader()
        may_be_empty = self.body_field is not None and not self.body_field.field_info.is_required()
        parameters = frozenset(query_parameters(self.dependant))
        sorts = {
            method: Sort.of((method, self.path_format), scope)
            for method, scope in scopes.items()
            if scope is not None
        }

        async def guarded(request: Request) -> Response:
            exchange, house, method = (
                exchange_of(request.scope),
                house_of(request),
                request.scope["method"],
            )
            await _admit(request, exchange, house, scopes[method])
            if request.scope["query_string"] and method in sorts:
                refuse_unknown_parameters(request.query_params, parameters)
            _refuse_unacceptable(exchange.fields, produces)
            left_s, sort = exchange.left_s(), sorts.get(method)
            if may_be_empty and _is_empty(exchange.fields):
                request = ReadRequest(request, b"")
            elif read is not None:
                exchange.ends_in(ARRIVAL_LIMIT_S, SlowBody)
                request = found = await read(request, longest=house.settings.max_body_bytes)
                sort = sort.of_body(found.data, found.document) if sort else None
            if sort is None:
                exchange.ends_in(left_s)
                return await handle(request)
            return await _in_turn(request, exchange, house.door, handle, sort, left_s)

        return guarded

    def _reader(self) -> Reader | None:
        """Return how the body is read: as JSON, as bytes for a route that does more, or not."""
        if self.body_field is not None:
            return read_json
        sends = not (self.methods or set()) <= _WITHOUT_A_BODY
        return read_raw if sends and self.dependant.request_param_name else None

    def _scope(self, method: str) -> Scope | None:
        if (method, self.path_format) not in SCOPE_OF:
            raise ScopeGap(f"{method} {self.path_format} has no line in SCOPE_OF")
        return SCOPE_OF[method, self.path_format]


def new_router(tag: str) -> APIRouter:
    """Return a router whose routes are guarded; ``tag`` groups them in the document."""
    return APIRouter(route_class=GuardedRoute, tags=[tag])


async def _in_turn(
    request: Request, exchange: Exchange, door: Door, handle: Handler, sort: Sort, left_s: float
) -> Response:
    """Answer once there is a slot for it, by the time that requests of its kind have.

    ``left_s`` is what finding out who calls has left of the shortest limit.

    Raises:
        Unavailable, TooMany: as ``Door.enter`` tells, but for a call that comes in.
    """
    if exchange.client is None:
        raise AssertionError("nobody comes in without a key")
    exchange.ends_in(left_s + EXTRA_S if sort.is_long else left_s)
    work = Work(sort.kind, sort.writes, exchange.client.key_id)
    rings = sort.may_ring and sort.kind is Kind.RING  # it has to be taken, and told what is known
    if exchange.without_database and not rings:
        raise Unavailable(retry_after_s=1)
    try:
        if not exchange.without_database:
            exchange.waited_s = await door.enter(work)
    except Unavailable:
        if not rings:
            raise
        exchange.without_database = "busy"
    if exchange.without_database:
        return await handle(request)
    try:
        return await handle(request)
    finally:
        door.leave(work)
        exchange.ends_in(SENDING_LIMIT_S)


async def _admit(request: Request, exchange: Exchange, house: House, scope: Scope | None) -> None:
    """Let a client in that may come in, and note who it is.

    Raises:
        Unauthenticated: it has no valid key.
        Malformed: there are two.
        Forbidden: its key does not carry the scope, or is for pages of another origin.
    """
    if scope is None:
        return
    client = await _client_of(request, exchange, house.key_ring)
    exchange.client = client
    if not client.may(scope):
        raise Forbidden(f"this key does not carry the scope {scope.value}", code="missing-scope")
    refuse_page(client, request)
    house.early.note(exchange.fields, client)


async def _client_of(request: Request, exchange: Exchange, key_ring: KeyRing) -> Client:
    """Return who calls; a telephone system also when only its last visit tells."""
    text = key_in(request.scope["headers"])
    try:
        return await key_ring.client_of(text)
    except Unavailable:
        client = key_ring.last_known(text)
        if client is None or (request.method, request.scope["route"].path_format) != TOUCHPOINT:
            raise
        exchange.without_database = "database"
        return client


def _refuse_unacceptable(fields: Fields, produces: Iterable[str]) -> None:
    accept = fields.get(b"accept", b"")
    if accept in _ANYTHING:
        return
    parts = accept.decode("latin-1").split(",")
    wanted = {part.partition(";")[0].strip().lower() for part in parts} - {""}
    for media_type in produces:
        if {media_type, f"{media_type.partition('/')[0]}/*", "*/*"} & wanted:
            return
    if wanted:
        raise NotAcceptable(f"there is {' or '.join(sorted(produces))}")


def _is_empty(fields: Fields) -> bool:
    """Tell whether a request announces no body."""
    return fields.get(b"content-length", b"0") == b"0" and b"transfer-encoding" not in fields


def _media_types(responses: Any) -> Iterable[str]:
    """Yield what the successful answers of a route are said to be, besides JSON."""
    for status, told in responses.items():
        if int(status) < _SUCCESS:
            yield from told.get("content", {})
