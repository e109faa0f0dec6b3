"""Does a file read again, shuffled or from a mark give the same events with the same ids?"""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.mapping import MappingError
from app.connectors.rows import Mark, Row
from tests.unit.connectors.files import rows

HASHED = """
source: till
file: {columns: [who, day, net], header: false}
events:
  - type: sale
    id: {hash: line}
    time: {column: day}
    record_key: "{who}"
    data: {net: {column: net, as: money}}
"""


LINES = ["a,2026-05-02,1.00", "b,2026-05-02,1.00", "a,2026-05-03,2.50", "bad", "a,2026-05-03,x"]


def ids(found: Iterable[Row]) -> list[str]:
    return [row.document["id"] for row in found if row.document]


def test_equal_lines_are_different_events_in_any_order(tmp_path: Path) -> None:
    lines = [LINES[0]] * 7 + [LINES[1]] * 2 + LINES[2:]
    first = rows(tmp_path, HASHED, "\n".join(lines))
    random.Random(7).shuffle(lines)
    shuffled = rows(tmp_path, HASHED, "\n".join(lines) + "\n")
    assert len(set(ids(first))) == 10
    assert sorted(ids(first)) == sorted(ids(shuffled))
    by_id = {row.document["id"]: row.document for row in first if row.document}
    assert all(by_id[row.document["id"]] == row.document for row in shuffled if row.document)


def test_line_ends_and_quotes_do_not_change_an_id(tmp_path: Path) -> None:
    assert ids(rows(tmp_path, HASHED, LINES[0] + "\n")) == ids(
        rows(tmp_path, HASHED, '"a", 2026-05-02 ,"1.00"\r\n')
    )


def test_an_id_of_some_columns_must_cover_the_content(tmp_path: Path) -> None:
    covering = HASHED.replace("hash: line", "hash: [who, day, 3]")
    assert len(set(ids(rows(tmp_path, covering, "\n".join([LINES[0]] * 3))))) == 3
    leaving_out = HASHED.replace("hash: line", "hash: [who, day]")
    with pytest.raises(MappingError, match=r"events\[0\].id: the hash leaves out column '?net'?"):
        rows(tmp_path, leaving_out, LINES[0])


@pytest.mark.parametrize("mapping", [HASHED, HASHED.replace("{hash: line}", '"{who}{day}{net}"')])
@given(lines=st.lists(st.sampled_from([*LINES, ""]), max_size=30), cut=st.integers(0, 29))
def test_a_restart_after_any_row_gives_the_rest(
    tmp_path_factory: pytest.TempPathFactory, mapping: str, lines: list[str], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("restart")
    text = "\n".join([LINES[0], *lines])
    whole = rows(folder, mapping, text)
    cut = min(cut, len(whole) - 1)
    assert rows(folder, mapping, text, after=whole[cut].mark) == whole[cut + 1 :]


def test_a_mark_at_the_end_leaves_nothing(tmp_path: Path) -> None:
    whole = rows(tmp_path, HASHED, LINES[0])
    assert whole[-1].mark == Mark(1, len(LINES[0]))
    assert rows(tmp_path, HASHED, LINES[0], after=whole[-1].mark) == []
