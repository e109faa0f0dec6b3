"""What do names and birth dates say of two records?"""

from __future__ import annotations

import pytest

from app.identify.evidence import JOIN_BITS, bits_held_by, bits_of
from app.identify.person import NOBODY, Level, Person, compare, person
from app.vocabulary import IdentifierType

PHONE_BITS = bits_of(IdentifierType.PHONE)


def told(name: str, born: str | None = None, social: str | None = None) -> Person:
    return person(name, born, social)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Ana Souza", "ANA SOUZA", Level.SAME),
        ("José Lima", "Jose Lima", Level.SAME),
        ("Chico Lima", "Francisco Lima", Level.SAME),
        ("Pepe Ruiz", "José Ruiz", Level.SAME),
        ("A. Souza", "Ana Souza", Level.INITIAL),
        ("Paula Souza", "Ana Paula Souza", Level.NEAR),
        ("Rosangela Dias", "Rosangila Dias", Level.NEAR),
        ("Mario Dias", "Maria Dias", Level.ANOTHER_NAME),
        ("Ana Souza", "Bruno Souza", Level.ANOTHER_NAME),
        ("Zuleide Dias", "Ana Dias", Level.DIFFERENT),
        ("Iva Dias", "Ivo Dias", Level.DIFFERENT),
        ("Zuleida Dias", "Zuleido Dias", Level.DIFFERENT),
        ("Luiz Lima", "Luís Lima", Level.SAME),
        ("Jordi Puig", "Jorge Puig", Level.SAME),
        ("João Lima", "João Pedro Lima", Level.SAME),
        ("João P. Lima", "João Pedro Lima", Level.SAME),
        ("Luiz Felipe Lima", "Luis Phelipe Lima", Level.SAME),
        ("Ana Maria Isabel Ruiz", "Ana Isabel Ruiz", Level.SAME),
        ("María José Ruiz", "María Ruiz", Level.SAME),
        ("João Pedro Lima", "João Paulo Lima", Level.ANOTHER_NAME),
        ("Maria Eduarda Lima", "Maria Clara Lima", Level.ANOTHER_NAME),
        ("María José Ruiz", "José María Ruiz", Level.ANOTHER_NAME),
        ("María José Ruiz", "José Ruiz", Level.ANOTHER_NAME),
        ("Ana María Ruiz", "Ana Isabel Ruiz", Level.ANOTHER_NAME),
        ("José Luis Ruiz", "José Antonio Ruiz", Level.ANOTHER_NAME),
        ("Marina Dias", "Mariana Dias", Level.ANOTHER_NAME),
        ("Paulo Dias", "Paula Dias", Level.ANOTHER_NAME),
        ("João Dias", "Joana Dias", Level.ANOTHER_NAME),
        ("CONSUMIDOR FINAL", "Ana Dias", None),
    ],
)
def test_first_names(one: str, other: str, level: Level | None) -> None:
    assert compare(told(one), told(other)).first_name is level
    assert compare(told(other), told(one)).first_name is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1984-05-02", "02/05/1984", Level.SAME),
        ("1984-05-02", "1984-02-05", Level.NEAR),
        ("1984-05-02", "1984-05-03", Level.NEAR),
        ("1984-05-02", "1957-11-23", Level.DIFFERENT),
        ("1984-05-02", "1900-01-01", None),
    ],
)
def test_birth_dates(one: str, other: str, level: Level | None) -> None:
    assert compare(told("Ana", one), told("Ana", other)).birth_date is level


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Juan Pérez García", "Juan Pérez Ruiz", Level.ANOTHER_NAME),
        ("João Souza Lima", "João Pereira Lima", Level.ANOTHER_NAME),
        ("Juan Pérez García", "Juan Pérez", Level.SAME),
        ("Juan Pérez García", "Juan Peres Garcia", Level.SAME),
        ("Juan Pérez G.", "Juan Pérez García", Level.SAME),
        ("Ana Souza Lima", "Ana Lima Dias", Level.SAME),
        ("Ana Souza Lima", "Ana Souza Lima Dias", Level.SAME),
        ("Ana Souza Lima", "Lima Souza, Ana", Level.SAME),
        ("Ana Souza", "Ana Lima", Level.DIFFERENT),
        ("Luis Pérez García", "Juan Pérez Ruiz", Level.SAME),
    ],
)
def test_surnames(one: str, other: str, level: Level) -> None:
    assert compare(told(one), told(other)).surnames is level
    assert compare(told(other), told(one)).surnames is level


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told("Luiz Souza"), told("Luís Sousa")),
        (told("Maria Souza"), told("Maria Clara Souza")),
        (told("Juan Pérez García", "1984-05-02"), told("Juan Pérez Ruiz", "1984-05-02")),
        (told("Ana Souza"), told("Ana Souza Lima")),
        (told("Ana Souza"), told("Ana Lima")),
        (told("Ana Souza"), NOBODY),
        (told("Beto Souza", "1984-05-02"), told("Carlinhos Souza", "1984-05-02")),
        (told("Carlos Lima", "1984-05-02"), told("Carlos Lima Filho", "1984-05-02")),
        (told("Marcos Lima", social="Marcia Lima"), told("Marcia Lima")),
    ],
    ids=[
        "spelt",
        "second name left out",
        "born that day",
        "one surname more",
        "married",
        "nobody",
        "born the same day",
        "suffix left out",
        "social",
    ],
)
def test_who_may_share_a_telephone_and_be_one_person(one: Person, other: Person) -> None:
    assert PHONE_BITS + compare(one, other).bits >= JOIN_BITS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told("Ana Souza"), told("Bruno Souza")),
        (told("Ana Souza", "1984-05-02"), told("Ana Souza", "2011-09-17")),
        (told("Carlos Lima"), told("Carlos Lima Filho")),
        (told("Carlos Lima Neto"), told("Carlos Lima Junior")),
        (told("Clara Dias", "2001-05-05"), told("Pedro Dias", "2001-05-05")),
        (told("Marina Dias", "2001-05-05"), told("Mariana Dias", "2001-05-05")),
        (told("João Pedro Dias"), told("João Paulo Dias")),
        (told("María José Ruiz"), told("José María Ruiz")),
        (told("Juan Pérez García"), told("Juan Pérez Ruiz")),
    ],
    ids=[
        *("a couple", "mother and daughter", "father and son", "grandson and son", "twins"),
        *("twins of like names", "brothers", "another couple", "father and son in Spain"),
    ],
)
def test_who_shares_a_telephone_and_is_not_one_person(one: Person, other: Person) -> None:
    assert PHONE_BITS + compare(one, other).bits < JOIN_BITS


