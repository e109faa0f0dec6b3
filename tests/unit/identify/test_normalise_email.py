"""Is the same mailbox the same value, another one another, and a desk or an alias no person?"""

from __future__ import annotations

import pytest

from app.identify.normalise import Fault, normalise
from app.vocabulary import Faulty, Identifier, IdentifierType, Party, RawIdentifier


def identify(text: str) -> Identifier | Faulty:
    return normalise(RawIdentifier(IdentifierType.EMAIL, text), country="BR")


def read(text: str) -> str:
    found = identify(text)
    return found.fault if isinstance(found, Faulty) else found.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Ana.Souza+promo@GMAIL.com", "anasouza@gmail.com"),
        ("anasouza@googlemail.com", "anasouza@gmail.com"),
        ("Ana Souza <ANA@Outlook.com>", "ana@outlook.com"),
        ("ana+nfe@hotmail.com", "ana@hotmail.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("E-mail: ana@example.com", "ana@example.com"),
        ("ana@example.com (casa)", "ana@example.com"),
        ("Souza, Ana <ana@example.com>", "ana@example.com"),
        ("ana@empresa.com.; bia@empresa.com", "ana@empresa.com"),
        ("ana@MÜNCHEN.de", "ana@xn--mnchen-3ya.de"),
        ("ana@xn--mnchen-3ya.de", "ana@xn--mnchen-3ya.de"),
        ("JOÃO@example.com", "joão@example.com"),
        ("joa\u0303o@example.com", "joão@example.com"),
        ("ana@mailinator.com", "ana@mailinator.com"),
        ("ana@loja.test", "ana@loja.test"),
    ],
)
def test_one_mailbox_has_one_value(written: str, value: str) -> None:
    assert read(written) == value


def test_dots_and_plus_count_where_nobody_says_they_do_not() -> None:
    assert read("ana.souza+x@empresa.com.br") == "ana.souza+x@empresa.com.br"
    assert read("ana.souza@outlook.com") == "ana.souza@outlook.com"
    assert read("ana+x@yahoo.com") == "ana+x@yahoo.com"


@pytest.mark.parametrize(
    "written",
    [
        *(
            "nao@tem.com",
            "NAO@TEM.COM.BR",
            "sem@email.com",
            "teste@qualquer.com.br",
            "x@x.com",
            "a@a.com",
        ),
        *(
            "gmail@gmail.com",
            "email@email.com",
            "aaaa@empresa.com",
            "ana@naotem.com",
            "fulano@hotmail.com",
        ),
        *("não tem", "naotem", "N/A"),
    ],
)
def test_filler_is_a_placeholder(written: str) -> None:
    assert read(written) == Fault.PLACEHOLDER


def test_short_and_odd_people_are_no_filler() -> None:
    for text in (
        "li@empresa.com",
        "naomi@empresa.com",
        "semyon@email.com",
        "petrobras@petrobras.com.br",
    ):
        assert read(text) == text


@pytest.mark.parametrize(
    "written",
    [
        *(
            "contato@empresa.com.br",
            "nf-e@empresa.com.br",
            "vendas2@empresa.com.br",
            "sac.sp@empresa.com",
        ),
        *(
            "facturacion@empresa.es",
            "compras_mx@empresa.com.mx",
            "INFO@empresa.pt",
            "vendas@uol.com.br",
        ),
    ],
)
def test_a_desk_identifies_the_company(written: str) -> None:
    found = identify(written)
    assert isinstance(found, Identifier)
    assert (found.party, found.identifies) == (Party.COMPANY, True)


def test_a_person_is_not_taken_for_a_desk() -> None:
    for text in (
        "ana@empresa.com.br",
        "vendaval@empresa.com",
        "sales.ana@hotmail.com",
        "saci@x.org",
    ):
        found = identify(text)
        assert isinstance(found, Identifier)
        assert found.party is Party.UNKNOWN


@pytest.mark.parametrize(
    "written",
    [
        "ff2e6348a53a4d449af92be2a1011328@ct.vtex.com.br",
        "ana@vtex.com.br-207700027841b.ct.vtex.com.br",
        "abc123@marketplace.amazon.com.br",
        "abc123@marketplace.amazon.es",
        "comprador.abc@mail.mercadolivre.com",
        "no-reply@empresa.com",
    ],
)
def test_an_alias_identifies_nobody(written: str) -> None:
    found = identify(written)
    assert isinstance(found, Identifier)
    assert not found.identifies


def test_a_domain_that_only_looks_like_an_alias_identifies() -> None:
    for text in ("ana@vtex.com.br", "ana@notct.vtex.com", "ana@amazon.com", "ana@x-ct.vtex.com.br"):
        found = identify(text)
        assert isinstance(found, Identifier)
        assert found.identifies


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", Fault.EMPTY),
        ("ana", Fault.INVALID),
        ("ana@empresa", Fault.INVALID),
        ("ana@@empresa.com", Fault.INVALID),
        ("ana@empresa..com", Fault.INVALID),
        ('"a b"@empresa.com', Fault.INVALID),
        ("ana@[127.0.0.1]", Fault.INVALID),
        ("ana@localhost", Fault.INVALID),
        ("ana souza@gmail.com", Fault.INVALID),  # souza@ may be somebody else's
        ("ana @gmail.com", Fault.INVALID),
        ("ana@gmail.com .br", Fault.INVALID),
        ("+x@gmail.com", Fault.INVALID),
        ("ana\x00@empresa.com", Fault.CONTROL_CHARACTER),
        ("a" * 400 + "@empresa.com", Fault.TOO_LONG),
        ("ana@" + "b" * 70 + ".com", Fault.INVALID),
    ],
)
def test_faults(written: str, fault: Fault) -> None:
    assert read(written) == fault
