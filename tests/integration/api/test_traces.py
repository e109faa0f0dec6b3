"""What do traces tell a collector?  Routes, times and outcomes, and nobody's values."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from sqlalchemy import text

import app.main
from app.access.scopes import Scope
from app.api.dependencies import House
from app.database.transaction import Database
from app.telemetry import start
from app.telemetry.database import traced_database
from app.telemetry.tracing import ALLOWED, Tracing
from tests.integration.api.conftest import NewKey, calling
from tests.integration.api.test_silence import CANARY, DOCUMENTS, VALUES, spoilt

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(exporter: InMemorySpanExporter) -> Tracing:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Tracing(provider, provider.shutdown)


@pytest.fixture
async def everything(house: House, tracing: Tracing, new_key: NewKey) -> httpx.AsyncClient:
    """Return a client of the application as it is while traces are wanted."""
    wired = app.main._wired(house.settings, tracing=tracing)
    wired.state.house = house
    key = await new_key(*Scope, client="every scope")
    return calling(wired, authorization=f"Bearer {key.text}")


def said(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def of_requests(exporter: InMemorySpanExporter) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]


async def test_a_request_is_a_span_of_its_callers_trace(
    everything: httpx.AsyncClient, exporter: InMemorySpanExporter, log: io.StringIO
) -> None:
    answer = await everything.get(
        "/v1/customers/0?x=1", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"}
    )
    (span,) = of_requests(exporter)
    assert span.name == "GET /v1/customers/{customer_id}"
    assert span.context is not None
    assert span.parent is not None
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert said(span) == {
        "http.request.method": "GET",
        "http.route": "/v1/customers/{customer_id}",
        "http.response.status_code": answer.status_code,
        "idip.client": "every scope",
        "idip.request_id": answer.headers["x-request-id"],
    }
    assert f'"trace_id":"{TRACE}"' in log.getvalue()


async def test_without_a_callers_trace_the_log_has_ours(
    everything: httpx.AsyncClient, exporter: InMemorySpanExporter, log: io.StringIO
) -> None:
    await everything.get("/nowhere", headers={"traceparent": CANARY, "tracestate": CANARY})
    (span,) = of_requests(exporter)
    assert (span.name, span.parent) == ("GET unmatched", None)
    assert span.context is not None
    assert f'"trace_id":"{span.context.trace_id:032x}"' in log.getvalue()


async def test_what_is_sent_is_in_no_span(
    everything: httpx.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    for path, document in DOCUMENTS.items():
        for each in [document, *spoilt(document)]:
            await everything.post(
                f"{path}?{CANARY}={CANARY}", json=each, headers={"tracestate": f"x={CANARY}"}
            )
        await everything.get(f"{path}/{CANARY}")
    spans = exporter.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    assert len(spans) > 20
    assert [value for value in VALUES if value in told] == []
    assert {name for span in spans for name in said(span)} <= ALLOWED
    assert not any(span.events for span in spans)


async def test_an_error_is_told_by_its_kind_and_nothing_else(
    tracing: Tracing, exporter: InMemorySpanExporter
) -> None:
    async def broken(_ids: object) -> None:
        raise ValueError(CANARY)

    with pytest.raises(ValueError, match=CANARY):
        await tracing.handler("customer changed", broken)({"customer_id": CANARY})
    (span,) = exporter.get_finished_spans()
    assert (span.name, said(span)) == ("customer changed", {"error.type": "ValueError"})
    assert span.status.status_code is StatusCode.ERROR
    assert CANARY not in span.to_json()


def test_this_test_would_hear_it(tracing: Tracing, exporter: InMemorySpanExporter) -> None:
    """The control: what stands in an allowed attribute is told, in another it is not."""
    with tracing.span("work", {"idip.client": CANARY, "phone": "another canary"}):
        pass
    (span,) = exporter.get_finished_spans()
    assert CANARY in span.to_json()
    assert "another canary" not in span.to_json()


async def worked(database: Database) -> None:
    await database.ping()
    await database.read(lambda tx: tx.execute(text("SELECT 1")))
    await database.write(lambda tx: tx.execute(text("SELECT 1")))


async def test_the_database_is_traced_within_traced_work_only(
    tracing: Tracing, exporter: InMemorySpanExporter, own_url: str, house: House
) -> None:
    database = await traced_database(tracing).open(
        house.settings, own_url, application_name="idip traces"
    )
    try:
        await database.ping()
        assert exporter.get_finished_spans() == ()
        await tracing.work("sweep lists", lambda: worked(database))()
    finally:
        await database.close()
    *inner, outer = exporter.get_finished_spans()
    assert [(span.name, said(span)["idip.transaction"]) for span in inner] == [
        ("transaction", "statement"),
        ("transaction", "read"),
        ("transaction", "write"),
    ]
    assert outer.name == "sweep lists"
    assert all(span.parent == outer.context for span in inner)


async def test_probes_leave_no_trace(
    everything: httpx.AsyncClient, exporter: InMemorySpanExporter
) -> None:
    for probe in ("/livez", "/readyz", "/metrics"):
        assert (await everything.get(probe)).status_code == 200
    assert exporter.get_finished_spans() == ()


# --- wanted or not --------------------------------------------------------------------------------


def test_nobody_who_does_not_want_traces_loads_what_sends_them() -> None:
    heavy = re.compile(
        r"^\s*(from|import) (opentelemetry\.(sdk|exporter)|app\.telemetry\.otlp)", re.MULTILINE
    )
    folder = Path(app.main.__file__).parent
    loading = {path.name for path in folder.rglob("*.py") if heavy.search(path.read_text("utf-8"))}
    assert loading == {"otlp.py"}


@pytest.mark.parametrize("environ", [{}, {start.ENDPOINTS[0]: "x", "OTEL_SDK_DISABLED": "true"}])
def test_without_a_collector_nothing_is_said(environ: dict[str, str], log: io.StringIO) -> None:
    assert start.started(environ) is None
    assert log.getvalue() == ""


def test_a_collector_without_the_extra_is_said_at_start(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    monkeypatch.delitem(sys.modules, "app.telemetry.otlp", raising=False)
    assert start.started({start.ENDPOINTS[0]: "http://secret.example"}) is None
    assert "idip[otel]" in log.getvalue()
    assert "secret" not in log.getvalue()


def test_another_protocol_is_said_at_start(log: io.StringIO) -> None:
    environ = {start.ENDPOINTS[0]: "x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}
    assert start.started(environ) is None
    assert "http/protobuf" in log.getvalue()


@pytest.fixture
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a collector, and what it was sent."""
    received: list[bytes] = []

    class Collecting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collecting) as server, ThreadPoolExecutor(1) as pool:
        pool.submit(server.serve_forever, 0.05)
        yield f"http://127.0.0.1:{server.server_port}", received
        server.shutdown()


def test_spans_go_to_the_collector_by_otlp(
    collector: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, received = collector
    monkeypatch.setenv(start.ENDPOINTS[0], url)
    monkeypatch.delitem(sys.modules, "app.telemetry.otlp", raising=False)
    tracing = start.started({start.ENDPOINTS[0]: url})
    assert tracing is not None
    with tracing.span("work", {"idip.client": "erp"}):
        pass
    tracing.close()
    (body,) = received
    (sent,) = ExportTraceServiceRequest.FromString(body).resource_spans
    names = [span.name for scope in sent.scope_spans for span in scope.spans]
    assert names == ["work"]
    assert {a.key: a.value.string_value for a in sent.resource.attributes}["service.name"] == "idip"
