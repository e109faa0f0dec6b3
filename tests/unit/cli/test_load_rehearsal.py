"""A dry run shows what would be sent and what would be refused, and can do without a database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.cli import terminal
from tests.builders import a_sale, tax_id
from tests.shell import Shell

CSV = """\
NOTA;DATA;CLIENTE;FONE;VALOR
1;20/11/2026;4711;(11) 98765-4321;1.189,90
2;31/11/2026;4712;(11) 98765-4322;10,00
3;21/11/2026;4713;;10.00
"""
MAPPING = """\
source: erp
file: {delimiter: ";", decimal: ",", thousands: ".", dates: [dd/mm/yyyy]}
events:
  - type: sale
    id: "NF-{NOTA}"
    time: {column: DATA}
    record_key: "C-{CLIENTE}"
    identifiers: [{type: phone, column: FONE}]
    data: {net: {column: VALOR, as: money}}
"""


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let the data folder be one that must not come to be."""
    monkeypatch.setenv("IDIP_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


def test_rows_are_shown_as_events_and_bad_ones_with_their_reasons(
    idip: Shell, tmp_path: Path, nowhere: Path
) -> None:
    file, mapping, refused = (tmp_path / name for name in ("s.csv", "m.yaml", "r.ndjson"))
    file.write_text(CSV)
    mapping.write_text(MAPPING)
    ran = idip("load", file, "--mapping", mapping, "--dry-run", "--refused", refused, "--json")
    assert ran.code == terminal.REFUSED
    assert json.loads(ran.out)["accepted"] == 1
    assert '"net": "1189.90"' in ran.err
    assert "would be sent: 1 sale" in ran.err
    assert "line 3: /time" in ran.err
    assert "line 4: /data/net" in ran.err
    assert [json.loads(line)["line"] for line in refused.read_text().splitlines()] == [3, 4]
    assert not nowhere.exists()


def test_lines_of_events_are_judged_as_the_load_would(idip: Shell, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    documents = [
        a_sale(identifiers=[tax_id("111.111.111-11")], profile={"name": "SEM NOME"}),
        a_sale(time="2199-01-01T00:00:00Z"),
    ]
    file.write_text("".join(json.dumps(document) + "\n" for document in documents) + "{\n")
    ran = idip("load", file, "--dry-run")
    assert ran.code == terminal.REFUSED
    assert "1 × tax_id" in ran.err
    assert "1 × name: placeholder" in ran.err
    assert "would be refused: 2" in ran.err


def test_without_a_database_it_says_that_none_was_asked(idip: Shell, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text(json.dumps(a_sale()) + "\n")
    assert "no database to ask" in idip("load", file, "--dry-run").err


@pytest.mark.parametrize("text", [CSV, "[\n]\n", "\n\nid,source\n"])
@pytest.mark.parametrize("option", ["--dry-run", "--no-resume"])
def test_rows_without_a_mapping_are_wrong_use_and_not_a_thousand_refusals(
    idip: Shell, tmp_path: Path, nowhere: Path, text: str, option: str
) -> None:
    file = tmp_path / "nf.csv"
    file.write_text(text)
    ran = idip("load", file, option)
    assert ran.code == terminal.WRONG_USE
    assert "nf.csv holds no events" in ran.err
    assert "--mapping FILE" in ran.err
    assert not nowhere.exists()


def test_a_damaged_line_among_the_first_is_a_refusal(idip: Shell, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("exported 2026-11-20\n" + json.dumps(a_sale()) + "\n")
    ran = idip("load", file, "--dry-run")
    assert ran.code == terminal.REFUSED
    assert "would be refused: 1" in ran.err


def test_when_nothing_is_refused_the_exit_code_says_so(idip: Shell, tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text(json.dumps(a_sale()) + "\n")
    assert idip("load", file, "--dry-run").code == 0


@pytest.mark.parametrize("mapping", ["events: []", "source: erp", ": ["])
def test_a_mapping_that_cannot_be_used_is_wrong_use(
    idip: Shell, tmp_path: Path, mapping: str
) -> None:
    file, told = tmp_path / "s.csv", tmp_path / "m.yaml"
    file.write_text(CSV)
    told.write_text(mapping)
    ran = idip("load", file, "--mapping", told, "--dry-run")
    assert ran.code == terminal.WRONG_USE
    assert "Traceback" not in ran.err


def test_a_file_that_is_not_there_is_wrong_use(idip: Shell, tmp_path: Path) -> None:
    assert idip("load", tmp_path / "none.ndjson", "--dry-run").code == terminal.WRONG_USE
