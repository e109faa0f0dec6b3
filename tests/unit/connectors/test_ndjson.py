"""Is a file of events read line by line, with bad lines as faults?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from app.connectors.lines import MAX_LINE_BYTES
from app.connectors.ndjson import read_ndjson, refuse_other_kinds
from app.connectors.rows import DamagedFile, Row, UnusableFile

GOOD = b'{"id": "1", "source": "erp", "type": "sale", "profile": {"name": "Jo\xc3\xa3o"}}\n'


def test_each_line_is_an_event(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD + b"\n   \r\n" + GOOD.strip())
    first, second = read_ndjson(path)
    assert first.document == second.document
    assert first.document is not None
    assert first.document["profile"] == {"name": "João"}
    assert (first.line_number, second.line_number) == (1, 4)
    assert second.mark.offset == second.read_bytes == path.stat().st_size


def test_a_bad_line_is_a_fault_and_the_next_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    bad = [b"{", b"[1]", b'"x"', b'{"a": NaN}', b'{"a": "\xff"}', b"x" * (MAX_LINE_BYTES + 1)]
    bad += [b'{"id": "1", "id": "2"}', b'{"id": "\\u0000"}']
    path.write_bytes(b"\n".join([*bad, GOOD]))
    found = list(read_ndjson(path))
    assert [fault.code for row in found for fault in row.faults] == [
        "not-json",
        "not-an-object",
        "not-an-object",
        "not-json",
        "not-json",
        "too-long",
        "doubled-name",
        "nul-character",
    ]
    assert found[-1].document is not None


def test_a_source_is_filled_in_where_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson"
    path.write_bytes(GOOD + b'{"id": "2"}\n')
    named, unnamed = read_ndjson(path, source="shop")
    assert named.document is not None
    assert named.document["source"] == "erp"
    assert unnamed.document == {"source": "shop", "id": "2"}


def test_of_a_damaged_packed_file_what_stands_before_the_damage_is_read(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    data = b"".join(b'{"id": "%d"}\n' % (n * 7919) for n in range(30_000))
    whole = gzip.compress(data)
    path.write_bytes(whole)
    assert len(list(read_ndjson(path))) == 30_000
    damaged = bytearray(whole)
    damaged[-4_000:-3_900] = bytes(100)
    path.write_bytes(damaged)
    refuse_other_kinds(path)
    found: list[Row] = []
    with pytest.raises(DamagedFile) as caught:
        found.extend(read_ndjson(path))
    assert f"after line {found[-1].line_number}:" in str(caught.value)
    assert len(found) > 1_000
    path.write_bytes(data)
    with pytest.raises(UnusableFile, match="damaged"):
        refuse_other_kinds(path)


def test_a_restart_gives_the_rest_also_of_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "events.ndjson.gz"
    path.write_bytes(gzip.compress(b"".join(b'{"id": "%d"}\n' % n for n in range(100))))
    whole = list(read_ndjson(path))
    assert list(read_ndjson(path, after=whole[59].mark)) == whole[60:]
