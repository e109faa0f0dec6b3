"""Are statements in files read as they are meant?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from app.database.statements import statement


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = tmp_path / "a_stage" / "sql"
    folder.mkdir(parents=True)
    (tmp_path / "a_stage" / "__init__.py").touch()
    (folder / "good.sql").write_text(
        "-- Purpose: shows :what a header may say.\n\nSELECT CAST(:id AS uuid), now()::date\n"
        "  -- and :this too\nWHERE 'a:b' = :text;\n",
        "utf-8",
    )
    (folder / "bad.sql").write_text("SELECT :id::uuid", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield_name = "a_stage"
    monkeypatch.delitem(sys.modules, yield_name, raising=False)
    return yield_name


def test_binds_are_those_of_the_statement_and_not_of_its_comments(package: str) -> None:
    found = statement(package, "good")
    assert set(found.compile().params) == {"id", "text"}


def test_it_carries_its_name_and_no_comment(package: str) -> None:
    text = statement(package, "good").text
    assert text.startswith("/* a_stage.good */\nSELECT")
    assert "header" not in text
    assert not text.endswith(";")


def test_a_cast_that_would_hide_a_bind_is_refused(package: str) -> None:
    with pytest.raises(ValueError, match=r"CAST\(:id AS"):
        statement(package, "bad")


def test_a_statement_that_is_not_there(package: str) -> None:
    with pytest.raises(FileNotFoundError):
        statement(package, "missing")
