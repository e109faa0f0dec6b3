"""Which failures of the database mean "not now"?  Those become 503; every other stays what it is.

Only a value it does not take becomes 422, where something is written.

The tables below follow PostgreSQL's appendix A (error codes).  A problem made here carries no text
of the server's: such text quotes values.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Final

import asyncpg
import structlog
from sqlalchemy import exc

import app
from app.problems import InvalidInput, Unavailable

log = structlog.get_logger(__name__)

RETRY_AFTER_S: Final = 1
NO_ROOM: Final = "storage-full"
"""The code of the problem that a full disk is."""

_NO_ROOM_RETRY_AFTER_S: Final = 5
_DISK_FULL: Final = "53100"

_OURS: Final = Path(app.__file__).parent

_LOST_RACE: Final = frozenset({"40001", "40P01"})
"""serialization_failure, deadlock_detected: the same work in a new transaction may well succeed."""

_NOT_NOW_CLASSES: Final = ("08", "53")
"""Connection exceptions; insufficient resources (disk full, memory, too many connections)."""

_NOT_NOW: Final = frozenset(
    {
        "25006",  # read_only_sql_transaction: a failover left us on a standby
        "25P03",  # idle_in_transaction_session_timeout
        "25P04",  # transaction_timeout
        "55P03",  # lock_not_available: lock_timeout
        "57014",  # query_canceled: statement_timeout
        "57P01",  # admin_shutdown
        "57P02",  # crash_shutdown
        "57P03",  # cannot_connect_now: starting, stopping or recovering
        "57P05",  # idle_session_timeout
    }
)

_KEEPS_CONNECTION: Final = frozenset({"55P03", "57014", "53100", "53200"})
"""The statement failed and the session is as good as before."""


_UNFIT: Final = frozenset(
    {
        "22000",  # data_exception: the driver cannot write a value as its column has it
        "22001",  # string_data_right_truncation
        "22003",  # numeric_value_out_of_range
        "22007",  # invalid_datetime_format
        "22008",  # datetime_field_overflow
        "22009",  # invalid_time_zone_displacement_value
        "22021",  # character_not_in_repertoire
        "22P02",  # invalid_text_representation
        "22P05",  # untranslatable_character
    }
)
"""Those data exceptions that are about a value, and not about how we asked (division by zero)."""


class CannotBeStored(InvalidInput):
    """The database does not take a value of what was to be written: our checks have let it pass."""

    code = "cannot-be-stored"


class SetGrew(Exception):
    """More rows turned out to belong to the locked set: roll back, start again with all of them."""


def sqlstate_of(error: BaseException) -> str | None:
    """Return the five characters by which PostgreSQL names a failure, if the server sent any."""
    state = getattr(_driver_error(error), "sqlstate", None)
    return state if isinstance(state, str) else None


def constraint_of(error: BaseException) -> str | None:
    """Return the name of the constraint that refused a row, by which callers tell what it means."""
    name = getattr(_driver_error(error), "constraint_name", None)
    return name if isinstance(name, str) else None


def lost_a_race(error: BaseException) -> bool:
    """Tell whether the whole transaction may be tried again as it is.

    A plan that a migration made stale under us is such a race too.
    """
    if isinstance(error, SetGrew):
        return True
    stale = isinstance(_driver_error(error), asyncpg.InvalidCachedStatementError)
    return stale or sqlstate_of(error) in _LOST_RACE


def is_not_now(error: BaseException) -> bool:
    """Tell whether the database could not be asked, as opposed to having answered "no".

    asyncpg's ``InternalClientError`` is a plain ``Exception``: it comes when the server dies under
    an operation (asyncpg issue 784).
    """
    if isinstance(error, exc.TimeoutError | ConnectionError | TimeoutError):
        return True
    if isinstance(_driver_error(error), asyncpg.InternalClientError):
        return True
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return True
    state = sqlstate_of(error) or ""
    return state in _NOT_NOW or state[:2] in _NOT_NOW_CLASSES


def is_unfit(error: BaseException) -> bool:
    """Tell whether the database does not take a value, however often it is sent."""
    return sqlstate_of(error) in _UNFIT


def breaks_connection(error: BaseException) -> bool:
    """Tell whether the connection that met this failure must not be used again."""
    if isinstance(error, exc.TimeoutError) or not is_not_now(error):
        return False
    return sqlstate_of(error) not in _KEEPS_CONNECTION


def describe(error: BaseException) -> str:
    """Name a failure for a log line: class, SQLSTATE, constraint, place; never anybody's words."""
    name = type(_driver_error(error)).__name__
    parts = (name, sqlstate_of(error), constraint_of(error), _place_of(error))
    return " ".join(part for part in parts if part)


def unavailable(error: BaseException) -> Unavailable:
    """Turn a failure into the answer callers get, and leave its name in the log."""
    log.warning("database not available", failure=describe(error))
    if sqlstate_of(error) == _DISK_FULL:
        return no_room()
    return Unavailable(retry_after_s=RETRY_AFTER_S)


def cannot_be_stored(error: BaseException) -> CannotBeStored:
    """Turn a failure into the answer callers get; its name in the log says where a check lacks."""
    log.error("a value cannot be stored", failure=describe(error))
    return CannotBeStored("the database does not take a value in it; nothing was stored")


def no_room() -> Unavailable:
    """Return what is answered to a write that there is no room for."""
    detail = "there is no room left to store anything; what is stored can be read"
    return Unavailable(detail, code=NO_ROOM, retry_after_s=_NO_ROOM_RETRY_AFTER_S)


def _place_of(error: BaseException) -> str | None:
    """Return the last line of our own that the failure passed through."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS)
    ]
    if not frames:
        return None
    return f"at {Path(frames[-1].filename).relative_to(_OURS.parent)}:{frames[-1].lineno}"


def _driver_error(error: BaseException) -> BaseException:
    """Return asyncpg's own exception, unwrapped from SQLAlchemy's if a statement came that way."""
    if not isinstance(error, exc.DBAPIError) or error.orig is None:
        return error
    return error.orig.__cause__ or error.orig
