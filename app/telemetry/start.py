"""Are traces wanted?  If OpenTelemetry's variable names a collector; and then it is said at start.

Without it nothing of this room is in the way of a request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Final, cast

import structlog

from app.telemetry.tracing import Tracing

log = structlog.get_logger(__name__)

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
_SPOKEN: Final = "http/protobuf"


def started(environ: Mapping[str, str]) -> Tracing | None:
    """Return what makes this process's spans, or None where traces are not wanted or cannot be."""
    if (
        not any(map(environ.get, ENDPOINTS))
        or environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    ):
        return None
    if any(environ.get(name, _SPOKEN) != _SPOKEN for name in _PROTOCOLS):
        log.warning("no traces are sent: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf")
        return None
    try:
        otlp = import_module("app.telemetry.otlp")
    except ModuleNotFoundError as missing:
        if not (missing.name or "").startswith("opentelemetry"):
            raise
        log.warning("no traces are sent: a collector is named, and idip[otel] is not installed")
        return None
    log.info("traces are sent")
    return cast("Tracing", otlp.tracing())


@asynccontextmanager
async def sent_to_the_last(tracing: Tracing | None) -> AsyncIterator[Tracing | None]:
    """Yield what makes spans, if anything does, and send what is left of them at the end."""
    try:
        yield tracing
    finally:
        if tracing is not None:
            await asyncio.to_thread(tracing.close)
