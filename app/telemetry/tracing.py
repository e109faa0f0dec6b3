"""What may a span say?  Attributes named here; none of them ever holds a personal value.

A span is a piece of work with a beginning and an end.  Its name is a word of ours too, and neither
the text of an error nor what a caller sends beside its trace's id becomes part of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, TypeAlias

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

Value: TypeAlias = str | int

ALLOWED: Final = frozenset(
    {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "error.type",
        "idip.client",
        "idip.request_id",
        "idip.transaction",
    }
)

_PROPAGATION: Final = TraceContextTextMapPropagator()


class Tracing:
    """Makes the spans of one process; there is none of it while traces are not wanted."""

    def __init__(self, provider: TracerProvider, close: Callable[[], None]) -> None:
        """Send spans where ``provider`` sends them; ``close`` sends what is left."""
        self._tracer = provider.get_tracer("idip")
        self._close = close

    def close(self) -> None:
        """Send what is left; blocks for a moment."""
        self._close()

    @contextmanager
    def span(
        self,
        name: str,
        attributes: Mapping[str, Value | None],
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        parent: Context | None = None,
    ) -> Iterator[Span]:
        """Make what happens in this block a span, under ``parent`` or the one around it."""
        with self._tracer.start_as_current_span(
            name, parent, kind, record_exception=False, set_status_on_exception=False
        ) as span:
            describe(span, attributes)
            try:
                yield span
            except BaseException as error:
                fail(span, type(error).__qualname__)
                raise

    def work(self, name: str, work: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Return scheduled work that leaves a trace each time it is done."""

        async def traced() -> None:
            with self.span(name, {}, kind=SpanKind.CONSUMER):
                await work()

        return traced

    def handler(
        self, topic: str, handle: Callable[[Mapping[str, str]], Awaitable[None]]
    ) -> Callable[[Mapping[str, str]], Awaitable[None]]:
        """Return a handler of outbox rows that leaves a trace for each row, without its ids."""

        async def traced(ids: Mapping[str, str]) -> None:
            with self.span(topic, {}, kind=SpanKind.CONSUMER):
                await handle(ids)

        return traced


def describe(span: Span, attributes: Mapping[str, Value | None]) -> None:
    """Put attributes on a span, those only that are on the list and say something."""
    for name, value in attributes.items():
        if name in ALLOWED and value is not None:
            span.set_attribute(name, value)


def fail(span: Span, kind: str) -> None:
    """Mark a span as one that did not come to a good end; ``kind`` is the class of the error."""
    span.set_status(Status(StatusCode.ERROR))
    describe(span, {"error.type": kind})


def parent_of(traceparent: str) -> Context:
    """Return the caller's span as the parent of ours (W3C Trace Context); none if it cannot be."""
    return _PROPAGATION.extract({"traceparent": traceparent}, Context())


def traceparent_of(span: Span) -> str:
    """Return a span as the header that names it."""
    carrier: dict[str, str] = {}
    _PROPAGATION.inject(carrier, trace.set_span_in_context(span))
    return carrier.get("traceparent", "")


def is_traced() -> bool:
    """Tell whether there is a span around this code that is sent somewhere."""
    return trace.get_current_span().is_recording()
