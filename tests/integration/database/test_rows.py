"""Does a column that travels as the text of one array arrive as it was sent?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.database.hot import HotStatement
from app.database.rows import amounts_text, array_text, keys_text
from app.database.transaction import Connection
from app.differentiate.trade import TradeStatus

MADRID = timezone(timedelta(hours=1))

TEXTS = [
    None,
    "",
    "NULL",
    "null",
    " spaced ",
    "{a,b}",
    'said "no"',
    "C:\\temp\\new",
    "\\",
    "\\x00",
    "two\nlines\tand\x01\x7f\x85",
    "São Paulo 東京 🙂 \u2028",
    TradeStatus.PAID,
]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", []),
        ("text", TEXTS),
        *(("text", [each]) for each in TEXTS),
        ("int", [0, -(2**31), 2**31 - 1, None]),
        ("boolean", [True, None, False]),
        ("date", [date(1, 1, 1), date(2026, 11, 22), date(9999, 12, 31), None]),
        (
            "timestamptz",
            [
                datetime(1, 1, 1, tzinfo=UTC),
                datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=MADRID),
                datetime(2026, 11, 22, 10, 30, 0, 1, tzinfo=UTC),
                datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
                None,
            ],
        ),
    ],
)
async def test_it_arrives_as_sent(connection: Connection, kind: str, values: list[Any]) -> None:
    told = HotStatement(text(f"SELECT CAST(CAST(:told AS text) AS {kind}[]) AS told"))
    row = await told.one(connection, {"told": array_text(values)})
    assert row.told == values


AMOUNTS = ["0.10", "-123456789012345678.90", "1E+3", "1E-7", "-0", None]


@pytest.mark.parametrize("written", [[], [None], AMOUNTS])
async def test_amounts_arrive_as_sent_with_their_zeros(
    connection: Connection, written: list[str | None]
) -> None:
    told = HotStatement(text("SELECT CAST(CAST(:told AS text) AS numeric[]) AS told"))
    amounts = [None if each is None else Decimal(each) for each in written]
    row = await told.one(connection, {"told": amounts_text(amounts)})
    assert row.told == amounts
    # The scale is kept; an exponent is no part of it on the other side.
    assert [str(each) for each in row.told[:2]] == [str(each) for each in amounts[:2]]


@pytest.mark.parametrize(
    "keys", [[], [None], [b"", None, b"\x00\xff", b'"\\,{}', bytes(range(256))]]
)
async def test_keys_arrive_as_sent(connection: Connection, keys: list[bytes | None]) -> None:
    told = HotStatement(text("SELECT CAST(CAST(:told AS text) AS bytea[]) AS told"))
    row = await told.one(connection, {"told": keys_text(keys)})
    assert row.told == keys
