"""Where does one request end and the next begin?  What our HTTP server does not see to by itself.

uvicorn reads with llhttp, which refuses most of what would let one sender's bytes pass as another's
request.  Here besides (docs/adr/0014-http-server.md):

    head     16 KiB and 100 fields at most, arrived within five seconds; no field that has to be one
             comes twice, and what follows a body is no part of the head
    body     arrived within ten seconds, even one that nobody reads
    fault    one problem in the place of one answer, after those before it; then the connection ends
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import Final

import httptools
import structlog
from uuid_utils.compat import uuid7
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.api import metrics
from app.api.problem_details import SlowBody, problem_response
from app.problems import Malformed, Problem

log = structlog.get_logger(__name__)

LONGEST_HEAD: Final = 16 * 1024
MOST_FIELDS: Final = 100

_COMES_ONCE: Final = frozenset(
    {b"authorization", b"content-encoding", b"content-type", b"host", b"x-api-key"}
)
_OFFERS: Final = frozenset({b"connection", b"http2-settings", b"upgrade"})
_AROUND_A_FIELD: Final = len(": \r\n")


class HeadTooLarge(Problem):
    """The request line and its header fields are more than one request needs."""

    status = 431
    code = "head-too-large"
    title = "The header fields are too many or too large"


class SlowHead(SlowBody):
    """The header fields did not arrive in the time they may take."""

    code = "slow-head"


class Stage(Enum):
    """Which part of a request arrives next."""

    BETWEEN = "between two requests"
    HEAD = "its head"
    BODY = "its body"


class _Parting:
    """A connection as an answer of the application sees it: it writes, and closes it with care."""

    __slots__ = ("_close", "_transport")

    def __init__(self, transport: asyncio.Transport, close: Callable[[], None]) -> None:
        self._transport = transport
        self._close = close

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        self._close()

    def has_ended(self) -> None:
        """Name the connection no more, so that it goes at once and nobody has to look for it."""
        self._close = self._transport.close


class GuardedProtocol(HttpToolsProtocol):
    """One connection, whose requests have each exactly one answer, in their order."""

    head_limit_s = 5.0
    body_limit_s = 10.0
    """Twice what a route waits for a body: the last resort where none waits."""

    farewell_s = 1.0
    """So long what still comes is read and dropped: a reset would take the last answer along."""

    # --- the connection ---------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._stage = Stage.BETWEEN
        self._head_size = 0
        self._unanswered = 0
        self._last_word: Problem | None = None
        self._is_deaf = False
        self._is_leaving = False
        self._deadline: asyncio.TimerHandle | None = None
        self._parting = _Parting(transport, self._part)
        self._expect_within(self.head_limit_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing more."""
        self._expect_within(None)
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # not only after an end in good order: it would be kept
        self._parting.has_ended()

    def data_received(self, data: bytes) -> None:
        """Read on, unless what came before could not be read."""
        if self._is_deaf:
            return
        was_in_head = self._stage is Stage.HEAD
        try:
            self.parser.feed_data(data)
            if was_in_head and self._stage is Stage.HEAD:
                self._weigh(len(data))  # a field is told of once it is whole
        except httptools.HttpParserUpgrade as upgrade:
            self._read_without_upgrade(data[upgrade.args[0] :])
        except HeadTooLarge as problem:
            self._refuse(problem)
        except httptools.HttpParserError as error:
            self._refuse(_told_by(error))

    def _read_without_upgrade(self, rest: bytes) -> None:
        """Read a request that offers another protocol as if it did not, body and all.

        llhttp would stop behind its head, and Java's client offers HTTP/2 with each first request.
        """
        fields = [field for field in self.headers if field[0] not in _OFFERS]
        head = b"".join(b"%b: %b\r\n" % field for field in [*fields, (b"connection", b"close")])
        line = b"%b %b HTTP/1.1\r\n" % (self.parser.get_method(), self.url)
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # read, never run
        self._stage = Stage.BETWEEN
        self.data_received(b"%b%b\r\n%b" % (line, head, rest))

    # --- what the parser finds --------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """Begin a head, which has its time from now."""
        super().on_message_begin()
        self._unset_keepalive_if_required()
        self._stage = Stage.HEAD
        self._head_size = 0
        self._expect_within(self.head_limit_s)

    def on_url(self, url: bytes) -> None:
        """Take a part of the request's target."""
        self._weigh(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field of the head; what follows a body is dropped (RFC 9110, 6.5)."""
        self._weigh(len(name) + len(value) + _AROUND_A_FIELD)
        if self._stage is Stage.HEAD:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Hand the request on, if there is only one way to understand its head."""
        self._refuse_ambiguous_head()
        if self.parser.should_upgrade():
            return
        super().on_headers_complete()
        self.cycle.transport = self._parting  # type: ignore[assignment]
        self._stage = Stage.BODY
        self._head_size = 0
        self._unanswered += 1
        self._expect_within(self.body_limit_s)

    def on_message_complete(self) -> None:
        """End a request; nothing is expected until another begins."""
        if self._stage is not Stage.BODY:
            return  # it asks for an upgrade, and is read again
        super().on_message_complete()
        self._stage = Stage.BETWEEN
        self._expect_within(None)

    def on_response_complete(self) -> None:
        """Go on with the next request, or end after the last one before a fault."""
        super().on_response_complete()
        self._unanswered -= 1
        self._end_if_answered()

    def _part(self) -> None:
        """End the connection with the answer just given, at once if nothing more is to come."""
        if self._stage is Stage.BETWEEN:
            self.transport.close()
        elif not self._is_leaving:
            self._is_deaf = self._is_leaving = True
            self.transport.write_eof()
            self._expect_within(None)
            self._deadline = self.loop.call_later(self.farewell_s, self.transport.close)

    def _refuse_ambiguous_head(self) -> None:
        """Raise Malformed where proxies and we might not read the same request."""
        if len(self.headers) > MOST_FIELDS:
            raise HeadTooLarge(f"send {MOST_FIELDS} header fields at most")
        names = [name for name, _ in self.headers]
        is_told_twice = len(set(names)) < len(names)
        if is_told_twice and any(names.count(name) > 1 for name in _COMES_ONCE):
            raise Malformed("a header field comes twice that may come once", code="doubled-header")
        if self.parser.get_method() == b"CONNECT":
            raise Malformed("this is no proxy", code="unreadable-request")
        is_old = self.parser.get_http_version() != "1.1"
        if b"host" not in names and not is_old:
            raise Malformed("the header field Host is missing", code="no-host")
        if b"transfer-encoding" in names and is_old:
            raise Malformed("HTTP/1.0 knows no Transfer-Encoding", code="unreadable-request")

    def _weigh(self, size: int) -> None:
        self._head_size += size
        if self._head_size > LONGEST_HEAD:
            raise HeadTooLarge(f"send {LONGEST_HEAD} bytes of header fields at most")

    # --- when something is wrong ------------------------------------------------------------------

    def _expect_within(self, limit_s: float | None) -> None:
        """Have what arrives now arrive in time; None expects nothing."""
        if self._deadline is not None:
            self._deadline.cancel()
        late = self._is_late
        self._deadline = None if limit_s is None else self.loop.call_later(limit_s, late)

    def _is_late(self) -> None:
        if self._stage is Stage.BETWEEN:
            self.transport.close()  # somebody connected and never spoke
        else:
            self._refuse(SlowHead() if self._stage is Stage.HEAD else SlowBody())

    def _refuse(self, problem: Problem) -> None:
        """Answer the request that arrives now with a problem, and hear no more.

        Requests before it are answered first, and one that has its answer gets no other.
        """
        self._is_deaf = True
        self._expect_within(None)
        if self._stage is not Stage.BODY:
            self._last_word = problem.anew()
        elif self.cycle.response_started:
            self.cycle.keep_alive = False
        else:
            self._drop_unfinished()
            self._last_word = problem.anew()
        self._end_if_answered()

    def _drop_unfinished(self) -> None:
        """Let nobody answer the request whose body does not come."""
        if self.pipeline and self.pipeline[0][0] is self.cycle:
            self.pipeline.popleft()
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._unanswered -= 1

    def _end_if_answered(self) -> None:
        if not self._is_deaf or self._is_leaving or self._unanswered or self.transport.is_closing():
            return
        self._is_leaving = True
        if self._last_word is not None:
            self.transport.write(self._told(self._last_word))
            self.transport.write_eof()
        self._deadline = self.loop.call_later(self.farewell_s, self.transport.close)

    def _told(self, problem: Problem) -> bytes:
        """Return a problem as bytes of HTTP, noted as any answer is."""
        request_id = str(uuid7())
        log.info("request", request_id=request_id, route=metrics.UNMATCHED, status=problem.status)
        metrics.count_request("", metrics.UNMATCHED, problem.status, 0.0)
        answer = problem_response(problem, request_id)
        fields = [
            *self.server_state.default_headers,
            *answer.raw_headers,
            (b"x-request-id", request_id.encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        told = b"".join(b"%b: %b\r\n" % field for field in fields)
        return b"%b%b\r\n%b" % (STATUS_LINE[problem.status], told, bytes(answer.body))


def _told_by(error: httptools.HttpParserError) -> Problem:
    """Return what one of our own callbacks raised, or that the parser cannot read it.

    Not in who catches it: kept in a frame that it came through it would keep the connection.
    """
    cause = error.__context__
    if isinstance(cause, Problem):
        return cause
    return Malformed("this is not HTTP/1.1 as everybody reads it", code="unreadable-request")
