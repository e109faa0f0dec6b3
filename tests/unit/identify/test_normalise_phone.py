"""Is one line one value, however it is written or dialled, and nobody's line no evidence?"""

from __future__ import annotations

import phonenumbers
import pytest

from app.identify.normalise import Fault, normalise, warm_up
from app.vocabulary import Faulty, Identifier, IdentifierType, RawIdentifier

ANA = "+5511987654321"


def read(text: str, country: str = "BR", kind: IdentifierType = IdentifierType.PHONE) -> str:
    """Return the value, in brackets where it identifies nobody, or the fault."""
    found = normalise(RawIdentifier(kind, text), country=country)
    if isinstance(found, Faulty):
        return found.fault
    assert (found.type, found.scope) == (IdentifierType.PHONE, "")
    return found.value if found.identifies else f"[{found.value}]"


@pytest.mark.parametrize(
    "written",
    [
        *("(11) 98765-4321", "11 98765 4321", "011 98765-4321", "11-9-8765-4321", "5511987654321"),
        *(
            "+55 (0) 11 98765-4321",
            "(+55) 11 98765-4321",
            "+55 011 98765-4321",
            "１１９８７６５４３２１",
        ),
        *("11 8765-4321", "+551187654321", "551187654321", "55 (11) 8765-4321"),  # ninth digit
        *("0xx11 98765-4321", "0 15 11 98765-4321", "021 15 11 98765-4321", "015 11 8765-4321"),
        *("0055 11 98765-4321", "00 55 11 8765-4321", "0014 55 11 98765-4321", "9011 98765-4321"),
        *(
            "tel:+55-11-98765-4321",
            "sip:+5511987654321@sbc.example.com;user=phone",
            "callto:+5511987654321",
        ),
        *('"Ana" <sip:+5511987654321@sbc.example.com;tag=1>;x=y', "sip:%2B5511987654321@h"),
        *(
            "(11) 98765-4321 ramal 22",
            "11 98765-4321 x12",
            "+5511987654321;ext=3",
            "fone: 11 98765-4321",
        ),
        *(
            "(11) 98765-4321 / (11) 3456-7890",
            "11 98765-4321 falar com Bia",
            "\u202a+5511987654321\u202c",
        ),
    ],
)
def test_one_line_has_one_value(written: str) -> None:
    assert read(written) == ANA


def test_another_line_has_another() -> None:
    others = [
        "(11) 98765-4322",
        "(21) 98765-4321",
        "+34 612 345 679",
        "(11) 3456-7890 / 98765-4321",
    ]
    assert ANA not in {read(text) for text in others}
    assert all(read(text).startswith("+") for text in others)


def test_a_right_number_is_not_repaired() -> None:
    assert read("+55 11 7812-3456") == "+551178123456"  # trunked radio keeps eight digits
    assert read("11 2345-6789") == "+551123456789"  # so does a landline
    assert read("55 8765-4321") == "+5555987654321"  # area 55, not country 55
    assert read("0055 34 98123-4567") == "+5534981234567"  # not Spain by carrier 55
    assert read("0021 351 912 345 678") == "+351912345678"  # but Portugal by carrier 21
    assert read("021 15 19 3456-7890") == "+551934567890"  # not area 51


def test_without_its_repair_the_library_refuses_what_we_read() -> None:
    for written in ("11 8765-4321", "021 15 11 98765-4321", "0055 11 98765-4321"):
        assert not phonenumbers.is_valid_number(phonenumbers.parse(written, "BR"))


@pytest.mark.parametrize(
    ("country", "written", "value"),
    [
        ("MX", "+52 1 55 8765 4321", "+525587654321"),
        ("MX", "5215587654321", "+525587654321"),
        ("MX", "044 55 8765 4321", "+525587654321"),
        ("MX", "01 55 8765 4321", "+525587654321"),
        ("BR", "+52 1 55 8765 4321", "+525587654321"),
        ("AR", "011 15 2345-6789", "+5491123456789"),
        ("AR", "+54 9 11 2345-6789", "+5491123456789"),
        ("AR", "11 2345-6789", "+541123456789"),
        ("ES", "0034 612 345 678", "+34612345678"),
        ("PT", "912 345 678", "+351912345678"),
        ("UY", "99 123 456", "+59899123456"),
        ("BR", "+1 201 555 0123", "+12015550123"),
    ],
)
def test_other_plans(country: str, written: str, value: str) -> None:
    assert read(written, country) == value


