"""Are names taken apart as people of both languages write them, and is the signature stable?"""

from __future__ import annotations

from datetime import date

import pytest

from app.identify.names import (
    PersonName,
    fold,
    is_generic_company,
    is_generic_name,
    parse_birth_date,
    parse_name,
    signature,
)

TODAY = date(2026, 11, 22)


def parts(text: str) -> tuple[str, tuple[str, ...], set[str], str]:
    name = parse_name(text)
    return name.first, name.middles, set(name.surnames), name.suffix


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  João   ÅSTRÖM ", "joao astrom"),
        ("Straße Ørsted Łukasz Þór", "strasse orsted lukasz thor"),
        ("D´Ávila", "d'avila"),
        ("Gal·la", "galla"),
        ("IŞIK ıI", "isik ii"),
        ("ﬁ ½", "fi 1⁄2"),
        ("\u200bAna\x00Lima\ud800", "ana lima"),
        ("李小龍", "李小龍"),
    ],
)
def test_fold(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Ana Maria de Souza Lima", ("ana", ("maria",), {"souza", "lima"}, "")),
        ("SOUZA LIMA, Dra. Ana Maria de", ("ana", ("maria",), {"souza", "lima"}, "")),
        ("João da Silva Filho", ("joao", (), {"silva"}, "filho")),
        ("José Carlos Pereira Jr.", ("jose", ("carlos",), {"pereira"}, "junior")),
        ("João Silva, Júnior", ("joao", (), {"silva"}, "junior")),
        ("Sr. Antônio D'Ávila Neto", ("antonio", (), {"davila"}, "neto")),
        ("María de los Ángeles García López", ("maria", ("angeles",), {"garcia", "lopez"}, "")),
        ("Ana Souza-Lima", ("ana", (), {"souza", "lima"}, "")),
        ("Juan Carlos", ("juan", ("carlos",), set(), "")),
        ("Neto", ("neto", (), set(), "")),
        ("CONSUMIDOR FINAL", ("", (), set(), "")),
        ("", ("", (), set(), "")),
    ],
)
def test_parts(written: str, expected: tuple[str, tuple[str, ...], set[str], str]) -> None:
    assert parts(written) == expected


def test_father_and_son_differ_in_the_suffix_alone() -> None:
    father, son = parse_name("João da Silva"), parse_name("João da Silva Filho")
    assert (father.first, father.surnames) == (son.first, son.surnames)
    assert father.suffix != son.suffix


def test_what_is_shown_is_kept_as_written() -> None:
    assert parse_name(" João  D'Ávila\tFilho ").display == "João D'Ávila Filho"
    assert parse_name("Teste") == PersonName("Teste")


@pytest.mark.parametrize(
    "written",
    [
        *(
            "TESTE",
            "teste 2",
            "Cliente Teste",
            "CONSUMIDOR FINAL",
            "NAO INFORMADO",
            "Não identificado",
        ),
        *(
            "CLIENTE",
            "xxx",
            "XX",
            "aaaa",
            ".",
            "123",
            "",
            "Fulano de Tal",
            "Público en General",
            "null",
        ),
        *("NO INFORMADO", "SEM NOME", "Sin Nombre", "no name", "N/A", "Não sei", "Usuario", "Sra."),
        *(
            "XXXX",
            "xxx yyy",
            "asdf",
            "Cliente 123",
            "VENDA BALCÃO",
            "Walk-in customer",
            "A definir",
        ),
        *("11987654321", "+55 (11) 98765-4321", "maria@x.com", "Maria <maria@x.com>", "www.x.com"),
    ],
)
def test_names_of_nobody(written: str) -> None:
    assert is_generic_name(written)
    assert signature(written, None) == ""


def test_names_of_somebody() -> None:
    for name in (
        "Na Li",
        "Ana",
        "Bo",
        "Teste da Silva",
        "Clientino",
        "José Final da Costa",
        "李小龍",
        "Xexéu",
        "Maria 2",
        "Sem Cardoso",
        "Ana @ Loja",
    ):
        assert not is_generic_name(name)


def test_names_of_companies() -> None:
    for name in ("3M", "99", "X", "Cliente Feliz Ltda", "Teste & Cia"):
        assert not is_generic_company(name)
    for name in ("NÃO INFORMADO", "Consumidor Final", "x@y.com", "Teste", "-", ""):
        assert is_generic_company(name)


def test_signature_is_stable() -> None:
    """These texts name records for ever: a change here needs an epoch (``normalise.VERSION``)."""
    born = date(1984, 5, 2)
    assert signature("ANA MARIA de Souza", born) == "ana maria|1984-05-02"
    assert signature("Ana de Souza", born) == "ana|1984-05-02"
    assert signature("João Pedro Lucas Lima", None) == "joao pedro|"
    assert signature("Souza, Ana", None) == "ana|"
    assert signature(None, born) == "|1984-05-02"
    assert signature("Consumidor Final", born) == "|1984-05-02"
    assert signature(None, None) == ""
    assert signature("", None) == ""
    assert signature("Thiago", None) == "thiago|"  # who spells it is the source's record, not ours
    assert signature("Zé da Silva", None) == "ze|"  # not José: two people may share the phone
    assert signature("a|b", None) == "a|"


@pytest.mark.parametrize(
    ("written", "born"),
    [
        ("1984-05-02", date(1984, 5, 2)),
        ("1984-05-02T00:00:00Z", date(1984, 5, 2)),
        ("02/05/1984", date(1984, 5, 2)),
        ("2.5.1984", date(1984, 5, 2)),
        ("19840502", date(1984, 5, 2)),
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-11-22", None),
        ("2026-11-23", None),
        ("2999-01-01", None),
        ("1800-05-05", None),
        ("0001-01-01", None),
        ("1906-01-01", date(1906, 1, 1)),
        ("1905-12-31", None),
        ("01/01/1900", None),
        ("1899-12-30", None),
        ("1111-11-11", None),
        ("1970-01-01", None),
        ("1970-01-02", date(1970, 1, 2)),
        ("05/25/1984", None),
        ("31/02/1984", None),
        ("02/05/84", None),
        ("0000-00-00", None),
        ("1984", None),
        ("", None),
        ("hoje", None),
        ("1984-05-02" + " " * 100, None),
    ],
)
def test_birth_dates(written: str, born: date | None) -> None:
    assert parse_birth_date(written, today=TODAY) == born
