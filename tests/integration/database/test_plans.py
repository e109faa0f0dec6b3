"""Does a hot statement look up whom it is about, however young the house was when it was planned?

A plan is kept until the statistics of its tables are taken again, for a minute at least: one that
reads the whole of a table with ten rows reads the whole of it with ten thousand.
"""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import text

import app
from app.database.hot import HotStatement, driver_of
from app.database.transaction import Connection
from app.identify.holdings import WHO_HOLDS

pytestmark = pytest.mark.anyio

MANY = 8
"""So often a statement is run here; the server makes up its mind after five."""

SMALL = frozenset({"data_quality", "epoch", "job", "propensity", "scoring_run"})
"""As many rows as there are rules, actions or runs; they do not grow with the customers."""


def hot_statements() -> list[str]:
    """Return every hot statement of ours that looks something up."""
    names = [each.name for each in pkgutil.walk_packages(app.__path__, "app.")]
    modules = [import_module(name) for name in names if not name.endswith("__main__")]
    found = {
        each.text
        for module in modules
        for each in vars(module).values()
        if isinstance(each, HotStatement)
    }
    return sorted(each for each in found if re.search(r"\sFROM\s", each))


async def read_whole(tx: Connection, statement: str) -> set[str]:
    """Return the tables that a statement would read all of."""
    nulls = ", ".join("NULL" for _ in set(re.findall(r"\$[0-9]+", statement)))
    driver = driver_of(tx)
    await driver.execute(f"PREPARE hot AS {statement}")
    told = await driver.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE hot{nulls and f'({nulls})'}")
    await driver.execute("DEALLOCATE hot")
    return {
        node["Relation Name"]
        for node in nodes(told[0]["Plan"])
        if node["Node Type"] == "Seq Scan" and "Relation Name" in node
    }


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def test_no_hot_statement_reads_a_table_that_grows(connection: Connection) -> None:
    statements = hot_statements()
    assert len(statements) > 15
    for statement in statements:
        assert await read_whole(connection, statement) <= SMALL, statement


async def test_a_statement_is_planned_once_for_a_session(connection: Connection) -> None:
    """Each plan of a look-up costs several times what it takes to answer it."""
    assert await plans_made(connection) == (0, MANY)


async def test_in_a_session_of_the_usual_kind_it_would_not(connection: Connection) -> None:
    """The control."""
    await connection.execute(text("SET LOCAL plan_cache_mode = auto"))
    custom, _ = await plans_made(connection)
    assert custom


async def plans_made(tx: Connection) -> tuple[int, int]:
    """Return how often the statement of a ring was planned for its values, and how often not."""
    for _ in range(MANY):
        await WHO_HOLDS.rows(
            tx, {"identifier_keys": "{}", "visit_keys": "{}", "at": datetime.now(UTC)}
        )
    counted = await driver_of(tx).fetchrow(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1",
        WHO_HOLDS.text,
    )
    assert counted is not None
    return counted["custom_plans"], counted["generic_plans"]


async def test_in_a_session_of_the_usual_kind_some_would(connection: Connection) -> None:
    """The control."""
    await connection.execute(text("SET LOCAL enable_seqscan = on"))
    found = [await read_whole(connection, statement) for statement in hot_statements()]
    assert any(tables - SMALL for tables in found)
