"""What may a log line say?  Only fields named here; none of them ever holds a personal value.

Other people's libraries log through the standard library and put values into their sentences, so
only who spoke, where in the code, and the kind of a failure are kept of what they say.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, Final, Self, TextIO

import orjson
import structlog

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

log = structlog.get_logger(__name__)


def configure_logging(level: str, stream: TextIO) -> None:
    """Write one JSON object a line to ``stream``, for our own log and for that of libraries."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=_NeverInTheWay(stream),
        cache_logger_on_first_use=False,
    )
    logging.root.handlers = [_OfLibraries()]
    logging.root.setLevel(max(number, logging.WARNING))


def only_allowed(
    _logger: object, _method: str, fields: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Drop every field that is not on the list, or says nothing."""
    return {n: value for n, value in fields.items() if n in ALLOWED and value is not None}


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


def _json(fields: MutableMapping[str, Any], **_: object) -> str:
    return orjson.dumps(fields, default=lambda value: type(value).__name__).decode()
