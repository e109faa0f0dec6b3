"""What happens around every request, whatever its route does?  Written as plain ASGI.

It has an id, which its answer, its problem and its log lines carry; its body may only be so long
and each of its parts may only take so long (``Exchange.ends_in``); it is logged and counted by the
template of its route; and an error nobody thought of is one answer with status 500, on a connection
that stays usable.
"""

from __future__ import annotations

import asyncio
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils import uuid7

from app.access.authenticate import Client
from app.api import metrics
from app.api.admission.early import Early, Fields, SentAway
from app.api.logging import kinds_of, log_within, stack_of
from app.api.problem_details import problem_of, problem_response
from app.problems import Problem, TooLarge, Unavailable

log = structlog.get_logger(__name__)

REQUEST_LIMIT_S: Final = 1.7
"""Unless the route says otherwise (``admission.kinds``).

Two seconds less the farewell of a line to a database that has gone dumb: a request ends within two,
whatever the database does.
"""

SENDING_LIMIT_S: Final = 30.0
"""For the caller to take the answer, which holds nothing that others need."""

CLIENT_GONE: Final = 499
"""What is logged when nobody waits for the answer any more."""

_LOOK_EVERY_S: Final = 0.05
_INTERNAL: Final = 500
_TOO_LARGE: Final = 413
_REQUEST_ID: Final = re.compile(rb"[0-9A-Za-z_-]{16,64}")
"""UUIDs, ULIDs and their like; shorter ones could be a phone or a tax id, and ids are logged."""

_TRACEPARENT: Final = re.compile(
    rb"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?"
)
_HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""On every answer that does not say otherwise."""

_NOTE: Final = "idip.exchange"


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as far as it has come."""

    request_id: str
    fields: Fields
    now_s: Callable[[], float]
    """The clock of the event loop."""

    trace_id: str | None = None
    client: Client | None = None
    route: str | None = None
    """Where it was sent away before a route was looked for."""

    status: int | None = None
    ends_s: float = math.inf
    """When it ends if it is not answered by then, on that clock."""

    late: type[Problem] = Unavailable
    """What is then the matter."""

    without_database: str | None = None
    """Why it is to be answered without the database, if it is: ``busy``, or ``database``."""

    waited_s: float = 0.0
    """How long it stood in line."""

    def ends_in(self, seconds: float, late: type[Problem] = Unavailable) -> None:
        """End this request with that problem unless it is answered, or told another limit, then."""
        self.ends_s = self.now_s() + seconds
        self.late = late

    def left_s(self) -> float:
        """Return how much of its time a request has left, in seconds."""
        return self.ends_s - self.now_s()


def exchange_of(scope: Scope) -> Exchange:
    """Return the exchange that a request belongs to."""
    found: Exchange = scope[_NOTE]
    return found


def route_of(scope: Scope) -> str:
    """Return the template of the route that a request is for, or the word for none."""
    found: str = getattr(scope.get("route"), "path_format", metrics.UNMATCHED)
    return exchange_of(scope).route or found