TWINS = (told("Clara Dias", "2001-05-05"), told("Pedro Dias", "2001-05-05"))


@pytest.mark.parametrize(
    "kind",
    [
        *(IdentifierType.PHONE, IdentifierType.EMAIL, IdentifierType.SOCIAL),
        *(IdentifierType.LOYALTY, IdentifierType.DOCUMENT),
    ],
)
def test_twins_share_what_a_household_shares_and_are_two(kind: IdentifierType) -> None:
    clara, pedro = TWINS
    assert bits_held_by(kind, 2) + compare(clara, pedro).bits < JOIN_BITS
    assert bits_held_by(kind, 1) + compare(clara, clara).bits >= JOIN_BITS  # the control
    short = told("Clarinha Dias", "2001-05-05")  # a name on no list: ADR 20
    assert bits_held_by(kind, 2) + compare(clara, short).bits >= JOIN_BITS


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (*TWINS, Level.OF_TWINS),
        (told("João Pedro Dias", "2001-05-05"), told("João Paulo Dias", "2001-05-05"), "of_twins"),
        (told("Clara Dias", "2001-05-05"), told("Pedro Dias", "2001-05-06"), Level.OF_TWINS),
        (told("Clara Dias", "2001-05-05"), told("Pedro Dias", "1984-11-23"), Level.DIFFERENT),
        (told("Clara Dias", "2001-05-05"), told("Maria Clara Dias", "2001-05-05"), Level.SAME),
        (told("Beto Dias", "2001-05-05"), told("Carlinhos Dias", "2001-05-05"), Level.SAME),
        (told("", "2001-05-05"), told("Pedro Dias", "2001-05-05"), Level.SAME),
    ],
)
def test_a_birth_date_says_nothing_beside_names_of_two_people(
    one: Person, other: Person, level: Level
) -> None:
    assert compare(one, other).birth_date == compare(other, one).birth_date == level


def test_a_tax_id_outweighs_a_name_but_not_a_name_and_a_birth_date() -> None:
    bits = bits_of(IdentifierType.TAX_ID)
    ana = told("Ana Souza", "1984-05-02")
    assert bits + compare(ana, told("Bruno Souza")).bits >= JOIN_BITS
    assert bits + compare(ana, told("Bruno Lima", "1957-11-23")).bits < JOIN_BITS


def test_a_name_of_nothing_but_surnames_is_compared_in_time() -> None:
    one, other = (
        told("Ana " + " ".join(f"{letters}xyz{n}" for n in range(300)))
        for letters in ("aaa", "bbb")
    )
    assert compare(one, other).surnames is Level.DIFFERENT
