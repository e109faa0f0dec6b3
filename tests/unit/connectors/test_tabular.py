"""Do the rows of real files become the events their mapping says, and bad rows faults?"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

import pytest

from app.connectors.file_format import FileFormat
from app.connectors.lines import MAX_LINE_BYTES, Line, total_bytes
from app.connectors.mapping import MappingError, parse_mapping
from app.connectors.records import BAD_QUOTES, Style, records
from app.connectors.rows import DamagedFile, Row, UnusableFile
from app.connectors.tabular import read_events
from app.connectors.yaml_text import read_yaml
from tests.unit.connectors.files import SAO_PAULO, documents, faults, rows

ERP = """
source: erp.sao-paulo
file:
  decimal: ","
  thousands: "."
  dates: [dd/mm/yyyy]
  empty: [NULL]
events:
  - type: sale
    id: "{NOTA}-{ITEM}"
    time: {column: DATA}
    record_key: {column: CLIENTE}
    identifiers:
      - {type: tax_id, column: CPF, country: BR}
      - {type: phone, text: "({DDD}) {FONE}"}
    profile:
      name: {column: NOME}
    data:
      order_id: "{NOTA}"
      status: {column: SITUACAO, map: {P: paid, A: pending}, default: paid}
      currency: BRL
      net: {column: VALOR, as: money, required: true}
      lines: [{sku: "{ITEM}", quantity: {column: QTD, as: decimal}}]
"""
HEADER = "NOTA;ITEM;DATA;CLIENTE;CPF;DDD;FONE;NOME;SITUACAO;VALOR;QTD\r\n"
ANA = "123;1;20/11/2026 14:03;C-1;529.982.247-25;11;98765-4321;Ana Conceição;P;1.189,90;2,5\r\n"
BOB = "124;1;21/11/2026;C-2;NULL;;;;;50,00;1\r\n"

SEVERAL = """
source: erp
events:
  - {type: sale, id: "v{n}", time: "{d}", when: {column: kind, is: [V, VD]}}
  - {type: cost, id: "c{n}", time: "{d}", when: {column: kind, is: [VD]}}
  - {type: refund, id: "r{n}", time: "{d}", when: {column: kind, is_not: [V, VD, X]}}
"""
FIXED = """
source: host
file:
  format: fixed
  header: false
  dates: [yyyymmdd]
  columns:
    - {name: who, from: 1, to: 5}
    - {name: day, from: 6, to: 13}
    - {name: name, from: 14, to: 20}
events:
  - {type: profile, id: "{who}", time: "{day}", profile: {name: "{name}"}}
