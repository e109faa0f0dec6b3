"""Which servers are refused, and how is a session set up?"""

from __future__ import annotations

import ssl
from dataclasses import replace
from decimal import Decimal

import asyncpg
import pytest

from app.database.engine import session_settings, to_json
from app.database.server import Server, UnsafeDatabase, connect, driver_url, refuse_unsafe
from app.settings import Settings, SettingsError

SAFE = Server(
    version=18,
    fsync=True,
    full_page_writes=True,
    async_commit=False,
    encoding="UTF8",
    deadlock_timeout_ms=100,
)


def test_a_safe_server_is_taken() -> None:
    refuse_unsafe(SAFE, allow_async_commit=False)
    refuse_unsafe(replace(SAFE, version=15), allow_async_commit=False)


@pytest.mark.parametrize(
    ("server", "advice"),
    [
        (replace(SAFE, version=14), "PostgreSQL 15"),
        (replace(SAFE, fsync=False), "fsync = on"),
        (replace(SAFE, full_page_writes=False), "full_page_writes = on"),
        (replace(SAFE, async_commit=True), "synchronous_commit = on"),
        (replace(SAFE, encoding="SQL_ASCII"), "UTF8"),
    ],
)
def test_an_unsafe_one_is_refused_with_advice(server: Server, advice: str) -> None:
    with pytest.raises(UnsafeDatabase, match=advice):
        refuse_unsafe(server, allow_async_commit=False)


def test_losing_the_last_moments_can_be_accepted() -> None:
    refuse_unsafe(replace(SAFE, async_commit=True), allow_async_commit=True)


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(UnsafeDatabase, match=r"fsync.*; .*full_page_writes"):
        refuse_unsafe(replace(SAFE, fsync=False, full_page_writes=False), allow_async_commit=False)


def test_what_is_newer_is_set_only_where_it_exists() -> None:
    assert "transaction_timeout" in session_settings(Settings(), SAFE, "test")
    assert "transaction_timeout" not in session_settings(
        Settings(), replace(SAFE, version=16), "test"
    )


@pytest.mark.parametrize(
    ("ours_ms", "theirs_ms", "set_ms"),
    [(1_000, 100, 1_000), (1_000, 1_000, 1_200), (50, 100, 300), (0, 1_000, 0)],
)
def test_a_lock_is_waited_for_until_a_deadlock_would_be_found(
    ours_ms: int, theirs_ms: int, set_ms: int
) -> None:
    server = replace(SAFE, deadlock_timeout_ms=theirs_ms)
    session = session_settings(Settings(lock_timeout_ms=ours_ms), server, "test")
    assert session["lock_timeout"] == str(set_ms)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://someone@host/db?sslmode=require",
        "postgres://someone@host/db?sslmode=require",
        "postgresql+asyncpg://someone@host/db?sslmode=require",
    ],
)
def test_urls_in_their_usual_spellings(url: str) -> None:
    assert driver_url(url) == "postgresql://someone@host/db?sslmode=require"


def test_a_url_of_something_else_is_refused_without_being_shown() -> None:
    with pytest.raises(SettingsError) as refused:
        driver_url("mysql://someone:secret@host/db")
    assert "secret" not in str(refused.value)


def test_amounts_travel_as_text() -> None:
    assert to_json({"net": Decimal("10.10")}) == '{"net":"10.10"}'
    with pytest.raises(TypeError):
        to_json({"what": object()})


async def test_a_certificate_that_is_not_believed_is_said_to_be_just_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refusing(*_: object, **__: object) -> None:
        error = ssl.SSLCertVerificationError(1, "certificate verify failed")
        error.verify_message = "Hostname mismatch"
        raise error

    monkeypatch.setattr(asyncpg, "connect", refusing)
    with pytest.raises(SettingsError, match=r"TLS \(Hostname mismatch\).*sslrootcert"):
        await connect("postgresql://someone:secret@host/db")
