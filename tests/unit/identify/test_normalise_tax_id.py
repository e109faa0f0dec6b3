"""Is a taxpayer's number read by its own country's rule, and a number of nobody refused?"""

from __future__ import annotations

import pytest

from app.identify.normalise import Fault, normalise
from app.vocabulary import Faulty, Identifier, IdentifierType, Party, RawIdentifier

PERSON, COMPANY, UNKNOWN = Party.PERSON, Party.COMPANY, Party.UNKNOWN


def identify(text: str, country: str) -> Identifier | Faulty:
    return normalise(RawIdentifier(IdentifierType.TAX_ID, text), country=country)


def fault(text: str, country: str) -> str:
    found = identify(text, country)
    return found.fault if isinstance(found, Faulty) else "none"


@pytest.mark.parametrize(
    ("country", "written", "value", "party"),
    [
        ("BR", "529.982.247-25", "52998224725", PERSON),
        ("BR", "529 982 247–25", "52998224725", PERSON),
        ("BR", "1.234.567-97", "00123456797", PERSON),  # zeros lost in a spreadsheet
        ("BR", "11.222.333/0001-81", "11222333000181", COMPANY),
        ("BR", "12.abc.345/01de-35", "12ABC34501DE35", COMPANY),
        ("BR", "00.000.000/0001-91", "00000000000191", COMPANY),  # a bank: zeros are no filler here
        ("ES", "54362315K", "54362315K", PERSON),
        ("ES", "x-5253868-r", "X5253868R", PERSON),
        ("ES", "ES B64717838", "B64717838", COMPANY),
        ("ES", "B6471783H", "B64717838", COMPANY),  # both check characters are one company
        ("PT", "PT 501 964 843", "501964843", COMPANY),
        ("PT", "234567899", "234567899", PERSON),
        ("MX", "GODE 561231 GR8", "GODE561231GR8", PERSON),
        ("MX", "mab-930714-8t4", "MAB9307148T4", COMPANY),
        ("MX", "RAQÑ7701212M3", "RAQÑ7701212M3", PERSON),
        ("AR", "20-05536168-2", "20055361682", PERSON),
        ("AR", "30-71234567-1", "30712345671", COMPANY),
        ("CL", "12.531.909-2", "125319092", PERSON),
        ("CL", "05.126.663-3", "51266633", PERSON),
        ("CL", "76086428-5", "760864285", COMPANY),
        ("CO", "213.123.432-1", "2131234321", PERSON),
        ("CO", "800.197.268-4", "8001972684", COMPANY),
        ("PE", "10054148289", "10054148289", PERSON),
        ("PE", "20512333797", "20512333797", COMPANY),
        ("UY", "21-100342-001-7", "211003420017", COMPANY),
        ("EC", "1792060346-001", "1792060346001", COMPANY),
        ("EC", "1710034065001", "1710034065001", PERSON),
        ("PY", "80028061-0", "800280610", COMPANY),
        ("CR", "3-101-999999", "3101999999", COMPANY),
        ("DO", "1-01-85004-3", "101850043", COMPANY),
        ("DO", "001-1391820-5", "00113918205", PERSON),
        ("GT", "576937-K", "576937K", UNKNOWN),
        ("SV", "0614-050707-104-8", "06140507071048", UNKNOWN),
        ("VE", "V-11470283-4", "V114702834", PERSON),
    ],
)
def test_a_number_is_read_by_its_country(
    country: str, written: str, value: str, party: Party
) -> None:
    expected = Identifier(IdentifierType.TAX_ID, country, value, party)
    assert identify(written, country) == expected
    assert identify(value, country) == expected


@pytest.mark.parametrize(
    ("country", "written"),
    [
        *(
            ("BR", text)
            for text in ("111.111.111-11", "000.000.000-00", "123.456.789-09", "ISENTO", "n/a")
        ),
        *(("BR", text) for text in ("00.000.000/0000-00", "11111111111111", "não informado")),
        *(("ES", text) for text in ("99999999R", "00000000T", "12345678Z", "11111111H")),
        *(("MX", text) for text in ("XAXX010101000", "xexx-010101-000", "XAXX010101")),
        *(("CL", text) for text in ("66.666.666-6", "55.555.555-5", "11.111.111-1")),
        *(("CO", text) for text in ("222222222222", "222222222-7")),
        *(("PT", text) for text in ("999999990", "123456789")),
        *(("PY", text) for text in ("44444401-7", "88888801-5")),
        ("AR", "20-11111111-2"),
        ("EC", "9999999999999"),
        ("GT", "CF"),
    ],
)
def test_a_number_of_nobody_is_a_placeholder(country: str, written: str) -> None:
    assert fault(written, country) == Fault.PLACEHOLDER


def test_a_list_holds_in_its_own_country_only() -> None:
    assert fault("123456789", "PT") == Fault.PLACEHOLDER
    assert fault("123456789", "CO") != Fault.PLACEHOLDER
    assert isinstance(identify("12345678-5", "CL"), Identifier)  # a Chilean has this number


def test_one_number_for_all_of_a_country_identifies_nobody() -> None:
    found = identify("50-00000001-6", "AR")
    assert isinstance(found, Identifier)
    assert not found.identifies


@pytest.mark.parametrize(
    ("country", "written", "expected"),
    [
        ("BR", "", Fault.EMPTY),
        ("BR", "529.982.247-26", Fault.CHECK_DIGIT),
        ("BR", "11.222.333/0001-82", Fault.CHECK_DIGIT),
        ("BR", "5299822472", Fault.CHECK_DIGIT),  # padded, and still not right
        ("BR", "191", Fault.INVALID),
        ("BR", "529.982.247*25", Fault.INVALID),
        ("BR", "529982247\n25", Fault.CONTROL_CHARACTER),
        ("BR", "5" * 65, Fault.TOO_LONG),
        ("ES", "54362315A", Fault.CHECK_DIGIT),
        ("MX", "GODE561231", Fault.INCOMPLETE),  # initials and birth date: many people's
        ("MX", "GODE569931GR8", Fault.INVALID),
        ("MX", "GODE561231GR9", Fault.CHECK_DIGIT),
        ("MX", "GODE561231GR7", Fault.CHECK_DIGIT),
        ("MX", "GODE561231XXX", Fault.INVALID),
        ("AR", "21-05536168-2", Fault.INVALID),
        ("PY", "1-9", Fault.INVALID),
        ("US", "123-45-6789", Fault.UNSUPPORTED_COUNTRY),
        ("", "52998224725", Fault.UNSUPPORTED_COUNTRY),
    ],
)
def test_faults(country: str, written: str, expected: Fault) -> None:
    assert fault(written, country) == expected
