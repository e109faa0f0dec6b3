"""Does the code keep the house's own rules, and does each rule bite where it is broken?"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint import house_rules
from tests.lint.house_rules import PYTHON_RULES, SQL_RULES, Rule, findings

ROOT = Path(__file__).parents[2]

GOOD_SQL = """\
-- Purpose: who is this.
-- Parameters: keys bytea[].
-- Result: customer_id.
-- Index: pk_customer.
SELECT 1
"""

BROKEN = (
    [
        pytest.param("nobody_but_the_database_room_commits", path, source, id=f"commit-{path}")
        for path, source in [
            ("app/flows/touchpoint.py", "async def f(c):\n    await c.commit()\n"),
            ("app/api/keys.py", "async def f(c):\n    await c.connection.commit()\n"),
        ]
    ]
    + [
        pytest.param("statements_are_not_put_together", "app/identify/queries.py", source, id=name)
        for name, source in {
            "f-string": "text(f'SELECT {name}')",
            "percent": "sa.text('SELECT %s' % name)",
            "plus": "conn.execute('SELECT ' + name)",
            "format": "conn.fetchrow('SELECT {}'.format(name))",
            "join": "text(', '.join(names))",
            "text-inside-execute": "conn.execute(text(f'SELECT {name}'))",
        }.items()
    ]
    + [
        pytest.param("files_say_what_they_are_for", path, "", id=path)
        for path in ("app/identify/utils.py", "app/common/phones.py", "app/service.py")
    ]
    + [
        pytest.param("statements_in_files_introduce_themselves", "app/x/sql/y.sql", source, id=name)
        for name, source in {
            "no-header": "SELECT 1\n",
            "no-result": GOOD_SQL.replace("-- Result: customer_id.\n", ""),
            "out-of-order": "-- Result: a.\n-- Purpose: b.\n-- Parameters: c.\n-- Index: d.\n",
            "header-too-late": "SELECT 1;\n" + GOOD_SQL,
        }.items()
    ]
)

KEPT = [
    pytest.param(name, path, source, id=name)
    for name, path, source in [
        (
            "nobody_but_the_database_room_commits",
            "app/database/transaction.py",
            "async def f(c):\n    await c.commit()\n",
        ),
        (
            "statements_are_not_put_together",
            "app/identify/queries.py",
            "text('SELECT :a')\nconn.execute(STATEMENT, {'a': f'{a}'})\ntext(f'SELECT 1')\n",
        ),
        ("files_say_what_they_are_for", "app/identify/cluster.py", ""),
        ("statements_in_files_introduce_themselves", "app/x/sql/y.sql", GOOD_SQL),
    ]
]


@pytest.mark.parametrize("rule", PYTHON_RULES + SQL_RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    found = findings(ROOT, rule)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize(("name", "path", "source"), BROKEN)
def test_a_rule_bites_where_it_is_broken(name: str, path: str, source: str) -> None:
    rule: Rule = getattr(house_rules, name)
    assert list(rule(Path(path), source))


@pytest.mark.parametrize(("name", "path", "source"), KEPT)
def test_a_rule_lets_good_code_pass(name: str, path: str, source: str) -> None:
    rule: Rule = getattr(house_rules, name)
    assert not list(rule(Path(path), source))


def test_every_rule_is_shown_to_bite() -> None:
    shown = {case.values[0] for case in BROKEN}
    assert shown == {rule.__name__ for rule in PYTHON_RULES + SQL_RULES}
