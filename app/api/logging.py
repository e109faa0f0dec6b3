"""What may a log line say?  Only fields named here; none of them ever holds a personal value.

Other people's libraries log through the standard library and put values into their sentences, so
only who spoke, where in the code, and the kind of a failure are kept of what they say.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Final, Self, TextIO

import orjson
import structlog

from app.database.clock import SystemClock

ALLOWED: Final = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "trace_id",
        "method",
        "route",
        "status",
        "ms",
        "client",
        "failure",
        "stack",
        "logger",
        "place",
        "process",
        "pause_s",
        "outbox_id",
        "topic",
        "attempts",
        "job",
        "revision",
        "head",
    }
)
DEEPEST_STACK: Final = 40

_CLOCK: Final = SystemClock()
_NO_REQUEST: Final[Mapping[str, str | None]] = MappingProxyType({})
_request: Final[ContextVar[Mapping[str, str | None]]] = ContextVar("request", default=_NO_REQUEST)

log = structlog.get_logger(__name__)


def configure_logging(level: str, stream: TextIO) -> None:
    """Write one JSON object a line to ``stream``, for our own log and for that of libraries."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[_line],  # one step: a chain of the library's costs more than what it does
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_NeverInTheWay(stream),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers = [_OfLibraries()]
    logging.root.setLevel(max(number, logging.WARNING))


def log_within(request_id: str, trace_id: str | None) -> None:
    """Have every line of ours in this context, from now on, name the request and its trace."""
    _request.set({"request_id": request_id, "trace_id": trace_id})


def _line(_logger: object, method: str, fields: MutableMapping[str, Any]) -> str:
    """Return a line as JSON; a field that is not on the list, or says nothing, is left out."""
    told = {
        **_request.get(),
        **fields,
        "level": method,
        "timestamp": _CLOCK.now().isoformat().replace("+00:00", "Z"),
    }
    said = {name: value for name, value in told.items() if name in ALLOWED and value is not None}
    return orjson.dumps(said, default=_kind_of).decode()


def stack_of(error: BaseException) -> str:
    """Return where an error came through, innermost last: files, lines, functions, no values."""
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_STACK:]
    return "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)


def kinds_of(error: BaseException) -> str:
    """Return the class of an error and of what caused it, innermost last."""
    names: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(names) < DEEPEST_STACK:
        names.append(type(cause).__qualname__)
        cause = cause.__cause__ or cause.__context__
    return " from ".join(names)


class _NeverInTheWay:
    """Writes lines to a stream whose reader may be gone or whose disk may be full.

    Then lines are lost, no more.  It is its own factory: every logger writes to the one stream.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, *_: object) -> Self:
        """Return the logger of a module."""
        return self

    def msg(self, line: str) -> None:
        """Write a line, whatever its level."""
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = fatal = log = msg


class _OfLibraries(logging.Handler):
    """Passes on what a library logs, without its words."""

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {
            "logger": record.name,
            "place": f"{record.module}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields["failure"] = kinds_of(record.exc_info[1])
            fields["stack"] = stack_of(record.exc_info[1])
        log.log(record.levelno, "a library speaks", **fields)


def _kind_of(value: object) -> str:
    return type(value).__name__
