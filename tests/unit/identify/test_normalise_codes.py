"""Are codes, papers, keys and postal codes told apart as their sources mean them?"""

from __future__ import annotations

import pytest

from app.identify.normalise import Fault, is_generic_record_key, normalise, postal_code
from app.vocabulary import Faulty, Identifier, IdentifierType, Party, RawIdentifier

KINDS = IdentifierType


def identify(
    kind: IdentifierType, text: str, scope: str = "", country: str = "BR"
) -> Identifier | Faulty:
    return normalise(RawIdentifier(kind, text, scope=scope), country=country)


def told(found: Identifier | Faulty) -> tuple[str, str] | str:
    return found.fault if isinstance(found, Faulty) else (found.scope, found.value)


@pytest.mark.parametrize(
    ("kind", "written", "scope", "expected"),
    [
        (KINDS.CUSTOMER_CODE, " C-4711\n", "erp.sp", ("erp.sp", "C-4711")),
        (
            KINDS.CUSTOMER_CODE,
            "c-4711",
            "erp.sp",
            ("erp.sp", "c-4711"),
        ),  # a source may tell case apart
        (KINDS.CUSTOMER_CODE, "C-4711", " ", Fault.MISSING_SCOPE),
        (KINDS.CUSTOMER_CODE, "CONSUMIDOR FINAL", "erp", Fault.PLACEHOLDER),
        (KINDS.LOGIN, "Ana.Souza", "shop", ("shop", "ana.souza")),
        (KINDS.SOCIAL, "@Ana_Souza ", "Instagram", ("instagram", "ana_souza")),
        (KINDS.VISIT, "3F2b9c1e", "shop", ("", "3F2b9c1e")),
        (KINDS.VISIT, "3f2b9c1", "", Fault.TOO_SHORT),
        (KINDS.VISIT, "00000000-0000-0000-0000-000000000000", "", Fault.PLACEHOLDER),
        (KINDS.LOYALTY, "undefined", "", Fault.PLACEHOLDER),
        (KINDS.ORDER_ID, "123", "shop", ("shop", "123")),
        (KINDS.PROTOCOL, "20260001234", "", ("", "20260001234")),
        (KINDS.LOGIN, "a\ud800", "", Fault.CONTROL_CHARACTER),
        (KINDS.LOGIN, "a\u2028b", "", Fault.CONTROL_CHARACTER),
        (KINDS.LOGIN, "ana", "a\x00", Fault.CONTROL_CHARACTER),
        (KINDS.LOGIN, "a" * 201, "", Fault.TOO_LONG),
        (KINDS.LOGIN, "ß" * 150, "", Fault.TOO_LONG),  # too long once folded
        (KINDS.SOCIAL, "@", "", Fault.PLACEHOLDER),
    ],
)
def test_codes(
    kind: IdentifierType, written: str, scope: str, expected: tuple[str, str] | str
) -> None:
    assert told(identify(kind, written, scope)) == expected


@pytest.mark.parametrize(
    ("written", "scheme", "country", "expected"),
    [
        ("12.345.678-x", "RG", "BR", ("rg", "12345678X")),
        ("AB-123456", "Passport", "BR", ("passport", "AB123456")),
        ("BOXW310820HNERXN09", "CURP", "BR", ("curp", "BOXW310820HNERXN09")),
        ("BOXW310820HNERXN08", "curp", "MX", Fault.CHECK_DIGIT),
        ("XEXX010101HNEXXXA4", "curp", "MX", Fault.PLACEHOLDER),
        ("54362315k", "DNI", "ES", ("dni:ES", "54362315K")),
        ("54362315A", "dni", "ES", Fault.CHECK_DIGIT),
        ("x-5253868-r", "NIE", "BR", ("nie", "X5253868R")),
        ("30.123.456", "dni", "AR", ("dni:AR", "30123456")),
        ("30.123.456", "dni", "PE", ("dni:PE", "30123456")),  # the same digits, another person
        ("30.123.456", "dni:AR", "PE", ("dni:AR", "30123456")),
        ("1714307103", "Cédula", "EC", ("cedula:EC", "1714307103")),
        ("12345678", "dni", "", Fault.MISSING_SCOPE),
        ("12345678", "", "BR", Fault.MISSING_SCOPE),
        ("11111111", "rg", "BR", Fault.PLACEHOLDER),
        ("123", "rg", "BR", Fault.TOO_SHORT),
        ("Ж123456", "rg", "BR", Fault.INVALID),
    ],
)
def test_documents(
    written: str, scheme: str, country: str, expected: tuple[str, str] | str
) -> None:
    assert told(identify(KINDS.DOCUMENT, written, scheme, country)) == expected


def test_a_document_that_is_a_tax_id_is_that_tax_id() -> None:
    as_tax_id = identify(KINDS.TAX_ID, "52998224725")
    assert identify(KINDS.DOCUMENT, "529.982.247-25", "CPF") == as_tax_id
    assert identify(KINDS.DOCUMENT, "529.982.247-25", "cpf", country="ES") == as_tax_id
    assert identify(KINDS.DOCUMENT, "529.982.247-25", "rg") != as_tax_id


def test_a_document_speaks_of_a_person() -> None:
    found = identify(KINDS.DOCUMENT, "AB123456", "passport")
    assert isinstance(found, Identifier)
    assert found.party is Party.PERSON


@pytest.mark.parametrize(
    "key",
    [
        *(
            "consumidor final",
            "CONSUMIDOR FINAL - LOJA 3",
            "Cliente Padrão",
            "cliente default",
            "CLIENTE BALCÃO",
        ),
        *(
            "Não Informado",
            "Público en General",
            "VENTA MOSTRADOR",
            "walk-in",
            "anonymous",
            "guest",
        ),
        *(
            "000000",
            "0",
            "999999",
            "11111111111",
            "---",
            "",
            " ",
            "NULL",
            "[object Object]",
            "undefined",
        ),
        *("XAXX010101000", "222222222222", "44444401-7", "123.456.789-09"),
    ],
)
def test_generic_keys(key: str) -> None:
    assert is_generic_record_key(key)


@pytest.mark.parametrize(
    "key",
    [
        "1",
        "9999",
        "11111",
        "123456",
        "C-4711",
        "cliente-123",
        "cliente 1",
        "C000000",
        "00000191",
        "null-1",
        "José",
    ],
)
def test_keys_of_somebody(key: str) -> None:
    assert not is_generic_record_key(key)


@pytest.mark.parametrize(
    ("country", "written", "code"),
    [
        ("BR", "01310-100", "01310100"),
        ("BR", "1310100", "01310100"),
        ("ES", "8001", "08001"),
        ("PT", "1000-205", "1000205"),
        ("AR", "c1425cla", "C1425CLA"),
        ("AR", "1425", "1425"),
        ("GB", "SW1A 1AA", "SW1A1AA"),
        ("BR", "00000-000", None),
        ("BR", "99999-999", None),
        ("BR", "12345-678", None),
        ("BR", "0131010A", None),
        ("BR", "123", None),
        ("BR", "", None),
    ],
)
def test_postal_codes(country: str, written: str, code: str | None) -> None:
    assert postal_code(written, country=country) == code