"""


def test_a_line_of_an_erp_is_a_sale(tmp_path: Path) -> None:
    ana, bob = documents(rows(tmp_path, ERP, HEADER + ANA + BOB))
    assert ana == {
        "id": "123-1",
        "source": "erp.sao-paulo",
        "type": "sale",
        "time": "2026-11-20T14:03:00-03:00",
        "record_key": "C-1",
        "identifiers": [
            {"type": "tax_id", "value": "529.982.247-25", "country": "BR"},
            {"type": "phone", "value": "(11) 98765-4321"},
        ],
        "profile": {"name": "Ana Conceição"},
        "data": {
            "order_id": "123",
            "status": "paid",
            "currency": "BRL",
            "net": "1189.90",
            "lines": [{"sku": "1", "quantity": "2.5"}],
        },
    }
    assert bob["time"] == "2026-11-21T12:00:00-03:00"
    assert "identifiers" not in bob
    assert "profile" not in bob
    assert bob["data"]["status"] == "paid"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_the_encoding_is_seen(tmp_path: Path, encoding: str) -> None:
    padding = BOB * 40_000 if encoding == "cp1252" else ""  # the first accent past the first sample
    found = documents(rows(tmp_path, ERP, (HEADER + padding + ANA).encode(encoding)))
    assert found[-1]["profile"]["name"] == "Ana Conceição"


def test_a_declared_encoding_is_kept_to(tmp_path: Path) -> None:
    mapping = ERP.replace("\nfile:", "\nfile:\n  encoding: utf-8")
    found = rows(tmp_path, mapping, (HEADER + ANA + BOB).encode("latin-1"))
    assert faults(found) == [(2, "", "encoding")]
    assert found[1].document is not None


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_utf8_is_not_read_as_something_else(tmp_path: Path, encoding: str) -> None:
    mapping = ERP.replace("\nfile:", f"\nfile:\n  encoding: {encoding}")
    with pytest.raises(UnusableFile, match="the file is UTF-8"):
        rows(tmp_path, mapping, (HEADER + ANA).encode())
    found = documents(rows(tmp_path, mapping, (HEADER + ANA).encode(encoding)))
    assert found[0]["profile"]["name"] == "Ana Conceição"


def test_one_bad_line_does_not_spoil_every_name(tmp_path: Path) -> None:
    mixed = (HEADER + ANA).encode() + ANA.replace("123", "124").encode("latin-1")
    with pytest.raises(UnusableFile, match="some lines are UTF-8"):
        rows(tmp_path, ERP, mixed)
    mapping = ERP.replace("\nfile:", "\nfile:\n  encoding: utf-8")
    assert faults(rows(tmp_path, mapping, mixed)) == [(3, "", "encoding")]


def test_utf16_is_refused_with_advice(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="UTF-16"):
        rows(tmp_path, ERP, (HEADER + ANA).encode("utf-16"))


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_seen(tmp_path: Path, delimiter: str) -> None:
    text = (HEADER + ANA).replace(";", delimiter)
    assert documents(rows(tmp_path, ERP, text))[0]["id"] == "123-1"


def test_rows_before_the_header_blank_rows_and_empty_ends_are_passed_over(tmp_path: Path) -> None:
    text = "Relatório de vendas\r\n\r\n" + HEADER + "\r\n;;;;;;;;;;\r\n" + ANA.strip() + ";;\r\n"
    found = rows(tmp_path, ERP.replace("\nfile:", "\nfile:\n  skip_rows: 2"), text)
    assert [document["id"] for document in documents(found)] == ["123-1"]
    assert found[0].line_number == 6


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1.189,90", "1189.90", ("/data/net", "not-a-number")),
        ("1.189,90", "", ("/data/net", "missing")),
        ("20/11/2026", "20/13/2026", ("/time", "not-a-time")),
        ("20/11/2026 14:03", "", ("/time", "missing")),
        (";P;", ";X;", ("/data/status", "not-in-map")),
        ("2,5", "dois", ("/data/lines/0/quantity", "not-a-number")),
        ("123;1;", "123;;", ("/id", "missing")),
        (";P;", ";", ("", "columns")),
        ("Ana ", "Ana; ", ("", "columns")),
        ("Ana ", 'Ana "', None),
        (";Ana", ';"Ana" de', ("", "quotes")),
        (";Ana", ';"Ana', ("", "quotes")),
        ("Ana", "A\0na", ("", "nul")),
    ],
)
def test_a_bad_row_is_a_fault_and_the_next_is_read(
    tmp_path: Path, old: str, new: str, expected: tuple[str, str] | None
) -> None:
    assert old in ANA
    found = rows(tmp_path, ERP, HEADER + ANA.replace(old, new) + BOB)
    assert faults(found) == ([(2, *expected)] if expected else [])
    assert found[-1].document is not None
    assert found[-1].document["id"] == "124-1"


def test_all_that_is_wrong_with_a_row_is_told_without_its_content(tmp_path: Path) -> None:
    secret = "529.982.247-25"
    bad = f"123;1;{secret};C-1;x;11;{secret};{secret};{secret};{secret};1\r\n"
    found = rows(tmp_path, ERP, HEADER + bad)
    assert len(found[0].faults) == 3
    assert secret not in repr(found[0].faults)
    assert found[0].raw == bad.encode()


def test_an_open_quote_costs_one_line_and_not_the_file(tmp_path: Path) -> None:
    open_quote = ANA.replace(";Ana", ';"Ana')
    found = rows(tmp_path, ERP, HEADER + open_quote + BOB * 5_000)
    assert faults(found) == [(2, "", "quotes")]
    assert len(found) == 5_001


def test_a_quoted_cell_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    quoted = ANA.replace("Ana Conceição", '"Ana ""Nina""; \r\nConceição"')
    first, second = rows(tmp_path, ERP, HEADER + quoted + BOB)
    assert documents([first])[0]["profile"]["name"] == 'Ana "Nina"; \r\nConceição'
    assert (first.line_number, first.mark.line_number, second.line_number) == (2, 3, 4)


def test_quotes_can_be_switched_off(tmp_path: Path) -> None:
    mapping = ERP.replace("\nfile:", "\nfile:\n  quote: none")
    found = documents(rows(tmp_path, mapping, HEADER + ANA.replace(";Ana", ';"Ana')))
    assert found[0]["profile"]["name"] == '"Ana Conceição'


def test_a_line_without_end_is_refused_and_not_held(tmp_path: Path) -> None:
    long = "x" * (2 * MAX_LINE_BYTES + 17) + "\r\n"
    found = rows(tmp_path, ERP, HEADER + long + BOB)
    assert faults(found) == [(2, "", "too-long")]
    assert len(found[0].raw) <= MAX_LINE_BYTES
    assert found[1].mark.offset == len(HEADER + long + BOB)


def test_columns_of_blanks_and_columns_by_position(tmp_path: Path) -> None:
    mapping = """
    source: log
    file: {format: whitespace, header: false, dates: [yyyymmdd]}
    events:
      - type: sale
        id: "{1}-{2}"
        time: {column: 2}
        record_key: "{1}"
        data: {net: {column: 4, as: money}}
    """
    text = " 00004 19970101  2   29.3\n 00004 19970118 2 29.73\n"
    found = documents(rows(tmp_path, mapping, text))
    assert [document["id"] for document in found] == ["00004-19970101", "00004-19970118"]
    assert found[0]["record_key"] == "00004"
    assert found[0]["data"] == {"net": "29.30"}


def test_columns_of_fixed_places(tmp_path: Path) -> None:
    found = documents(rows(tmp_path, FIXED, "C-00120260502José\nC-00220260503\n"))
    assert found[0]["profile"] == {"name": "José"}
    assert found[0]["data"] == {}
    assert "profile" not in found[1]


def test_a_sign_can_be_dropped_and_an_empty_cell_filled(tmp_path: Path) -> None:
    mapping = """
    source: erp
    events:
      - type: refund
        id: "{n}"
        time: "{d}"
        data:
          net: {column: v, as: money, absolute: true}
          reason: {column: why, default: unknown}
    """
    found = documents(rows(tmp_path, mapping, "n,d,v,why\n1,2026-05-02,-10.5,\n"))
    assert found[0]["data"] == {"net": "10.50", "reason": "unknown"}


def test_one_line_can_tell_several_events_and_a_restart_loses_none(tmp_path: Path) -> None:
    mapping = SEVERAL
    text = "n,d,kind\n1,2026-05-02,V\n2,2026-05-02,VD\n3,2026-05-02,D\n4,2026-05-02,X\n"
    found = rows(tmp_path, mapping, text)
    assert [row.document and row.document["id"] for row in found] == ["v1", "v2", "c2", "r3", None]
    assert faults(found) == [(5, "", "no-event")]
    assert found[1].mark == found[0].mark
    again = rows(tmp_path, mapping, text, after=found[1].mark)
    assert [row.document and row.document["id"] for row in again[:2]] == ["v2", "c2"]
    skipping = rows(tmp_path, mapping + "otherwise: skip\n", text)
    assert faults(skipping) == []


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("column: CLIENTE", "column: ID", "events[0].record_key: the file has no column 'ID'"),
        ("column: CLIENTE", "column: 12", "events[0].record_key: the file has 11 columns"),
        ("({DDD}) ", "({DDI}) ", "events[0].identifiers[1]: the file has no column 'DDI'"),
        ("source: erp.sao-paulo", "source:", "source: is missing"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(MappingError, match=told.replace("[", r"\[").replace("]", r"\]")):
        rows(tmp_path, ERP.replace(old, new), HEADER + ANA)


def test_a_line_that_is_no_header_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="if it is no header") as caught:
        rows(tmp_path, ERP, ANA)
    assert "Ana" not in str(caught.value)


def test_what_cannot_be_read_is_left_out_if_the_mapping_says_so(tmp_path: Path) -> None:
    text = HEADER + ANA.replace("2,5", "2.5")
    assert faults(rows(tmp_path, ERP, text)) == [(2, "/data/lines/0/quantity", "not-a-number")]
    lenient = ERP.replace("as: decimal}", "as: decimal, unreadable: leave_out}")
    assert documents(rows(tmp_path, lenient, text))[0]["data"]["lines"] == [{"sku": "1"}]


def test_a_column_that_stands_twice_cannot_be_meant(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="two columns 'NOTA'"):
        rows(tmp_path, ERP, HEADER.replace("ITEM", "NOTA") + ANA)


def test_the_command_names_the_source_before_the_mapping(tmp_path: Path) -> None:
    assert documents(rows(tmp_path, ERP, HEADER + ANA, source="other"))[0]["source"] == "other"


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n"])
def test_an_empty_file_is_told_to_be_empty(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnusableFile, match="empty"):
        rows(tmp_path, ERP, data)


def test_a_header_alone_is_no_event(tmp_path: Path) -> None:
    assert rows(tmp_path, ERP, HEADER) == []


def test_a_packed_file_is_the_same_file(tmp_path: Path) -> None:
    plain = rows(tmp_path, ERP, HEADER + ANA + BOB)
    packed = rows(tmp_path, ERP, HEADER + ANA + BOB, name="file.csv.gz")
    assert documents(packed) == documents(plain)
    assert [row.mark for row in packed] == [row.mark for row in plain]
    assert packed[-1].read_bytes == total_bytes(tmp_path / "file.csv.gz")
    assert plain[-1].read_bytes == total_bytes(tmp_path / "file.csv")


@pytest.mark.parametrize("id_", ['"{NOTA}-{ITEM}"', "{hash: line}"])
def test_of_a_damaged_packed_file_what_stands_before_the_damage_is_read(
    tmp_path: Path, id_: str
) -> None:
    lines = [ANA.replace("123;", f"{nth * 7919 % 100_003};") for nth in range(5_000)]
    whole = gzip.compress((HEADER + "".join(lines)).encode())
    cut = whole[: len(whole) // 2]
    readable = zlib.decompressobj(wbits=31).decompress(cut).count(b"\n")
    path = tmp_path / "file.csv.gz"
    path.write_bytes(cut)
    mapping = parse_mapping(read_yaml(ERP.replace('"{NOTA}-{ITEM}"', id_)))
    found: list[Row] = []
    with pytest.raises(DamagedFile, match=f"damaged after line {readable}:"):
        found.extend(read_events(path, mapping, zone=SAO_PAULO))
    assert [row.line_number for row in found] == list(range(2, readable + 1))
    assert readable > 1_000


def test_a_packed_file_of_which_nothing_can_be_unpacked_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "file.csv.gz"
    path.write_text(HEADER + ANA)
    with pytest.raises(UnusableFile, match="damaged") as caught:
        list(read_events(path, parse_mapping(read_yaml(ERP)), zone=SAO_PAULO))
    assert not isinstance(caught.value, DamagedFile)


def test_a_file_that_is_left_half_read_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(HEADER + ANA * 10)
    reading = read_events(path, parse_mapping(read_yaml(ERP)), zone=SAO_PAULO)
    next(reading)
    reading.close()  # an open file would be a ResourceWarning, and warnings are errors


def test_an_open_quote_costs_one_more_reading_and_not_one_for_each_line() -> None:
    class Counted(Line):
        __slots__ = ()

        @property
        def data(self) -> bytes:
            nonlocal looked_at
            looked_at += 1
            return b'"open\n' if self.number == 1 else b"a;b\n"

        @data.setter
        def data(self, _: bytes) -> None:
            pass

    looked_at, lines = 0, 5_000
    counted = (Counted(number, number, b"") for number in range(1, lines + 1))
    found = list(records(counted, Style(FileFormat(), "utf-8", ";", 2)))
    assert len(found) == lines
    assert [record.fault for record in found if record.fault] == [BAD_QUOTES]
    assert looked_at < 10 * lines


@pytest.mark.parametrize("quote", ['"', "none"])
def test_a_cell_may_be_as_long_as_a_line(tmp_path: Path, quote: str) -> None:
    long = "x" * 200_000
    mapping = ERP.replace("\nfile:\n", f"\nfile:\n  quote: '{quote}'\n", 1)
    [row] = rows(tmp_path, mapping, HEADER + ANA.replace("Ana Conceição", long))
    assert row.document is not None
    assert row.document["profile"] == {"name": long}


@pytest.mark.parametrize("times", [1, 20_000])
def test_lines_that_end_as_old_macs_end_them_are_told_to_be_that(
    tmp_path: Path, times: int
) -> None:
    text = (HEADER + ANA * times).replace("\r\n", "\r")
    with pytest.raises(UnusableFile, match="carriage returns alone"):
        rows(tmp_path, ERP, text)


def test_a_line_end_inside_of_quotes_is_part_of_its_cell(tmp_path: Path) -> None:
    [row] = rows(tmp_path, ERP, HEADER + ANA.replace("Ana Conceição", '"Ana\rConceição"'))
    assert row.faults == ()
