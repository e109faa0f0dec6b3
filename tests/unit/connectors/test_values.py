"""Does a text in a file mean what the file's notation says, and nothing else?"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors.values import (
    DATE_FORMATS,
    Unreadable,
    date_reader,
    decimal_text,
    instant_reader,
    money_text,
    number_reader,
    whole_number,
)

SAO_PAULO = ZoneInfo("America/Sao_Paulo")
NOON = time(12)

brazilian = number_reader(",", ".")
plain = number_reader(".", None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1.234,50", "1234.50"),
        ("1234,50", "1234.50"),
        ("1.234.567", "1234567"),
        ("0,5", "0.5"),
        (",5", "0.5"),
        ("12", "12"),
        ("-1.234,50", "-1234.50"),
        ("1.234,50-", "-1234.50"),
        ("(1.234,50)", "-1234.50"),
        ("- 10,00", "-10.00"),
        ("+3", "3"),
    ],
)
def test_a_number_with_decimal_comma(text: str, meant: str) -> None:
    assert brazilian(text) == Decimal(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("R$ 1.234,50", "1234.50"),
        ("R$\u00a01.234,50", "1234.50"),
        ("-R$ 10,00", "-10.00"),
        ("- R$ 10,00", "-10.00"),
        ("R$ -10,00", "-10.00"),
        ("(R$ 10,00)", "-10.00"),
        ("10,00 R$", "10.00"),
        ("10,00", "10.00"),
    ],
)
def test_the_currency_sign_of_the_file_is_read_over(text: str, meant: str) -> None:
    assert number_reader(",", ".", "R$")(text) == Decimal(meant)


@pytest.mark.parametrize("text", ["US$ 10,00", "$ 10,00", "€ 10,00", "10,00 €", "R 10,00", "R$"])
def test_another_sign_says_another_currency_and_is_refused(text: str) -> None:
    for reader in (brazilian, number_reader(",", ".", "R$")):
        with pytest.raises(Unreadable):
            reader(text)


def test_without_one_no_sign_is_read_over() -> None:
    with pytest.raises(Unreadable):
        brazilian("R$ 10,00")


def test_blanks_that_keep_a_number_together_are_blanks() -> None:
    assert number_reader(",", " ")("1\u202f234\u00a0567,5") == Decimal("1234567.5")


@pytest.mark.parametrize(
    "text",
    ["1.23", "1.2345,0", "12.34.567", "1,234.50", "", ",", "-", "abc", "1e5", "NaN", "(1", "1)",
     "-1-", "--1", "1,", "10,00 reais", "١٢", "Infinity", "1 234,00"],
)  # fmt: skip
def test_what_does_not_fit_the_notation_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        brazilian(text)
    assert caught.value.code == "not-a-number"


def test_thousands_are_only_read_where_they_are_declared() -> None:
    with pytest.raises(Unreadable):
        plain("1,234")
    assert number_reader(".", ",")("1,234") == 1234


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_money_written_the_brazilian_way_is_read_back(amount: Decimal) -> None:
    text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    assert money_text(brazilian(text)) == f"{amount + 0:.2f}"


@pytest.mark.parametrize(
    ("given_text", "money", "decimal"),
    [
        ("11.5", "11.50", "11.5"),
        ("11.500", "11.50", "11.5"),
        ("11.505", "11.505", "11.505"),
        ("100", "100.00", "100"),
        ("-0.00", "0.00", "0"),
        ("0", "0.00", "0"),
    ],
)
def test_equal_amounts_are_written_alike(given_text: str, money: str, decimal: str) -> None:
    amount = Decimal(given_text)
    assert money_text(amount) == money
    assert decimal_text(amount) == decimal


def test_a_part_of_a_thing_is_no_whole_number() -> None:
    assert whole_number(Decimal("3.0")) == 3
    with pytest.raises(Unreadable):
        whole_number(Decimal("3.5"))


@pytest.mark.parametrize(
    ("form", "text", "meant"),
    [
        ("dd/mm/yyyy", "02/05/2026", "2026-05-02T12:00:00-03:00"),
        ("dd/mm/yyyy", "2/5/2026 9:07", "2026-05-02T09:07:00-03:00"),
        ("dd/mm/yyyy", "02/05/2026 23:59:58", "2026-05-02T23:59:58-03:00"),
        ("mm/dd/yyyy", "02/05/2026 09:07", "2026-02-05T09:07:00-03:00"),
        ("dd.mm.yyyy", "02.05.2026", "2026-05-02T12:00:00-03:00"),
        ("dd-mm-yyyy", "02-05-2026", "2026-05-02T12:00:00-03:00"),
        ("yyyymmdd", "20260502", "2026-05-02T12:00:00-03:00"),
        ("yyyy-mm-dd", "2026-05-02", "2026-05-02T12:00:00-03:00"),
        ("yyyy-mm-dd", "2026-05-02T14:03:00Z", "2026-05-02T14:03:00+00:00"),
        ("yyyy-mm-dd", "2026-05-02 14:03:00.5 +0530", "2026-05-02T14:03:00.500000+05:30"),
        ("yyyymmdd", "19970105", "1997-01-05T12:00:00-02:00"),  # daylight saving of the time
    ],
)
def test_a_moment_in_each_notation(form: str, text: str, meant: str) -> None:
    assert instant_reader([form], SAO_PAULO, NOON)(text).isoformat() == meant


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("dd/mm/yyyy", "31/02/2026"),
        ("dd/mm/yyyy", "05/13/2026"),
        ("dd/mm/yyyy", "2026-05-02"),
        ("dd/mm/yyyy", "02/05/26"),
        ("dd/mm/yyyy", "02/05/2026 25:00"),
        ("yyyy-mm-dd", "2026-05-02T10:00+99:00"),
        ("yyyy-mm-dd", "0001-01-01"),
        ("yyyymmdd", "00000000"),
        ("dd/mm/yyyy", ""),
    ],
)
def test_what_is_no_moment_is_refused(form: str, text: str) -> None:
    with pytest.raises(Unreadable):
        instant_reader([form], SAO_PAULO, NOON)(text)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    read = instant_reader(["yyyy-mm-dd"], ZoneInfo("Europe/Madrid"), NOON)
    assert read("2026-10-25 02:30").isoformat() == "2026-10-25T02:30:00+02:00"


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(sorted(DATE_FORMATS)))
def test_a_day_is_read_back_from_every_notation(day: date, form: str) -> None:
    pattern = form.replace("yyyy", "%Y").replace("mm", "%m").replace("dd", "%d")
    written = day.strftime(pattern)
    assert date_reader([form])(written) == day


def test_a_refusal_never_carries_the_text() -> None:
    with pytest.raises(Unreadable) as caught:
        date_reader(["yyyy-mm-dd"])("529.982.247-25")
    assert "529" not in str(caught.value) + caught.value.detail
