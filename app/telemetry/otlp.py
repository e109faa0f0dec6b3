"""Where do spans go?  To a collector, by OTLP over HTTP, as OpenTelemetry's own variables say.

Only imported while traces are wanted: it needs the extra ``idip[otel]``.  The provider is ours
alone, not the global one, so that no other instrumentation can send values through it.
"""

from __future__ import annotations

import threading
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from app.telemetry.tracing import Tracing

NAME: Final = "idip"
LAST_WORDS_S: Final = 2.0
"""For what is left at the end: a collector that is away does not keep a process from ending."""


def tracing() -> Tracing:
    """Return what makes spans and sends them, a few seconds' worth at a time, on another thread."""
    resource = Resource({SERVICE_NAME: NAME}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))

    def close() -> None:
        ending = threading.Thread(target=provider.shutdown, name="last spans", daemon=True)
        ending.start()
        ending.join(LAST_WORDS_S)

    return Tracing(provider, close)