def test_whatsapp_is_the_same_contact_point() -> None:
    assert read("5511987654321@s.whatsapp.net", kind=IdentifierType.WHATSAPP) == ANA
    assert read("551187654321:12@c.us", kind=IdentifierType.WHATSAPP) == ANA
    assert read("34612345678", kind=IdentifierType.WHATSAPP) == "+34612345678"
    assert read("34612345678") == Fault.INVALID  # a Brazilian who dials this reaches nobody
    assert read("123456789012345@lid", kind=IdentifierType.WHATSAPP) == Fault.NOT_A_PHONE


@pytest.mark.parametrize(
    ("country", "written"),
    [
        *(
            ("BR", text)
            for text in ("0800 777 1234", "4004-1234", "3003-1234", "0300 123 4567", "190")
        ),
        *(("BR", text) for text in ("10315", "11 4004-1234", "+1 800 555 0199", "+800 1234 5678")),
        *(("ES", text) for text in ("900 123 456", "902 123 456", "803 123 456", "112")),
        *(("MX", text) for text in ("800 123 4567", "911")),
        ("PT", "707 123 456"),
    ],
)
def test_a_companys_number_identifies_nobody(country: str, written: str) -> None:
    found = read(written, country)
    assert found.startswith("[+")
    assert read(found.strip("[]"), "CL") == found  # short ones too keep what they are


@pytest.mark.parametrize(
    "written",
    [
        *("99999-9999", "(11) 99999-9999", "(11) 9999-9999", "11 98888-8888", "00000-0000", "0"),
        *(
            "11 00000-0000",
            "123456789",
            "1234-5678",
            "(11) 1234-5678",
            "(11) 12345-6789",
            "+1 (212) 555-5555",
            "0800 000 0000",
        ),
        *("não tem", "NÃO INFORMADO", "sem telefone", "n/a"),
    ],
)
def test_filler_is_a_placeholder(written: str) -> None:
    assert read(written) == Fault.PLACEHOLDER


def test_a_number_somebody_has_is_no_filler() -> None:
    assert read("(11) 91234-5678") == "+5511912345678"
    assert read("(11) 98888-8887") == "+5511988888887"
    assert read("(11) 4002-8922") == "+551140028922"


@pytest.mark.parametrize(
    "written",
    [
        *("anonymous", "Número Privado", "RESTRICTED", "unknown", "Não identificado", "+266696687"),
        *(
            "sip:anonymous@anonymous.invalid",
            '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1',
            "o",
        ),
    ],
)
def test_a_hidden_number_is_withheld(written: str) -> None:
    assert read(written) == Fault.WITHHELD


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", Fault.EMPTY),
        (" \t\u200b", Fault.EMPTY),
        ("98765-4321", Fault.INCOMPLETE),
        ("ana@example.com", Fault.NOT_A_PHONE),
        ("+", Fault.NOT_A_PHONE),
        ("+55 20 98765-4321", Fault.INVALID),  # there is no area 20
        ("2001", Fault.INVALID),  # an extension of some switch
        ("11987654321" * 3, Fault.NOT_A_PHONE),
        ("11 98765\n4321", Fault.CONTROL_CHARACTER),
        ("11 98765\x004321", Fault.CONTROL_CHARACTER),
        ("11 98765-4321" + " " * 300, Fault.TOO_LONG),
    ],
)
def test_faults(written: str, fault: Fault) -> None:
    assert read(written) == fault


def test_the_senders_country_goes_before_the_deployments() -> None:
    raw = RawIdentifier(IdentifierType.PHONE, "612 345 678", country="es")
    assert normalise(raw, country="BR") == Identifier(IdentifierType.PHONE, "", "+34612345678")
    assert isinstance(normalise(raw, country="BR"), Identifier)
    unknown = RawIdentifier(IdentifierType.PHONE, "612 345 678", country="Spain")
    assert isinstance(normalise(unknown, country="BR"), Faulty)


def test_warming_up_takes_any_country() -> None:
    warm_up("BR", "ES", "XX", "")
