"""Which failures of the database mean "not now", and what do we say of them?"""

from __future__ import annotations

from typing import cast

import asyncpg
import pytest
from sqlalchemy import exc
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi as dbapi

from app.database.failures import (
    SetGrew,
    breaks_connection,
    cannot_be_stored,
    constraint_of,
    describe,
    is_not_now,
    is_unfit,
    lost_a_race,
    sqlstate_of,
    unavailable,
)


def refused(sqlstate: str, **fields: str) -> asyncpg.PostgresError:
    """Return what asyncpg raises for a SQLSTATE."""
    codes = {"C": sqlstate, "M": "the words of the server: canary", "D": "Key (x)=(canary)"}
    return cast(asyncpg.PostgresError, asyncpg.PostgresError.new(codes | fields))


def wrapped(cause: Exception, *, invalidated: bool = False) -> exc.DBAPIError:
    """Return what SQLAlchemy makes of asyncpg's exception."""
    origin = dbapi.Error(str(cause), cause)
    origin.__cause__ = cause
    return exc.DBAPIError("SELECT 1", {}, origin, connection_invalidated=invalidated)


@pytest.mark.parametrize(
    "sqlstate",
    [
        *("08000", "08003", "08006", "25006", "25P03", "25P04", "53000", "53100", "53200"),
        *("53300", "55P03", "57014", "57P01", "57P02", "57P03", "57P05"),
    ],
)
def test_not_now(sqlstate: str) -> None:
    error = refused(sqlstate)
    assert is_not_now(error)
    assert is_not_now(wrapped(error))
    assert not lost_a_race(error)


@pytest.mark.parametrize(
    "sqlstate", ["23505", "23514", "22003", "42601", "42P01", "40001", "40P01"]
)
def test_everything_else_stays_what_it_is(sqlstate: str) -> None:
    assert not is_not_now(refused(sqlstate))
    assert not is_not_now(wrapped(refused(sqlstate)))


@pytest.mark.parametrize(
    ("sqlstate", "unfit"),
    [("22003", True), ("22009", True), ("22012", False), ("23505", False), ("53100", False)],
)
def test_a_value_that_is_not_taken(sqlstate: str, unfit: bool) -> None:
    assert is_unfit(refused(sqlstate)) is unfit
    assert is_unfit(wrapped(refused(sqlstate))) is unfit
    assert "canary" not in str(cannot_be_stored(refused(sqlstate)))


def test_a_value_that_the_driver_cannot_write_is_not_taken() -> None:
    assert is_unfit(asyncpg.DataError("invalid input for query argument $1: canary"))


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (SetGrew(), True),
        (refused("40001"), True),
        (wrapped(refused("40P01")), True),
        (wrapped(asyncpg.InvalidCachedStatementError("stale")), True),
        (refused("55P03"), False),
        (ValueError(), False),
    ],
)
def test_lost_races(error: Exception, lost: bool) -> None:
    assert lost_a_race(error) is lost


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 12"),
        wrapped(asyncpg.InternalClientError("cannot switch to state 12")),
        wrapped(asyncpg.InterfaceError("connection is closed"), invalidated=True),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
def test_a_dead_connection(error: Exception) -> None:
    assert is_not_now(error)
    assert breaks_connection(error)


@pytest.mark.parametrize(
    ("error", "breaks"),
    [
        (refused("57P01"), True),
        (refused("25006"), True),
        (refused("55P03"), False),
        (refused("57014"), False),
        (refused("53100"), False),
        (refused("23505"), False),
        (exc.TimeoutError(), False),
        (asyncpg.InterfaceError("wrong use"), False),
    ],
)
def test_what_costs_the_connection(error: Exception, breaks: bool) -> None:
    assert breaks_connection(error) is breaks


def test_a_failure_is_named_without_anybodys_words() -> None:
    error = wrapped(refused("23505", n="uq_customer_email"))
    assert sqlstate_of(error) == "23505"
    assert constraint_of(error) == "uq_customer_email"
    assert describe(error) == "UniqueViolationError 23505 uq_customer_email"


def test_the_problem_says_nothing_of_the_server() -> None:
    problem = unavailable(wrapped(refused("57014")))
    assert problem.retry_after_s == 1
    assert "canary" not in problem.detail + str(problem)


def test_a_failure_of_ours_is_named_by_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as failed:
        sqlstate_of(_Unlucky())
    assert describe(failed.value).startswith("ZeroDivisionError at app/database/failures.py:")


class _Unlucky(Exception):
    @property
    def sqlstate(self) -> str:
        raise ZeroDivisionError
