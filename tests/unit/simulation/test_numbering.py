"""Has everybody a number of their own, and a valid one?"""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cpf

from app.simulation.numbering import (
    ACCOUNT_STEP,
    CARD_STEP,
    CODE_STEP,
    TOLD_NUMBERS,
    code_of,
    landline_of,
    mobile_of,
    tax_id_of,
)

NUMBERS = st.integers(1, 10_000_000)


@given(NUMBERS, st.sampled_from(["11", "19", "21", "31", "41", "51"]))
def test_every_number_is_valid(number: int, area_code: str) -> None:
    assert cpf.is_valid(tax_id_of(number))
    for phone in (mobile_of(number, area_code), landline_of(number % 7_999_999 + 1, area_code)):
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "BR")), phone


@pytest.mark.parametrize("step", [CODE_STEP, ACCOUNT_STEP, CARD_STEP])
def test_codes_are_not_given_twice(step: int) -> None:
    assert len({code_of(number, step) for number in range(1, 50_001)}) == 50_000


def test_numbers_are_not_given_twice() -> None:
    everybody = range(1, 20_001)
    assert len({tax_id_of(number) for number in everybody}) == len(everybody)
    assert len({mobile_of(number, "11") for number in everybody}) == len(everybody)
    assert len({landline_of(number, "11") for number in everybody}) == len(everybody)


@given(NUMBERS)
def test_the_numbers_of_our_documents_are_nobody_elses(number: int) -> None:
    given_out = {tax_id_of(number).replace(".", "")[:9], mobile_of(number, "11")[2:]}
    assert not given_out & {str(told) for told in TOLD_NUMBERS}


def test_who_would_have_had_the_number_of_our_documents_has_another() -> None:
    places, step = 40_000_000, 24_721_359
    would = (987654321 - 960_000_000) * pow(step, -1, places) % places
    phone = mobile_of(would, "11")
    assert phone != "11987654321"
    assert phonenumbers.is_valid_number(phonenumbers.parse(phone, "BR"))