class Edge:
    """The outermost layer of ours around the application."""

    def __init__(
        self, app: ASGIApp, *, longest_body: int, early: Callable[[Scope], Early] | None = None
    ) -> None:
        """Wrap ``app``; bodies of more than ``longest_body`` bytes are refused.

        ``early`` gives who looks at requests before anything is made of them, once it is there.
        """
        self._app = app
        self._early = early
        self._longest_body = longest_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is not HTTP passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        fields = dict(scope["headers"])
        clock = asyncio.get_running_loop().time
        exchange = Exchange(_request_id(fields), fields, clock, _trace_id(fields))
        scope[_NOTE] = exchange
        began = time.perf_counter()
        # The server gives each request a context of its own, so nothing is put back afterwards.
        log_within(exchange.request_id, exchange.trace_id)
        try:
            heard: Receive | SentAway = receive
            if self._early is not None:
                heard = await self._early(scope).look(scope, fields, receive)
            if isinstance(heard, SentAway):
                await _send_away(heard, exchange, scope, send)
            else:
                await self._answer(exchange, scope, heard, send)
        finally:
            _tell(scope, exchange, time.perf_counter() - began)

    async def _answer(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        limit = asyncio.timeout(None)
        limited = self._limited(exchange.fields, receive)
        noted = _noting(exchange, send)
        try:
            with _Watch(exchange, limit):
                async with limit:
                    await self._app(scope, limited, noted)
        except ClientDisconnect:
            exchange.status = CLIENT_GONE
        except Exception as error:
            response = _refusal(exchange, error, is_late=limit.expired())
            if exchange.status is not None:
                raise  # Half an answer is out: only a broken connection says so.
            await response(scope, receive, noted)

    def _limited(self, fields: Fields, receive: Receive) -> Receive:
        """Return ``receive`` that ends a body which is too long, announced or not."""
        announced = fields.get(b"content-length", b"")
        is_too_long = announced.isdigit() and int(announced) > self._longest_body
        arrived = 0

        async def limited() -> Message:
            nonlocal arrived
            if is_too_long:
                raise TooLarge("the body is too long")
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._longest_body:
                raise TooLarge("the body is too long")
            return message

        return limited


class _Watch:
    """Ends what has a limit when its exchange is to end, however often that is put off meanwhile.

    One timer for most requests: it is wound up again only for those which live so long.
    """

    __slots__ = ("_exchange", "_limit", "_loop", "_timer")

    def __init__(self, exchange: Exchange, limit: asyncio.Timeout) -> None:
        self._exchange = exchange
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        exchange.ends_in(REQUEST_LIMIT_S)
        self._timer = self._loop.call_at(exchange.ends_s, self._look)

    def __enter__(self) -> None:
        """Go on watching until the end of the block."""

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        now_s, ends_s = self._loop.time(), self._exchange.ends_s
        if ends_s <= now_s:
            self._limit.reschedule(now_s)
        else:
            self._timer = self._loop.call_at(min(ends_s, now_s + _LOOK_EVERY_S), self._look)


async def _send_away(who: SentAway, exchange: Exchange, scope: Scope, send: Send) -> None:
    exchange.client, exchange.route = who.client, scope["path"]
    response = problem_response(who.problem, exchange.request_id)
    await response(scope, _nothing_more, _noting(exchange, send))


async def _nothing_more() -> Message:
    return {"type": "http.disconnect"}


def _noting(exchange: Exchange, send: Send) -> Send:
    """Return ``send`` that puts our headers on the answer and remembers its status."""

    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status = message["status"]
            headers = list(message.get("headers", ()))
            there = {name for name, _ in headers}
            ours = ((b"x-request-id", exchange.request_id.encode()), *_HEADERS)
            headers += [field for field in ours if field[0] not in there]
            if exchange.status == _TOO_LARGE and b"content-length" not in exchange.fields:
                headers.append((b"connection", b"close"))  # how much more comes, nobody knows
            message["headers"] = headers
        await send(message)

    return noted


def _refusal(exchange: Exchange, error: Exception, *, is_late: bool) -> Response:
    """Return the problem as an answer.

    Whoever caught the error must not keep it: it names the frames that it came through, theirs
    among them, and all of it would stay until somebody looks for garbage.
    """
    problem = _out_of_time(exchange) if is_late else _problem(error)
    return problem_response(problem, exchange.request_id)


def _problem(error: Exception) -> Problem:
    problem = problem_of(error)
    if problem is None:
        log.error("a bug", failure=kinds_of(error), stack=stack_of(error))
        return Problem()
    return problem


def _out_of_time(exchange: Exchange) -> Problem:
    if exchange.late is Unavailable:
        log.warning("a request reached its time limit")
    return exchange.late()


def _tell(scope: Scope, exchange: Exchange, seconds: float) -> None:
    route = route_of(scope)
    status = exchange.status or _INTERNAL
    log.info(
        "request",
        method=metrics.method_word(scope["method"]),
        route=route,
        status=int(status),
        ms=round(seconds * 1000, 1),
        client=exchange.client.name if exchange.client else None,
    )
    metrics.count_request(scope["method"], route, status, seconds)


def _request_id(fields: Fields) -> str:
    given = fields.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return str(uuid7())


def _trace_id(fields: Fields) -> str | None:
    """Return the trace that the caller's request is part of (W3C Trace Context)."""
    given = fields.get(b"traceparent")
    found = None if given is None else _TRACEPARENT.fullmatch(given)
    return found[1].decode("ascii") if found else None
