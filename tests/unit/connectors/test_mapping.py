"""Is a mapping checked before the first line is read, with errors that name the key?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.connectors.mapping import FileMapping, MappingError, load_mapping, parse_mapping
from app.connectors.yaml_text import read_yaml

GOOD = """
source: erp
file: {delimiter: ";", decimal: ",", dates: [dd/mm/yyyy]}
events:
  - type: sale
    id: "{nota}-{item}"
    time: {column: data, at: 12:00}
    record_key: "{cliente}"
    identifiers:
      - {type: tax_id, column: cpf, country: BR}
    profile: {name: "{nome}"}
    data:
      net: {column: valor, as: money}
      lines: [{sku: "{produto}", quantity: {column: qtd, as: decimal}}]
"""


def parsed(text: str) -> FileMapping:
    return parse_mapping(read_yaml(text))


def complaint(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        parsed(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "? [a, b]\n: c",
        "!!int abc",
        "!!float abc",
        "!!timestamp abc",
        "!!bool abc",
        "[" * 5_000,
        "a: " + "9" * 5_000,
        GOOD.replace("file: {", "file: {skip_rows: 99999999999999999999, "),
    ],
)
def test_what_cannot_be_a_mapping_is_told_in_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(MappingError) as caught:
        load_mapping(path)
    assert len(str(caught.value).splitlines()) == 1


def test_a_good_mapping_is_accepted() -> None:
    mapping = parsed(GOOD)
    assert mapping.events[0].time.as_ == "time"
    assert mapping.events[0].time.at.hour == 12


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("source:", "sources:", "sources: is not a key known here"),
        ("as: money", "az: money", "events[0].data.net.az: is not a key known here"),
        ("as: money", "as: mony", "events[0].data.net.as: "),
        ("as: decimal", "as: 3", "events[0].data.lines[0].quantity.as: "),
        ("type: sale", "type: sail", "events[0].type: Input should be"),
        ("type: tax_id", "type: cpf", "events[0].identifiers[0].type: "),
        ("country: BR", "country: Brazil", "events[0].identifiers[0].country: must be a country"),
        ('id: "{nota}-{item}"', "id: {hash: lines}", "events[0].id.hash: must be line, or a list"),
        ('id: "{nota}-{item}"', "id: {hash: []}", "events[0].id.hash: must be line, or a list"),
        ('    id: "{nota}-{item}"\n', "", "events[0].id: is missing"),
        ("at: 12:00", "at: 12", "events[0].time.at: is not a time of day"),
        ("column: valor", "column: valor, text: x", "events[0].data.net: needs either column"),
        ("column: valor", "column: true", "events[0].data.net.column: must be a column's name"),
        ("column: data", "column: data, as: money", "events[0].time: is always read as a time"),
        ("dates: [dd/mm/yyyy]", "dates: [dd/mm/yy]", "file.dates: must be among"),
        ("dates: [dd/mm/yyyy]", "dates: [dd/mm/yyyy, mm/dd/yyyy]", "file.dates: dd/mm/yyyy and"),
        ('decimal: ","', 'decimal: ",", thousands: ","', "file: thousands and decimal"),
        ('decimal: ","', "format: fixed", "file: a fixed file needs columns"),
        ('decimal: ","', "columns: [{name: a, from: 1}]", "file: only the columns of a fixed"),
        ('decimal: ","', 'currency_sign: "1"', "file.currency_sign: must be what stands"),
        ("{column: valor, as: money}", "", "events[0].data.net: is empty"),
        ("as: money", "as: money, required: true, unreadable: leave_out", "what is required"),
        ('decimal: ","', "time_zone: Sao_Paulo", "file.time_zone: is not a time zone"),
    ],
)
def test_an_error_names_the_key(old: str, new: str, told: str) -> None:
    assert old in GOOD
    assert told in complaint(GOOD.replace(old, new))


def test_every_error_is_told_at_once() -> None:
    broken = GOOD.replace("as: money", "as: mony").replace("source:", "sauce:")
    assert len(complaint(broken).splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[]", "events: []", "just words"])
def test_what_is_no_mapping_at_all(text: str) -> None:
    assert complaint(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("NO", "NO"),
        ("12:00", "12:00"),
        ("2026-01-01", "2026-01-01"),
        ("007", "007"),
        ("1_000", "1_000"),
        ("off", "off"),
        ("1.5", "1.5"),
        ("true", True),
        ("42", 42),
        ("-3", -3),
        ('"42"', "42"),
        ("~", "~"),
    ],
)
def test_yaml_means_what_stands_there(text: str, meant: Any) -> None:
    value = read_yaml(f"key: {text}")
    assert value == {"key": meant}
    assert isinstance(value, dict)
    assert type(value["key"]) is type(meant)


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: [", "a: !!python/object:os.system {}"])
def test_a_file_that_is_not_plain_yaml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(MappingError, match="not YAML"):
        load_mapping(path)


def test_a_mapping_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_bytes("source: café".encode("latin-1"))
    with pytest.raises(MappingError, match="not UTF-8"):
        load_mapping(path)
