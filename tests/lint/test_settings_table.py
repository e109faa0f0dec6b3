"""Does ``docs/settings.md`` say what ``app/settings.py`` does: every setting, default and limit?"""

from __future__ import annotations

import re
from pathlib import Path

import annotated_types
import pytest
from pydantic.fields import FieldInfo

from app.settings import PREFIX, Settings

ROW = re.compile(r"^\| `(?P<variable>[A-Z_]+)` \| (?P<default>.+?) \| (?P<allowed>.+?) \| .+ \|$")
TABLE = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
ROWS = {found["variable"]: found for line in TABLE.splitlines() if (found := ROW.match(line))}


def variable(name: str) -> str:
    return "DATABASE_URL" if name == "database_url" else PREFIX + name.upper()


def as_written(default: object) -> str:
    """Return a default as the table shows it: numbers bare, words as code, nothing as ``none``."""
    match default:
        case None:
            return "none"
        case bool():
            return f"`{str(default).lower()}`"
        case int():
            return str(default)
        case _:
            return f"`{default}`"


def limits(field: FieldInfo) -> str | None:
    lowest = [limit.ge for limit in field.metadata if isinstance(limit, annotated_types.Ge)]
    highest = [limit.le for limit in field.metadata if isinstance(limit, annotated_types.Le)]
    return f"{lowest[0]} to {highest[0]}" if lowest and highest else None


def test_the_table_names_every_setting_in_order_and_no_other() -> None:
    assert list(ROWS) == [variable(name) for name in Settings.model_fields]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_table_tells_the_default_and_the_limits(name: str) -> None:
    field, row = Settings.model_fields[name], ROWS[variable(name)]
    if field.default_factory is None:
        assert row["default"] == as_written(field.default)
    if expected := limits(field):
        assert row["allowed"] == expected
