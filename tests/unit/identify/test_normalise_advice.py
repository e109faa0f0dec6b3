"""Is a card's number that was sent as a tax id told apart from a slip of the finger?"""

from __future__ import annotations

import pytest

from app.identify.normalise import advice, normalise
from app.vocabulary import Faulty, Identifier, IdentifierType, RawIdentifier

PLAIN = "is not used as evidence"


def told(value: str, country: str) -> str:
    found = normalise(RawIdentifier(IdentifierType.TAX_ID, value, country), country="BR")
    assert isinstance(found, Faulty)
    said = advice(found, country="BR")
    assert value not in said
    return said


@pytest.mark.parametrize(
    ("country", "value", "scheme"),
    [
        ("MX", "BOXW310820HNERXN09", "curp"),
        ("EC", "171430710-3", "cedula:EC"),
        ("CO", "52.123.456", "cedula:CO"),
        ("PE", "10117410", "dni:PE"),
        ("AR", "20.123.456", "dni:AR"),
    ],
)
def test_a_card_is_named_with_its_scheme(country: str, value: str, scheme: str) -> None:
    assert told(value, country) == f'{PLAIN}: send it as type "document" with scheme "{scheme}"'
    raw = RawIdentifier(IdentifierType.DOCUMENT, value, country, scheme)
    assert isinstance(normalise(raw, country="BR"), Identifier)  # sent so, it is evidence


@pytest.mark.parametrize(
    ("country", "value"),
    [
        ("BR", "529.982.247-26"),
        ("MX", "BOXW310820HNERXN08"),  # a CURP with a slip of its own
        ("MX", "GODE561231GR9"),
        ("EC", "1714307104"),
        ("ES", "54362315Z"),
    ],
)
def test_a_slip_is_only_a_slip(country: str, value: str) -> None:
    assert told(value, country) == PLAIN
