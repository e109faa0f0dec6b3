"""Does a column that travels as the text of one array arrive as it was sent?"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.database.hot import HotStatement
from app.database.rows import array_text
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
        ("numeric", [Decimal("0.10"), Decimal("-123456789012345678.90"), Decimal("1E+3"), None]),
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
    if kind == "numeric":
        assert [str(each) for each in row.told[:2]] == ["0.10", "-123456789012345678.90"]
