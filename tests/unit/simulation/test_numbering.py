"""Has everybody a number of their own, and a valid one?"""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.br import cpf

from app.identify.normalise import normalise
from app.simulation.numbering import (
    ACCOUNT_STEP,
    BUYER_STEP,
    CARD_STEP,
    CODE_STEP,
    TOLD_NUMBERS,
    Phone,
    code_of,
    landline,
    mobile,
    mobile_of,
    shop_line,
    tax_id_of,
)
from app.simulation.papers import firm_tax_id
from app.simulation.places import COUNTRIES
from app.vocabulary import Identifier, IdentifierType, Party, RawIdentifier

NUMBERS = st.integers(1, 10_000_000)
CODES = st.sampled_from(sorted(COUNTRIES))


def line_of(phone: Phone, style: int) -> Identifier:
    raw = RawIdentifier(IdentifierType.PHONE, phone.written(style), phone.country)
    found = normalise(raw, country="BR")
    assert isinstance(found, Identifier), phone
    assert found.identifies
    return found


@given(NUMBERS, CODES, st.data())
def test_every_phone_is_one_line_however_it_is_written(
    number: int, code: str, data: st.DataObject
) -> None:
    city = data.draw(st.sampled_from(COUNTRIES[code].cities))
    for phone in (mobile(2 * number, code, city.area_code), landline(number, code, city.area_code)):
        assert len({line_of(phone, style).value for style in range(3)}) == 1, phone


@given(CODES, st.integers(1, 5))
def test_every_shop_can_be_rung(code: str, shop: int) -> None:
    line_of(shop_line(code, shop), 0)


@given(NUMBERS)
def test_every_cpf_is_valid(number: int) -> None:
    assert cpf.is_valid(tax_id_of(number))


@given(NUMBERS, CODES)
def test_every_firm_has_a_firms_tax_id(number: int, code: str) -> None:
    raw = RawIdentifier(IdentifierType.TAX_ID, firm_tax_id(code, number), code)
    found = normalise(raw, country="BR")
    assert isinstance(found, Identifier)
    assert found.party is Party.COMPANY


@pytest.mark.parametrize("step", [CODE_STEP, ACCOUNT_STEP, CARD_STEP, BUYER_STEP])
def test_codes_are_not_given_twice(step: int) -> None:
    assert len({code_of(number, step) for number in range(1, 20_001)}) == 20_000


@pytest.mark.parametrize("code", sorted(COUNTRIES))
def test_numbers_are_not_given_twice(code: str) -> None:
    everybody = range(1, 5_001)
    assert len({mobile(number, code, "11").line for number in everybody}) == len(everybody)
    assert len({landline(number, code, "11").line for number in everybody}) == len(everybody)
    assert len({firm_tax_id(code, number) for number in everybody}) == len(everybody)


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
