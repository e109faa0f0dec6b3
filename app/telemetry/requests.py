"""What is traced of a request?  Its method, its route's template, who called, how it ended.

Outside of the edge, so that the span covers all that a caller waits for; what the edge knows of the
exchange is read when it is over.
"""

from __future__ import annotations

from typing import Final

from opentelemetry.trace import Span, SpanKind
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.edge import exchange_of, route_of
from app.api.metrics import method_word
from app.telemetry.tracing import Tracing, describe, fail, parent_of, traceparent_of

NOT_TRACED: Final = frozenset({"/livez", "/readyz", "/metrics"})
"""What machines ask all the time."""

_TRACEPARENT: Final = b"traceparent"
_OUR_FAULT: Final = 500


class TracedRequests:
    """The outermost layer while traces are wanted."""

    def __init__(self, app: ASGIApp, *, tracing: Tracing) -> None:
        """Wrap ``app``."""
        self._app = app
        self._tracing = tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request within a span; what is not HTTP passes through."""
        if scope["type"] != "http" or scope["path"] in NOT_TRACED:
            await self._app(scope, receive, send)
            return
        method = method_word(scope["method"])
        parent = parent_of(Headers(scope=scope).get("traceparent", ""))
        with self._tracing.span(
            method, {"http.request.method": method}, kind=SpanKind.SERVER, parent=parent
        ) as span:
            _lead_on(scope, span)
            try:
                await self._app(scope, receive, _noting(span, send))
            finally:
                _tell(span, method, scope)


def _lead_on(scope: Scope, span: Span) -> None:
    """Let the edge log this trace's id, whether the caller began it or we do."""
    others = [header for header in scope["headers"] if header[0] != _TRACEPARENT]
    scope["headers"] = [*others, (_TRACEPARENT, traceparent_of(span).encode())]


def _noting(span: Span, send: Send) -> Send:
    async def noted(message: Message) -> None:
        if message["type"] == "http.response.start":
            status = message["status"]
            describe(span, {"http.response.status_code": int(status)})
            if status >= _OUR_FAULT:
                fail(span, str(int(status)))
        await send(message)

    return noted


def _tell(span: Span, method: str, scope: Scope) -> None:
    route = route_of(scope)
    exchange = exchange_of(scope)
    span.update_name(f"{method} {route}")
    client = exchange.client.name if exchange.client else None
    describe(
        span,
        {"http.route": route, "idip.client": client, "idip.request_id": exchange.request_id},
    )
